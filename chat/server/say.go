package server

import (
	"context"
	"time"

	"lucarne/chat"
	"lucarne/chat/xmpp"
	"lucarne/platform/fault"
)

// messageTo handles a message to a room.
func (s *Server) messageTo(ctx context.Context, from peer, to xmpp.JID, e *xmpp.Element) error {
	kind := e.Attr("type")
	if kind == "error" {
		return nil
	}
	oc := from.occupancy(to.Local())
	switch {
	case oc == nil:
		return refusal{condition: notAcceptable, text: "You are not in the room"}
	case kind != "groupchat" || !to.IsBare():
		return refusal{condition: forbidden, text: "Private messages are not taken here"}
	}
	if e.Child(xmpp.NSClient, "subject") != nil && e.Child(xmpp.NSClient, "body") == nil {
		return refusal{condition: forbidden, text: "The subject is the video's title"}
	}
	return oc.receive(ctx, e)
}

// receive does what a message of the occupant says. What only the server may say in one is not looked at.
func (oc *occupancy) receive(ctx context.Context, e *xmpp.Element) error {
	rooms := oc.s.o.Rooms
	if r := e.Child(nsRetract, "retract"); r != nil {
		return rooms.Retract(ctx, oc.o, parseID(r.Attr("id")), "")
	}
	if a := e.Child(nsFasten, "apply-to"); a.Child(nsRetractOld, "retract") != nil {
		return rooms.Retract(ctx, oc.o, parseID(a.Attr("id")), "")
	}
	if r := e.Child(nsReactions, "reactions"); r != nil {
		return oc.react(ctx, r)
	}
	body := e.Child(xmpp.NSClient, "body")
	if body == nil {
		return nil // typing and markers are passed on to nobody
	}
	if r := e.Child(nsCorrect, "replace"); r != nil {
		return oc.correct(ctx, r.Attr("id"), body.Text())
	}
	if choice, isVote := voteOf(body.Text()); isVote && oc.takesVotes() {
		return oc.vote(ctx, choice)
	}
	_, err := rooms.Send(ctx, oc.o, chat.Post{
		Body: body.Text(), Kind: announced(body), Origin: originOf(e), ReplyTo: parseID(e.Child(nsReply, "reply").Attr("id")),
	})
	return err
}

// originOf is the sender's own id of a message.
func originOf(e *xmpp.Element) string {
	if id := e.Attr("id"); id != "" {
		return id
	}
	return e.Child(nsIDs, "origin-id").Attr("id")
}

func announced(body *xmpp.Element) chat.MessageKind {
	if kind := body.Attr(attrAnnounce); kind != "standard" {
		return chat.MessageKind(kind)
	}
	return ""
}

// voteOf reads "!N", which votes for the choice N (from 1) of the livechat plugin's polls.
func voteOf(body string) (choice int, isVote bool) {
	if len(body) != 2 || body[0] != '!' || body[1] < '1' || body[1] > '9' {
		return 0, false
	}
	return int(body[1] - '1'), true
}

// lateVotes is how long what looks like a vote is taken for one that came too late, and shown to nobody.
const lateVotes = 30 * time.Second

func (oc *occupancy) takesVotes() bool {
	over := oc.over.Load()
	return oc.poll.Load() != 0 && (over == 0 || oc.s.o.Clock.Now().Sub(time.UnixMilli(over)) < lateVotes)
}

func (oc *occupancy) vote(ctx context.Context, choice int) error {
	tooLate := refusal{condition: notAllowed, text: "This poll is over"}
	if oc.over.Load() != 0 {
		return tooLate
	}
	err := oc.s.o.Rooms.Vote(ctx, oc.o, chat.PollID(oc.poll.Load()), choice)
	if fault.Is(err, fault.Conflict) {
		return tooLate
	}
	if _, isFar := oc.peer.(*stranger); err == nil && isFar {
		// The livechat plugin's clients wait for the vote to come back; pages and programs here do not.
		return refusal{condition: condition{"continue", "undefined-condition"}, text: "Your vote is counted. It is shown to nobody."}
	}
	return err
}

func (oc *occupancy) react(ctx context.Context, r *xmpp.Element) error {
	var emojis []string
	for _, child := range r.Children() {
		if child.Is(nsReactions, "reaction") {
			emojis = append(emojis, child.Text())
		}
	}
	return oc.s.o.Rooms.SetReactions(ctx, oc.o, parseID(r.Attr("id")), emojis)
}

// correct replaces the occupant's last message, which is named by the id its stanza had.
func (oc *occupancy) correct(ctx context.Context, id, body string) error {
	m, err := oc.s.o.Rooms.ByOrigin(ctx, oc.o, id)
	if err != nil {
		return err
	}
	_, err = oc.s.o.Rooms.Edit(ctx, oc.o, m.ID, body)
	return err
}
