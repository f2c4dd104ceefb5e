package server

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lucarne/chat"
	"lucarne/chat/xmpp"
)

// stamp is a time as XEP-0082 writes it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func idText(id chat.MessageID) string { return strconv.FormatInt(int64(id), 10) }

// parseID reads a stable id; 0 is no message.
func parseID(text string) chat.MessageID {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 || strconv.FormatInt(id, 10) != text {
		return 0
	}
	return chat.MessageID(id)
}

// pen writes what happens in one room.
type pen struct {
	s    *Server
	room chat.RoomID
	jid  string // of the room
}

func (s *Server) penFor(room chat.Room) pen {
	return pen{s: s, room: room.ID, jid: room.Name + "@" + s.room.Domain()}
}

// at is the address of somebody in the room.
func (p pen) at(nick string) string { return p.jid + "/" + nick }

// message begins a message to the room.
func (p pen) message(from, id string) *xmpp.Element {
	return xmpp.NewElement(xmpp.NSClient, "message").Set("from", from).Set("type", "groupchat").Set("id", id)
}

// occupantID is XEP-0421's.
func (p pen) occupantID(person chat.PersonKey) *xmpp.Element {
	if person == "" {
		return nil
	}
	return xmpp.NewElement(nsOccupant, "occupant-id").Set("id", p.s.o.Rooms.OccupantID(p.room, person))
}

func event(seq int64) *xmpp.Element {
	return xmpp.NewElement(nsChat, "event").Set("seq", strconv.FormatInt(seq, 10))
}

// write is the one stanza an event is told by; nil for one the wire has nothing for. forStaff adds what only moderators know.
func (p pen) write(e *chat.Event, forStaff bool) *xmpp.Element {
	switch e.Kind {
	case chat.Posted, chat.Pending, chat.Edited:
		return p.said(e.Message, e)
	case chat.Retracted:
		return p.retracted(e)
	case chat.Reacted:
		return p.reacted(e)
	case chat.Pinned:
		return p.pinned(e.Message, e.Seq)
	case chat.Changed:
		return p.changed(e)
	case chat.PollBegan, chat.PollCounted, chat.PollOver:
		return p.poll(e)
	case chat.Present:
		return p.presence(*e.Presence, forStaff)
	case chat.Absent:
		return p.absence(e, forStaff)
	case chat.TermsChanged:
		return p.terms("muc", e.Terms, e.At)
	}
	return nil
}

// wireID is the id of the stanza: the sender's own, which corrections name (XEP-0308).
func wireID(m *chat.Message) string {
	if m.Origin != "" {
		return m.Origin
	}
	return "m" + idText(m.ID)
}

// said is a message. e is nil for history.
func (p pen) said(m *chat.Message, e *chat.Event) *xmpp.Element {
	id := wireID(m)
	if e != nil && e.Kind == chat.Edited {
		id = fmt.Sprintf("e%d", e.Seq)
	}
	body := xmpp.NewText(xmpp.NSClient, "body", m.Body)
	if m.Kind != chat.FromBot {
		body.Set(attrAnnounce, string(m.Kind))
	}
	stanza := p.message(p.at(m.Nick), id).Add(body)
	if e != nil && e.Kind == chat.Edited {
		stanza.Add(xmpp.NewElement(nsCorrect, "replace").Set("id", wireID(m)))
	}
	stanza.Add(xmpp.NewElement(nsIDs, "stanza-id").Set("by", p.jid).Set("id", idText(m.ID)), p.occupantID(m.Person))
	if m.Origin != "" {
		stanza.Add(xmpp.NewElement(nsIDs, "origin-id").Set("id", m.Origin))
	}
	if m.ReplyTo != 0 {
		stanza.Add(xmpp.NewElement(nsReply, "reply").Set("id", idText(m.ReplyTo)))
	}
	stanza.Add(p.about(m, e), tally(m.ID, m.Reactions))
	if m.State == chat.Delayed && e != nil {
		stanza.Add(xmpp.NewElement(xmpp.NSClient, "moderation-delay").Set("delay", seconds(m.ReleaseAt.Sub(m.SentAt))).
			Set("waiting", strconv.FormatInt(m.ReleaseAt.Unix(), 10)))
	}
	if e == nil {
		stanza.Add(xmpp.NewElement(nsDelay, "delay").Set("from", p.jid).Set("stamp", stamp(m.SentAt)))
	}
	return stanza
}

// about is what pages know of a message beyond XMPP.
func (p pen) about(m *chat.Message, e *chat.Event) *xmpp.Element {
	seq := m.Seq
	if e != nil {
		seq = e.Seq
	}
	about := event(seq)
	if m.Affiliation.CanModerate() {
		about.Set("affiliation", string(m.Affiliation))
	}
	mentioned := make([]string, len(m.Mentions))
	for i, person := range m.Mentions {
		mentioned[i] = p.s.o.Rooms.OccupantID(p.room, person)
	}
	about.Set("mentions", strings.Join(mentioned, " ")).Set("account", m.Account).Set("avatar", m.Avatar)
	if m.State == chat.HeldBack || m.State == chat.Delayed {
		about.Set("state", string(m.State)).Set("rule", m.Rule)
	}
	if !m.EditedAt.IsZero() {
		about.Set("edited", stamp(m.EditedAt))
	}
	return about
}

