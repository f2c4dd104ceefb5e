package live_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"path/filepath"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/live"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/picture"
	"lucarne/video"
	"lucarne/video/videotest"
)

// world is an instance with lives.
type world struct {
	*videotest.World
	settings   live.Settings
	lives      *live.Lives
	sessions   *live.Sessions
	replays    *live.Replays
	relays     *live.Relays
	thumbnails *video.Thumbnails
	facts      []any
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: videotest.New(t, d), settings: live.Settings{
		IsEnabled: true, MaxInstanceLives: -1, MaxUserLives: -1, AllowReplay: true, MaxDVRWindow: time.Hour, UsersChooseLatency: true,
	}}
	root := t.TempDir()
	blobs, err := blob.NewSet(blob.SetOptions{Directories: map[blob.Kind]string{
		blob.Thumbnails: filepath.Join(root, "thumbnails"), blob.Previews: filepath.Join(root, "previews"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.thumbnails = video.NewThumbnails(video.ThumbnailsOptions{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Blobs: blobs, Pictures: picture.New(picture.Options{}),
		Sizes: func() []video.Size { return []video.Size{{Width: 280, Height: 157}} },
	})
	o := live.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Thumbnails: w.thumbnails, Settings: func() live.Settings { return w.settings },
	}
	w.lives, w.sessions, w.replays, w.relays = live.New(o), live.NewSessions(o), live.NewReplays(o), live.NewRelays(o)
	w.Outbox.Subscribe(w.sessions.Listeners()...)
	w.Outbox.Subscribe(hear[live.Began](w), hear[live.Ended](w), hear[live.ReplayPublished](w))
	return w
}

func hear[F any](w *world) event.Listener {
	return event.On("test", func(_ context.Context, fact F) error { w.facts = append(w.facts, fact); return nil })
}

// heard delivers what was recorded and gives the facts of lives among it.
func (w *world) heard(t *testing.T) []any {
	t.Helper()
	if err := w.Outbox.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	facts := w.facts
	w.facts = nil
	return facts
}

// live makes a live of the owner's.
func (w *world) live(t *testing.T, owner account.Viewer, c live.Change) live.Live {
	t.Helper()
	made, err := w.lives.Create(t.Context(), owner, live.Draft{Video: w.Draft(t, owner, nil), Change: c})
	if err != nil {
		t.Fatal(err)
	}
	found, err := w.lives.Get(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (w *world) begin(t *testing.T, of live.Live) live.Session {
	t.Helper()
	s, err := w.sessions.Begin(t.Context(), of.VideoID, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) end(t *testing.T, s live.Session, code live.SessionError) live.Session {
	t.Helper()
	if err := w.sessions.End(t.Context(), s.ID, w.Clock.Now(), code); err != nil {
		t.Fatal(err)
	}
	found, err := w.sessions.Get(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (w *world) video(t *testing.T, id video.ID) video.Details {
	t.Helper()
	d, err := w.Videos.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (w *world) publish(t *testing.T, s live.Session) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return w.replays.PublishIn(ctx, tx, s.ID, video.Replay{Duration: 61 * time.Second, AspectRatio: 1.7778})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// portrait gives a video a picture somebody chose.
func (w *world) portrait(t *testing.T, id video.ID) {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 320, 180))); err != nil {
		t.Fatal(err)
	}
	if err := w.thumbnails.Set(t.Context(), id, video.Pictures{Preview: bytes.NewReader(file.Bytes())}, false); err != nil {
		t.Fatal(err)
	}
}

func ptr[T any](value T) *T { return &value }
