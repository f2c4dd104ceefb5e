package xmpp

import (
	"bufio"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gobwas/ws"

	"lucarne/chat/server"
	"lucarne/chat/xmpp"
)

const (
	writeTime  = 5 * time.Second // for what is sent at once, at least; at most twice that
	closeTime  = 2 * time.Second // for the client to answer the end
	bufferSize = 4 << 10
)

var (
	errGone    = errors.New("the connection is gone")
	errFraming = &server.StreamError{Condition: server.BadFormat, Text: "A message is one text"}
)

// socket is the server's side of one WebSocket (RFC 6455). While it waits it holds no buffer, as thousands that do would be most of the
// memory. One goroutine reads, any may send.
type socket struct {
	conn    net.Conn
	reader  *bufio.Reader // nil: nothing waits to be read
	isFirst bool          // first was read and not given to reader yet
	first   byte
	parts   []byte // of a message in several frames
	isOpen  bool   // such a message has begun

	mu       sync.Mutex
	isEnded  bool // the closing frame was sent
	deadline time.Time
}

func newSocket(conn net.Conn, leftover *bufio.Reader) *socket {
	c := &socket{conn: conn}
	_ = conn.SetDeadline(time.Time{}) // the server of HTTP had one
	if leftover.Buffered() > 0 {
		c.reader = leftover
	}
	return c
}

var (
	readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, bufferSize) }}
	letters = sync.Pool{New: func() any { return new([]byte) }}
)

// Read gives the byte that woke the socket, and then what the connection has.
func (c *socket) Read(p []byte) (int, error) {
	if c.isFirst && len(p) > 0 {
		c.isFirst = false
		p[0] = c.first
		return 1, nil
	}
	return c.conn.Read(p)
}

// wait blocks until there is something to read, and only then takes a buffer.
func (c *socket) wait() error {
	if c.reader != nil {
		return nil
	}
	var one [1]byte
	if _, err := io.ReadFull(c.conn, one[:]); err != nil {
		return errGone
	}
	c.first, c.isFirst = one[0], true
	c.reader = readers.Get().(*bufio.Reader)
	c.reader.Reset(c)
	return nil
}

// rest gives the buffer back when all of it was read.
func (c *socket) rest() {
	if c.reader == nil || c.reader.Buffered() > 0 || c.isFirst {
		return
	}
	if c.reader.Size() == bufferSize {
		c.reader.Reset(nil)
		readers.Put(c.reader)
	}
	c.reader = nil
}

// next handles the next message. It fails with errGone when the connection has ended, with a *server.StreamError for what is no message, and
// as handle does.
func (c *socket) next(handle func(message []byte) error) error {
	for {
		if err := c.wait(); err != nil {
			return err
		}
		h, err := ws.ReadHeader(c.reader)
		if err != nil {
			return errGone
		}
		if err := c.check(h); err != nil {
			return err
		}
		buffer := letters.Get().(*[]byte)
		payload, err := c.payload(h, (*buffer)[:0])
		*buffer = payload
		isWhole := false
		if err == nil {
			isWhole, err = c.take(h, payload, handle)
		}
		if cap(*buffer) <= bufferSize {
			letters.Put(buffer)
		}
		c.rest()
		if err != nil || isWhole {
			return err
		}
	}
}

// check refuses frames that break the protocol or the limit.
func (c *socket) check(h ws.Header) error {
	state := ws.StateServerSide
	if c.isOpen {
		state = state.Set(ws.StateFragmented)
	}
	if err := ws.CheckHeader(h, state); err != nil || !h.Masked || h.OpCode == ws.OpBinary {
		return errFraming
	}
	if h.Length+int64(len(c.parts)) > xmpp.MaxElementBytes {
		return server.ConditionOf(xmpp.ErrTooLarge)
	}
	return nil
}

func (c *socket) payload(h ws.Header, buffer []byte) ([]byte, error) {
	if int64(cap(buffer)) < h.Length {
		buffer = make([]byte, h.Length)
	}
	buffer = buffer[:h.Length]
	if _, err := io.ReadFull(c.reader, buffer); err != nil {
		return buffer, errGone
	}
	ws.Cipher(buffer, h.Mask, 0)
	return buffer, nil
}

// take handles a frame; isWhole tells that it ended a message.
func (c *socket) take(h ws.Header, payload []byte, handle func([]byte) error) (isWhole bool, err error) {
	switch {
	case h.OpCode == ws.OpClose:
		c.close()
		return false, errGone
	case h.OpCode == ws.OpPing:
		if c.send(ws.OpPong, payload) != nil {
			return false, errGone
		}
		return false, nil
	case h.OpCode == ws.OpPong:
		return false, nil
	case h.Fin && !c.isOpen:
		return true, handle(payload)
	}
	c.isOpen = !h.Fin
	c.parts = append(c.parts, payload...)
	if c.isOpen {
		return false, nil
	}
	whole := c.parts
	c.parts = nil
	return true, handle(whole)
}

// send writes frames, each a message of its own, in one go.
func (c *socket) send(kind ws.OpCode, frames ...server.Frame) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isEnded {
		return net.ErrClosed
	}
	return c.write(kind, frames)
}

// write sends while mu is held.
func (c *socket) write(kind ws.OpCode, frames []server.Frame) error {
	buffer := letters.Get().(*[]byte)
	data := (*buffer)[:0]
	for _, frame := range frames {
		data = appendHeader(data, kind, len(frame))
		data = append(data, frame...)
	}
	*buffer = data
	err := c.allowTime()
	if err == nil {
		_, err = c.conn.Write(data)
	}
	if cap(data) <= bufferSize {
		letters.Put(buffer)
	}
	return err
}

// allowTime gives what is written at least writeTime. Moving the deadline each time would cost as much as a short write.
func (c *socket) allowTime() error {
	now := time.Now()
	if c.deadline.Sub(now) >= writeTime {
		return nil
	}
	c.deadline = now.Add(2 * writeTime)
	return c.conn.SetWriteDeadline(c.deadline)
}

// appendHeader writes the header of an unmasked final frame (RFC 6455 §5.2).
func appendHeader(dst []byte, kind ws.OpCode, length int) []byte {
	dst = append(dst, 0x80|byte(kind))
	switch {
	case length < 126:
		return append(dst, byte(length))
	case length < 1<<16:
		return append(dst, 126, byte(length>>8), byte(length))
	}
	dst = append(dst, 127)
	for shift := 56; shift >= 0; shift -= 8 {
		dst = append(dst, byte(uint64(length)>>shift))
	}
	return dst
}

// close sends the last messages and the closing frame. The reader ends when the client has answered, or a moment later.
func (c *socket) close(last ...server.Frame) {
	// Before the lock: whoever is stuck in a write holds it.
	_ = c.conn.SetWriteDeadline(time.Now().Add(closeTime))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isEnded {
		return
	}
	c.isEnded = true
	err := c.write(ws.OpText, last)
	if err == nil {
		err = c.write(ws.OpClose, []server.Frame{ws.NewCloseFrameBody(ws.StatusNormalClosure, "")})
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(closeTime))
	if err != nil {
		_ = c.conn.Close()
	}
}

// drain waits for the client's end of the connection, so that what was sent last is not lost with it.
func (c *socket) drain() { _, _ = io.Copy(io.Discard, c.conn) }
