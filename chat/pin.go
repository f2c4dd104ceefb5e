package chat

import (
	"context"
	"time"

	"lucarne/platform/db"
)

// Pinning is a message that was shown above the others, from a moment on.
type Pinning struct {
	Message Message
	At      time.Time
}

const maxPinnings = 100

// Pinnings gives the messages that were pinned in a room from one moment to another, in order, as they are now: what a recording's chapters
// can be named by. What was taken back since is left out. The room is as Find gave it.
func (r *Rooms) Pinnings(ctx context.Context, room Room, from, to time.Time) ([]Pinning, error) {
	scan := func(row db.Row) (p Pinning, err error) {
		err = row.Scan(append(p.Message.targets(), db.Time(&p.At))...)
		return p, err
	}
	return db.List(ctx, r.o.DB, scan, "SELECT "+messageColumns+`, e.at FROM chat_event e JOIN chat_message m ON m.id = e.message_id
		WHERE e.room_id = ? AND e.kind = ? AND e.at >= ? AND e.at <= ? AND m.state = ? ORDER BY e.seq LIMIT ?`, room.ID, Pinned, from, to, Visible, maxPinnings)
}
