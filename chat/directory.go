package chat

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Listed is a room in the list of all.
type Listed struct {
	Room
	Title       string // of the video or channel
	Description string
	Language    string    // of the video; "" unknown
	LastSaidAt  time.Time // zero: nothing is kept
}

const maxListed = 1000

// List gives the rooms of the site, the newest first, for its moderators.
func (r *Rooms) List(ctx context.Context, viewer account.Viewer, start, count int) (list []Listed, total int, err error) {
	if !viewer.Can(account.ManageModeration) {
		return nil, 0, fault.New(fault.Forbidden, "Only moderators of the site may do this")
	}
	if total, err = db.Value[int](ctx, r.o.DB, "SELECT COUNT(*) FROM chat_room"); err != nil {
		return nil, 0, err
	}
	list, err = roomsListed(ctx, r.o.DB, max(start, 0), min(max(count, 1), maxListed))
	return list, total, err
}
