// Package s2s is XMPP between servers: streams over TCP (RFC 6120) and in the WebSocket form of the PeerTube livechat plugin (XEP-0468),
// verified by certificates (XEP-0178) or dialback (XEP-0220). It knows hosts and stanzas, not rooms.
package s2s
