package audience

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"lucarne/platform/db"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// rowsPerDelete keeps deletions short.
const rowsPerDelete = 1000

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

// bufferViews counts views of a video; one that was deleted meanwhile is passed over.
func bufferViews(ctx context.Context, tx *db.Tx, id video.ID, n int) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO view_buffer (video_id, views) SELECT id, CAST(? AS BIGINT) FROM video WHERE id = ?
		ON CONFLICT (video_id) DO UPDATE SET views = view_buffer.views + excluded.views`, n, id)
	return err
}

// takeBuffered empties a part of the buffer. Reading and deleting in one statement loses nothing that is counted meanwhile.
func takeBuffered(ctx context.Context, tx *db.Tx, most int) ([]Viewed, error) {
	some, err := db.List(ctx, tx, func(row db.Row) (v Viewed, err error) {
		return v, row.Scan(&v.VideoID, &v.Views)
	}, "DELETE FROM view_buffer WHERE video_id IN (SELECT video_id FROM view_buffer ORDER BY video_id LIMIT ?) RETURNING video_id, views", most)
	slices.SortFunc(some, func(a, b Viewed) int { return cmp.Compare(a.VideoID, b.VideoID) })
	return some, err
}

// addViews adds to the totals of our videos only: those of others are counted where they live.
func addViews(ctx context.Context, tx *db.Tx, v Viewed, hour time.Time) error {
	if _, err := db.Exec(ctx, tx, "UPDATE video SET views = views + ? WHERE id = ? AND host = ''", v.Views, v.VideoID); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO video_view (video_id, start_at, views) VALUES (?, ?, ?)
		ON CONFLICT (video_id, start_at) DO UPDATE SET views = video_view.views + excluded.views`, v.VideoID, hour, v.Views)
	return err
}

func deleteViews(ctx context.Context, tx *db.Tx, isLocal bool, before time.Time) (int64, error) {
	where := "v.host = ''"
	if !isLocal {
		where = "v.host <> ''"
	}
	rows, err := db.List(ctx, tx, func(row db.Row) (at [2]int64, err error) {
		return at, row.Scan(&at[0], &at[1])
	}, `SELECT s.video_id, s.start_at FROM video_view s JOIN video v ON v.id = s.video_id
		WHERE s.start_at < ? AND `+where+" LIMIT ?", before, rowsPerDelete)
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		if _, err := db.Exec(ctx, tx, "DELETE FROM video_view WHERE video_id = ? AND start_at = ?", row[0], row[1]); err != nil {
			return 0, err
		}
	}
	return int64(len(rows)), nil
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

// ordered gives the keys in one order, so that transactions which meet lock rows in the same one.
func ordered[V any](m map[video.ID]V) []video.ID { return slices.Sorted(maps.Keys(m)) }
