package s2s

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/chat/xmpp"
)

// tcp is a stream over a TCP connection, encrypted or not.
type tcp struct {
	conn   net.Conn
	reader *xmpp.StreamReader
	slow   func(n int) // waits where bytes come too fast

	isTrusted atomic.Bool
	partialBy time.Time // until when the element that has begun must be complete; of the reading goroutine

	isEnding atomic.Bool
	writing  sync.Mutex
	isOpen   bool // our header is out
	isOver   bool
}

func newTCP(conn net.Conn, slow func(n int)) *tcp {
	c := &tcp{conn: conn, slow: slow}
	c.reader = xmpp.NewStreamReader(timed{c}, xmpp.Limits{})
	return c
}

// timed reads for the StreamReader. A peer may be silent between elements as long as whoever watches the stream allows, but not in the
// middle of one.
type timed struct{ c *tcp }

func (t timed) Read(p []byte) (int, error) {
	c := t.c
	if !c.reader.HasMore() {
		c.partialBy = time.Time{}
	} else if c.partialBy.IsZero() {
		c.partialBy = time.Now().Add(elementTime)
	}
	if err := c.conn.SetReadDeadline(c.partialBy); err != nil {
		return 0, err
	}
	n, err := c.conn.Read(p)
	if c.isTrusted.Load() {
		c.reader.Limit(xmpp.Limits{Bytes: xmpp.MaxServerBytes}) // now: the reader was waiting here while the peer was verified
	}
	c.slow(n)
	return n, err
}

// greet writes the header by hand: it stays open until the end of the stream.
func (c *tcp) greet(h header) error {
	e := h.set(xmpp.NewElement(xmpp.NSStreams, "stream"))
	e.Attrs = append([]xmpp.Attr{{Name: xmpp.Name{Local: "xmlns"}, Value: xmpp.NSServer}, {Name: xmpp.Name{Local: "xmlns:db"}, Value: nsDialback}}, e.Attrs...)
	text := append([]byte("<?xml version='1.0'?>"), bytes.TrimSuffix(encode(e), []byte("/>"))...)
	c.writing.Lock()
	c.isOpen = true
	c.writing.Unlock()
	return c.write(append(text, '>'))
}

func (c *tcp) header() (header, error) {
	e, err := c.reader.Header()
	if err != nil {
		return header{}, err
	}
	c.partialBy = time.Time{}
	if !e.Is(xmpp.NSStreams, "stream") {
		return header{}, violation("invalid-namespace")
	}
	return headerOf(e), nil
}

func (c *tcp) read() (*xmpp.Element, error) {
	e, err := c.reader.Next()
	c.partialBy = time.Time{}
	return e, err
}

func (c *tcp) trust() { c.isTrusted.Store(true) }

func (c *tcp) restart() { c.reader.Restart() }

func (c *tcp) write(elements ...[]byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	if c.isEnding.Load() { // end has set its own deadline, before or after ours
		return net.ErrClosed
	}
	_, err := c.conn.Write(bytes.Join(elements, nil))
	return err
}

func (c *tcp) keepAlive() error { return c.write([]byte{' '}) }

func (c *tcp) end(reason error) {
	c.isEnding.Store(true)
	// Before the lock: whoever is stuck in a write holds it.
	_ = c.conn.SetWriteDeadline(time.Now().Add(farewellTime))
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.isOver {
		return
	}
	c.isOver = true
	if c.isOpen {
		_ = c.conn.SetWriteDeadline(time.Now().Add(farewellTime))
		_, _ = c.conn.Write(append(farewell(reason), "</stream:stream>"...))
	}
	_ = c.conn.Close()
}
