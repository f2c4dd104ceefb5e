package server

import (
	"context"
	"encoding/base64"
	"slices"

	"lucarne/chat"
	"lucarne/chat/xmpp"
	"lucarne/platform/fault"
	"lucarne/video"
)

// queryTo answers an IQ to a room or to somebody in it. Nothing is passed on from client to client: who is asked answers for nobody.
func (s *Server) queryTo(ctx context.Context, from peer, to xmpp.JID, e *xmpp.Element) error {
	kind, asked := e.Attr("type"), e.First()
	switch {
	case kind == "result" || kind == "error":
		return nil
	case asked == nil || kind != "get" && kind != "set":
		return refusal{condition: badRequest}
	case asked.Is(nsPing, "ping"):
		return s.pingTo(from, to, e)
	case asked.Is(nsVCard, "vCard") && kind == "get":
		return s.cardOf(ctx, from, to, e)
	case !to.IsBare():
		return refusal{condition: unavailable}
	}
	if oc := from.occupancy(to.Local()); oc != nil {
		return oc.answer(ctx, e, asked, kind)
	}
	if asked.Is(nsDiscoInfo, "query") && kind == "get" {
		room, err := s.o.Rooms.Find(ctx, to.Local(), video.Access{Viewer: from.identity().viewer})
		if err != nil {
			return err
		}
		return s.describe(ctx, from, e, room)
	}
	if asked.Is(nsDiscoItems, "query") && kind == "get" {
		from.send(result(e, xmpp.NewElement(nsDiscoItems, "query")))
		return nil
	}
	return refusal{condition: notAcceptable, text: "You are not in the room"}
}

func (s *Server) describe(ctx context.Context, from peer, e *xmpp.Element, room chat.Room) error {
	title, err := s.o.Rooms.Title(ctx, room)
	if err == nil {
		from.send(result(e, roomInfo(room, title, s.o.Rooms.Occupants(room.ID))))
	}
	return err
}

// answer is what an occupant may ask of the room.
func (oc *occupancy) answer(ctx context.Context, e, asked *xmpp.Element, kind string) error {
	isGet := kind == "get"
	switch {
	case asked.Is(nsDiscoInfo, "query") && isGet:
		room, err := oc.s.o.Rooms.Get(ctx, oc.room)
		if err != nil {
			return err
		}
		return oc.s.describe(ctx, oc.peer, e, room)
	case asked.Is(nsDiscoItems, "query") && isGet:
		oc.peer.send(result(e, xmpp.NewElement(nsDiscoItems, "query")))
		return nil
	case asked.Is(nsMAM, "metadata") && isGet:
		return oc.bounds(ctx, e)
	case asked.Is(nsMAM, "query"):
		return oc.archive(ctx, e, asked, isGet)
	case asked.Is(nsMUCAdmin, "query"):
		return oc.administer(ctx, e, asked, isGet)
	case asked.Is(nsMUCOwner, "query"):
		return oc.configure(ctx, e, asked, isGet)
	case asked.Is(nsModerate, "moderate") && !isGet, asked.Is(nsFasten, "apply-to") && !isGet:
		return oc.moderate(ctx, e, asked)
	case asked.Is(nsPubSub, "pubsub"):
		return oc.publishSubscribe(ctx, e, asked, isGet)
	case asked.Is(nsPolls, "query"):
		return oc.askPoll(ctx, e, asked, isGet)
	case asked.Is(nsSearch, "query") && !isGet:
		return oc.search(ctx, e, asked)
	}
	return refusal{condition: unavailable}
}

// pingTo answers a ping to a room, or to oneself in it (XEP-0410): an error tells who is no longer there.
func (s *Server) pingTo(from peer, to xmpp.JID, e *xmpp.Element) error {
	oc := from.occupancy(to.Local())
	switch {
	case oc == nil:
		return refusal{condition: notAcceptable, text: "You are not in the room"}
	case !to.IsBare() && to.Resource() != oc.o.Nickname():
		if _, isHere := s.o.Rooms.PersonByNick(oc.room, to.Resource()); !isHere {
			return refusal{condition: notFound}
		}
		return refusal{condition: unavailable}
	}
	from.send(result(e))
	return nil
}

// cardOf answers for somebody in a room with what everybody may know.
func (s *Server) cardOf(ctx context.Context, from peer, to xmpp.JID, e *xmpp.Element) error {
	oc := from.occupancy(to.Local())
	if oc == nil || to.IsBare() {
		return refusal{condition: notFound}
	}
	who, found := s.o.Rooms.PresenceByNick(oc.room, to.Resource())
	if !found {
		who, found = s.bot(oc.room, to.Resource())
	}
	if !found {
		return refusal{condition: notFound}
	}
	card, err := s.card(ctx, who.Nick, who.Account)
	if err == nil {
		from.send(result(e, card))
	}
	return err
}

// bot is the room's own, if it goes by this name.
func (s *Server) bot(room chat.RoomID, nick string) (chat.Presence, bool) {
	present := s.o.Rooms.Present(room)
	i := slices.IndexFunc(present, func(who chat.Presence) bool { return who.Person == chat.BotPerson && who.Nick == nick })
	if i < 0 {
		return chat.Presence{}, false
	}
	return present[i], true
}

// answerCard answers for an account here: one's own, or the one that is asked for.
func (s *Server) answerCard(ctx context.Context, from peer, e *xmpp.Element, isHere bool) error {
	if !isHere {
		return refusal{condition: notFound}
	}
	viewer := from.identity().viewer
	card, err := s.card(ctx, viewer.User.Account.Name, viewer.User.Username)
	if err == nil {
		from.send(result(e, card))
	}
	return err
}

// card is a vCard (XEP-0054) of a name and, where there is one, a picture.
func (s *Server) card(ctx context.Context, name, username string) (*xmpp.Element, error) {
	card := xmpp.NewElement(nsVCard, "vCard", xmpp.NewText(nsVCard, "FN", name), xmpp.NewText(nsVCard, "NICKNAME", name))
	if username == "" {
		return card, nil
	}
	card.Add(xmpp.NewText(nsVCard, "URL", "https://"+s.host.Domain()+"/a/"+username))
	data, mediaType, err := s.o.Avatars.Avatar(ctx, username)
	switch {
	case fault.Is(err, fault.NotFound):
		return card, nil
	case err != nil:
		return nil, err
	}
	return card.Add(xmpp.NewElement(nsVCard, "PHOTO", xmpp.NewText(nsVCard, "TYPE", mediaType),
		xmpp.NewText(nsVCard, "BINVAL", base64.StdEncoding.EncodeToString(data)))), nil
}
