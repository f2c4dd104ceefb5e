package server

import (
	"context"
	"strconv"
	"time"

	"lucarne/chat"
	"lucarne/chat/xmpp"
	"lucarne/video"
)

// toRoom handles what is sent to the rooms' service, a room or somebody in it.
func (s *Server) toRoom(ctx context.Context, from peer, to xmpp.JID, e *xmpp.Element) error {
	switch {
	case to.Local() == "":
		return s.toRooms(from, e)
	case e.Name.Local == "presence":
		return s.presenceTo(ctx, from, to, e)
	case e.Name.Local == "message":
		return s.messageTo(ctx, from, to, e)
	}
	return s.queryTo(ctx, from, to, e)
}

// toRooms answers what the service itself is asked. It does not list its rooms: each is found where its video is.
func (s *Server) toRooms(from peer, e *xmpp.Element) error {
	asked := e.First()
	switch {
	case e.Name.Local != "iq" || e.Attr("type") == "result" || e.Attr("type") == "error":
		return nil
	case asked.Is(nsPing, "ping"):
		from.send(result(e))
	case asked.Is(nsDiscoInfo, "query"):
		from.send(result(e, roomsInfo()))
	case asked.Is(nsDiscoItems, "query"):
		from.send(result(e, xmpp.NewElement(nsDiscoItems, "query")))
	default:
		return refusal{condition: unavailable}
	}
	return nil
}

func (s *Server) presenceTo(ctx context.Context, from peer, to xmpp.JID, e *xmpp.Element) error {
	oc := from.occupancy(to.Local())
	switch kind := e.Attr("type"); {
	case kind == "unavailable":
		if oc != nil {
			s.leave(ctx, oc)
		}
		return nil
	case kind != "":
		return nil
	case to.IsBare():
		return refusal{condition: jidMalformed, text: "A nickname is missing"}
	case oc != nil && e.Child(nsMUC, "x") == nil:
		return s.rename(ctx, oc, to.Resource())
	case e.Child(nsMUC, "x") == nil:
		from.send(outside(to)) // it believes to be in the room, as before a restart; what it missed it gets by coming in
		return nil
	case from.address().Local() == "" || from.address().IsBare():
		return refusal{condition: jidMalformed, text: "Only people with a full address come in"}
	}
	if oc != nil {
		oc.quit(ctx) // the client lost sight of being here, and comes anew (XEP-0045 §7.2.1)
	}
	return s.join(ctx, from, to, e)
}

// outside tells who is not in a room (XEP-0045 §7.14, §15.6.2).
func outside(at xmpp.JID) *xmpp.Element {
	item := xmpp.NewElement(nsMUCUser, "item").Set("affiliation", "none").Set("role", "none")
	stanza := xmpp.NewElement(xmpp.NSClient, "presence").Set("from", at.String()).Set("type", "unavailable").Add(xmpp.NewElement(nsMUCUser, "x", item))
	addStatus(stanza, statusSelf)
	addStatus(stanza, statusError)
	return stanza
}

func (s *Server) leave(ctx context.Context, oc *occupancy) {
	nick := oc.o.Nickname()
	if !oc.quit(ctx) {
		return // it was told already that it is out
	}
	item := xmpp.NewElement(nsMUCUser, "item").Set("affiliation", string(oc.o.Affiliation)).Set("role", "none")
	stanza := xmpp.NewElement(xmpp.NSClient, "presence").Set("from", oc.at(nick)).Set("type", "unavailable").Add(xmpp.NewElement(nsMUCUser, "x", item))
	addStatus(stanza, statusSelf)
	oc.peer.send(stanza)
}

// rename asks for another nickname. A presence that changes nothing else is told nobody.
func (s *Server) rename(ctx context.Context, oc *occupancy, nick string) error {
	if nick == oc.o.Nickname() {
		return nil
	}
	return s.o.Rooms.Rename(ctx, oc.o, nick)
}

