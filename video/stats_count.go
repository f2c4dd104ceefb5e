package video

import (
	"context"
	"time"

	"lucarne/platform/db"
)

// Counts are how many videos anybody can see, and what all videos add up to.
type Counts struct {
	All, AllComments                               int // also of other servers
	Local, Views, Downloads, LocalComments         int // of this instance
	FilesSize                                      int64
	ChannelsOfDay, ChannelsOfWeek, ChannelsOfMonth int // channels here that published lately
}

// Count counts the videos. It reads them all: its result is to be kept for a while.
func Count(ctx context.Context, q db.Querier, now time.Time) (Counts, error) {
	c, _, err := db.Find(ctx, q, func(row db.Row) (c Counts, err error) {
		return c, row.Scan(&c.All, &c.AllComments, &c.Local, &c.Views, &c.Downloads, &c.LocalComments, &c.FilesSize)
	}, `SELECT COUNT(CASE WHEN listed AND privacy = 1 THEN 1 END), CAST(COALESCE(SUM(comments), 0) AS BIGINT),
		COUNT(CASE WHEN host = '' AND listed AND privacy = 1 THEN 1 END),
		CAST(COALESCE(SUM(CASE WHEN host = '' THEN views END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN host = '' THEN downloads END), 0) AS BIGINT),
		CAST(COALESCE(SUM(CASE WHEN host = '' THEN comments END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN host = '' THEN files_size END), 0) AS BIGINT)
		FROM video`)
	const day = 24 * time.Hour
	for age, count := range map[time.Duration]*int{day: &c.ChannelsOfDay, 7 * day: &c.ChannelsOfWeek, 30 * day: &c.ChannelsOfMonth} {
		if err != nil {
			return c, err
		}
		*count, err = db.Value[int](ctx, q, `SELECT COUNT(DISTINCT v.channel_id) FROM video v WHERE v.listed AND v.privacy IN (1, 4) AND v.host = ''
			AND v.published_at >= ?`, now.Add(-age))
	}
	return c, err
}
