package server

import (
	"context"
	"sync"

	"lucarne/chat"
	"lucarne/chat/xmpp"
)

// stranger is somebody on another server who is in rooms here.
type stranger struct {
	s    *Server
	jid  xmpp.JID
	who  *identity
	ctx  context.Context // until they are in no room
	stop context.CancelFunc

	mu    sync.Mutex
	rooms map[string]*occupancy
}

// maxStrangers bounds those of other servers who are in rooms here.
const maxStrangers = 10_000

func (p *stranger) address() xmpp.JID     { return p.jid }
func (p *stranger) identity() *identity   { return p.who }
func (p *stranger) origin() Origin        { return Origin{} }
func (p *stranger) life() context.Context { return p.ctx }

func (p *stranger) occupancy(room string) *occupancy {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rooms[room]
}

func (p *stranger) enter(_ context.Context, oc *occupancy) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.rooms) >= maxRoomsOfSession {
		return refusal{condition: condition{"wait", "resource-constraint"}, text: "You are in too many rooms"}
	}
	p.rooms[oc.name] = oc
	return nil
}

func (p *stranger) left(oc *occupancy) {
	p.mu.Lock()
	if p.rooms[oc.name] == oc {
		delete(p.rooms, oc.name)
	}
	isGone := len(p.rooms) == 0
	p.mu.Unlock()
	if isGone {
		p.s.forget(p)
	}
}

func (p *stranger) send(elements ...*xmpp.Element) {
	for _, e := range elements {
		if e != nil {
			p.s.toOthers(e.Copy().Set("to", p.jid.String()))
		}
	}
}

func (p *stranger) tell(oc *occupancy, events []*chat.Event) {
	isStaff := oc.o.Affiliation.CanModerate()
	for _, e := range events {
		p.send(oc.write(e, isStaff))
	}
}

// lose lets go of somebody whose server cannot keep up. They come again when it can.
func (p *stranger) lose(*StreamError) { p.end() }

func (p *stranger) end() {
	p.mu.Lock()
	rooms := make([]*occupancy, 0, len(p.rooms))
	for _, oc := range p.rooms {
		rooms = append(rooms, oc)
	}
	p.mu.Unlock()
	for _, oc := range rooms {
		oc.leave()
	}
	p.s.forget(p)
}

func (s *Server) forget(p *stranger) {
	s.mu.Lock()
	if s.strangers[p.jid] == p {
		delete(s.strangers, p.jid)
	}
	s.mu.Unlock()
	p.stop()
}

// FromRemote handles a stanza of another server, whose domain is proven.
func (s *Server) FromRemote(ctx context.Context, e *xmpp.Element) {
	ctx, cancel := context.WithTimeout(ctx, handlingTime)
	defer cancel()
	from, err := xmpp.ParseJID(e.Attr("from"))
	to, err2 := xmpp.ParseJID(e.Attr("to"))
	if err != nil || err2 != nil || s.IsLocal(from.Domain()) {
		return
	}
	switch e.Name.Local {
	case "message", "presence", "iq":
	default:
		return
	}
	if to.Domain() != s.room.Domain() && to.Local() != "" {
		s.toClient(to, from, e)
		return
	}
	if p := s.strangerAt(from, e); p != nil {
		if e.Name.Local == "presence" && e.Attr("type") == "error" || e.Name.Local == "message" && e.Attr("type") == "error" {
			p.end() // their server does not reach them any more (XEP-0045 §14.4)
			return
		}
		s.route(ctx, p, to, e)
	}
}

// strangerAt gives who is at a remote address. Who is in no room yet is known for the one stanza only.
func (s *Server) strangerAt(from xmpp.JID, e *xmpp.Element) *stranger {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.strangers[from]; p != nil {
		return p
	}
	bare := from.Bare()
	ctx, stop := context.WithCancel(context.Background())
	p := &stranger{s: s, jid: from, who: &identity{bare: bare, remote: bare.String()}, ctx: ctx, stop: stop, rooms: make(map[string]*occupancy)}
	if e.Name.Local == "presence" && e.Attr("type") == "" && len(s.strangers) < maxStrangers && !s.isClosed {
		s.strangers[from] = p
	}
	return p
}

// toClient passes on what another server says to a client here: answers, and what happens in rooms there that the client is in.
func (s *Server) toClient(to, from xmpp.JID, e *xmpp.Element) {
	s.mu.Lock()
	c := s.sessions[to]
	s.mu.Unlock()
	kind := e.Attr("type")
	isAnswer := e.Name.Local == "iq" && (kind == "result" || kind == "error")
	if c == nil || !isAnswer && !c.knows(from.Bare()) {
		if e.Name.Local == "iq" && !isAnswer {
			s.toOthers(refuse(e, refusal{condition: unavailable}))
		}
		return
	}
	if e.Name.Local == "presence" && kind == "error" || kind == "unavailable" && isOwnLeave(e) {
		c.forgetRemote(from.Bare())
	}
	c.post(e)
}

func isOwnLeave(e *xmpp.Element) bool {
	for _, child := range e.Child(nsMUCUser, "x").Children() {
		if child.Is(nsMUCUser, "status") && child.Attr("code") == statusSelf {
			return true
		}
	}
	return false
}

// toOthers gives a stanza to the servers' part.
func (s *Server) toOthers(e *xmpp.Element) {
	s.mu.Lock()
	remote := s.remote
	s.mu.Unlock()
	if remote != nil && e != nil {
		remote.Send(e)
	}
}

// toRemote sends a client's stanza to another server: to rooms there only, which the client knows by having joined them.
func (s *Server) toRemote(from peer, to xmpp.JID, e *xmpp.Element) error {
	c, isHere := from.(*session)
	s.mu.Lock()
	hasRemote := s.remote != nil
	s.mu.Unlock()
	if !isHere || !hasRemote || c.who.isVisitor() {
		return refusal{condition: condition{"cancel", "remote-server-not-found"}}
	}
	if e.Name.Local == "presence" && !c.noteRemote(to, e.Attr("type")) {
		return refusal{condition: condition{"wait", "resource-constraint"}, text: "You are in too many rooms"}
	}
	s.toOthers(e)
	return nil
}

// noteRemote remembers the rooms on other servers a client is in; false when they are too many.
func (c *session) noteRemote(to xmpp.JID, kind string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case kind == "unavailable":
		delete(c.afar, to.Bare())
		return true
	case kind != "" || to.IsBare():
		return true
	}
	if c.afar == nil {
		c.afar = make(map[xmpp.JID]xmpp.JID)
	}
	if _, isIn := c.afar[to.Bare()]; !isIn && len(c.afar) >= maxRoomsOfSession {
		return false
	}
	c.afar[to.Bare()] = to
	return true
}

func (c *session) knows(room xmpp.JID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, isIn := c.afar[room]
	return isIn
}

func (c *session) forgetRemote(room xmpp.JID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.afar, room)
}

// leaveRemote takes a client that is gone out of rooms on other servers.
func (s *Server) leaveRemote(c *session) {
	c.mu.Lock()
	afar := c.afar
	c.afar = nil
	c.mu.Unlock()
	for _, to := range afar {
		s.toOthers(xmpp.NewElement(xmpp.NSClient, "presence").Set("type", "unavailable").Set("from", c.jid.String()).Set("to", to.String()))
	}
}