// join lets a peer into a room and tells it what there is to know, in the order of XEP-0045 §7.1.
func (s *Server) join(ctx context.Context, from peer, to xmpp.JID, e *xmpp.Element) error {
	who, asked := from.identity(), e.Child(nsMUC, "x")
	access := video.Access{Viewer: who.viewer, Password: asked.ChildText(nsMUC, "password")}
	room, err := s.o.Rooms.Find(ctx, to.Local(), access)
	if err != nil {
		return err
	}
	entrance := who.entrance(from.origin())
	entrance.Nick = to.Resource()
	if who.viewer.IsSignedIn() {
		entrance.Nick = "" // their account's name
	}
	entrance.Since, _ = strconv.ParseInt(e.Child(nsChat, "since").Attr("seq"), 10, 64)
	o, welcome, err := s.o.Rooms.Join(ctx, room, entrance)
	if err != nil {
		return err
	}
	life, stop := context.WithCancel(from.life())
	oc := &occupancy{pen: s.penFor(room), name: to.Local(), peer: from, o: o, stop: stop, done: make(chan struct{})}
	if err := from.enter(ctx, oc); err != nil {
		stop()
		o.Leave()
		return err
	}
	defer func() { go oc.pump(life) }()
	oc.greet(welcome, to.Resource(), wanted(asked, s.o.Clock.Now()))
	return nil
}

// wish is what part of the history a client asks for (XEP-0045 §7.2.14).
type wish struct {
	count int
	since time.Time
}

const (
	historyByDefault = 20
	historyMost      = 50 // that rooms remember
)

func wanted(asked *xmpp.Element, now time.Time) wish {
	w := wish{count: historyByDefault}
	h := asked.Child(nsMUC, "history")
	if h == nil {
		return w
	}
	if n, err := strconv.Atoi(h.Attr("maxstanzas")); err == nil && n >= 0 {
		w.count = n
	}
	if n, err := strconv.Atoi(h.Attr("maxchars")); err == nil && n == 0 {
		w.count = 0
	}
	if n, err := strconv.ParseInt(h.Attr("seconds"), 10, 32); err == nil && n >= 0 {
		w.since = now.Add(-time.Duration(n) * time.Second)
	}
	if at, err := time.Parse(time.RFC3339, h.Attr("since")); err == nil {
		w.since = at
	}
	return w
}

func (w wish) of(history []*chat.Message) []*chat.Message {
	for len(history) > 0 && history[0].SentAt.Before(w.since) {
		history = history[1:]
	}
	return history[max(0, len(history)-w.count):]
}

// greet tells who came in who else is known, that they are in, what was said, and what holds.
func (oc *occupancy) greet(w chat.Welcome, asked string, history wish) {
	isStaff := oc.o.Affiliation.CanModerate()
	stanzas := make([]*xmpp.Element, 0, len(w.Present)+len(w.History)+4)
	for _, who := range w.Present {
		if who.Person != oc.o.Person {
			stanzas = append(stanzas, oc.presence(who, isStaff))
		}
	}
	shown := history.of(w.History)
	stanzas = append(stanzas, oc.self(w, asked, shown))
	for _, m := range shown {
		stanzas = append(stanzas, oc.said(m, nil))
	}
	oc.peer.send(stanzas...)
	if len(w.Missed) > 0 {
		oc.pass(w.Missed)
	}
	oc.peer.send(oc.around(w)...)
}

// self is the occupant's own presence, which says that the room was entered.
func (oc *occupancy) self(w chat.Welcome, asked string, shown []*chat.Message) *xmpp.Element {
	stanza := oc.presence(w.Self, oc.o.Affiliation.CanModerate())
	addStatus(stanza, statusSelf)
	if w.Self.Nick != asked {
		addStatus(stanza, statusNamed)
	}
	told := xmpp.NewElement(nsChat, "room", settingsElement(w.Room.Settings, w.Room.IsPanic)).Set("seq", strconv.FormatInt(w.Seq, 10))
	if w.IsReset {
		told.Set("reset", "true")
	}
	if len(shown) > 0 {
		told.Set("history", strconv.FormatInt(shown[0].Seq, 10))
	}
	return stanza.Add(told)
}

// around is what comes after the history: the subject, which ends it (XEP-0045 §7.2.15), terms, the pinned message and the poll.
func (oc *occupancy) around(w chat.Welcome) []*xmpp.Element {
	now := oc.s.o.Clock.Now()
	stanzas := []*xmpp.Element{oc.message(oc.jid, "").Add(xmpp.NewElement(xmpp.NSClient, "subject")), oc.terms("global", w.SiteTerms, now)}
	if w.Terms != "" {
		stanzas = append(stanzas, oc.terms("muc", w.Terms, now))
	}
	if w.Pinned != nil {
		stanzas = append(stanzas, oc.pinned(w.Pinned, w.Seq))
	}
	if w.Poll != nil {
		oc.poll.Store(int64(w.Poll.ID))
		stanzas = append(stanzas, oc.pen.poll(&chat.Event{Kind: chat.PollCounted, Detail: chat.Detail{Poll: w.Poll}}))
	}
	return stanzas
}
