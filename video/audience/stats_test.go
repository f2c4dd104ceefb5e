package audience_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/audience"
)

// seen writes an ended viewing that began so long after the publication.
func (w *world) seen(t testing.TB, begin, length time.Duration, sections ...[2]int) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		at, watched := w.film.PublishedAt.Add(begin), 0
		for _, s := range sections {
			watched += s[1] - s[0]
		}
		id, err := db.Insert[int64](ctx, tx, `INSERT INTO viewer (uuid, video_id, start_at, end_at, watch_time, country, client)
			VALUES (?, ?, ?, ?, ?, 'FR', 'Firefox') RETURNING id`, uuid.NewString(), w.film.ID, at, at.Add(length), watched)
		for _, s := range sections {
			if err == nil {
				_, err = db.Exec(ctx, tx, "INSERT INTO viewer_section (viewer_id, start_at, end_at) VALUES (?, ?, ?)", id, s[0], s[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOverall(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		read := func(p audience.Period) audience.Overall {
			t.Helper()
			sum, err := w.stats.Overall(t.Context(), w.alice, refOf(w.film), p)
			if err != nil {
				t.Fatal(err)
			}
			return sum
		}
		if sum := read(audience.Period{}); sum.Viewers != 0 || sum.Peak != 0 || !sum.PeakAt.IsZero() {
			t.Errorf("without viewers: %+v", sum)
		}
		w.seen(t, 0, time.Minute, [2]int{0, 20})
		w.seen(t, 30*time.Second, time.Minute, [2]int{0, 5})
		w.seen(t, 45*time.Second, 5*time.Second, [2]int{0, 4})
		w.seen(t, 26*time.Hour, time.Minute, [2]int{0, 10})
		sum := read(audience.Period{})
		if sum.Viewers != 4 || sum.WatchSeconds != 39 || sum.AverageSeconds != 10 || sum.Peak != 3 || !sum.PeakAt.Equal(w.film.PublishedAt.Add(45*time.Second)) {
			t.Errorf("all: %+v", sum)
		}
		if len(sum.Countries) != 1 || sum.Countries[0] != (audience.Share{Name: "FR", Viewers: 4}) || len(sum.Subdivisions) != 0 {
			t.Errorf("countries: %+v, %+v", sum.Countries, sum.Subdivisions)
		}
		if late := read(audience.Period{From: w.film.PublishedAt.Add(time.Hour)}); late.Viewers != 1 || late.Peak != 1 || late.WatchSeconds != 10 {
			t.Errorf("later: %+v", late)
		}
		if early := read(audience.Period{To: w.film.PublishedAt.Add(40 * time.Second)}); early.Viewers != 2 {
			t.Errorf("earlier: %+v", early)
		}
	})
}

func TestRetention(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.seen(t, 0, time.Minute, [2]int{0, 30})
		w.seen(t, 0, time.Minute, [2]int{0, 9}, [2]int{20, 31})
		percent, err := w.stats.Retention(t.Context(), w.alice, refOf(w.film))
		if err != nil || len(percent) != 31 {
			t.Fatalf("%d seconds, %v", len(percent), err)
		}
		for second, want := range map[int]float64{0: 100, 9: 100, 10: 50, 19: 50, 20: 100, 30: 100} {
			if percent[second] != want {
				t.Errorf("second %d: got %v, want %v", second, percent[second], want)
			}
		}
		live := w.Video(t, w.alice, func(d *video.Draft) { d.IsLive = true })
		if _, err := w.stats.Retention(t.Context(), w.alice, refOf(live)); !fault.Is(err, fault.Invalid) {
			t.Errorf("a live: got %v", err)
		}
	})
}

func TestSeries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d) // published at 23:39
		w.seen(t, -time.Hour, 62*time.Minute, [2]int{0, 9})
		w.seen(t, 90*time.Second, 3*time.Minute, [2]int{0, 7})
		day, year := 24*time.Hour, 365*24*time.Hour
		for name, c := range map[string]struct {
			metric   audience.Metric
			from, to time.Duration
			interval string
			points   int
			values   map[int]int
		}{
			"viewers by minute":      {audience.ViewersMetric, 0, 6 * time.Minute, "1 minute", 7, map[int]int{0: 1, 1: 2, 2: 2, 3: 1, 4: 1, 5: 0}},
			"seconds by minute":      {audience.WatchTimeMetric, 0, 6 * time.Minute, "1 minute", 7, map[int]int{0: 9, 1: 7, 2: 0}},
			"viewers by ten minutes": {audience.ViewersMetric, -2 * time.Hour, 2 * time.Hour, "10 minutes", 25, map[int]int{0: 0, 6: 1, 12: 1, 13: 2, 14: 0}},
			"by day":                 {audience.ViewersMetric, -50 * day, 50 * day, "1 day", 101, map[int]int{50: 2, 51: 0}},
			"by week":                {audience.ViewersMetric, -year, year, "7 days", 105, nil},
			"by month":               {audience.ViewersMetric, -4 * year, 4 * year, "1 month", 97, map[int]int{48: 2, 49: 0}},
		} {
			p := audience.Period{From: w.film.PublishedAt.Add(c.from), To: w.film.PublishedAt.Add(c.to)}
			got, err := w.stats.Series(t.Context(), w.alice, refOf(w.film), c.metric, p)
			if err != nil || got.Interval != c.interval || len(got.Points) != c.points {
				t.Errorf("%s: %q, %d points, %v", name, got.Interval, len(got.Points), err)
				continue
			}
			for i, want := range c.values {
				if got.Points[i].Value != want {
					t.Errorf("%s: point %d (%v) is %d, want %d", name, i, got.Points[i].At, got.Points[i].Value, want)
				}
			}
		}
	})
}

func TestStatsAreForTheOwner(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for name, c := range map[string]struct {
		viewer account.Viewer
		want   fault.Kind
	}{"another user": {w.User(t, "bob", account.Ordinary), fault.Forbidden}, "nobody": {account.Viewer{}, fault.Unauthenticated}} {
		if _, err := w.stats.Agents(t.Context(), c.viewer, refOf(w.film), audience.Period{}); !fault.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
