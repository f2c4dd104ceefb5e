package video

import (
	"context"
	"time"

	"lucarne/platform/db"
)

type rank struct {
	id                               ID
	views, likes, dislikes, comments int
	publishedAt                      time.Time
	trending                         int // as stored
	hot                              float64
	recentViews                      int
}

// movingIDs are the videos seen in the trending window, those that were trending, and those published lately.
func movingIDs(ctx context.Context, q db.Querier, w window, most int) ([]ID, error) {
	return db.List(ctx, q, db.Column[ID], `SELECT video_id AS id FROM video_view WHERE start_at >= ?
		UNION SELECT id FROM video WHERE trending_views > 0 AND listed AND privacy IN (1, 4)
		UNION SELECT id FROM video WHERE published_at >= ? AND listed AND privacy IN (1, 4)
		ORDER BY id LIMIT ?`, w.viewedSince, w.publishedSince, most)
}

// unrankedIDs are videos without a score yet, by growing id.
func unrankedIDs(ctx context.Context, q db.Querier, after ID, most int) ([]ID, error) {
	return db.List(ctx, q, db.Column[ID], "SELECT id FROM video WHERE hot_score = 0 AND listed AND privacy IN (1, 4) AND id > ? ORDER BY id LIMIT ?", after, most)
}

func ranksOf(ctx context.Context, q db.Querier, w window, ids []ID) ([]rank, error) {
	ids = db.Padded(ids)
	return db.List(ctx, q, func(row db.Row) (rank, error) {
		var r rank
		err := row.Scan(&r.id, &r.views, &r.likes, &r.dislikes, &r.comments, db.Time(&r.publishedAt), &r.trending, &r.hot, &r.recentViews)
		return r, err
	}, `SELECT v.id, v.views, v.likes, v.dislikes, v.comments, v.published_at, v.trending_views, v.hot_score,
		(SELECT CAST(COALESCE(SUM(s.views), 0) AS BIGINT) FROM video_view s WHERE s.video_id = v.id AND s.start_at >= ?)
		FROM video v WHERE v.id IN (`+db.Marks(len(ids))+")", append([]any{w.viewedSince}, db.Anys(ids)...)...)
}

func updateRank(ctx context.Context, tx *db.Tx, id ID, trending int, hot float64) error {
	_, err := db.Exec(ctx, tx, "UPDATE video SET trending_views = ?, hot_score = ? WHERE id = ?", trending, hot, id)
	return err
}
