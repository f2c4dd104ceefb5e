package account

import (
	"context"

	"lucarne/platform/db"
)

// ImageKind tells the square picture of an actor from the wide one above its page.
type ImageKind string

// The kinds of images.
const (
	Avatar ImageKind = "avatar"
	Banner ImageKind = "banner"
)

// ReplaceImages gives an actor the images of one kind, in place of those it had; none take them away.
func ReplaceImages(ctx context.Context, tx *db.Tx, actor ActorID, kind ImageKind, images []Image) error {
	if _, err := db.Exec(ctx, tx, "DELETE FROM actor_image WHERE actor_id = ? AND kind = ?", actor, kind); err != nil {
		return err
	}
	for _, i := range images {
		_, err := db.Exec(ctx, tx, `INSERT INTO actor_image (actor_id, kind, width, height, filename, remote_url, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, actor, kind, i.Width, i.Height, i.Filename, i.RemoteURL, i.CreatedAt, i.UpdatedAt)
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteActor removes an actor, and with it the account or channel it is.
func DeleteActor(ctx context.Context, tx *db.Tx, id ActorID) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM actor WHERE id = ?", id)
	return err
}
