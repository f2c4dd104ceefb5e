package server

import "lucarne/chat/xmpp"

// distant is a room on another server that a client is in, or is about to come into.
type distant struct {
	at   xmpp.JID // with the nickname
	isIn bool     // the room said so
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
	if err := c.maySay(to, e); err != nil {
		return err
	}
	s.toOthers(e)
	return nil
}

// maySay refuses what would reach people of other servers rather than rooms. Questions reach programs only.
func (c *session) maySay(to xmpp.JID, e *xmpp.Element) error {
	kind, isKnown := e.Attr("type"), c.knows(to.Bare())
	switch {
	case e.Name.Local == "iq":
		return nil
	case e.Name.Local == "message" && kind == "groupchat" && to.IsBare() && isKnown:
		return nil
	case e.Name.Local == "presence" && kind == "unavailable" && isKnown:
		c.forgetRemote(to.Bare())
		return nil
	case e.Name.Local == "presence" && kind == "" && !to.IsBare() && (isKnown || e.Child(nsMUC, "x") != nil):
		return c.noteRemote(to)
	}
	return refusal{condition: unavailable, text: "Only rooms are reached on other servers, and only by who is in them"}
}

// noteRemote remembers the rooms on other servers a client is in.
func (c *session) noteRemote(to xmpp.JID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.afar[to.Bare()]; known != nil {
		known.at = to
		return nil
	}
	if len(c.afar) >= maxRoomsOfSession || c.isOver {
		return refusal{condition: tooMany, text: "You are in too many rooms"}
	}
	if c.afar == nil {
		c.afar = make(map[xmpp.JID]*distant)
	}
	c.afar[to.Bare()] = &distant{at: to}
	return nil
}

// noteAnswer keeps in mind what a room says by a presence. One that is refused does not end what was before: another nickname was taken, say.
func (c *session) noteAnswer(room xmpp.JID, kind string, isOwn bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.afar[room]
	switch {
	case known == nil:
	case kind == "" && isOwn:
		known.isIn = true
	case kind == "error" && !known.isIn, kind == "unavailable" && isOwn:
		delete(c.afar, room)
	}
}

func (c *session) knows(room xmpp.JID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.afar[room] != nil
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
	for _, room := range afar {
		s.toOthers(xmpp.NewElement(xmpp.NSClient, "presence").Set("type", "unavailable").Set("from", c.jid.String()).Set("to", room.at.String()))
	}
}
