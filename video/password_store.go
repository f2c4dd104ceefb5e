package video

import (
	"context"
	"time"

	"lucarne/platform/db"
)

func replacePasswords(ctx context.Context, tx *db.Tx, id ID, passwords []string, now time.Time) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM video_password WHERE video_id = ?", id); err != nil {
		return err
	}
	for _, password := range passwords {
		if err := addPassword(ctx, tx, id, password, now); err != nil {
			return err
		}
	}
	return nil
}

// addPassword keeps a password once.
func addPassword(ctx context.Context, tx *db.Tx, id ID, password string, now time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO video_password (video_id, password, created_at, updated_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (video_id, password) DO UPDATE SET updated_at = excluded.updated_at`, id, password, now, now)
	return err
}

func scanKey(row db.Row) (Key, error) {
	var k Key
	err := row.Scan(&k.ID, &k.VideoID, &k.Password, db.Time(&k.CreatedAt), db.Time(&k.UpdatedAt))
	return k, err
}

func listPasswords(ctx context.Context, q db.Querier, id ID, p Page) ([]Key, error) {
	order := "id"
	if p.Sort.IsDescending {
		order = "id DESC"
	}
	return db.List(ctx, q, scanKey, "SELECT id, video_id, password, created_at, updated_at FROM video_password WHERE video_id = ? ORDER BY "+order+
		" LIMIT ? OFFSET ?", id, p.Count, p.Start)
}

func countPasswords(ctx context.Context, q db.Querier, id ID) (int, error) {
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM video_password WHERE video_id = ?", id)
}

func hasPassword(ctx context.Context, q db.Querier, id ID, password string) (bool, error) {
	_, found, err := db.Find(ctx, q, db.Column[int64], "SELECT id FROM video_password WHERE video_id = ? AND password = ?", id, password)
	return found, err
}

func deletePassword(ctx context.Context, tx *db.Tx, id ID, key PasswordID) (int64, error) {
	return db.Exec(ctx, tx, "DELETE FROM video_password WHERE video_id = ? AND id = ?", id, key)
}
