// Package videotest gives tests a small instance with users, channels and videos, on a real database.
package videotest

import (
	"testing"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/channel/channeltest"
	"lucarne/platform/db"
	"lucarne/video"
)

// World is an instance whose settings a test may change.
type World struct {
	*channeltest.World
	Videos        *video.Videos
	VideoSettings video.Settings
}

// New makes a world.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	w := &World{VideoSettings: video.Settings{TrendingDays: 7}}
	w.World = channeltest.New(t, d, func(base *channeltest.World) channel.Videos {
		w.Videos = video.New(video.Options{
			DB: d, Clock: base.Clock, Outbox: base.Outbox, Site: channeltest.Site,
			Settings: func() video.Settings { return w.VideoSettings },
		})
		return w.Videos
	})
	return w
}

// Draft is a public video in the default channel of the user; edit changes what matters to the test.
func (w *World) Draft(t testing.TB, owner account.Viewer, edit func(*video.Draft)) video.Draft {
	t.Helper()
	d := video.Draft{
		ChannelID: w.Channel(t, owner.User.Username).ID, State: video.Published, DurationSeconds: 30, AspectRatio: 1.7778,
		Metadata: video.Metadata{Name: "A test film", Privacy: video.Public, CommentsPolicy: video.CommentsEnabled, DownloadEnabled: true},
	}
	if edit != nil {
		edit(&d)
	}
	return d
}

// Video makes such a video.
func (w *World) Video(t testing.TB, owner account.Viewer, edit func(*video.Draft)) video.Video {
	t.Helper()
	made, err := w.Videos.Create(t.Context(), owner, w.Draft(t, owner, edit))
	if err != nil {
		t.Fatal(err)
	}
	return made
}
