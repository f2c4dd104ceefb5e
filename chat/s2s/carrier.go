package s2s

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"lucarne/chat/xmpp"
)

// carrier moves the headers and elements of one stream. Reading is for one goroutine; everything else may be called by several.
type carrier interface {
	// greet sends our header.
	greet(h header) error
	// header reads the peer's.
	header() (header, error)
	// read gives the peer's next element; io.EOF when it has closed the stream.
	read() (*xmpp.Element, error)
	// write sends whole elements, each encoded by itself.
	write(elements ...[]byte) error
	// keepAlive shows both ends and what lies between them that the line is in use.
	keepAlive() error
	// restart expects another header on the same line (RFC 6120 §6.4.6).
	restart()
	// trust lets longer elements in: the peer has shown who it is.
	trust()
	// end closes the stream and the connection, and says why first where there is a reason. It may be called again, by then in vain.
	end(reason error)
}

// header is what opens a stream (RFC 6120 §4.7).
type header struct {
	from, to, id, version string
}

func headerOf(e *xmpp.Element) header {
	return header{from: parseHost(e.Attr("from")), to: parseHost(e.Attr("to")), id: e.Attr("id"), version: e.Attr("version")}
}

func (h header) set(e *xmpp.Element) *xmpp.Element {
	return e.Set("from", h.from).Set("to", h.to).Set("id", h.id).Set("version", h.version)
}

// Times within which a line has to do its part.
const (
	headerTime       = 15 * time.Second
	handshakeTime    = 15 * time.Second
	elementTime      = time.Minute // from the first byte of an element to its last
	writeTime        = 30 * time.Second
	farewellTime     = time.Second
	authenticateTime = time.Minute
	keepAliveEvery   = 55 * time.Second // the plugin's; proxies are known to cut lines after a minute of silence
)

// streamError ends a stream, of our own accord or the peer's (RFC 6120 §4.9).
type streamError struct {
	condition string
	isTheirs  bool
}

func (e *streamError) Error() string {
	if e.isTheirs {
		return fmt.Sprintf("the other server ended the stream: %s", e.condition)
	}
	return "stream ended: " + e.condition
}

func violation(condition string) error { return &streamError{condition: condition} }

// errorOf reads the error by which a peer ends a stream.
func errorOf(e *xmpp.Element) error {
	for _, child := range e.Children() {
		if child.Name.Space == nsStreamErrors && child.Name.Local != "text" {
			return &streamError{condition: child.Name.Local, isTheirs: true}
		}
	}
	return &streamError{condition: "undefined-condition", isTheirs: true}
}

// conditions names errors of reading as the peer is told them; others have no name, and go without a word.
var conditions = []struct {
	err       error
	condition string
}{
	{xmpp.ErrNotWellFormed, "not-well-formed"},
	{xmpp.ErrRestrictedXML, "restricted-xml"},
	{xmpp.ErrTooLarge, "policy-violation"},
	{os.ErrDeadlineExceeded, "connection-timeout"},
}

// conditionOf is what the peer is told of an error; "" for nothing.
func conditionOf(err error) string {
	var ours *streamError
	if errors.As(err, &ours) {
		if ours.isTheirs {
			return ""
		}
		return ours.condition
	}
	for _, c := range conditions {
		if errors.Is(err, c.err) {
			return c.condition
		}
	}
	return ""
}

// farewell is the error element of a reason; nil for none.
func farewell(reason error) []byte {
	condition := conditionOf(reason)
	if condition == "" {
		return nil
	}
	return encode(xmpp.NewElement(xmpp.NSStreams, "error", xmpp.NewElement(nsStreamErrors, condition)))
}

// isEnd says whether an error is the ordinary end of a stream.
func isEnd(err error) bool { return err == nil || errors.Is(err, io.EOF) }
