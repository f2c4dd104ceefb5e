package chat

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Entry is what a moderator did.
type Entry struct {
	ID        int64
	ChannelID channel.ID
	RoomID    RoomID
	Action    string // "kick", "mute", "ban", "lift ban", "retract", "approve", "settings", "panic", "pin", …
	ByAccount account.ID
	ByName    string
	Target    PersonKey
	Nick      string
	Reason    string
	Until     time.Time
	At        time.Time
}

// act is a moderator at work in a room.
type act struct {
	by          account.Viewer
	affiliation Affiliation
	room        Room
	reason      string
	at          time.Time
	about       *Entry // what the log says of it
}

// detail is what the room is told of who did it and why.
func (a act) detail() Detail {
	d := Detail{Reason: a.reason}
	if !a.room.Settings.AnonymizeModeration {
		d.By, d.ByPerson = a.by.User.Account.Name, OfAccount(a.by.AccountID())
	}
	return d
}

// acting fails with fault.Forbidden for who does not moderate the room.
func (r *Rooms) acting(ctx context.Context, q db.Querier, id RoomID, by account.Viewer, reason string) (act, error) {
	room, err := roomWhere(ctx, q, "r.id = ?", id)
	if err != nil {
		return act{}, err
	}
	affiliation, err := r.affiliationIn(ctx, q, room, by)
	if err != nil {
		return act{}, err
	}
	if !affiliation.CanModerate() {
		return act{}, fault.New(fault.Forbidden, "Only moderators of this chat may do this")
	}
	return act{by: by, affiliation: affiliation, room: room, reason: cutReason(reason), at: r.o.Clock.Now()}, nil
}

func (r *Rooms) log(ctx context.Context, tx *db.Tx, a act, e Entry) error {
	e.ChannelID, e.RoomID, e.ByAccount, e.ByName, e.Reason, e.At = a.room.ChannelID, a.room.ID, a.by.AccountID(), a.by.User.Account.Name, a.reason, a.at
	return insertEntry(ctx, tx, e)
}

const maxEntries = 100

// Log pages what was done in the rooms of a room's channel, newest first, for its moderators. before is the id of the last entry seen, 0 for
// the first page.
func (r *Rooms) Log(ctx context.Context, by account.Viewer, room RoomID, before int64) ([]Entry, error) {
	a, err := r.acting(ctx, r.o.DB, room, by, "")
	if err != nil {
		return nil, err
	}
	return entriesOf(ctx, r.o.DB, a.room.ChannelID, before)
}
