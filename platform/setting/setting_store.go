package setting

import (
	"context"
	"time"

	"lucarne/platform/db"
)

func find(ctx context.Context, q db.Querier, name string) (text string, found bool, err error) {
	return db.Find(ctx, q, db.Column[string], "SELECT value FROM setting WHERE name = ?", name)
}

func put(ctx context.Context, tx *db.Tx, name string, value any, now time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO setting (name, value, updated_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`, name, db.AsJSON(value), now)
	return err
}

func remove(ctx context.Context, tx *db.Tx, name string) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM setting WHERE name = ?", name)
	return err
}
