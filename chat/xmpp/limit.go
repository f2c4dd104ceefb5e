package xmpp

// Bounds of what a peer may send in one element. RFC 6120 §13.12: no lower than 10,000 bytes for a stanza.
const (
	MaxElementBytes   = 64 << 10
	MaxServerBytes    = 512 << 10 // a stanza of another server, as the WebSocket form between servers allows
	maxElementDepth   = 32
	maxElementNodes   = 4096
	maxAttributes     = 64
	maxNamespaceScope = 64
	maxNameBytes      = 256
)

// Limits bounds one element of a peer. A zero field takes the default.
type Limits struct {
	Bytes      int // length on the wire
	Depth      int // elements inside one another
	Nodes      int // elements and texts together
	Attributes int // of one element, declarations of namespaces included
	Namespaces int // declarations in force at one place
}

func (l Limits) filled() Limits {
	l.Bytes = or(l.Bytes, MaxElementBytes)
	l.Depth = or(l.Depth, maxElementDepth)
	l.Nodes = or(l.Nodes, maxElementNodes)
	l.Attributes = or(l.Attributes, maxAttributes)
	l.Namespaces = or(l.Namespaces, maxNamespaceScope)
	return l
}

func or(value, fallback int) int {
	if value == 0 {
		return fallback
	}
	return value
}
