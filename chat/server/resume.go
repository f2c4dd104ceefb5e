package server

import (
	"strconv"
	"time"

	"lucarne/chat/xmpp"
)

// makeResumable gives a session the name it may be resumed by; "" when it has ended.
func (s *Server) makeResumable(c *session) string {
	id := token()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[c.jid] != c {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.resumeID = id
	s.resumable[id] = c
	return id
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
	if before := c.connection(); before != nil {
		go before.Close(&StreamError{Condition: Replaced}) // before the lock: who is stuck in a write to it holds that
	}
	c.write.Lock()
	defer c.write.Unlock()
	managed := c.acks.Load()
	if !managed.confirm(uint32(h)) || !c.attach(st.conn) {
		return st.reply(failed("item-not-found"))
	}
	st.s.rise(c)
	st.take(c)
	resumed := xmpp.NewElement(nsSM, "resumed").Set("previd", e.Attr("previd")).Set("h", strconv.FormatUint(uint64(managed.count()), 10))
	frames := append([]Frame{encode(resumed)}, managed.pending()...)
	if err := st.conn.Send(frames...); err != nil {
		return &StreamError{Condition: TimedOut}
	}
	return nil
}

// attach lets the session go on with a connection; false when it has ended.
func (c *session) attach(conn Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isOver {
		return false
	}
	if c.patience != nil {
		c.patience.Stop()
		c.patience = nil
	}
	c.conn = conn
	return true
}

// detach takes a connection that is gone from the session. Without stream management that is its end.
func (c *session) detach(conn Conn) {
	c.mu.Lock()
	if c.conn != conn || c.isOver {
		c.mu.Unlock()
		return
	}
	c.conn = nil
	mayResume := c.resumeID != ""
	c.mu.Unlock()
	if !mayResume || !c.s.lieDown(c) {
		c.endIf(c.isAlone, nil)
		return
	}
	c.rest()
}

// isAlone tells, with mu held, that no connection carries the session.
func (c *session) isAlone() bool { return c.conn == nil }

// rest ends the session unless it is resumed in time.
func (c *session) rest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isOver || c.conn != nil { // resumed, or ended, meanwhile
		go c.s.rise(c)
		return
	}
	c.patience = time.AfterFunc(restTime, func() { c.endIf(c.isAlone, nil) })
}

// lieDown counts a session that waits for its client; false when too many do.
func (s *Server) lieDown(c *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	bare := c.jid.Bare()
	if len(s.resting) >= maxResting || s.restingOf[bare] >= maxRestingOfOne || s.isClosed {
		return false
	}
	if _, isIn := s.resting[c]; !isIn {
		s.resting[c] = struct{}{}
		s.restingOf[bare]++
	}
	return true
}

// rise counts it no longer. It may be repeated.
func (s *Server) rise(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.riseLocked(c)
}

func (s *Server) riseLocked(c *session) {
	if _, isIn := s.resting[c]; !isIn {
		return
	}
	delete(s.resting, c)
	bare := c.jid.Bare()
	if s.restingOf[bare]--; s.restingOf[bare] == 0 {
		delete(s.restingOf, bare)
	}
}
