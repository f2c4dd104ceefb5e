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

// staleRanks reads, by growing id, the videos seen in the trending window, those that were trending, those published lately and those
// without a score yet.
func staleRanks(ctx context.Context, q db.Querier, viewedSince, publishedSince time.Time, after ID, most int) ([]rank, error) {
	return db.List(ctx, q, func(row db.Row) (rank, error) {
		var r rank
		err := row.Scan(&r.id, &r.views, &r.likes, &r.dislikes, &r.comments, db.Time(&r.publishedAt), &r.trending, &r.hot, &r.recentViews)
		return r, err
	}, `SELECT v.id, v.views, v.likes, v.dislikes, v.comments, v.published_at, v.trending_views, v.hot_score,
		(SELECT CAST(COALESCE(SUM(s.views), 0) AS BIGINT) FROM video_view s WHERE s.video_id = v.id AND s.start_at >= ?)
		FROM video v JOIN (
			SELECT video_id AS id FROM video_view WHERE start_at >= ?
			UNION SELECT id FROM video WHERE trending_views > 0 AND listed AND privacy IN (1, 4)
			UNION SELECT id FROM video WHERE published_at >= ? AND listed AND privacy IN (1, 4)
			UNION SELECT id FROM video WHERE hot_score = 0 AND listed AND privacy IN (1, 4)
		) AS stale ON stale.id = v.id
		WHERE v.id > ? ORDER BY v.id LIMIT ?`, viewedSince, viewedSince, publishedSince, after, most)
}

func updateRank(ctx context.Context, tx *db.Tx, id ID, trending int, hot float64) error {
	_, err := db.Exec(ctx, tx, "UPDATE video SET trending_views = ?, hot_score = ? WHERE id = ?", trending, hot, id)
	return err
}
