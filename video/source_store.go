package video

import (
	"context"
	"database/sql"
	"time"

	"lucarne/platform/db"
)

const sourceColumns = `id, video_id, input_filename, filename, is_kept, size, resolution, width, height, fps, metadata, storage, created_at`

func scanSource(row db.Row) (Source, error) {
	var s Source
	var resolution sql.Null[int]
	var metadata string
	err := row.Scan(&s.ID, &s.VideoID, &s.InputFilename, &s.Filename, &s.IsKept, &s.Size, &resolution, &s.Width, &s.Height, &s.FPS, &metadata,
		&s.Storage, db.Time(&s.CreatedAt))
	s.Resolution = unknownResolution
	if resolution.Valid {
		s.Resolution = resolution.V
	}
	if metadata != "" {
		s.Metadata = []byte(metadata)
	}
	return s, err
}

func sourceOf(ctx context.Context, q db.Querier, id ID) (Source, bool, error) {
	return db.Find(ctx, q, scanSource, "SELECT "+sourceColumns+" FROM video_source WHERE video_id = ? ORDER BY id DESC LIMIT 1", id)
}

// sourcesWithFile are at most a few: each new upload drops the file of the one before.
func sourcesWithFile(ctx context.Context, q db.Querier, id ID) ([]Source, error) {
	return db.List(ctx, q, scanSource, "SELECT "+sourceColumns+" FROM video_source WHERE video_id = ? AND filename <> '' ORDER BY id LIMIT 100", id)
}

func insertSource(ctx context.Context, tx *db.Tx, s Source) (SourceID, error) {
	resolution := sql.Null[int]{V: s.Resolution, Valid: s.Resolution != unknownResolution}
	return db.Insert[SourceID](ctx, tx, `INSERT INTO video_source
		(video_id, input_filename, filename, is_kept, size, resolution, width, height, fps, metadata, storage, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		s.VideoID, s.InputFilename, s.Filename, s.IsKept, s.Size, resolution, s.Width, s.Height, s.FPS, string(s.Metadata), s.Storage, s.CreatedAt, s.CreatedAt)
}

func describeSource(ctx context.Context, tx *db.Tx, s Source, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE video_source SET resolution = ?, width = ?, height = ?, fps = ?, metadata = ?, updated_at = ? WHERE id = ?",
		s.Resolution, s.Width, s.Height, s.FPS, string(s.Metadata), at, s.ID)
	return err
}

func forgetSourceFiles(ctx context.Context, tx *db.Tx, id ID, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE video_source SET filename = '', is_kept = FALSE, updated_at = ? WHERE video_id = ? AND filename <> ''", at, id)
	return err
}

func moveSource(ctx context.Context, tx *db.Tx, id SourceID, to Storage) error {
	_, err := db.Exec(ctx, tx, "UPDATE video_source SET storage = ? WHERE id = ?", to, id)
	return err
}

// refreshSize keeps video.files_size: everything on disk that is counted in quotas and shown to the owner.
func refreshSize(ctx context.Context, tx *db.Tx, id ID) error {
	_, err := db.Exec(ctx, tx, `UPDATE video SET files_size =
		(SELECT COALESCE(SUM(size), 0) FROM video_file WHERE video_id = ?) +
		(SELECT COALESCE(SUM(size), 0) FROM video_source WHERE video_id = ? AND filename <> '') WHERE id = ?`, id, id, id)
	return err
}

func describeVideo(ctx context.Context, tx *db.Tx, id ID, seconds int, aspectRatio float64) error {
	_, err := db.Exec(ctx, tx, "UPDATE video SET duration = ?, aspect_ratio = ? WHERE id = ?", seconds, aspectRatio, id)
	return err
}
