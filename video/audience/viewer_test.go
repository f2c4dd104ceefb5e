package audience_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/audience"
)

func TestWatchingMakesAView(t *testing.T) {
	for name, c := range map[string]struct {
		play func(t *testing.T, w *world)
		want int
	}{
		"ten seconds":          {func(t *testing.T, w *world) { w.watch(t, w.beat("a", 0), 10) }, 1},
		"five seconds":         {func(t *testing.T, w *world) { w.watch(t, w.beat("a", 0), 5) }, 0},
		"all of it, once":      {func(t *testing.T, w *world) { w.watch(t, w.beat("a", 0), 30) }, 1},
		"two sessions":         {func(t *testing.T, w *world) { w.watch(t, w.beat("a", 0), 10); w.watch(t, w.beat("b", 0), 10) }, 2},
		"twice within an hour": {func(t *testing.T, w *world) { w.watch(t, w.beat("a", 0), 10); w.watch(t, w.beat("a", 0), 15) }, 1},
		"twice, having left in between": {func(t *testing.T, w *world) {
			w.watch(t, w.beat("a", 0), 10)
			w.sweep(t)
			w.watch(t, w.beat("a", 0), 15)
		}, 1},
		"again after an hour": {func(t *testing.T, w *world) {
			w.watch(t, w.beat("a", 0), 10)
			w.Clock.Advance(time.Hour)
			w.sweep(t)
			w.watch(t, w.beat("a", 0), 15)
		}, 2},
		"by address without a session": {func(t *testing.T, w *world) { w.watch(t, w.beat("", 0), 10); w.watch(t, w.beat("", 0), 10) }, 1},
		"sessions nobody trusts": {func(t *testing.T, w *world) {
			w.settings.TrustSessions = false
			w.watch(t, w.beat("a", 0), 10)
			w.watch(t, w.beat("b", 0), 10)
		}, 1},
		"seeking about": {func(t *testing.T, w *world) {
			for _, second := range []int{0, 10, 20, 30} {
				h := w.beat("a", second)
				h.HasSeeked = true
				w.watch(t, h, second)
			}
		}, 0},
		"a jump nobody announced": {func(t *testing.T, w *world) {
			w.film = w.Video(t, w.alice, func(d *video.Draft) { d.DurationSeconds = 10_000 })
			w.watch(t, w.beat("a", 0), 0)
			w.watch(t, w.beat("a", 9000), 9000)
		}, 0},
		"a video shorter than ten seconds": {func(t *testing.T, w *world) {
			w.film = w.Video(t, w.alice, func(d *video.Draft) { d.DurationSeconds = 3 })
			w.watch(t, w.beat("a", 0), 3)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, dbtest.SQLite(t))
			c.play(t, w)
			if got := w.views(t); got != c.want {
				t.Errorf("got %d views, want %d", got, c.want)
			}
		})
	}
}

func TestViewsOverMidnight(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t)) // the world's clock starts 21 minutes before midnight
	w.Clock.Advance(20*time.Minute + 55*time.Second)
	w.watch(t, w.beat("", 0), 30)
	if got := w.views(t); got != 1 {
		t.Errorf("got %d views of one viewer over midnight", got)
	}
	w.sweep(t)
	if n := number[int](t, w.DB, "SELECT COUNT(*) FROM viewer"); n != 1 {
		t.Errorf("got %d viewers", n)
	}
}

