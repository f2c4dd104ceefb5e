package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"lucarne/chat/xmpp"
	"lucarne/platform/fault"
)

// check refuses what no client may say (RFC 6120 §8.1).
func (c *session) check(e *xmpp.Element) error {
	switch e.Name.Local {
	case "message", "presence", "iq":
	default:
		return &StreamError{Condition: "unsupported-stanza-type"}
	}
	if claimed := e.Attr("from"); claimed != "" {
		from, err := xmpp.ParseJID(claimed)
		if err != nil || from != c.jid && from != c.jid.Bare() {
			return &StreamError{Condition: "invalid-from"}
		}
	}
	return nil
}

// handle does what a stanza of a client asks for.
func (c *session) handle(ctx context.Context, e *xmpp.Element) {
	if c.pace.wait(ctx, costOf(e)) != nil {
		return
	}
	e = e.Copy().Set("from", c.jid.String())
	to := c.jid.Bare()
	if text := e.Attr("to"); text != "" {
		var err error
		if to, err = xmpp.ParseJID(text); err != nil {
			c.send(refuse(e, refusal{condition: jidMalformed}))
			return
		}
	}
	c.s.route(ctx, c, to, e)
}

// route takes a stanza of a peer to whom it is for, and tells the peer what came of it.
func (s *Server) route(ctx context.Context, from peer, to xmpp.JID, e *xmpp.Element) {
	err := s.deliver(ctx, from, to, e)
	if err == nil {
		return
	}
	if fault.Is(err, fault.Internal) && !errors.As(err, new(refusal)) {
		s.o.Logger.Error("a stanza failed", "to", to.String(), "error", err)
	}
	if answer := refuse(e, refusalOf(err)); answer != nil {
		from.send(answer)
	}
}

// deliver takes a stanza of a peer to whom it is for. A mistake of ours ends with the stanza, as one in a request does.
func (s *Server) deliver(ctx context.Context, from peer, to xmpp.JID, e *xmpp.Element) (err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = s.mistake(failure)
		}
	}()
	switch to.Domain() {
	case s.room.Domain():
		return s.toRoom(ctx, from, to, e)
	case s.host.Domain(), s.anon.Domain():
		return s.toHere(ctx, from, to, e)
	}
	return s.toRemote(from, to, e)
}

// mistake is the error of what made the server panic.
func (s *Server) mistake(failure any) error {
	return fmt.Errorf("panic: %v\n%s", failure, debug.Stack())
}

// toHere handles what is for the server itself, an account or a session.
func (s *Server) toHere(ctx context.Context, from peer, to xmpp.JID, e *xmpp.Element) error {
	isOwn := to == from.address().Bare()
	switch {
	case e.Name.Local == "presence":
		return nil // nobody here keeps a roster: whether somebody is there is told by rooms
	case to.Local() == "" || isOwn && e.Name.Local == "iq":
		return s.toServer(ctx, from, e)
	case e.Name.Local == "iq":
		return s.toSession(to, e)
	}
	// Letters between people would need a moderation of their own.
	return refusal{condition: unavailable, text: "Private messages are not taken here"}
}

// toSession passes an IQ on to a session, as answers to what it asked of others come.
func (s *Server) toSession(to xmpp.JID, e *xmpp.Element) error {
	kind := e.Attr("type")
	if kind != "result" && kind != "error" {
		return refusal{condition: unavailable}
	}
	s.mu.Lock()
	c := s.sessions[to]
	s.mu.Unlock()
	if c != nil {
		c.post(e)
	}
	return nil
}

// toServer answers what the server itself is asked.
func (s *Server) toServer(ctx context.Context, from peer, e *xmpp.Element) error {
	if e.Name.Local != "iq" {
		return nil
	}
	kind, asked := e.Attr("type"), e.First()
	if kind == "result" || kind == "error" {
		return nil
	}
	if asked == nil || kind != "get" && kind != "set" {
		return refusal{condition: badRequest}
	}
	switch {
	case asked.Is(nsPing, "ping"), asked.Is(nsSession, "session"), asked.Is(nsCarbons, "enable"), asked.Is(nsCarbons, "disable"):
		from.send(result(e))
	case asked.Is(nsDiscoInfo, "query"):
		from.send(result(e, s.serverInfo(e)))
	case asked.Is(nsDiscoItems, "query"):
		from.send(result(e, s.serverItems(e)))
	case asked.Is(nsVersion, "query"):
		from.send(result(e, xmpp.NewElement(nsVersion, "query", xmpp.NewText(nsVersion, "name", "Lucarne"), xmpp.NewText(nsVersion, "version", s.o.Version))))
	case asked.Is(nsRoster, "query") && kind == "get":
		from.send(result(e, xmpp.NewElement(nsRoster, "query")))
	case asked.Is(nsVCard, "vCard") && kind == "get":
		return s.answerCard(ctx, from, e, from.identity().viewer.IsSignedIn())
	default:
		return refusal{condition: unavailable}
	}
	return nil
}
