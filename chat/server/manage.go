package server

import (
	"strconv"
	"sync"
	"time"

	"lucarne/chat/xmpp"
)

// Bounds of stream management (XEP-0198).
const (
	maxUnacked      = 1000 // frames a client may leave unacknowledged
	maxUnackedBytes = 1 << 20
	askEvery        = 30 // frames
	restTime        = 2 * time.Minute
)

// acks counts stanzas in both directions and keeps those the client did not acknowledge. It is guarded by the session's write lock, but for
// the count of what came in.
type acks struct {
	sent    uint32 // all so far, modulo 2^32
	unacked []Frame
	bytes   int
	asked   int // frames since the last request

	mu       sync.Mutex
	received uint32
}

func (a *acks) keep(frames []Frame) bool {
	for _, f := range frames {
		a.bytes += len(f)
	}
	a.unacked = append(a.unacked, frames...)
	a.sent += uint32(len(frames))
	a.asked += len(frames)
	return len(a.unacked) <= maxUnacked && a.bytes <= maxUnackedBytes
}

// withRequest adds a request for an answer now and then.
func (a *acks) withRequest(frames []Frame) []Frame {
	if a.asked < askEvery {
		return frames
	}
	a.asked = 0
	return append(frames[:len(frames):len(frames)], Frame("<r xmlns='"+nsSM+"'/>"))
}

// confirm forgets what the client has up to a count; false for one that was never reached.
func (a *acks) confirm(h uint32) bool {
	first := a.sent - uint32(len(a.unacked))
	n := h - first // modulo 2^32
	if n > uint32(len(a.unacked)) {
		return false
	}
	for _, f := range a.unacked[:n] {
		a.bytes -= len(f)
	}
	a.unacked = append([]Frame(nil), a.unacked[n:]...)
	return true
}

func (a *acks) count() uint32 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.received
}

// handled counts a stanza of the client.
func (c *session) handled() {
	if a := c.acks.Load(); a != nil {
		a.mu.Lock()
		a.received++
		a.mu.Unlock()
	}
}

// manage handles the elements of stream management.
func (st *Stream) manage(e *xmpp.Element) error {
	switch e.Name.Local {
	case "enable":
		return st.enable(e)
	case "resume":
		return st.resume(e)
	case "r":
		return st.answer()
	case "a":
		return st.confirm(e)
	}
	return &StreamError{Condition: BadFormat}
}

func failed(name string) *xmpp.Element {
	return xmpp.NewElement(nsSM, "failed", xmpp.NewElement(nsStanzas, name))
}

func (st *Stream) enable(e *xmpp.Element) error {
	if st.c == nil || st.c.acks.Load() != nil {
		return st.reply(failed("unexpected-request"))
	}
	enabled := xmpp.NewElement(nsSM, "enabled")
	c := st.c
	if wish := e.Attr("resume"); wish == "true" || wish == "1" {
		id := token()
		enabled.Set("id", id).Set("resume", "true").Set("max", strconv.Itoa(int(restTime/time.Second)))
		c.mu.Lock()
		c.resumeID = id
		c.mu.Unlock()
		st.s.mu.Lock()
		st.s.resumable[id] = c
		st.s.mu.Unlock()
	}
	c.write.Lock()
	defer c.write.Unlock()
	c.acks.Store(&acks{})
	return st.reply(enabled)
}

func (st *Stream) answer() error {
	if st.c == nil || st.c.acks.Load() == nil {
		return &StreamError{Condition: BadFormat}
	}
	return st.reply(xmpp.NewElement(nsSM, "a").Set("h", strconv.FormatUint(uint64(st.c.acks.Load().count()), 10)))
}

func (st *Stream) confirm(e *xmpp.Element) error {
	h, err := strconv.ParseUint(e.Attr("h"), 10, 32)
	if st.c == nil || st.c.acks.Load() == nil || err != nil {
		return &StreamError{Condition: BadFormat}
	}
	st.c.write.Lock()
	defer st.c.write.Unlock()
	if !st.c.acks.Load().confirm(uint32(h)) {
		return &StreamError{Condition: BadFormat, Text: "More is acknowledged than was sent"}
	}
	return nil
}

// resume gives a session that rests, or whose old line hangs, to this connection.
func (st *Stream) resume(e *xmpp.Element) error {
	h, err := strconv.ParseUint(e.Attr("h"), 10, 32)
	st.s.mu.Lock()
	c := st.s.resumable[e.Attr("previd")]
	st.s.mu.Unlock()
	if st.c != nil || err != nil || c == nil || c.jid.Bare() != st.who.bare {
		return st.reply(failed("item-not-found"))
	}
	c.write.Lock()
	defer c.write.Unlock()
	if !c.acks.Load().confirm(uint32(h)) {
		return st.reply(failed("item-not-found"))
	}
	before, isOver := c.attach(st.conn)
	if isOver {
		return st.reply(failed("item-not-found"))
	}
	if before != nil {
		go before.Close(&StreamError{Condition: Replaced})
	}
	st.take(c)
	resumed := xmpp.NewElement(nsSM, "resumed").Set("previd", e.Attr("previd")).Set("h", strconv.FormatUint(uint64(c.acks.Load().count()), 10))
	frames := append([]Frame{encode(resumed)}, c.acks.Load().unacked...)
	if err := st.conn.Send(frames...); err != nil {
		return &StreamError{Condition: TimedOut}
	}
	return nil
}

func (c *session) attach(conn Conn) (before Conn, isOver bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, c.conn = c.conn, conn
	return before, c.isOver
}

// rest ends the session unless it is resumed in time.
func (c *session) rest() {
	time.AfterFunc(restTime, func() {
		if c.connection() == nil {
			c.end()
		}
	})
}
