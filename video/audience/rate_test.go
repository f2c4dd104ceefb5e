package audience_test

import (
	"sync"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/audience"
)

func TestRate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bob := w.User(t, "bob", account.Ordinary)
		for i, c := range []struct {
			to              audience.Rating
			likes, dislikes int
			facts           int
		}{{audience.Like, 1, 0, 1}, {audience.Like, 1, 0, 1}, {audience.Dislike, 0, 1, 2}, {audience.None, 0, 0, 3}, {audience.None, 0, 0, 3}, {audience.Like, 1, 0, 4}} {
			if err := w.rates.Rate(t.Context(), refOf(w.film), video.Access{Viewer: bob}, c.to); err != nil {
				t.Fatal(err)
			}
			now, err := w.Videos.Get(t.Context(), w.film.ID)
			if err != nil || now.Likes != c.likes || now.Dislikes != c.dislikes {
				t.Errorf("step %d: %d likes, %d dislikes, %v", i, now.Likes, now.Dislikes, err)
			}
			if _, rating, err := w.rates.Of(t.Context(), bob, refOf(w.film)); err != nil || rating != c.to {
				t.Errorf("step %d: rating %q, %v", i, rating, err)
			}
			if n := number[int](t, d, "SELECT COUNT(*) FROM outbox_fact WHERE kind = 'audience.Rated'"); n != c.facts {
				t.Errorf("step %d: %d facts, want %d", i, n, c.facts)
			}
		}
	})
}

func TestRatesAtOnceKeepTheCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bob := w.User(t, "bob", account.Ordinary)
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				to := []audience.Rating{audience.Like, audience.Dislike, audience.None}[i%3]
				if err := w.rates.Rate(t.Context(), refOf(w.film), video.Access{Viewer: bob}, to); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		now, err := w.Videos.Get(t.Context(), w.film.ID)
		rows := number[int](t, d, "SELECT COUNT(*) FROM rate")
		if err != nil || now.Likes < 0 || now.Dislikes < 0 || now.Likes+now.Dislikes != rows {
			t.Errorf("%d likes, %d dislikes, %d rows, %v", now.Likes, now.Dislikes, rows, err)
		}
	})
}

func TestListRatings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bob := w.User(t, "bob", account.Ordinary)
		other := w.Video(t, w.alice, nil)
		for of, rating := range map[video.ID]audience.Rating{w.film.ID: audience.Like, other.ID: audience.Dislike} {
			found, err := w.Videos.Get(t.Context(), of)
			if err != nil {
				t.Fatal(err)
			}
			w.Clock.Advance(time.Second)
			if err := w.rates.Rate(t.Context(), refOf(found.Video), video.Access{Viewer: bob}, rating); err != nil {
				t.Fatal(err)
			}
		}
		list := func(p audience.RatedPage) (int, []audience.RatedVideo) {
			t.Helper()
			total, rated, err := w.rates.List(t.Context(), bob, bob.AccountID(), p)
			if err != nil {
				t.Fatal(err)
			}
			return total, rated
		}
		if total, likes := list(audience.RatedPage{Rating: audience.Like}); total != 1 || likes[0].Video.ID != w.film.ID {
			t.Errorf("likes: %d, %v", total, likes)
		}
		_, newest := list(audience.RatedPage{})
		total, oldest := list(audience.RatedPage{OldestFirst: true, Count: 1})
		if total != 2 || len(newest) != 2 || len(oldest) != 1 || oldest[0].Video.ID != newest[1].Video.ID {
			t.Errorf("newest first %v, oldest first %v of %d", newest, oldest, total)
		}
		if _, _, err := w.rates.List(t.Context(), w.alice, bob.AccountID(), audience.RatedPage{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another user: got %v", err)
		}
	})
}
