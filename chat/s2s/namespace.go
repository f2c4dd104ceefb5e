package s2s

const (
	nsDialback        = "jabber:server:dialback"
	nsDialbackFeature = "urn:xmpp:features:dialback"
	nsFraming         = "urn:ietf:params:xml:ns:xmpp-framing-server"
	nsSASL            = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsTLS             = "urn:ietf:params:xml:ns:xmpp-tls"
	nsStreamErrors    = "urn:ietf:params:xml:ns:xmpp-streams"
	nsStanzaErrors    = "urn:ietf:params:xml:ns:xmpp-stanzas"
)
