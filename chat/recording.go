package chat

import (
	"context"
	"time"

	"lucarne/platform/db"
	"lucarne/video"
)

// Recording is what was said while a recording was on air.
type Recording struct {
	Room     Room
	From, To time.Time // of the broadcast: the recording's first and last moment
}

// RecordingOf finds what was said while the recording that a video holds was on air, whether the room is still open or not. found is
// false where nothing was, and for other videos.
func (r *Rooms) RecordingOf(ctx context.Context, id video.ID) (recording Recording, found bool, err error) {
	scan := func(row db.Row) (of Recording, err error) {
		err = row.Scan(&of.Room.ID, &of.Room.Name, db.Time(&of.From), db.Time(&of.To))
		return of, err
	}
	return db.Find(ctx, r.o.DB, scan, `SELECT r.id, r.name, s.started_at, s.ended_at FROM live_session s JOIN chat_room r ON r.video_id = s.video_id
		WHERE s.replay_video_id = ? AND s.ended_at IS NOT NULL AND EXISTS (SELECT 1 FROM chat_message m
			WHERE m.room_id = r.id AND m.state = 'visible' AND m.sent_at >= s.started_at AND m.sent_at <= s.ended_at)
		ORDER BY s.id DESC LIMIT 1`, id)
}
