package audience

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/video"
)

const videoSearch = db.SearchIndex("video_search")

// writePosition passes over users and videos that were deleted meanwhile.
func writePosition(ctx context.Context, tx *db.Tx, p position, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO watch_history (user_id, video_id, seconds, created_at, updated_at)
		SELECT u.id, v.id, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT) FROM users u, video v WHERE u.id = ? AND v.id = ?
		ON CONFLICT (user_id, video_id) DO UPDATE SET seconds = excluded.seconds, updated_at = excluded.updated_at`, p.seconds, at, at, p.user, p.video)
	return err
}

type watchedRow struct {
	id      video.ID
	seconds int
	at      time.Time
}

// historyOf keeps to what the user may still see: his own videos, and others that are neither private nor blocked.
func historyOf(ctx context.Context, q db.Querier, viewer account.Viewer, question string, start, count int) ([]watchedRow, int, error) {
	var f db.Filter
	f.And("h.user_id = ?", viewer.UserID())
	f.And("(c.account_id = ? OR (v.privacy <> ? AND NOT v.blocked))", viewer.AccountID(), video.Private)
	if question != "" {
		f.And(videoSearch.Match(q.Engine(), "v.id"), question)
	}
	from := " FROM watch_history h JOIN video v ON v.id = h.video_id JOIN channel c ON c.id = v.channel_id" + f.Where()
	total, err := db.Value[int](ctx, q, "SELECT COUNT(*)"+from, f.Args()...)
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.List(ctx, q, func(row db.Row) (w watchedRow, err error) {
		return w, row.Scan(&w.id, &w.seconds, db.Time(&w.at))
	}, "SELECT h.video_id, h.seconds, h.updated_at"+from+" ORDER BY h.updated_at DESC, h.video_id DESC LIMIT ? OFFSET ?", f.Args(count, start)...)
	return rows, total, err
}

func positionsOf(ctx context.Context, q db.Querier, user account.UserID, ids []video.ID) (map[video.ID]int, error) {
	ids = db.Padded(ids)
	rows, err := db.List(ctx, q, func(row db.Row) (w watchedRow, err error) {
		return w, row.Scan(&w.id, &w.seconds)
	}, "SELECT video_id, seconds FROM watch_history WHERE user_id = ? AND video_id IN ("+db.Marks(len(ids))+")", append([]any{user}, db.Anys(ids)...)...)
	positions := make(map[video.ID]int, len(rows))
	for _, row := range rows {
		positions[row.id] = row.seconds
	}
	return positions, err
}

func deleteHistory(ctx context.Context, tx *db.Tx, before time.Time) (int64, error) {
	rows, err := db.List(ctx, tx, func(row db.Row) (at [2]int64, err error) {
		return at, row.Scan(&at[0], &at[1])
	}, "SELECT user_id, video_id FROM watch_history WHERE updated_at < ? LIMIT ?", before, rowsPerDelete)
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		if _, err := db.Exec(ctx, tx, "DELETE FROM watch_history WHERE user_id = ? AND video_id = ?", row[0], row[1]); err != nil {
			return 0, err
		}
	}
	return int64(len(rows)), nil
}
