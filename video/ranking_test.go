package video_test

import (
	"errors"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/videotest"
)

func codeOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func TestRankingFollowsViewsAndAge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		old := w.Video(t, alice, func(d *video.Draft) { d.Name = "old favourite" })
		write(t, w, "UPDATE video SET likes = 100, views = 1000 WHERE id = ?", old.ID)
		write(t, w, "INSERT INTO video_view (video_id, start_at, views) VALUES (?, ?, 7)", old.ID, w.Clock.Now().UnixMilli())
		w.Clock.Advance(time.Hour)
		w.Video(t, alice, func(d *video.Draft) { d.Name = "new unknown" })
		if err := w.Videos.RefreshRanking(t.Context()); err != nil {
			t.Fatal(err)
		}
		first := func(by string) string {
			got, err := w.Videos.List(t.Context(), account.Viewer{}, video.Filter{}, video.Page{Count: 1, Sort: video.Sort{By: by, IsDescending: true}})
			if err != nil {
				t.Fatal(err)
			}
			return names(got)
		}
		if first("trending") != "old favourite" || first("hot") != "old favourite" {
			t.Errorf("trending %s, hot %s", first("trending"), first("hot"))
		}
		w.Clock.Advance(30 * 24 * time.Hour)
		w.Video(t, alice, func(d *video.Draft) { d.Name = "newest" })
		before := w.Videos.Version()
		if err := w.Videos.RefreshRanking(t.Context()); err != nil {
			t.Fatal(err)
		}
		if first("hot") != "newest" || first("trending") != "newest" || w.Videos.Version() == before {
			t.Errorf("a month later: trending %s, hot %s", first("trending"), first("hot"))
		}
		before = w.Videos.Version()
		if err := w.Videos.RefreshRanking(t.Context()); err != nil || w.Videos.Version() != before {
			t.Errorf("a refresh without news touched the caches (%v)", err)
		}
	})
}

func TestChannelStats(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		made := w.Video(t, alice, nil)
		write(t, w, "UPDATE video SET views = 12 WHERE id = ?", made.ID)
		for daysAgo, views := range map[int]int{0: 3, 1: 4, 30: 5, 31: 99} {
			write(t, w, "INSERT INTO video_view (video_id, start_at, views) VALUES (?, ?, ?)", made.ID,
				w.Clock.Now().AddDate(0, 0, -daysAgo).Truncate(time.Hour).UnixMilli(), views)
		}
		id := w.Channel(t, "alice").ID
		all, err := w.Videos.ChannelStats(t.Context(), id, 999)
		if err != nil {
			t.Fatal(err)
		}
		got := all[id]
		if got.VideosCount != 1 || got.TotalViews != 12 || len(got.ViewsPerDay) != 31 || got.ViewsPerDay[30].Views != 3 || got.ViewsPerDay[29].Views != 4 ||
			got.ViewsPerDay[0].Views != 5 || !got.ViewsPerDay[30].Day.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("got %+v", got)
		}
		if len(all[999].ViewsPerDay) != 31 {
			t.Errorf("a channel without videos: got %+v", all[channel.ID(999)])
		}
	})
}

func TestOverviewShowsSubjectsWithEnoughVideos(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		w.Video(t, bob, func(d *video.Draft) { d.Category = 1 })
		for range 6 {
			w.Video(t, alice, func(d *video.Draft) { d.Category, d.Tags = 2, []string{"Été"} })
		}
		got, err := w.Videos.Overview(t.Context(), account.Viewer{}, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Categories) != 1 || got.Categories[0].Subject != 2 || len(got.Categories[0].Videos) != 6 || len(got.Channels) != 1 ||
			got.Channels[0].Subject.Actor.Username != "alice_channel" || len(got.Tags) != 1 || got.Tags[0].Subject != "Été" {
			t.Errorf("got %+v", got)
		}
		if second, err := w.Videos.Overview(t.Context(), account.Viewer{}, nil, 2); err != nil || len(second.Categories)+len(second.Channels)+len(second.Tags) != 0 {
			t.Errorf("page 2: got %+v, %v", second, err)
		}
	})
}
