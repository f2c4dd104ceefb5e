package video_test

import (
	"testing"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
	"lucarne/video/videotest"
)

func TestUsage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		add := func(bytes int64) {
			made := w.Video(t, alice, nil)
			if _, err := db.Exec(t.Context(), d, "UPDATE video SET files_size = ? WHERE id = ?", bytes, made.ID); err != nil {
				t.Fatal(err)
			}
		}
		add(100)
		w.Clock.Advance(25 * time.Hour)
		add(20)
		got, err := w.Videos.Usage(t.Context(), alice.UserID(), bob.UserID())
		if err != nil {
			t.Fatal(err)
		}
		want := video.Usage{Videos: 2, Bytes: 120, Daily: 20}
		if got[alice.UserID()] != want || got[bob.UserID()] != (video.Usage{}) || len(got) != 2 {
			t.Errorf("got %+v, want %+v for alice and none for bob", got, want)
		}
	})
}
