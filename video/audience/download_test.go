package audience_test

import (
	"testing"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video/audience"
)

// downloads flushes and gives what the video counts.
func (w *world) countDownloads(t testing.TB) int {
	t.Helper()
	if err := w.downloads.FlushDownloads(t.Context()); err != nil {
		t.Fatal(err)
	}
	now, err := w.Videos.Get(t.Context(), w.film.ID)
	if err != nil {
		t.Fatal(err)
	}
	return now.Downloads
}

func TestDownloadsCountOncePerAddressAndHour(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		began := func(ip string) { w.downloads.Began(t.Context(), w.film.ID, ip) }
		for range 3 {
			began("192.0.2.7")
		}
		began("2001:db8::1")
		began("2001:db8::2") // of the same household
		if got := w.countDownloads(t); got != 2 {
			t.Fatalf("got %d downloads, want 2", got)
		}
		w.Clock.Advance(59 * time.Minute)
		began("192.0.2.7")
		if got := w.countDownloads(t); got != 2 {
			t.Fatalf("within the hour: got %d downloads, want 2", got)
		}
		w.Clock.Advance(2 * time.Minute)
		began("192.0.2.7")
		if got := w.countDownloads(t); got != 3 {
			t.Fatalf("after the hour: got %d downloads, want 3", got)
		}
	})
}

func TestDownloadsWaitInTheDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.downloads.Began(t.Context(), w.film.ID, "192.0.2.7")
		w.downloads.Began(t.Context(), w.film.ID+1000, "192.0.2.7") // deleted meanwhile
		if n := number[int64](t, d, "SELECT COUNT(*) FROM download_buffer"); n != 1 {
			t.Fatalf("got %d videos waiting, want 1", n)
		}
		again := audience.NewDownloads(w.options) // a kill and a start
		if err := again.FlushDownloads(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.countDownloads(t); got != 1 {
			t.Fatalf("got %d downloads, want 1", got)
		}
	})
}

func TestSeriesOfDownloads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for i, ip := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
			w.downloads.Began(t.Context(), w.film.ID, ip)
			w.countDownloads(t)
			if i > 0 {
				w.Clock.Advance(time.Hour)
			}
		}
		series, err := w.stats.Series(t.Context(), w.alice, refOf(w.film), audience.DownloadsMetric, audience.Period{})
		if err != nil {
			t.Fatal(err)
		}
		var values []int
		for _, point := range series.Points {
			values = append(values, point.Value)
		}
		if series.Interval != "1 hour" || len(values) != 3 || values[0] != 2 || values[1] != 1 || values[2] != 0 {
			t.Fatalf("got %v by %s, want [2 1 0] by 1 hour", values, series.Interval)
		}
	})
}

func TestOldDownloadsAreDropped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.downloads.Began(t.Context(), w.film.ID, "192.0.2.7")
		w.countDownloads(t)
		w.Clock.Advance(48 * time.Hour)
		for age, want := range map[time.Duration]int64{-1: 1, 72 * time.Hour: 1} {
			w.settings.LocalViewsMaxAge = age
			if err := w.downloads.DropOldDownloads(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := number[int64](t, d, "SELECT COUNT(*) FROM video_download"); n != want {
				t.Errorf("kept for %v: got %d hours, want %d", age, n, want)
			}
		}
		w.settings.LocalViewsMaxAge = 24 * time.Hour
		if err := w.downloads.DropOldDownloads(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := number[int64](t, d, "SELECT COUNT(*) FROM video_download"); n != 0 {
			t.Errorf("older than a day: got %d hours, want none", n)
		}
		if got := w.countDownloads(t); got != 1 {
			t.Errorf("the total became %d", got)
		}
	})
}
