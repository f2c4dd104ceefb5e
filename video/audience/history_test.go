package audience_test

import (
	"testing"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
	"lucarne/video/audience"
)

// reader is a user who wants a history.
func (w *world) reader(t testing.TB, name string) account.Viewer {
	t.Helper()
	viewer := w.User(t, name, account.Ordinary)
	viewer.User.Preferences.VideosHistoryEnabled = true
	return viewer
}

func (w *world) stand(t testing.TB, viewer account.Viewer, of video.Video, second int) {
	t.Helper()
	w.Clock.Advance(time.Second)
	err := w.viewers.Watch(t.Context(), audience.Heartbeat{Video: refOf(of), Access: video.Access{Viewer: viewer}, IP: "192.0.2.1", Second: second})
	if err != nil {
		t.Fatal(err)
	}
}

// watched gives the names and positions of a history.
func (w *world) watched(t testing.TB, viewer account.Viewer, p audience.WatchedPage) (total int, list map[string]int, first string) {
	t.Helper()
	total, found, err := w.history.List(t.Context(), viewer, p)
	if err != nil {
		t.Fatal(err)
	}
	list = make(map[string]int)
	for _, one := range found {
		list[one.Video.Name] = one.Seconds
	}
	if len(found) > 0 {
		first = found[0].Video.Name
	}
	return total, list, first
}

func TestHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bob, carol := w.reader(t, "bob"), w.User(t, "carol", account.Ordinary)
		second := w.Video(t, w.alice, func(d *video.Draft) { d.Name = "Une deuxième séance" })
		w.stand(t, bob, w.film, 3)
		w.stand(t, bob, second, 4)
		w.stand(t, bob, w.film, 12)
		w.stand(t, carol, w.film, 12)
		w.stand(t, account.Viewer{}, w.film, 12)

		if total, list, first := w.watched(t, bob, audience.WatchedPage{}); total != 2 || list["A test film"] != 12 || first != "A test film" {
			t.Errorf("bob watched %v, %d, first %q", list, total, first)
		}
		if total, list, _ := w.watched(t, bob, audience.WatchedPage{Start: 1, Count: 1}); total != 2 || len(list) != 1 || list["Une deuxième séance"] != 4 {
			t.Errorf("the second page is %v of %d", list, total)
		}
		if total, list, _ := w.watched(t, bob, audience.WatchedPage{Search: "seance"}); total != 1 || len(list) != 1 || list["A test film"] != 0 {
			t.Errorf("the search found %v of %d", list, total)
		}
		if total, _, _ := w.watched(t, carol, audience.WatchedPage{}); total != 0 {
			t.Error("carol wants no history and has one")
		}
		positions, err := w.history.Positions(t.Context(), bob, []video.ID{w.film.ID, second.ID, 99})
		if err != nil || len(positions) != 2 || positions[second.ID] != 4 {
			t.Errorf("positions: %v, %v", positions, err)
		}
		private := video.Private
		if err := w.Videos.Update(t.Context(), w.alice, second.ID, video.Change{Privacy: &private}); err != nil {
			t.Fatal(err)
		}
		if total, list, _ := w.watched(t, bob, audience.WatchedPage{}); total != 1 || list["A test film"] != 12 {
			t.Errorf("with a video made private: %v of %d", list, total)
		}
	})
}

func TestForgetHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bob, carol := w.reader(t, "bob"), w.reader(t, "carol")
		second, third := w.Video(t, w.alice, nil), w.Video(t, w.alice, nil)
		left := func(want int) {
			t.Helper()
			if got := number[int](t, d, "SELECT COUNT(*) FROM watch_history WHERE user_id = ?", bob.UserID()); got != want {
				t.Errorf("%d left, want %d", got, want)
			}
		}
		for _, of := range []video.Video{w.film, second, third} {
			w.stand(t, bob, of, 1)
			w.stand(t, carol, of, 1)
		}
		for range 2 {
			if err := w.history.Forget(t.Context(), bob, third.ID); err != nil {
				t.Fatal(err)
			}
			left(2)
		}
		if err := w.history.Clear(t.Context(), bob, w.Clock.Now().Add(-4*time.Second)); err != nil {
			t.Fatal(err)
		}
		left(1)
		if err := w.history.Clear(t.Context(), bob, time.Time{}); err != nil {
			t.Fatal(err)
		}
		left(0)
		w.Clock.Advance(48 * time.Hour)
		w.stand(t, bob, w.film, 1)
		if err := w.history.DropOld(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.settings.HistoryMaxAge = 24 * time.Hour
		if err := w.history.DropOld(t.Context()); err != nil {
			t.Fatal(err)
		}
		left(1)
		if n := number[int](t, d, "SELECT COUNT(*) FROM watch_history"); n != 1 {
			t.Errorf("%d rows of all users left, want 1", n)
		}
	})
}
