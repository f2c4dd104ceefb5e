package audience

import (
	"context"

	"github.com/google/uuid"

	"lucarne/platform/db"
	"lucarne/platform/shortid"
)

func targetOf(ctx context.Context, q db.Querier, ref shortid.Ref) (target, bool, error) {
	column, value := "id", any(ref.Number)
	if ref.IsUUID() {
		column, value = "uuid", ref.UUID.String()
	}
	return db.Find(ctx, q, func(row db.Row) (t target, err error) {
		var host string
		err = row.Scan(&t.id, &t.seconds, &t.isLive, &host)
		t.isLocal = host == ""
		return t, err
	}, "SELECT id, duration, is_live, host FROM video WHERE "+column+" = ?", value)
}

// insertViewing keeps an ended viewing; one of a video that was deleted meanwhile is passed over.
func insertViewing(ctx context.Context, tx *db.Tx, v *viewing) error {
	id, found, err := db.Find(ctx, tx, db.Column[int64], `INSERT INTO viewer (uuid, video_id, start_at, end_at, watch_time, client, device, os)
		SELECT CAST(? AS TEXT), id, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT)
		FROM video WHERE id = ? RETURNING id`, uuid.NewString(), v.startedAt, v.lastAt, v.watched, v.agent.Client, v.agent.Device, v.agent.System, v.video)
	if err != nil || !found {
		return err
	}
	for _, s := range union(v.sections) {
		if _, err := db.Exec(ctx, tx, "INSERT INTO viewer_section (viewer_id, start_at, end_at) VALUES (?, ?, ?)", id, s.start, s.end); err != nil {
			return err
		}
	}
	return nil
}
