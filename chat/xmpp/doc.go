// Package xmpp is the wire of XMPP: addresses, XML as streams allow it, stanzas, and the negotiation of streams over TCP, WebSocket and
// BOSH as state machines that know no socket. It decides nothing about rooms.
package xmpp
