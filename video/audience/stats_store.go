package audience

import (
	"context"
	"time"

	"lucarne/platform/db"
	"lucarne/video"
)

// viewingsOf restricts to the viewings of a video that began in a period.
func viewingsOf(id video.ID, p Period) *db.Filter {
	var f db.Filter
	f.And("video_id = ?", id)
	if !p.From.IsZero() {
		f.And("start_at >= ?", p.From)
	}
	if !p.To.IsZero() {
		f.And("start_at <= ?", p.To)
	}
	return &f
}

func overallOf(ctx context.Context, q db.Querier, id video.ID, p Period) (Overall, error) {
	f := viewingsOf(id, p)
	sum, _, err := db.Find(ctx, q, func(row db.Row) (o Overall, err error) {
		err = row.Scan(&o.Viewers, &o.WatchSeconds)
		if o.Viewers > 0 {
			o.AverageSeconds = (o.WatchSeconds + o.Viewers/2) / o.Viewers
		}
		return o, err
	}, "SELECT COUNT(*), CAST(COALESCE(SUM(watch_time), 0) AS BIGINT) FROM viewer"+f.Where(), f.Args()...)
	return sum, err
}

// peakOf finds the moment with most viewers: each adds one when it begins and takes one when it ends. At equal times arrivals go first,
// so that a viewing without length is seen.
func peakOf(ctx context.Context, q db.Querier, id video.ID, p Period) (peak int, at time.Time, err error) {
	f := viewingsOf(id, p)
	type moment struct {
		viewers int
		at      time.Time
	}
	found, _, err := db.Find(ctx, q, func(row db.Row) (m moment, err error) {
		return m, row.Scan(&m.viewers, db.Time(&m.at))
	}, `SELECT CAST(present AS BIGINT), moment FROM (
		SELECT moment, SUM(step) OVER (ORDER BY moment, step DESC ROWS UNBOUNDED PRECEDING) AS present FROM (
			SELECT start_at AS moment, 1 AS step FROM viewer`+f.Where()+` UNION ALL SELECT end_at, -1 FROM viewer`+f.Where()+`
		) AS moves) AS moments ORDER BY present DESC, moment LIMIT 1`, f.Args(f.Args()...)...)
	return found.viewers, found.at, err
}

// maxShares bounds a table of shares to what a page shows.
const maxShares = 100

// sharesOf counts the viewings by a column, one of ours.
func sharesOf(ctx context.Context, q db.Querier, id video.ID, p Period, column string) ([]Share, error) {
	f := viewingsOf(id, p)
	f.And(column + " <> ''")
	return db.List(ctx, q, func(row db.Row) (s Share, err error) {
		return s, row.Scan(&s.Name, &s.Viewers)
	}, "SELECT "+column+", COUNT(*) FROM viewer"+f.Where()+" GROUP BY "+column+" ORDER BY COUNT(*) DESC, "+column+" LIMIT ?", f.Args(maxShares)...)
}

// retentionOf gives by how much the number of those watching moves at each second. The sections of a viewing do not overlap.
func retentionOf(ctx context.Context, q db.Querier, id video.ID) (viewers int, steps map[int]int, err error) {
	viewers, err = db.Value[int](ctx, q, "SELECT COUNT(*) FROM viewer WHERE video_id = ?", id)
	if err != nil {
		return 0, nil, err
	}
	rows, err := db.List(ctx, q, func(row db.Row) (s [2]int, err error) {
		return s, row.Scan(&s[0], &s[1])
	}, `SELECT second, CAST(SUM(step) AS BIGINT) FROM (
		SELECT s.start_at AS second, 1 AS step FROM viewer_section s JOIN viewer v ON v.id = s.viewer_id WHERE v.video_id = ?
		UNION ALL SELECT s.end_at + 1, -1 FROM viewer_section s JOIN viewer v ON v.id = s.viewer_id WHERE v.video_id = ?
		) AS steps GROUP BY second ORDER BY second LIMIT ?`, id, id, maxRetention+2)
	steps = make(map[int]int, len(rows))
	for _, row := range rows {
		steps[row[0]] = row[1]
	}
	return viewers, steps, err
}

// maxCells bounds the groups of a series, which the choice of its interval keeps far lower.
const maxCells = 50_000

// cellsOf groups the viewings that touch a period by the grains of time they began and ended in.
func cellsOf(ctx context.Context, q db.Querier, id video.ID, p Period, grain time.Duration) ([]cell, error) {
	size := grain.Milliseconds()
	return db.List(ctx, q, func(row db.Row) (c cell, err error) {
		var begin, end int64
		err = row.Scan(&begin, &end, &c.viewers, &c.amount)
		c.begin, c.end = time.UnixMilli(begin*size).UTC(), time.UnixMilli(end*size).UTC()
		return c, err
	}, `SELECT first, last, COUNT(*), CAST(SUM(watch_time) AS BIGINT) FROM (
		SELECT (CASE WHEN start_at < ? THEN CAST(? AS BIGINT) ELSE start_at END) / CAST(? AS BIGINT) AS first,
			(CASE WHEN end_at > ? THEN CAST(? AS BIGINT) ELSE end_at END) / CAST(? AS BIGINT) AS last, watch_time
		FROM viewer WHERE video_id = ? AND start_at <= ? AND end_at >= ?) AS touching GROUP BY first, last LIMIT ?`,
		p.From, p.From, size, p.To, p.To, size, id, p.To, p.From, maxCells)
}
