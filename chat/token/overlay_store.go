package token

import (
	"context"
	"time"

	"lucarne/chat"
	"lucarne/platform/db"
)

func insertOverlay(ctx context.Context, tx *db.Tx, o Overlay, hash digest) (OverlayID, error) {
	return db.Insert[OverlayID](ctx, tx, "INSERT INTO chat_overlay (room_id, label, hash, created_by, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
		o.RoomID, o.Label, hash.text(), o.CreatedBy, o.CreatedAt)
}

func countOverlays(ctx context.Context, q db.Querier, room chat.RoomID) (int, error) {
	return db.Value[int](ctx, q, "SELECT COUNT(*) FROM chat_overlay WHERE room_id = ?", room)
}

const overlayColumns = "SELECT id, room_id, label, created_by, created_at, used_at FROM chat_overlay WHERE "

func scanOverlay(r db.Row) (Overlay, error) {
	var o Overlay
	err := r.Scan(&o.ID, &o.RoomID, &o.Label, db.Null(&o.CreatedBy), db.Time(&o.CreatedAt), db.Time(&o.UsedAt))
	return o, err
}

func listOverlays(ctx context.Context, q db.Querier, room chat.RoomID) ([]Overlay, error) {
	return db.List(ctx, q, scanOverlay, overlayColumns+"room_id = ? ORDER BY created_at DESC, id DESC LIMIT ?", room, maxOverlays)
}

func overlayByHash(ctx context.Context, q db.Querier, hash digest) (Overlay, bool, error) {
	return db.Find(ctx, q, scanOverlay, overlayColumns+"hash = ?", hash.text())
}

func deleteOverlay(ctx context.Context, tx *db.Tx, room chat.RoomID, id OverlayID) (bool, error) {
	deleted, err := db.Exec(ctx, tx, "DELETE FROM chat_overlay WHERE id = ? AND room_id = ?", id, room)
	return deleted > 0, err
}

func setOverlayUsed(ctx context.Context, d *db.DB, id OverlayID, at time.Time) error {
	_, err := db.Exec(ctx, d, "UPDATE chat_overlay SET used_at = ? WHERE id = ?", at, id)
	return err
}
