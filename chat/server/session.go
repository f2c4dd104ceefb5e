package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/chat"
	"lucarne/chat/xmpp"
)

// session is somebody signed in here with a resource. It may outlive its connection when stream management is on.
type session struct {
	s    *Server
	jid  xmpp.JID
	who  *identity
	from Origin
	pace pace
	ctx  context.Context // until the session ends
	stop context.CancelFunc

	// write keeps what is sent in the order in which it is counted.
	write sync.Mutex
	acks  atomic.Pointer[acks] // nil: no stream management

	mu       sync.Mutex
	conn     Conn // nil: between two connections
	rooms    map[string]*occupancy
	afar     map[xmpp.JID]*distant // rooms on other servers
	resumeID string
	patience *time.Timer // until a session without a connection ends
	isOver   bool

	posted      []Frame // by others, until drained
	postedBytes int
	isDraining  bool
}

// Bounds of what others may have sent to a session that it has not read yet.
const (
	maxPosted      = 256
	maxPostedBytes = 1 << 20
)

func newSession(s *Server, jid xmpp.JID, who *identity, from Origin, conn Conn) *session {
	ctx, cancel := context.WithCancel(context.Background())
	return &session{s: s, jid: jid, who: who, from: from, ctx: ctx, stop: cancel, conn: conn, rooms: make(map[string]*occupancy)}
}

// peer is who takes part in rooms: a session here, or somebody on another server.
type peer interface {
	address() xmpp.JID
	identity() *identity
	origin() Origin
	life() context.Context // until the peer is gone
	// send tells the peer something of its own; the elements may lack the receiver.
	send(elements ...*xmpp.Element)
	// tell passes on what happened in a room.
	tell(oc *occupancy, events []*chat.Event)
	occupancy(room string) *occupancy
	enter(ctx context.Context, oc *occupancy) error
	left(oc *occupancy)
	// lose ends what the peer is connected by: it could not keep up.
	lose(reason *StreamError)
}

func (c *session) address() xmpp.JID     { return c.jid }
func (c *session) identity() *identity   { return c.who }
func (c *session) origin() Origin        { return c.from }
func (c *session) life() context.Context { return c.ctx }

func (c *session) occupancy(room string) *occupancy {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rooms[room]
}

func (c *session) enter(_ context.Context, oc *occupancy) error {
	c.mu.Lock()
	if c.isOver {
		c.mu.Unlock()
		return refusal{condition: unavailable}
	}
	before, err := seat(c.rooms, oc)
	c.mu.Unlock()
	before.leave()
	return err
}

// seat puts an occupancy in its place, and gives the one that was there.
func seat(rooms map[string]*occupancy, oc *occupancy) (before *occupancy, err error) {
	before = rooms[oc.name]
	if before == nil && len(rooms) >= maxRoomsOfSession {
		return nil, refusal{condition: tooMany, text: "You are in too many rooms"}
	}
	rooms[oc.name] = oc
	return before, nil
}

func (c *session) left(oc *occupancy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rooms[oc.name] == oc {
		delete(c.rooms, oc.name)
	}
}

func (c *session) send(elements ...*xmpp.Element) {
	frames := make([]Frame, 0, len(elements))
	for _, e := range elements {
		if e != nil {
			frames = append(frames, encode(c.addressed(e)))
		}
	}
	c.transmit(frames)
}

// addressed names the receiver.
func (c *session) addressed(e *xmpp.Element) *xmpp.Element {
	if e.Attr("to") != "" {
		return e
	}
	return e.Copy().Set("to", c.jid.String())
}

func (c *session) tell(oc *occupancy, events []*chat.Event) {
	frames := make([]Frame, 0, len(events))
	for _, e := range events {
		if frame := oc.frame(e); len(frame) > 0 {
			frames = append(frames, frame)
		}
	}
	c.transmit(frames)
}

// transmit sends frames in their order, and keeps them until they are acknowledged where that was agreed.
func (c *session) transmit(frames []Frame) {
	if len(frames) == 0 {
		return
	}
	c.write.Lock()
	defer c.write.Unlock()
	conn, managed := c.connection(), c.acks.Load()
	if conn != nil && conn.NeedsTo() || managed != nil {
		frames = c.withReceiver(frames)
	}
	if managed != nil {
		if !managed.keep(frames) {
			c.endWith(&StreamError{Condition: TooMuch, Text: "Too much waits to be acknowledged"})
			return
		}
		frames = managed.withRequest(frames)
	}
	if conn == nil {
		return
	}
	if err := conn.Send(frames...); err != nil {
		conn.Close(&StreamError{Condition: TooMuch, Text: "The connection is too slow"})
		c.detach(conn)
	}
}

// withReceiver gives copies of the frames that name the receiver.
func (c *session) withReceiver(frames []Frame) []Frame {
	named := make([]Frame, len(frames))
	for i, frame := range frames {
		named[i] = nameReceiver(frame, c.jid)
	}
	return named
}

func (c *session) connection() Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conn
}

// post sends what somebody else wrote, whom it must not hold up. What a client does not take in time is lost.
func (c *session) post(e *xmpp.Element) {
	frame := encode(c.addressed(e))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isOver || len(c.posted) >= maxPosted || c.postedBytes+len(frame) > maxPostedBytes {
		return
	}
	c.posted = append(c.posted, frame)
	c.postedBytes += len(frame)
	if !c.isDraining {
		c.isDraining = true
		go c.drain()
	}
}

func (c *session) drain() {
	for {
		c.mu.Lock()
		frames := c.posted
		c.posted, c.postedBytes = nil, 0
		c.isDraining = len(frames) > 0
		c.mu.Unlock()
		if len(frames) == 0 {
			return
		}
		c.transmit(frames)
	}
}

// endBy ends the session unless it goes on with another connection already.
func (c *session) endBy(conn Conn) {
	c.endIf(func() bool { return c.conn == conn }, nil)
}

func (c *session) lose(reason *StreamError) { c.end(reason) }

// endWith ends the session and tells the client why. It does not wait for a line that hangs.
func (c *session) endWith(reason *StreamError) { go c.end(reason) }

func (c *session) end(reason *StreamError) { c.endIf(func() bool { return true }, reason) }

// endIf lets go of everything if that is meant, which is asked with mu held. A reason ends the connection too. It may be called twice.
func (c *session) endIf(isMeant func() bool, reason *StreamError) {
	c.mu.Lock()
	if c.isOver || !isMeant() {
		c.mu.Unlock()
		return
	}
	c.isOver = true
	conn := c.conn
	c.conn = nil
	if c.patience != nil {
		c.patience.Stop()
	}
	rooms := make([]*occupancy, 0, len(c.rooms))
	for _, oc := range c.rooms {
		rooms = append(rooms, oc)
	}
	c.mu.Unlock()
	c.stop()
	for _, oc := range rooms {
		oc.leave()
	}
	c.s.delist(c)
	c.s.leaveRemote(c)
	if managed := c.acks.Load(); managed != nil {
		managed.forget()
	}
	if conn != nil && reason != nil {
		conn.Close(reason)
	}
}
