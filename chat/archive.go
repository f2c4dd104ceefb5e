package chat

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Span says which part of what everybody sees of a room to read.
type Span struct {
	After, Before MessageID // neither of them is in it; 0: no such end
	Start, End    time.Time // of when messages were shown, both included; zero: no such end
	Max           int       // messages; bounded by maxHistory
	FromEnd       bool      // the last Max of them, not the first
	Count         bool      // Total is wanted
}

// Archive is part of what everybody sees of a room.
type Archive struct {
	Messages   []Message // oldest first
	IsComplete bool      // the span has no more
	Total      int       // of the span without After and Before, when asked
}

// Archive reads a part of what everybody sees of a room, which is as Find gave it. What waits for its time or for a moderator, and what was
// taken back, is not in it. It fails with fault.NotFound when After or Before name no message of it any more.
func (r *Rooms) Archive(ctx context.Context, room Room, s Span) (Archive, error) {
	f := s.filter(room.ID)
	var a Archive
	var err error
	if s.Count {
		if a.Total, err = db.Value[int](ctx, r.o.DB, "SELECT COUNT(*) FROM chat_message m"+f.Where(), f.Args()...); err != nil {
			return Archive{}, err
		}
	}
	for _, end := range []struct {
		id        MessageID
		condition string
	}{{s.After, "m.seq > ?"}, {s.Before, "m.seq < ?"}} {
		if end.id == 0 {
			continue
		}
		seq, err := shownAs(ctx, r.o.DB, room.ID, end.id)
		if err != nil {
			return Archive{}, err
		}
		f.And(end.condition, seq)
	}
	if s.Max <= 0 {
		return a, nil
	}
	limit := min(s.Max, maxHistory)
	a.Messages, err = readSpan(ctx, r.o.DB, f, s.FromEnd, limit+1)
	if err != nil {
		return Archive{}, err
	}
	a.IsComplete = len(a.Messages) <= limit
	switch {
	case a.IsComplete:
	case s.FromEnd:
		a.Messages = a.Messages[1:]
	default:
		a.Messages = a.Messages[:limit]
	}
	return a, nil
}

func (s Span) filter(room RoomID) *db.Filter {
	var f db.Filter
	f.And("m.room_id = ?", room)
	f.And("m.seq IS NOT NULL")
	f.And("m.state = ?", Visible)
	if !s.Start.IsZero() {
		f.And("m.shown_at >= ?", s.Start)
	}
	if !s.End.IsZero() {
		f.And("m.shown_at <= ?", s.End)
	}
	return &f
}

// Message reads a message the occupant may see: one that is shown, one of their own that waits, and for moderators any that waits.
func (r *Rooms) Message(ctx context.Context, o *Occupant, id MessageID) (Message, error) {
	m, err := getMessage(ctx, r.o.DB, o.RoomID, id)
	if err != nil {
		return Message{}, err
	}
	if m.State != Visible && m.Person != o.Person && !o.Affiliation.CanModerate() {
		return Message{}, noMessage()
	}
	return r.described(ctx, m)
}

// ByOrigin reads the message of the occupant's own that was sent with that id. It fails with fault.NotFound.
func (r *Rooms) ByOrigin(ctx context.Context, o *Occupant, origin string) (Message, error) {
	m, found, err := messageByOrigin(ctx, r.o.DB, Message{RoomID: o.RoomID, Person: o.Person, Origin: origin})
	if err == nil && (!found || m.State == IsRemoved) {
		err = noMessage()
	}
	if err != nil {
		return Message{}, err
	}
	return r.described(ctx, m)
}

func (r *Rooms) described(ctx context.Context, m Message) (Message, error) {
	list := []Message{m}
	err := describe(ctx, r.o.DB, list)
	return list[0], err
}

// PersonByNick finds who goes by a nickname in the room just now, written as it is.
func (r *Rooms) PersonByNick(room RoomID, nick string) (person PersonKey, found bool) {
	r.inHall(room, func(h *hall) {
		h.mu.Lock()
		defer h.mu.Unlock()
		owner, taken := h.nicks[rule.Normal(nick)]
		if taken && h.people[owner].presence.Nick == nick {
			person, found = owner, true
		}
	})
	return person, found
}

const maxSoughtPeople = 20_000 // of a room, to find whose an occupant id is

// PersonByOccupantID finds whose occupant id that is, among who is in the room and who spoke in it, for moderators. It fails with
// fault.NotFound.
func (r *Rooms) PersonByOccupantID(ctx context.Context, by account.Viewer, room RoomID, id string) (PersonKey, error) {
	if _, err := r.acting(ctx, r.o.DB, room, by, ""); err != nil {
		return "", err
	}
	for _, person := range r.peopleIn(room) {
		if r.OccupantID(room, person) == id {
			return person, nil
		}
	}
	spoke, err := speakers(ctx, r.o.DB, room)
	if err != nil {
		return "", err
	}
	for _, person := range spoke {
		if r.OccupantID(room, person) == id {
			return person, nil
		}
	}
	return "", fault.New(fault.NotFound, "There is nobody of this id")
}

// Author tells whose a message of the room is, for moderators. It fails with fault.NotFound.
func (r *Rooms) Author(ctx context.Context, by account.Viewer, room RoomID, id MessageID) (PersonKey, error) {
	if _, err := r.acting(ctx, r.o.DB, room, by, ""); err != nil {
		return "", err
	}
	m, err := getMessage(ctx, r.o.DB, room, id)
	return m.Person, err
}

func (r *Rooms) peopleIn(room RoomID) (list []PersonKey) {
	r.inHall(room, func(h *hall) {
		h.mu.Lock()
		defer h.mu.Unlock()
		for person := range h.people {
			list = append(list, person)
		}
	})
	return list
}
