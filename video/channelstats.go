package video

import (
	"context"
	"fmt"
	"time"

	"lucarne/channel"
	"lucarne/platform/db"
)

// ChannelStats is how the videos of a channel do.
type ChannelStats struct {
	VideosCount int
	TotalViews  int
	ViewsPerDay []DayViews // the last 30 days and today, oldest first
}

// DayViews are the views of one day, UTC.
type DayViews struct {
	Day   time.Time
	Views int
}

const (
	statDays = 30
	aDay     = 24 * time.Hour
)

// ChannelStats counts for several channels at once, in two queries.
func (v *Videos) ChannelStats(ctx context.Context, ids ...channel.ID) (map[channel.ID]ChannelStats, error) {
	stats := make(map[channel.ID]ChannelStats, len(ids))
	if len(ids) == 0 {
		return stats, nil
	}
	first := v.o.Clock.Now().Truncate(aDay).Add(-statDays * aDay)
	for _, id := range ids {
		stats[id] = ChannelStats{ViewsPerDay: daysFrom(first)}
	}
	if err := countChannels(ctx, v.o.DB, ids, stats); err != nil {
		return nil, fmt.Errorf("channel statistics: %w", err)
	}
	if err := countDays(ctx, v.o.DB, ids, first, stats); err != nil {
		return nil, fmt.Errorf("channel statistics: %w", err)
	}
	return stats, nil
}

func daysFrom(first time.Time) []DayViews {
	days := make([]DayViews, statDays+1)
	for i := range days {
		days[i].Day = first.Add(time.Duration(i) * aDay)
	}
	return days
}

func countChannels(ctx context.Context, q db.Querier, ids []channel.ID, stats map[channel.ID]ChannelStats) error {
	padded := db.Padded(ids)
	_, err := db.List(ctx, q, func(row db.Row) (struct{}, error) {
		var id channel.ID
		var count, views int
		err := row.Scan(&id, &count, &views)
		s := stats[id]
		s.VideosCount, s.TotalViews = count, views
		stats[id] = s
		return struct{}{}, err
	}, "SELECT channel_id, COUNT(*), CAST(COALESCE(SUM(views), 0) AS BIGINT) FROM video WHERE channel_id IN ("+db.Marks(len(padded))+") GROUP BY channel_id",
		db.Anys(padded)...)
	return err
}

func countDays(ctx context.Context, q db.Querier, ids []channel.ID, first time.Time, stats map[channel.ID]ChannelStats) error {
	padded := db.Padded(ids)
	day := aDay.Milliseconds()
	_, err := db.List(ctx, q, func(row db.Row) (struct{}, error) {
		var id channel.ID
		var index, views int64
		err := row.Scan(&id, &index, &views)
		if at := int(index - first.UnixMilli()/day); err == nil && at >= 0 && at <= statDays {
			stats[id].ViewsPerDay[at].Views = int(views)
		}
		return struct{}{}, err
	}, `SELECT v.channel_id, s.start_at / ? AS day, CAST(SUM(s.views) AS BIGINT) FROM video_view s JOIN video v ON v.id = s.video_id
		WHERE v.channel_id IN (`+db.Marks(len(padded))+") AND s.start_at >= ? GROUP BY v.channel_id, day", append(append([]any{day}, db.Anys(padded)...), first)...)
	return err
}
