package xmpp

// The namespaces of the streams.
const (
	NSXML     = "http://www.w3.org/XML/1998/namespace"
	nsXMLNS   = "http://www.w3.org/2000/xmlns/"
	NSStreams = "http://etherx.jabber.org/streams"
	NSClient  = "jabber:client"
	NSServer  = "jabber:server"
)
