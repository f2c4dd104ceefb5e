package videotest

import (
	"context"
	"fmt"
	"testing"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/video"
)

// Crowd fills a SQLite database with n public videos spread over a few channels, with thumbnails, tags and files, quickly.
func (w *World) Crowd(t testing.TB, n int) {
	t.Helper()
	for i := range 20 {
		w.User(t, fmt.Sprintf("user%d", i), account.Ordinary)
	}
	const series = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		tx.Touch(video.Topic)
		for _, text := range []string{
			`INSERT INTO video (id, uuid, url, channel_id, name, name_sort, description, category, language, privacy, state, listed, nsfw, duration,
				aspect_ratio, views, likes, hot_score, published_at, created_at, updated_at) ` + series + `
				SELECT i, printf('00000000-0000-4000-8000-%012x', i), 'http://localhost:9100/videos/watch/' || i, 1 + i % 20, 'Video number ' || i, printf('%08x', i),
				'Something of a **description** that is long enough to be cut for the lists, ' || i || ', and goes on for a while about this and that.',
				1 + i % 18, 'en', 1, 1, TRUE, i % 50 = 0, 60 + i % 600, 1.7778, i % 1000, i % 100, i, 1700000000000 + i * 1000, 1700000000000 + i * 1000,
				1700000000000 FROM n`,
			"INSERT INTO video_tag (video_id, position, name, folded) " + series + "SELECT i, 0, 'tag' || (i % 100), 'tag' || (i % 100) FROM n",
			`INSERT INTO thumbnail (video_id, kind, width, height, filename, is_automatic, created_at, updated_at) ` + series +
				"SELECT i, 'thumbnail', 280, 157, 't' || i || '.jpg', TRUE, 0, 0 FROM n",
			`INSERT INTO thumbnail (video_id, kind, width, height, filename, is_automatic, created_at, updated_at) ` + series +
				"SELECT i, 'preview', 850, 480, 'p' || i || '.jpg', TRUE, 0, 0 FROM n",
			"INSERT INTO streaming_playlist (id, video_id, playlist_filename, p2p_version, created_at, updated_at) " + series + "SELECT i, i, 'm.m3u8', 2, 0, 0 FROM n",
			`INSERT INTO video_file (video_id, playlist_id, resolution, width, height, fps, size, extname, filename, has_audio, has_video, created_at, updated_at) ` +
				series + "SELECT i, i, 720, 1280, 720, 30, 1000000, '.mp4', i || '-720.mp4', TRUE, TRUE, 0, 0 FROM n",
		} {
			if _, err := db.Exec(ctx, tx, text, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil { // one such transaction leaves a log no real site has
		_, err = w.DB.Writer().ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if err != nil {
		t.Fatal(err)
	}
}
