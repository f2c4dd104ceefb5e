package server

import (
	"crypto/tls"
	"net/netip"

	"lucarne/chat/xmpp"
)

// Conn is what carries the stanzas to one client. It is safe for concurrent use.
type Conn interface {
	// Send writes whole elements, which declare their namespaces; several in one go where there are. It returns when they are on their way,
	// or fails when the line is too slow or gone: the connection is of no use then. The frames are shared: nobody may change them.
	Send(frames ...Frame) error
	// Close ends the connection; a reason is told first where the line allows. It may be called twice.
	Close(reason *StreamError)
	// NeedsTo says whether stanzas must name their receiver. Whoever knows that the line has one end only can do without, and shares the
	// frames of a room with everybody.
	NeedsTo() bool
}

// Origin is what is known of who connects.
type Origin struct {
	Address netip.Addr // zero: unknown
	// IsSecure says that nobody reads the line: TLS, or a proxy in front that ends it.
	IsSecure bool
	// TLS is the connection's where the server itself ends it; nil elsewhere.
	TLS *tls.ConnectionState
}

// Network is what one household has at least, for counting: its address, or a network of 64 bits of IPv6. The zero Prefix is that of an unknown
// address.
func Network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 32
	}
	network, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return network
}

// Frame is an element as it is written, encoded once for all who receive it.
type Frame []byte

// encode writes an element with all its namespaces, as it may stand alone (RFC 7395 §3.3.3).
func encode(e *xmpp.Element) Frame { return xmpp.Marshal(e) }

// StreamError ends a stream (RFC 6120 §4.9).
type StreamError struct {
	Condition string
	Text      string
}

// The conditions the server ends streams with.
const (
	BadFormat       = "bad-format"
	HostUnknown     = "host-unknown"
	InvalidXML      = "not-well-formed"
	RestrictedXML   = "restricted-xml"
	InvalidNS       = "invalid-namespace"
	NotAuthorized   = "not-authorized"
	PolicyViolation = "policy-violation"
	Replaced        = "conflict"
	TooMuch         = "resource-constraint"
	Shutdown        = "system-shutdown"
	TimedOut        = "connection-timeout"
)

// Error is the text of the log.
func (e *StreamError) Error() string {
	if e.Text == "" {
		return e.Condition
	}
	return e.Condition + ": " + e.Text
}

// Element is the error as the stream says it.
func (e *StreamError) Element() *xmpp.Element {
	told := xmpp.NewElement(xmpp.NSStreams, "error", xmpp.NewElement(nsStreamErrors, e.Condition))
	if e.Text != "" {
		told.Add(xmpp.NewText(nsStreamErrors, "text", e.Text).SetLang("en"))
	}
	return told
}

// Frame is Element as it is written.
func (e *StreamError) Frame() Frame { return encode(e.Element()) }
