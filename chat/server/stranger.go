package server

import (
	"context"
	"maps"
	"slices"
	"sync"

	"lucarne/chat"
	"lucarne/chat/xmpp"
	"lucarne/platform/fault"
)

// stranger is somebody on another server who is in rooms here.
type stranger struct {
	s       *Server
	jid     xmpp.JID
	who     *identity
	ctx     context.Context // until they are in no room
	stop    context.CancelFunc
	isKnown bool // may be in rooms
	busy    int  // stanzas of theirs that are being handled; guarded by the server's lock

	mu    sync.Mutex
	rooms map[string]*occupancy
}

// Bounds of those of other servers who are in rooms here.
const (
	maxStrangers          = 10_000
	maxStrangersPerDomain = 2_000
)

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
	if !p.isKnown {
		return refusal{condition: tooMany, text: "Too many people of other servers are here"}
	}
	p.mu.Lock()
	before, err := seat(p.rooms, oc)
	p.mu.Unlock()
	before.leave()
	return err
}

func (p *stranger) left(oc *occupancy) {
	p.mu.Lock()
	if p.rooms[oc.name] == oc {
		delete(p.rooms, oc.name)
	}
	p.mu.Unlock()
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.forgetIdle(p)
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

func (p *stranger) occupancies() []*occupancy {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Values(p.rooms))
}

func (p *stranger) end() {
	for _, oc := range p.occupancies() {
		oc.leave()
	}
}

// dismiss lets go of somebody because the server stops, and tells them.
func (p *stranger) dismiss() {
	for _, oc := range p.occupancies() {
		oc.expelled(p.ctx, fault.New(fault.Unavailable, "The chat is being stopped"))
	}
}

// strangerAt gives who is at a remote address until settle is called. Who comes into a room is known from then on; others for the one stanza.
func (s *Server) strangerAt(from xmpp.JID, mayEnter bool) *stranger {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.strangers[from]; p != nil {
		p.busy++
		return p
	}
	bare := from.Bare()
	ctx, stop := context.WithCancel(context.Background())
	p := &stranger{s: s, jid: from, who: &identity{bare: bare, remote: bare.String()}, ctx: ctx, stop: stop, busy: 1, rooms: make(map[string]*occupancy)}
	if mayEnter && len(s.strangers) < maxStrangers && s.perDomain[from.Domain()] < maxStrangersPerDomain && !s.isClosed {
		p.isKnown = true
		s.strangers[from] = p
		s.perDomain[from.Domain()]++
	}
	return p
}

// settle forgets who is in no room after all.
func (s *Server) settle(p *stranger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.busy--
	s.forgetIdle(p)
}

// forgetIdle forgets somebody who is in no room and does not come into one just now. It is called with mu held.
func (s *Server) forgetIdle(p *stranger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy > 0 || len(p.rooms) > 0 {
		return
	}
	p.stop()
	if s.strangers[p.jid] != p {
		return
	}
	delete(s.strangers, p.jid)
	domain := p.jid.Domain()
	if s.perDomain[domain]--; s.perDomain[domain] == 0 {
		delete(s.perDomain, domain)
	}
}
