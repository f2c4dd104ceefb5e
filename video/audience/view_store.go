package audience

import (
	"cmp"
	"context"
	"slices"
	"time"

	"lucarne/platform/db"
	"lucarne/video"
)

// rowsPerDelete keeps deletions short.
const rowsPerDelete = 1000

// bufferViews counts views of a video; one that was deleted meanwhile is passed over.
func bufferViews(ctx context.Context, tx *db.Tx, id video.ID, n int) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO view_buffer (video_id, views) SELECT id, CAST(? AS BIGINT) FROM video WHERE id = ?
		ON CONFLICT (video_id) DO UPDATE SET views = view_buffer.views + excluded.views`, n, id)
	return err
}

// takeBuffered empties a part of the buffer. Reading and deleting in one statement loses nothing that is counted meanwhile.
func takeBuffered(ctx context.Context, tx *db.Tx, most int) ([]Viewed, error) {
	some, err := db.List(ctx, tx, func(row db.Row) (v Viewed, err error) {
		return v, row.Scan(&v.VideoID, &v.Views)
	}, "DELETE FROM view_buffer WHERE video_id IN (SELECT video_id FROM view_buffer ORDER BY video_id LIMIT ?) RETURNING video_id, views", most)
	slices.SortFunc(some, func(a, b Viewed) int { return cmp.Compare(a.VideoID, b.VideoID) })
	return some, err
}

// addViews adds to the totals of our videos only: those of others are counted where they live.
func addViews(ctx context.Context, tx *db.Tx, v Viewed, hour time.Time) error {
	if _, err := db.Exec(ctx, tx, "UPDATE video SET views = views + ? WHERE id = ? AND host = ''", v.Views, v.VideoID); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO video_view (video_id, start_at, views) VALUES (?, ?, ?)
		ON CONFLICT (video_id, start_at) DO UPDATE SET views = video_view.views + excluded.views`, v.VideoID, hour, v.Views)
	return err
}

func deleteViews(ctx context.Context, tx *db.Tx, isLocal bool, before time.Time) (int64, error) {
	where := "v.host = ''"
	if !isLocal {
		where = "v.host <> ''"
	}
	rows, err := db.List(ctx, tx, func(row db.Row) (at [2]int64, err error) {
		return at, row.Scan(&at[0], &at[1])
	}, `SELECT s.video_id, s.start_at FROM video_view s JOIN video v ON v.id = s.video_id
		WHERE s.start_at < ? AND `+where+" LIMIT ?", before, rowsPerDelete)
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		if _, err := db.Exec(ctx, tx, "DELETE FROM video_view WHERE video_id = ? AND start_at = ?", row[0], row[1]); err != nil {
			return 0, err
		}
	}
	return int64(len(rows)), nil
}
