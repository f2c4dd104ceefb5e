package chat

import (
	"context"
	"time"

	"lucarne/account"
)

// Card is what moderators see of a person: what there is in all rooms of a channel.
type Card struct {
	Person    PersonKey
	Account   string    // username of somebody with an account here; "" others
	Avatar    string    // path of their picture; "" none
	Nicks     []string  // the last used first
	IsPresent bool      // in this room
	Messages  int       // said, as far as they are kept
	Removed   int       // taken back or refused by moderators
	FirstSeen time.Time // zero: said nothing that is kept
	Sanctions []Sanction
	Notes     []Item  // about the person, the last changed first
	Entries   []Entry // the last things moderators did to the person, newest first
}

const (
	maxCardNicks   = 20
	maxCardEntries = 20
)

// Card reads what there is about a person, for moderators of the room.
func (r *Rooms) Card(ctx context.Context, by account.Viewer, room RoomID, person PersonKey) (Card, error) {
	a, err := r.acting(ctx, r.o.DB, room, by, "")
	if err != nil {
		return Card{}, err
	}
	c := Card{Person: person, IsPresent: r.nickOf(room, person) != ""}
	id := a.room.ChannelID
	if err := c.count(ctx, r.o.DB, id); err != nil {
		return Card{}, err
	}
	if c.Nicks, err = nicksOf(ctx, r.o.DB, id, person); err != nil {
		return Card{}, err
	}
	if nick := r.nickOf(room, person); nick != "" && len(c.Nicks) == 0 {
		c.Nicks = []string{nick}
	}
	if c.Sanctions, err = sanctionsAgainst(ctx, r.o.DB, id, person, a.at); err != nil {
		return Card{}, err
	}
	if c.Notes, err = notesAbout(ctx, r.o.DB, id, person); err != nil {
		return Card{}, err
	}
	if c.Entries, err = entriesAbout(ctx, r.o.DB, id, person); err != nil {
		return Card{}, err
	}
	known, err := profiles(ctx, r.o.DB, accountIDs(person))
	p := known[person.accountID()]
	c.Account, c.Avatar = p.username, p.avatar
	return c, err
}

func accountIDs(person PersonKey) []account.ID {
	if id := person.accountID(); id != 0 {
		return []account.ID{id}
	}
	return nil
}
