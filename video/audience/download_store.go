package audience

import (
	"cmp"
	"context"
	"slices"
	"time"

	"lucarne/platform/db"
	"lucarne/video"
)

// bufferDownloads counts downloads of a video of ours; one that was deleted meanwhile is passed over.
func bufferDownloads(ctx context.Context, tx *db.Tx, id video.ID, n int) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO download_buffer (video_id, downloads) SELECT id, CAST(? AS BIGINT) FROM video WHERE id = ? AND host = ''
		ON CONFLICT (video_id) DO UPDATE SET downloads = download_buffer.downloads + excluded.downloads`, n, id)
	return err
}

// takeDownloads empties a part of the buffer, as takeBuffered does for views.
func takeDownloads(ctx context.Context, tx *db.Tx, most int) ([]Downloaded, error) {
	some, err := db.List(ctx, tx, func(row db.Row) (d Downloaded, err error) {
		return d, row.Scan(&d.VideoID, &d.Downloads)
	}, "DELETE FROM download_buffer WHERE video_id IN (SELECT video_id FROM download_buffer ORDER BY video_id LIMIT ?) RETURNING video_id, downloads", most)
	slices.SortFunc(some, func(a, b Downloaded) int { return cmp.Compare(a.VideoID, b.VideoID) })
	return some, err
}

func addDownloads(ctx context.Context, tx *db.Tx, d Downloaded, hour time.Time) error {
	if _, err := db.Exec(ctx, tx, "UPDATE video SET downloads = downloads + ? WHERE id = ?", d.Downloads, d.VideoID); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO video_download (video_id, start_at, downloads) VALUES (?, ?, ?)
		ON CONFLICT (video_id, start_at) DO UPDATE SET downloads = video_download.downloads + excluded.downloads`, d.VideoID, hour, d.Downloads)
	return err
}

func deleteDownloads(ctx context.Context, tx *db.Tx, before time.Time) (int64, error) {
	return db.Exec(ctx, tx, `DELETE FROM video_download WHERE (video_id, start_at) IN (
		SELECT video_id, start_at FROM video_download WHERE start_at < ? LIMIT ?)`, before, rowsPerDelete)
}

// downloadCellsOf groups the hours of a period that have downloads by the grain.
func downloadCellsOf(ctx context.Context, q db.Querier, id video.ID, p Period, grain time.Duration) ([]cell, error) {
	size := grain.Milliseconds()
	return db.List(ctx, q, func(row db.Row) (c cell, err error) {
		var begin int64
		err = row.Scan(&begin, &c.amount)
		c.begin = time.UnixMilli(begin * size).UTC()
		return c, err
	}, `SELECT start_at / CAST(? AS BIGINT) AS first, CAST(SUM(downloads) AS BIGINT) FROM video_download
		WHERE video_id = ? AND start_at >= ? AND start_at <= ? GROUP BY first LIMIT ?`,
		size, id, p.From.Truncate(time.Hour), p.To, maxCells)
}
