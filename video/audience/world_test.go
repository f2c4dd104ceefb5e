package audience_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/audience"
	"lucarne/video/videotest"
)

// world is an instance with one video of half a minute, by alice.
type world struct {
	*videotest.World
	settings audience.Settings
	viewers  *audience.Viewers
	history  *audience.History
	rates    *audience.Rates
	stats    *audience.Stats

	options   audience.Options
	downloads *audience.Downloads
	alice     account.Viewer
	film      video.Video
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{World: videotest.New(t, d), settings: audience.Settings{
		CountAfter: 10 * time.Second, ViewExpiration: time.Hour, Silence: 2 * time.Minute, TrustSessions: true,
		HistoryMaxAge: -1, LocalViewsMaxAge: -1, RemoteViewsMaxAge: 30 * 24 * time.Hour,
	}}
	o := audience.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Logger: slog.New(slog.DiscardHandler),
		Settings: func() audience.Settings { return w.settings },
	}
	w.history, w.rates, w.stats = audience.NewHistory(o), audience.NewRates(o), audience.NewStats(o)
	w.viewers, w.downloads, w.options = audience.NewViewers(o, w.history), audience.NewDownloads(o), o
	w.alice = w.User(t, "alice", account.Ordinary)
	w.film = w.Video(t, w.alice, nil)
	return w
}

func refOf(of video.Video) shortid.Ref { return shortid.Ref{Kind: shortid.Full, UUID: of.UUID} }

// beat is a heartbeat of somebody not signed in.
func (w *world) beat(session string, second int) audience.Heartbeat {
	return audience.Heartbeat{Video: refOf(w.film), IP: "192.0.2.7", Session: session, Second: second}
}

// watch plays from second to second, five at a time, and lets as much time pass.
func (w *world) watch(t testing.TB, h audience.Heartbeat, to int) {
	t.Helper()
	for second := h.Second; ; second = min(second+5, to) {
		h.Second = second
		if err := w.viewers.Watch(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if second >= to {
			return
		}
		h.HasSeeked = false
		w.Clock.Advance(5 * time.Second)
	}
}

// views flushes and gives what the video counts.
func (w *world) views(t testing.TB) int {
	t.Helper()
	if err := w.viewers.FlushViews(t.Context()); err != nil {
		t.Fatal(err)
	}
	now, err := w.Videos.Get(t.Context(), w.film.ID)
	if err != nil {
		t.Fatal(err)
	}
	return now.Views
}

func (w *world) sweep(t testing.TB) {
	t.Helper()
	w.Clock.Advance(3 * time.Minute)
	if err := w.viewers.SweepViewers(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func number[N int | int64](t testing.TB, d *db.DB, text string, args ...any) N {
	t.Helper()
	n, err := db.Value[N](t.Context(), d, text, args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func session(i int) string { return fmt.Sprintf("session-%d", i) }
