package server

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/chat/xmpp"
)

// Bounds of stream management (XEP-0198).
const (
	maxUnacked      = 1000 // frames a client may leave unacknowledged
	maxUnackedBytes = 1 << 20
	maxKeptBytes    = 256 << 20 // of all sessions together
	askEvery        = 30        // frames
	restTime        = 2 * time.Minute
	maxResting      = 2000 // sessions that wait for their clients
	maxRestingOfOne = 5    // of one account
)

// acks counts stanzas in both directions and keeps those the client did not acknowledge. What is sent is counted in its order under the
// session's write lock.
type acks struct {
	kept *atomic.Int64 // bytes of all sessions

	mu       sync.Mutex
	received uint32
	sent     uint32 // all so far, modulo 2^32
	unacked  []Frame
	bytes    int
	asked    int // frames since the last request
	isOver   bool
}

// keep remembers what is sent; false when it is too much.
func (a *acks) keep(frames []Frame) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.isOver {
		return true
	}
	added := 0
	for _, f := range frames {
		added += len(f)
	}
	a.bytes += added
	a.unacked = append(a.unacked, frames...)
	a.sent += uint32(len(frames))
	a.asked += len(frames)
	return a.kept.Add(int64(added)) <= maxKeptBytes && len(a.unacked) <= maxUnacked && a.bytes <= maxUnackedBytes
}

// forget drops what was kept: the session has ended.
func (a *acks) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.isOver = true
	a.kept.Add(int64(-a.bytes))
	a.unacked, a.bytes = nil, 0
}

// pending is what the client did not acknowledge.
func (a *acks) pending() []Frame {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unacked[:len(a.unacked):len(a.unacked)]
}

// withRequest adds a request for an answer now and then.
func (a *acks) withRequest(frames []Frame) []Frame {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.asked < askEvery {
		return frames
	}
	a.asked = 0
	return append(frames[:len(frames):len(frames)], Frame("<r xmlns='"+nsSM+"'/>"))
}

// confirm forgets what the client has up to a count; false for one that was never reached.
func (a *acks) confirm(h uint32) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	first := a.sent - uint32(len(a.unacked))
	n := h - first // modulo 2^32
	if n > uint32(len(a.unacked)) {
		return false
	}
	freed := 0
	for _, f := range a.unacked[:n] {
		freed += len(f)
	}
	a.bytes -= freed
	a.kept.Add(int64(-freed))
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
	c.write.Lock()
	defer c.write.Unlock()
	c.acks.Store(&acks{kept: &st.s.kept})
	if wish := e.Attr("resume"); wish == "true" || wish == "1" {
		if id := st.s.makeResumable(c); id != "" {
			enabled.Set("id", id).Set("resume", "true").Set("max", strconv.Itoa(int(restTime/time.Second)))
		}
	}
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
	if !st.c.acks.Load().confirm(uint32(h)) {
		return &StreamError{Condition: BadFormat, Text: "More is acknowledged than was sent"}
	}
	return nil
}
