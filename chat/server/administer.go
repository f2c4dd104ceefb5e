package server

import (
	"context"
	"strconv"
	"time"

	"lucarne/chat"
	"lucarne/chat/xmpp"
)

// administer is XEP-0045 §8.2 to §10.8: who is what in the room, as far as the platform leaves it to the room.
func (oc *occupancy) administer(ctx context.Context, e, asked *xmpp.Element, isGet bool) error {
	item := asked.Child(nsMUCAdmin, "item")
	if item == nil {
		return refusal{condition: badRequest}
	}
	if isGet {
		list, err := oc.list(ctx, item)
		if err == nil {
			oc.peer.send(result(e, xmpp.NewElement(nsMUCAdmin, "query", list...)))
		}
		return err
	}
	if !oc.o.Affiliation.CanModerate() {
		return refusal{condition: forbidden}
	}
	if len(asked.Children()) > maxItemsAtOnce {
		return refusal{condition: badRequest, text: "That is too many at once"}
	}
	for _, item := range asked.Children() {
		if err := oc.change(ctx, item); err != nil {
			return err
		}
	}
	oc.peer.send(result(e))
	return nil
}

const maxItemsAtOnce = 50

// list answers who has an affiliation or a role.
func (oc *occupancy) list(ctx context.Context, item *xmpp.Element) ([]*xmpp.Element, error) {
	if !oc.o.Affiliation.CanModerate() {
		return nil, refusal{condition: forbidden}
	}
	if item.Attr("affiliation") == "outcast" {
		return oc.outcasts(ctx)
	}
	var list []*xmpp.Element
	for _, who := range oc.s.o.Rooms.Present(oc.room) {
		if string(who.Affiliation) == item.Attr("affiliation") || string(who.Role) == item.Attr("role") {
			list = append(list, adminItem(oc.item(who, true)).Set("nick", who.Nick))
		}
	}
	return list, nil
}

func adminItem(item *xmpp.Element) *xmpp.Element {
	return &xmpp.Element{Name: xmpp.Name{Space: nsMUCAdmin, Local: "item"}, Attrs: item.Attrs}
}

func (oc *occupancy) outcasts(ctx context.Context) ([]*xmpp.Element, error) {
	sanctions, err := oc.s.o.Rooms.Sanctions(ctx, oc.o.Viewer(), oc.room)
	if err != nil {
		return nil, err
	}
	var list []*xmpp.Element
	for _, s := range sanctions {
		jid := oc.s.addressOf(chat.Presence{Person: s.Target})
		if s.Kind != chat.Ban || jid == "" {
			continue
		}
		item := xmpp.NewElement(nsMUCAdmin, "item").Set("affiliation", "outcast").Set("jid", jid)
		if s.Reason != "" {
			item.Add(xmpp.NewText(nsMUCAdmin, "reason", s.Reason))
		}
		list = append(list, item)
	}
	return list, nil
}

// change does what one item asks: kick, mute, ban, or end that.
func (oc *occupancy) change(ctx context.Context, item *xmpp.Element) error {
	person, err := oc.meant(ctx, item)
	if err != nil {
		return err
	}
	rooms, by := oc.s.o.Rooms, oc.o.Viewer()
	m := chat.Measure{Room: oc.room, Person: person, Reason: item.ChildText(nsMUCAdmin, "reason")}
	if text, found := item.FindAttr(nsChat, "for"); found {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return refusal{condition: badRequest}
		}
		m.For = time.Duration(n) * time.Second
	}
	switch role, affiliation := item.Attr("role"), item.Attr("affiliation"); {
	case role == "none":
		return rooms.Kick(ctx, by, m)
	case role == "visitor":
		return rooms.Mute(ctx, by, m)
	case role == "participant":
		return rooms.Lift(ctx, by, chat.Mute, m)
	case affiliation == "outcast":
		return rooms.Ban(ctx, by, m)
	case affiliation == "none":
		return rooms.Lift(ctx, by, chat.Ban, m)
	}
	return refusal{condition: notAllowed, text: "Who moderates is decided on the pages of the channel"}
}

// meant finds whom an item is about: by nickname, occupant id or address.
func (oc *occupancy) meant(ctx context.Context, item *xmpp.Element) (chat.PersonKey, error) {
	rooms := oc.s.o.Rooms
	if id := item.Child(nsOccupant, "occupant-id").Attr("id"); id != "" {
		return rooms.PersonByOccupantID(ctx, oc.o.Viewer(), oc.room, id)
	}
	if nick := item.Attr("nick"); nick != "" {
		if person, found := rooms.PersonByNick(oc.room, nick); found {
			return person, nil
		}
		return "", refusal{condition: notFound, text: "Nobody here has this nickname"}
	}
	jid, err := xmpp.ParseJID(item.Attr("jid"))
	if err != nil {
		return "", refusal{condition: jidMalformed}
	}
	return oc.s.personAt(ctx, jid)
}

// personAt is the person of an address. One without a local part is a whole server.
func (s *Server) personAt(ctx context.Context, jid xmpp.JID) (chat.PersonKey, error) {
	switch {
	case jid.Domain() == s.room.Domain():
		return "", refusal{condition: jidMalformed, text: "Name somebody in the room by the nickname"}
	case jid.Local() == "" && !s.IsLocal(jid.Domain()):
		return chat.OfDomain(jid.Domain()), nil
	case jid.Domain() == s.host.Domain():
		id, err := s.o.Verifier.AccountID(ctx, jid.Local())
		return chat.OfAccount(id), err
	case jid.Domain() == s.anon.Domain():
		return chat.PersonKey("visitor:" + jid.Local()), nil
	}
	return chat.OfJID(jid.Bare().String()), nil
}

// moderate takes back a message (XEP-0425, in its first version and today's).
func (oc *occupancy) moderate(ctx context.Context, e, asked *xmpp.Element) error {
	what, space := asked, nsModerate
	if asked.Is(nsFasten, "apply-to") {
		what, space = asked.Child(nsModerateOld, "moderate"), nsModerateOld
	}
	if what.Child(nsRetract, "retract") == nil && what.Child(nsRetractOld, "retract") == nil {
		return refusal{condition: badRequest}
	}
	if !oc.o.Affiliation.CanModerate() {
		return refusal{condition: forbidden}
	}
	if err := oc.s.o.Rooms.Retract(ctx, oc.o, parseID(asked.Attr("id")), what.ChildText(space, "reason")); err != nil {
		return err
	}
	oc.peer.send(result(e))
	return nil
}

// search is the livechat plugin's: all messages of a person, for moderators.
func (oc *occupancy) search(ctx context.Context, e, asked *xmpp.Element) error {
	values := fields(asked.Child(nsForms, "x"))
	var person chat.PersonKey
	if id := values["occupant_id"]; id != "" {
		var err error
		if person, err = oc.s.o.Rooms.PersonByOccupantID(ctx, oc.o.Viewer(), oc.room, id); err != nil {
			return err
		}
	} else if at, err := xmpp.ParseJID(values["from"]); err == nil {
		person, _ = oc.s.o.Rooms.PersonByNick(oc.room, at.Resource())
	}
	said, err := oc.s.o.Rooms.Said(ctx, oc.o.Viewer(), oc.room, person)
	if err != nil {
		return err
	}
	stanzas := make([]*xmpp.Element, 0, len(said)+1)
	for i := len(said) - 1; i >= 0; i-- {
		stanzas = append(stanzas, oc.archived(&said[i], asked.Attr("queryid")))
	}
	oc.peer.send(append(stanzas, result(e, finOf(chat.Archive{Messages: said, IsComplete: true}, false)))...)
	return nil
}
