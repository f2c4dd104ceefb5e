package video_test

import (
	"testing"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/videotest"
)

func ptr[T any](value T) *T { return &value }

func TestUpdateChangesWhatIsGiven(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		made := w.Video(t, alice, func(d *video.Draft) {
			d.Support, d.Tags, d.NSFW, d.NSFWFlags, d.NSFWSummary = "Help", []string{"old"}, true, 1, "a fight"
		})
		w.Clock.Advance(time.Minute)
		second, err := w.Channels.Create(t.Context(), alice, draftChannel("second"))
		if err != nil {
			t.Fatal(err)
		}
		c := video.Change{
			Name: ptr("A film, renamed"), Tags: ptr([]string{"new", "film"}), Language: ptr("fr"), Privacy: ptr(video.Internal), NSFW: ptr(false),
			Schedule: ptr(&video.Schedule{UpdateAt: w.Clock.Now()}), ChannelID: &second.ID,
		}
		if err := w.Videos.Update(t.Context(), alice, made.ID, c); err != nil {
			t.Fatal(err)
		}
		got, err := w.Videos.Get(t.Context(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != "A film, renamed" || len(got.Tags) != 2 || got.Language != "fr" || got.Support != "Help" || got.Privacy != video.Internal || got.NSFW ||
			got.NSFWFlags != 0 || got.NSFWSummary != "" || got.Schedule == nil || got.Channel.ID != second.ID || !got.UpdatedAt.Equal(w.Clock.Now()) {
			t.Errorf("got %+v", got)
		}
		if facts(t, d, "video.PrivacyChanged") != 1 || facts(t, d, "video.Updated") != 1 || facts(t, d, "video.Announced") != 1 {
			t.Error("want one fact each: PrivacyChanged, Updated, Announced")
		}
		found, err := w.Videos.List(t.Context(), alice, video.Filter{Search: "renamed"}, video.Page{})
		if err != nil || found.Total != 1 {
			t.Errorf("search after the update: got %d, %v", found.Total, err)
		}
	})
}

func TestUpdateRefuses(t *testing.T) {
	w := videotest.New(t, dbtest.SQLite(t))
	alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
	made := w.Video(t, alice, nil)
	for name, c := range map[string]struct {
		viewer account.Viewer
		change video.Change
		want   fault.Kind
	}{
		"nobody":              {account.Viewer{}, video.Change{}, fault.Unauthenticated},
		"another user":        {bob, video.Change{Name: ptr("mine now")}, fault.Forbidden},
		"an empty name":       {alice, video.Change{Name: ptr("")}, fault.Invalid},
		"no password":         {alice, video.Change{Privacy: ptr(video.Password)}, fault.Invalid},
		"a foreign channel":   {alice, video.Change{ChannelID: ptr(w.Channel(t, "bob").ID)}, fault.Invalid},
		"a password schedule": {alice, video.Change{Schedule: ptr(&video.Schedule{Privacy: video.Password})}, fault.Invalid},
	} {
		if err := w.Videos.Update(t.Context(), c.viewer, made.ID, c.change); !fault.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if err := w.Videos.Update(t.Context(), alice, 999, video.Change{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown video: got %v", err)
	}
}

func TestScheduledUpdatesAreMadeWhenDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		made := w.Video(t, alice, func(d *video.Draft) {
			d.Privacy, d.Schedule = video.Private, &video.Schedule{UpdateAt: w.Clock.Now().Add(time.Hour), Privacy: video.Public}
		})
		for _, want := range []video.Privacy{video.Private, video.Public} {
			if err := w.Videos.PublishDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			got, err := w.Videos.Get(t.Context(), made.ID)
			if err != nil || got.Privacy != want || (got.Schedule == nil) != (want == video.Public) {
				t.Fatalf("got %v with schedule %v, %v, want %v", got.Privacy, got.Schedule, err, want)
			}
			if want == video.Public && !got.PublishedAt.Equal(w.Clock.Now()) {
				t.Errorf("published at %v, want %v", got.PublishedAt, w.Clock.Now())
			}
			w.Clock.Advance(time.Hour)
		}
		if n := facts(t, d, "video.Announced"); n != 1 {
			t.Errorf("got %d facts Announced, want 1", n)
		}
	})
}

func TestPublicationWaitsForTranscoding(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		made := w.Video(t, alice, func(d *video.Draft) { d.State, d.WaitTranscoding = 0, true })
		if made.IsListed || facts(t, d, "video.Announced") != 0 {
			t.Error("listed before it is ready")
		}
		w.Clock.Advance(time.Minute)
		for range 2 {
			if err := w.Videos.Publish(t.Context(), made.ID); err != nil {
				t.Fatal(err)
			}
		}
		got, err := w.Videos.Get(t.Context(), made.ID)
		if err != nil || !got.IsListed || !got.PublishedAt.Equal(w.Clock.Now()) || facts(t, d, "video.Announced") != 1 {
			t.Errorf("got %+v, %v", got.Video, err)
		}
		if err := w.Videos.SetState(t.Context(), made.ID, video.TranscodingFailed, "no video stream"); err != nil {
			t.Fatal(err)
		}
		if got, err = w.Videos.Get(t.Context(), made.ID); err != nil || got.IsListed || got.Failure != "no video stream" {
			t.Errorf("after the failure: got %+v, %v", got.Video, err)
		}
	})
}

func TestPasswords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		made := w.Video(t, alice, func(d *video.Draft) { d.Privacy, d.Passwords = video.Password, []string{"open sesame", "second one"} })
		ref := shortid.Ref{Kind: shortid.Full, UUID: made.UUID}
		for password, want := range map[string]string{"": "video_requires_password", "wrong": "incorrect_video_password", "open sesame": ""} {
			_, err := w.Videos.See(t.Context(), ref, video.Access{Viewer: bob, Password: password})
			if codeOf(err) != want || (want == "") != (err == nil) {
				t.Errorf("password %q: got %v, want code %q", password, err, want)
			}
		}
		total, keys, err := w.Videos.Passwords(t.Context(), alice, made.ID, video.Page{})
		if err != nil || total != 2 || len(keys) != 2 || keys[0].Password != "second one" {
			t.Fatalf("got %d, %+v, %v", total, keys, err)
		}
		if _, _, err := w.Videos.Passwords(t.Context(), bob, made.ID, video.Page{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("for another user: got %v", err)
		}
		if err := w.Videos.ReplacePasswords(t.Context(), alice, made.ID, []string{"only one"}); err != nil {
			t.Fatal(err)
		}
		if err := w.Videos.AddPassword(t.Context(), alice, made.ID, "one more"); err != nil {
			t.Fatal(err)
		}
		_, keys, err = w.Videos.Passwords(t.Context(), alice, made.ID, video.Page{})
		if err != nil || len(keys) != 2 {
			t.Fatalf("got %+v, %v", keys, err)
		}
		if err := w.Videos.DeletePassword(t.Context(), alice, made.ID, keys[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := w.Videos.DeletePassword(t.Context(), alice, made.ID, keys[1].ID); !fault.Is(err, fault.Invalid) {
			t.Errorf("the last password: got %v", err)
		}
		if err := w.Videos.DeletePassword(t.Context(), alice, made.ID, 999); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown password: got %v", err)
		}
	})
}
