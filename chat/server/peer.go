package server

import (
	"context"

	"lucarne/chat/xmpp"
)

// FromRemote handles a stanza of another server, whose domain is proven.
func (s *Server) FromRemote(ctx context.Context, e *xmpp.Element) {
	ctx, cancel := context.WithTimeout(ctx, handlingTime)
	defer cancel()
	from, err := xmpp.ParseJID(e.Attr("from"))
	to, err2 := xmpp.ParseJID(e.Attr("to"))
	if err != nil || err2 != nil || s.IsLocal(from.Domain()) || !s.IsLocal(to.Domain()) {
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
	p := s.strangerAt(from, e.Name.Local == "presence" && e.Attr("type") == "")
	defer s.settle(p)
	if saysGone(e) {
		p.end()
		return
	}
	s.route(ctx, p, to, e)
}

// gone are the errors by which a server says that it does not reach somebody any more (XEP-0045 §9.1), or could not take something.
var gone = map[string]bool{
	"gone": true, "item-not-found": true, "recipient-unavailable": true, "redirect": true, "remote-server-not-found": true,
	"remote-server-timeout": true, "service-unavailable": true, "jid-malformed": true, "internal-server-error": true, "resource-constraint": true,
}

func saysGone(e *xmpp.Element) bool {
	if e.Name.Local == "iq" || e.Attr("type") != "error" {
		return false
	}
	why := e.Child(xmpp.NSClient, "error")
	return why == nil || why.First() == nil || gone[why.First().Name.Local]
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
	if e.Name.Local == "presence" {
		c.noteAnswer(from.Bare(), kind, isOwn(e))
	}
	c.post(e)
}

// isOwn tells that a presence is the receiver's own in a room.
func isOwn(e *xmpp.Element) bool {
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
