// Package server speaks XMPP with clients and other servers in the name of the chat's rooms: RFC 6120 and 6121 as far as rooms need them,
// XEP-0045 and its companions as docs/chat-protocol.md says. What carries the stanzas (WebSocket, BOSH, TCP) lies outside: it opens a
// Stream and hands it whole elements.
package server
