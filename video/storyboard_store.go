package video

import (
	"context"
	"time"

	"lucarne/platform/db"
)

func storyboardOf(ctx context.Context, q db.Querier, id ID) (Storyboard, bool, error) {
	return db.Find(ctx, q, func(row db.Row) (s Storyboard, err error) {
		return s, row.Scan(&s.Filename, &s.TotalWidth, &s.TotalHeight, &s.SpriteWidth, &s.SpriteHeight, &s.SpriteDuration, &s.RemoteURL)
	}, `SELECT filename, total_width, total_height, sprite_width, sprite_height, sprite_duration, remote_url FROM storyboard WHERE video_id = ?`, id)
}

func writeStoryboard(ctx context.Context, tx *db.Tx, id ID, s Storyboard, at time.Time) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM storyboard WHERE video_id = ?", id); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO storyboard (video_id, filename, total_width, total_height, sprite_width, sprite_height, sprite_duration,
		remote_url, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, s.Filename, s.TotalWidth, s.TotalHeight, s.SpriteWidth, s.SpriteHeight, s.SpriteDuration, s.RemoteURL, at)
	return err
}
