package video

import (
	"context"
	"time"

	"lucarne/platform/db"
)

// maxRenditions bounds what is read: two kinds of a ladder of at most a dozen rungs.
const maxRenditions = 100

func renditionsOf(ctx context.Context, q db.Querier, id ID) ([]Rendition, error) {
	return db.List(ctx, q, func(row db.Row) (r Rendition, err error) {
		return r, row.Scan(&r.Kind, &r.Resolution, &r.FPS, &r.Run, &r.State, &r.Percent, &r.Error, db.Time(&r.UpdatedAt))
	}, `SELECT kind, resolution, fps, run, state, percent, error, updated_at FROM rendition_progress WHERE video_id = ?
		ORDER BY resolution DESC, kind LIMIT ?`, id, maxRenditions)
}

func forgetRenditions(ctx context.Context, tx *db.Tx, id ID, kind RenditionKind) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM rendition_progress WHERE video_id = ? AND kind = ?", id, kind)
	return err
}

func insertRendition(ctx context.Context, tx *db.Tx, id ID, r Rendition) error {
	_, err := db.Exec(ctx, tx, "INSERT INTO rendition_progress (video_id, kind, resolution, fps, run, state, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id, r.Kind, r.Resolution, r.FPS, r.Run, r.State, r.UpdatedAt)
	return err
}

func updateRendition(ctx context.Context, tx *db.Tx, id ID, r Rendition, state RenditionState, percent int, failure string, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE rendition_progress SET state = ?, percent = ?, error = ?, updated_at = ?
		WHERE video_id = ? AND kind = ? AND resolution = ? AND run = ?`, state, percent, failure, at, id, r.Kind, r.Resolution, r.Run)
	return err
}
