package video

import (
	"bytes"
	"context"
	"time"

	"lucarne/platform/blob"
	"lucarne/platform/db"
)

// maxThumbnails bounds what is read; the settings keep far below.
const maxThumbnails = 100

// thumbnailsOf reads the thumbnails of a video, widest first.
func thumbnailsOf(ctx context.Context, q db.Querier, id ID) ([]Thumbnail, error) {
	return db.List(ctx, q, func(row db.Row) (t Thumbnail, err error) {
		return t, row.Scan(&t.Kind, &t.Width, &t.Height, &t.Filename, &t.RemoteURL, &t.IsAutomatic, db.Time(&t.UpdatedAt))
	}, `SELECT kind, width, height, filename, remote_url, is_automatic, updated_at FROM thumbnail WHERE video_id = ?
		ORDER BY width DESC, id LIMIT ?`, id, maxThumbnails)
}

func replaceThumbnails(ctx context.Context, tx *db.Tx, id ID, list []Thumbnail, at time.Time) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM thumbnail WHERE video_id = ?", id); err != nil {
		return err
	}
	for _, t := range list {
		_, err := db.Exec(ctx, tx, `INSERT INTO thumbnail (video_id, kind, width, height, filename, remote_url, is_automatic, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, t.Kind, t.Width, t.Height, t.Filename, t.RemoteURL, t.IsAutomatic, at, at)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Thumbnails) put(ctx context.Context, kept Thumbnail, data []byte) error {
	store := t.o.Blobs.Store(kept.Kind.Store())
	return store.Put(ctx, kept.Filename, bytes.NewReader(data), blob.PutOptions{Size: int64(len(data))})
}
