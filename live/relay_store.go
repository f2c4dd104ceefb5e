package live

import (
	"context"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
)

const relayColumns = "SELECT id, video_id, name, address, stream_key, enabled FROM live_relay WHERE video_id = ?"

func scanRelay(row db.Row) (r Relay, err error) {
	return r, row.Scan(&r.ID, &r.VideoID, &r.Name, &r.Address, &r.Key, &r.IsEnabled)
}

func relaysOf(ctx context.Context, q db.Querier, id video.ID, onlyEnabled bool) ([]Relay, error) {
	text := relayColumns
	if onlyEnabled {
		text += " AND enabled"
	}
	return db.List(ctx, q, scanRelay, text+" ORDER BY id LIMIT ?", id, MaxRelays)
}

func getRelay(ctx context.Context, q db.Querier, id video.ID, relay RelayID) (Relay, error) {
	found, ok, err := db.Find(ctx, q, scanRelay, relayColumns+" AND id = ?", id, relay)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "Relay not found")
	}
	return found, err
}

func insertRelay(ctx context.Context, tx *db.Tx, r Relay, at time.Time) (RelayID, error) {
	return db.Insert[RelayID](ctx, tx, `INSERT INTO live_relay (video_id, name, address, stream_key, enabled, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`, r.VideoID, r.Name, r.Address, r.Key, r.IsEnabled, at, at)
}

func updateRelay(ctx context.Context, tx *db.Tx, r Relay, at time.Time) error {
	_, err := db.Exec(ctx, tx, "UPDATE live_relay SET name = ?, address = ?, stream_key = ?, enabled = ?, updated_at = ? WHERE id = ?",
		r.Name, r.Address, r.Key, r.IsEnabled, at, r.ID)
	return err
}

func deleteRelay(ctx context.Context, tx *db.Tx, id RelayID) error {
	_, err := db.Exec(ctx, tx, "DELETE FROM live_relay WHERE id = ?", id)
	return err
}
