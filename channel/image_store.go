package channel

import (
	"context"

	"lucarne/account"
	"lucarne/platform/db"
)

func replaceImages(ctx context.Context, tx *db.Tx, actor account.ActorID, kind ImageKind, images []account.Image) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM actor_image WHERE actor_id = ? AND kind = ?", actor, kind); err != nil {
		return err
	}
	for _, i := range images {
		_, err := db.Exec(ctx, tx, `INSERT INTO actor_image (actor_id, kind, width, height, filename, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, actor, kind, i.Width, i.Height, i.Filename, i.CreatedAt, i.UpdatedAt)
		if err != nil {
			return err
		}
	}
	return nil
}
