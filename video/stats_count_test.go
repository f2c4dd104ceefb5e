package video_test

import (
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
	"lucarne/video/videotest"
)

func TestCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := videotest.New(t, d)
		if empty, err := video.Count(t.Context(), d, w.Clock.Now()); err != nil || empty != (video.Counts{}) {
			t.Errorf("no video: got %+v, %v", empty, err)
		}
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		w.Video(t, bob, nil)
		w.Clock.Advance(10 * 24 * time.Hour)
		w.Video(t, alice, nil)
		w.Video(t, alice, func(d *video.Draft) { d.Privacy = video.Private })
		remote := w.Video(t, alice, nil)
		if _, err := db.Exec(t.Context(), d, "UPDATE video SET views = 3, comments = 2, downloads = 1, files_size = 5000000000"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(t.Context(), d, "UPDATE video SET host = 'elsewhere.example' WHERE id = ?", remote.ID); err != nil {
			t.Fatal(err)
		}
		want := video.Counts{
			All: 3, AllComments: 8, Local: 2, Views: 9, Downloads: 3, LocalComments: 6, FilesSize: 15_000_000_000,
			ChannelsOfDay: 1, ChannelsOfWeek: 1, ChannelsOfMonth: 2,
		}
		if got, err := video.Count(t.Context(), d, w.Clock.Now()); err != nil || got != want {
			t.Errorf("got %+v, %v\nwant %+v", got, err, want)
		}
		if n, err := channel.CountLocal(t.Context(), d); err != nil || n != 2 {
			t.Errorf("%d channels, %v; want 2", n, err)
		}
	})
}
