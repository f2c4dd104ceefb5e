package video

import (
	"context"
	"time"

	"lucarne/platform/db"
)

func replaceSchedule(ctx context.Context, tx *db.Tx, id ID, s *Schedule) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM video_schedule WHERE video_id = ?", id); err != nil || s == nil {
		return err
	}
	_, err := db.Exec(ctx, tx, "INSERT INTO video_schedule (video_id, update_at, privacy) VALUES (?, ?, ?)", id, s.UpdateAt, db.OrNull(s.Privacy))
	return err
}

type due struct {
	id ID
	Schedule
}

func dueSchedules(ctx context.Context, q db.Querier, now time.Time, most int) ([]due, error) {
	return db.List(ctx, q, func(row db.Row) (due, error) {
		var d due
		err := row.Scan(&d.id, db.Time(&d.UpdateAt), db.Null(&d.Privacy))
		return d, err
	}, "SELECT video_id, update_at, privacy FROM video_schedule WHERE update_at <= ? ORDER BY update_at, video_id LIMIT ?", now, most)
}