func tally(id chat.MessageID, counts []chat.Tally) *xmpp.Element {
	if len(counts) == 0 {
		return nil
	}
	told := xmpp.NewElement(nsChat, "tally").Set("id", idText(id))
	for _, c := range counts {
		told.Add(xmpp.NewText(nsChat, "emoji", c.Emoji).Set("n", strconv.Itoa(c.Count)))
	}
	return told
}

// retracted says in both versions of XEP-0424 and XEP-0425 that a message is no longer there.
func (p pen) retracted(e *chat.Event) *xmpp.Element {
	id := idText(e.MessageID)
	stanza := p.message(p.jid, "r"+strconv.FormatInt(e.Seq, 10))
	now := xmpp.NewElement(nsRetract, "retract").Set("id", id)
	before := xmpp.NewElement(nsFasten, "apply-to").Set("id", id)
	if e.Why == "own" {
		before.Add(xmpp.NewElement(nsRetractOld, "retract"))
		return stanza.Set("from", p.at(e.Nick)).Add(now, before, p.occupantID(e.Person), event(e.Seq))
	}
	by := p.jid
	moderated := xmpp.NewElement(nsModerate, "moderated")
	if e.By != "" {
		by = p.at(e.By)
		moderated.Set("by", by).Add(p.occupantID(e.ByPerson))
	}
	old := xmpp.NewElement(nsModerateOld, "moderated", xmpp.NewElement(nsRetractOld, "retract")).Set("by", by)
	if e.Reason != "" {
		now.Add(moderated, xmpp.NewText(nsRetract, "reason", e.Reason))
		old.Add(xmpp.NewText(nsModerateOld, "reason", e.Reason))
	} else {
		now.Add(moderated)
	}
	return stanza.Add(now, before.Add(old), event(e.Seq))
}

// reacted is XEP-0444: the whole set of the person, and what all put to the message then.
func (p pen) reacted(e *chat.Event) *xmpp.Element {
	set := xmpp.NewElement(nsReactions, "reactions").Set("id", idText(e.MessageID))
	for _, emoji := range e.Reaction.Own {
		set.Add(xmpp.NewText(nsReactions, "reaction", emoji))
	}
	told := tally(e.MessageID, e.Reaction.Counts)
	if told == nil {
		told = xmpp.NewElement(nsChat, "tally").Set("id", idText(e.MessageID))
	}
	stanza := p.message(p.at(e.Nick), "x"+strconv.FormatInt(e.Seq, 10))
	return stanza.Add(set, told, p.occupantID(e.Person), event(e.Seq), xmpp.NewElement(nsHints, "store"))
}

// pinned shows a message above the others; nil shows none.
func (p pen) pinned(m *chat.Message, seq int64) *xmpp.Element {
	told := xmpp.NewElement(nsChat, "pinned")
	if m != nil {
		told.Set("id", idText(m.ID)).Set("nick", m.Nick).AddText(m.Body)
	}
	return p.message(p.jid, "p"+strconv.FormatInt(seq, 10)).Add(told, event(seq))
}

// changed tells of new settings (XEP-0045 §10.2.1, and what pages show of them).
func (p pen) changed(e *chat.Event) *xmpp.Element {
	status := xmpp.NewElement(nsMUCUser, "x", xmpp.NewElement(nsMUCUser, "status").Set("code", "104"))
	return p.message(p.jid, "s"+strconv.FormatInt(e.Seq, 10)).Add(status, settingsElement(*e.Settings, e.IsPanic), event(e.Seq))
}

var modeNames = map[chat.Mode]string{
	chat.Everybody: "everybody", chat.AnonymousMuted: "mute_anonymous", chat.SignedInOnly: "signed_in", chat.FollowersOnly: "followers", chat.ReadOnly: "read_only",
}

func settingsElement(s chat.Settings, isPanic bool) *xmpp.Element {
	return xmpp.NewElement(nsChat, "settings").Set("mode", modeNames[s.Mode]).Set("slow-mode", seconds(s.SlowMode)).Set("delay", seconds(s.ModerationDelay)).
		Set("hold-links", strconv.FormatBool(s.HoldLinks)).Set("emoji-only", strconv.FormatBool(s.EmojiOnly)).Set("panic", strconv.FormatBool(isPanic))
}

// terms are what everybody is to know, as the livechat plugin says it: never stored, and late, so that bots leave it alone.
func (p pen) terms(kind, text string, at time.Time) *xmpp.Element {
	if text == "" && kind != "muc" {
		return nil
	}
	return p.message(p.at(speaker), "t"+token()[:8]).Add(
		xmpp.NewText(xmpp.NSClient, "body", text), xmpp.NewElement(xmpp.NSClient, "x-livechat-terms").Set("type", kind),
		xmpp.NewElement(nsDelay, "delay").Set("from", p.jid).Set("stamp", stamp(at)),
		xmpp.NewElement(nsHints, "no-copy"), xmpp.NewElement(nsHints, "no-store"), xmpp.NewElement(nsHints, "no-permanent-store"),
	)
}