func TestWatchRefuses(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	hidden := w.Video(t, w.alice, func(d *video.Draft) { d.Privacy = video.Private })
	edited := func(edit func(*audience.Heartbeat)) audience.Heartbeat {
		h := w.beat("a", 5)
		edit(&h)
		return h
	}
	for name, c := range map[string]struct {
		h    audience.Heartbeat
		want fault.Kind
	}{
		"a negative time":      {edited(func(h *audience.Heartbeat) { h.Second = -1 }), fault.Invalid},
		"past the end":         {edited(func(h *audience.Heartbeat) { h.Second = 32 }), fault.Invalid},
		"a huge time":          {edited(func(h *audience.Heartbeat) { h.Second = math.MaxInt }), fault.Invalid},
		"an unknown video":     {edited(func(h *audience.Heartbeat) { h.Video = shortid.Ref{Kind: shortid.Number, Number: 999} }), fault.NotFound},
		"somebody's private":   {edited(func(h *audience.Heartbeat) { h.Video = refOf(hidden) }), fault.Unauthenticated},
		"an enormous session":  {edited(func(h *audience.Heartbeat) { h.Session = string(make([]byte, 5000)) }), fault.Invalid},
		"the end, rounded up":  {edited(func(h *audience.Heartbeat) { h.Second = 31 }), 0},
		"an address like none": {edited(func(h *audience.Heartbeat) { h.IP = "nonsense" }), 0},
	} {
		err := w.viewers.Watch(t.Context(), c.h)
		if (c.want == 0 && err != nil) || (c.want != 0 && !fault.Is(err, c.want)) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if n := w.viewers.Now(hidden.ID); n != 0 {
		t.Errorf("%d watch the private video", n)
	}
}

func TestOneAddressIsNotACrowd(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for i := range 600 {
		for _, second := range []int{0, 10} {
			if err := w.viewers.Watch(t.Context(), w.beat(session(i), second)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := w.viewers.Now(w.film.ID); got != 501 {
		t.Errorf("%d viewers from one address, want 500 sessions and the address", got)
	}
	other := w.beat("elsewhere", 0)
	other.IP = "2001:db8::1"
	w.watch(t, other, 10)
	if got := w.views(t); got != 502 {
		t.Errorf("%d views, want 502", got)
	}
}

func TestOneNetworkOfVersion6IsOneViewer(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for _, ip := range []string{"2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1", "::ffff:192.0.2.1", "192.0.2.1"} {
		h := w.beat("", 0)
		h.IP = ip
		w.watch(t, h, 0)
	}
	if got := w.viewers.Now(w.film.ID); got != 3 {
		t.Errorf("got %d viewers, want 3", got)
	}
}

func TestViewersComeAndGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		h := w.beat("a", 0)
		h.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
		w.watch(t, h, 20)
		told := w.beat("b", 5)
		told.Agent = audience.Agent{Client: "An app\x00\n", Device: "smarttv", System: "Tizen"}
		w.watch(t, told, 10)
		if got, other := w.viewers.Now(w.film.ID), w.viewers.Now(99); got != 2 || other != 0 {
			t.Errorf("now: %d and %d, want 2 and 0", got, other)
		}
		w.sweep(t)
		if got := w.viewers.Now(w.film.ID); got != 0 {
			t.Errorf("%d watch after the silence", got)
		}
		agents, err := w.stats.Agents(t.Context(), w.alice, refOf(w.film), audience.Period{})
		if err != nil || len(agents.Clients) != 2 || agents.Clients[0].Name != "An app" || agents.Clients[1].Name != "Firefox" ||
			agents.Devices[0].Name != "desktop" || agents.Devices[1].Name != "smarttv" || agents.Systems[0].Name != "Linux" {
			t.Errorf("agents: %+v, %v", agents, err)
		}
		if n := number[int](t, d, "SELECT COUNT(*) FROM viewer_section"); n != 2 {
			t.Errorf("%d sections, want 2", n)
		}
	})
}

func TestCloseKeepsThoseWhoWatch(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.watch(t, w.beat("a", 0), 10)
	if err := w.viewers.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := number[int](t, w.DB, "SELECT watch_time FROM viewer"); n != 10 {
		t.Errorf("kept a watch time of %d", n)
	}
}

func TestDeletedVideosAreForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		kept := w.film
		w.film = w.Video(t, w.alice, nil)
		w.watch(t, w.beat("a", 0), 10)
		if err := w.Videos.Delete(t.Context(), w.alice, w.film.ID); err != nil {
			t.Fatal(err)
		}
		w.film = kept
		w.watch(t, w.beat("a", 0), 10)
		if got := w.views(t); got != 1 {
			t.Errorf("%d views", got)
		}
		w.sweep(t)
		if n := number[int](t, d, "SELECT COUNT(*) FROM viewer"); n != 1 {
			t.Errorf("%d viewers kept", n)
		}
	})
}

func TestFlushViewsFillsTheHour(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.watch(t, w.beat("a", 0), 10)
		w.views(t)
		w.watch(t, w.beat("b", 0), 10)
		w.watch(t, w.beat("c", 0), 10)
		if got := w.views(t); got != 3 {
			t.Errorf("%d views", got)
		}
		if got := number[int](t, d, "SELECT views FROM video_view WHERE start_at = ?", w.Clock.Now().Truncate(time.Hour)); got != 3 {
			t.Errorf("%d views in the hour", got)
		}
		if got := number[int](t, d, "SELECT COUNT(*) FROM view_buffer"); got != 0 {
			t.Errorf("%d rows left in the buffer", got)
		}
		if got := number[int](t, d, "SELECT COUNT(*) FROM outbox_fact WHERE kind = 'audience.Viewed'"); got != 2 {
			t.Errorf("%d facts", got)
		}
		w.settings.LocalViewsMaxAge = 24 * time.Hour
		for _, want := range []int{1, 0} {
			if err := w.viewers.DropOldViews(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := number[int](t, d, "SELECT COUNT(*) FROM video_view"); got != want {
				t.Errorf("%d hours kept, want %d", got, want)
			}
			w.Clock.Advance(26 * time.Hour)
		}
	})
}

func TestViewersAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bob := w.User(t, "bob", account.Ordinary)
		bob.User.Preferences.VideosHistoryEnabled = true
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				for _, second := range []int{0, 5, 10, 15} {
					h := w.beat(session(i), second)
					h.Access.Viewer = bob
					if err := w.viewers.Watch(t.Context(), h); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if got := w.views(t); got != 20 {
			t.Errorf("%d views, want 20", got)
		}
		if got, err := w.history.Positions(t.Context(), bob, []video.ID{w.film.ID}); err != nil || len(got) != 1 {
			t.Errorf("history: %v, %v", got, err)
		}
	})
}
