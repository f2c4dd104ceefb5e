package video

import (
	"context"

	"lucarne/platform/db"
	"lucarne/video/timecode"
)

// chaptersOf reads the chapters of a video; none is a nil slice, so that lists compare.
func chaptersOf(ctx context.Context, q db.Querier, id ID) ([]Chapter, error) {
	chapters, err := db.List(ctx, q, func(row db.Row) (c Chapter, err error) {
		return c, row.Scan(&c.Second, &c.Title)
	}, "SELECT timecode, title FROM chapter WHERE video_id = ? ORDER BY timecode LIMIT ?", id, timecode.MaxChapters)
	if len(chapters) == 0 {
		return nil, err
	}
	return chapters, err
}

func replaceChapters(ctx context.Context, tx *db.Tx, id ID, chapters []Chapter) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM chapter WHERE video_id = ?", id); err != nil {
		return err
	}
	for _, c := range chapters {
		if _, err := db.Exec(ctx, tx, "INSERT INTO chapter (video_id, timecode, title) VALUES (?, ?, ?)", id, c.Second, c.Title); err != nil {
			return err
		}
	}
	return nil
}