// speaker is who the room itself speaks as, a nickname nobody can have.
const speaker = "Peertube"

// presence tells of somebody who is there.
func (p pen) presence(who chat.Presence, forStaff bool) *xmpp.Element {
	stanza := xmpp.NewElement(xmpp.NSClient, "presence").Set("from", p.at(who.Nick))
	stanza.Add(xmpp.NewElement(nsMUCUser, "x", p.item(who, forStaff)), p.occupantID(who.Person))
	if who.Account != "" {
		stanza.Add(xmpp.NewElement(nsChat, "person").Set("account", who.Account).Set("avatar", who.Avatar))
	}
	return stanza
}

func (p pen) item(who chat.Presence, forStaff bool) *xmpp.Element {
	item := xmpp.NewElement(nsMUCUser, "item").Set("affiliation", string(who.Affiliation)).Set("role", string(who.Role))
	if forStaff {
		item.Set("jid", p.s.addressOf(who))
	}
	return item
}

// codes of XEP-0045 §15.6.2.
const (
	statusSelf    = "110"
	statusNamed   = "210"
	statusBanned  = "301"
	statusRenamed = "303"
	statusKicked  = "307"
	statusError   = "333"
	statusStopped = "332"
)

var statusOf = map[string]string{"kick": statusKicked, "ban": statusBanned}

// absence tells of somebody who is gone.
func (p pen) absence(e *chat.Event, forStaff bool) *xmpp.Element {
	who := *e.Presence
	who.Role = "none"
	stanza := p.presence(who, forStaff).Set("type", "unavailable")
	x := stanza.Child(nsMUCUser, "x")
	if code := statusOf[e.Why]; code != "" {
		if e.Why == "ban" {
			x.First().Set("affiliation", "outcast")
		}
		if e.Reason != "" {
			x.First().Add(xmpp.NewText(nsMUCUser, "reason", e.Reason))
		}
		x.Add(xmpp.NewElement(nsMUCUser, "status").Set("code", code))
	}
	return stanza
}

// renamed tells in two stanzas of a new nickname (XEP-0045 §7.6).
func (p pen) renamed(e *chat.Event, forStaff bool) []*xmpp.Element {
	before := *e.Presence
	before.Nick = e.Nick
	gone := p.presence(before, forStaff).Set("type", "unavailable")
	x := gone.Child(nsMUCUser, "x")
	x.First().Set("nick", e.Presence.Nick)
	x.Add(xmpp.NewElement(nsMUCUser, "status").Set("code", statusRenamed))
	return []*xmpp.Element{gone, p.presence(*e.Presence, forStaff)}
}

// poll is a poll as the livechat plugin writes it: with a text at its begin and end, without one in between.
func (p pen) poll(e *chat.Event) *xmpp.Element {
	stanza := p.message(p.at(speaker), fmt.Sprintf("q%d-%d", e.Poll.ID, e.Seq))
	if e.Kind != chat.PollCounted {
		stanza.Add(xmpp.NewText(xmpp.NSClient, "body", pollText(e.Poll, e.Kind == chat.PollOver)))
	} else {
		stanza.Add(xmpp.NewElement(nsHints, "no-copy"), xmpp.NewElement(nsHints, "no-store"), xmpp.NewElement(nsHints, "no-permanent-store"))
	}
	stanza.Add(pollElement(e.Poll, e.Kind == chat.PollOver))
	if e.Seq != 0 {
		stanza.Add(event(e.Seq))
	}
	return stanza
}

func pollElement(poll *chat.Poll, isOver bool) *xmpp.Element {
	total := 0
	told := xmpp.NewElement(nsPollMessage, "x-poll", xmpp.NewText(nsPollMessage, "x-poll-question", poll.Question))
	for i, choice := range poll.Choices {
		total += poll.Votes[i]
		told.Add(xmpp.NewText(nsPollMessage, "x-poll-choice", choice).Set("choice", strconv.Itoa(i+1)).Set("votes", strconv.Itoa(poll.Votes[i])))
	}
	told.Set("id", strconv.FormatInt(int64(poll.ID), 10)).Set("end", strconv.FormatInt(poll.EndsAt.Unix(), 10)).Set("votes", strconv.Itoa(total))
	if isOver {
		told.Attrs = append(told.Attrs, xmpp.Attr{Name: xmpp.Name{Local: "over"}})
	}
	return told
}

// pollText is the poll for clients that know no polls.
func pollText(poll *chat.Poll, isOver bool) string {
	var b strings.Builder
	b.WriteString(poll.Question)
	total := 0
	for _, n := range poll.Votes {
		total += n
	}
	for i, choice := range poll.Choices {
		fmt.Fprintf(&b, "\n%d. %s", i+1, choice)
		if isOver {
			fmt.Fprintf(&b, ": %d%%", 100*poll.Votes[i]/max(total, 1))
		}
	}
	if !isOver {
		b.WriteString("\nSend !1, !2, … to vote.")
	}
	return b.String()
}
