package video_test

import (
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/videotest"
)

func TestCreateThenSee(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		origin := time.Date(2020, time.January, 2, 3, 4, 5, 0, time.UTC)
		made := w.Video(t, alice, func(d *video.Draft) {
			d.Description, d.Support, d.Category, d.Licence, d.Language = "A **test** film", "Help", 2, 1, "en"
			d.Tags, d.OriginallyPublishedAt = []string{"test", "Été", "ete"}, origin
			d.Schedule = &video.Schedule{UpdateAt: w.Clock.Now().Add(time.Hour), Privacy: video.Internal}
		})
		for _, text := range []string{made.UUID.String(), made.ShortUUID(), "1"} {
			ref, err := shortid.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := w.Videos.See(t.Context(), ref, video.Access{})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if got.Name != "A test film" || got.Description != "A **test** film" || got.Category != 2 || got.Language != "en" || len(got.Tags) != 2 ||
				!got.OriginallyPublishedAt.Equal(origin) || got.Channel.Owner.Name != "Alice" || got.Schedule == nil || got.Schedule.Privacy != video.Internal {
				t.Errorf("%s: got %+v", text, got)
			}
		}
		list, err := w.Videos.List(t.Context(), account.Viewer{}, video.Filter{}, video.Page{})
		if err != nil || list.Total != 1 || len(list.Videos) != 1 || list.Videos[0].UUID != made.UUID {
			t.Errorf("list: got %+v, %v", list, err)
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		for name, edit := range map[string]func(*video.Draft){
			"a short name":         func(d *video.Draft) { d.Name = "x" },
			"an unknown licence":   func(d *video.Draft) { d.Licence = 125 },
			"an unknown privacy":   func(d *video.Draft) { d.Privacy = 125 },
			"a short tag":          func(d *video.Draft) { d.Tags = []string{"a"} },
			"six tags":             func(d *video.Draft) { d.Tags = []string{"aa", "bb", "cc", "dd", "ee", "ff"} },
			"a missing password":   func(d *video.Draft) { d.Privacy = video.Password },
			"flags without reason": func(d *video.Draft) { d.NSFWFlags = 1 },
			"somebody's channel":   func(d *video.Draft) { d.ChannelID = w.Channel(t, "bob").ID },
			"an unknown channel":   func(d *video.Draft) { d.ChannelID = 999 },
		} {
			if _, err := w.Videos.Create(t.Context(), alice, w.Draft(t, alice, edit)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if _, err := w.Videos.Create(t.Context(), account.Viewer{}, w.Draft(t, bob, nil)); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("nobody: got %v", err)
		}
	})
}

func TestDeletingAChannelForgetsItsVideos(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice, admin := w.User(t, "alice", account.Ordinary), w.User(t, "admin", account.Administrator)
		made := w.Video(t, alice, nil)
		for range 2 {
			w.Video(t, alice, nil)
		}
		if err := w.Videos.Delete(t.Context(), alice, made.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Videos.Get(t.Context(), made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after the delete: got %v", err)
		}
		if _, err := w.Channels.Create(t.Context(), alice, draftChannel("spare")); err != nil {
			t.Fatal(err)
		}
		if err := w.Channels.Delete(t.Context(), admin, w.Channel(t, "alice").ID); err != nil {
			t.Fatal(err)
		}
		if n := facts(t, d, "video.Deleted"); n != 3 {
			t.Errorf("got %d facts video.Deleted, want 3", n)
		}
	})
}

func facts(t *testing.T, d *db.DB, kind string) int {
	t.Helper()
	n, err := db.Value[int](t.Context(), d, "SELECT COUNT(*) FROM outbox_fact WHERE kind = ?", kind)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func draftChannel(username string) channel.Draft {
	return channel.Draft{Username: username, Name: username}
}
