package upload

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/video"
)

func get(ctx context.Context, q db.Querier, id string) (Upload, bool, error) {
	return db.Find(ctx, q, func(row db.Row) (u Upload, err error) {
		return u, row.Scan(&u.ID, &u.UserID, db.Null(&u.VideoID), db.Null(&u.BecameID), &u.Size, &u.MIMEType, &u.Filename, db.JSON(&u.Draft),
			db.Time(&u.CreatedAt), db.Time(&u.UpdatedAt))
	}, `SELECT id, user_id, video_id, became_id, size, mime_type, filename, metadata, created_at, updated_at FROM upload WHERE id = ?`, id)
}

func insert(ctx context.Context, tx *db.Tx, u Upload) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO upload (id, user_id, video_id, size, mime_type, filename, metadata, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, u.ID, u.UserID, db.OrNull(u.VideoID), u.Size, u.MIMEType, u.Filename, db.AsJSON(u.Draft), u.CreatedAt, u.UpdatedAt)
	return err
}

func remove(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM upload WHERE id = ?", id)
	return err
}

func removeUntouched(ctx context.Context, tx *db.Tx, id string, before time.Time) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM upload WHERE id = ? AND updated_at < ?", id, before)
	return err
}

func touch(ctx context.Context, tx *db.Tx, id string, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE upload SET updated_at = ? WHERE id = ?", at, id)
	return err
}

// became also empties the metadata: the video has them now.
func became(ctx context.Context, tx *db.Tx, id string, of video.ID, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE upload SET became_id = ?, metadata = '{}', updated_at = ? WHERE id = ?", of, at, id)
	return err
}

// staleBatch bounds one sweep; the next one takes the rest.
const staleBatch = 1000

func untouchedSince(ctx context.Context, q db.Querier, before time.Time) ([]string, error) {
	return db.List(ctx, q, db.Column[string], "SELECT id FROM upload WHERE updated_at < ? ORDER BY updated_at LIMIT ?", before, staleBatch)
}

func openOf(ctx context.Context, q db.Querier, user account.UserID) (int, error) {
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM upload WHERE user_id = ? AND became_id IS NULL", user)
}

// usedBy counts the bytes of a user's videos made since a time, and those promised to uploads under way.
func usedBy(ctx context.Context, q db.Querier, user account.UserID, since time.Time) (int64, error) {
	from := int64(0)
	if !since.IsZero() {
		from = since.UnixMilli()
	}
	return db.Value[int64](ctx, q, `SELECT CAST(
		(SELECT COALESCE(SUM(v.files_size), 0) FROM video v JOIN channel c ON c.id = v.channel_id JOIN account a ON a.id = c.account_id
			WHERE a.user_id = ? AND v.created_at >= ?) +
		(SELECT COALESCE(SUM(size), 0) FROM upload WHERE user_id = ? AND became_id IS NULL) AS BIGINT)`, user, from, user)
}
