// Package xmpp carries XMPP over HTTP: WebSocket (RFC 7395) and BOSH (XEP-0124, XEP-0206). What is said lies in chat/server.
package xmpp
