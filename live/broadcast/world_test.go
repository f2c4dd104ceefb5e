package broadcast_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/live"
	"lucarne/live/broadcast"
	"lucarne/live/ingest"
	"lucarne/live/packager"
	"lucarne/live/streamtest"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/video"
	"lucarne/video/ffmpeg"
	"lucarne/video/upload/uploadtest"
)

// TestMain fails when a goroutine of a broadcast outlives all tests.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && !isQuiet() {
		fmt.Println("goroutines are left:")
		_ = pprof.Lookup("goroutine").WriteTo(os.Stdout, 1)
		code = 1
	}
	os.Exit(code)
}

func isQuiet() bool {
	stacks := make([]byte, 1<<20)
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		all := strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n")[1:] // the first is this one
		if !strings.Contains(strings.Join(all, ""), "lucarne/live/") {
			return true
		}
	}
	return false
}

// world is an instance that broadcasts, with a real packager and pipeline, whose clock is moved by hand.
type world struct {
	*uploadtest.Studio
	t          *testing.T
	owner      account.Viewer
	lives      *live.Lives
	sessions   *live.Sessions
	folder     string
	broadcasts *broadcast.Broadcasts
	options    broadcast.Options
	stop       func() // of the broadcasts, as the end of the process does

	mu       sync.Mutex
	rules    live.Settings
	settings broadcast.Settings
}

const grace = 30 * time.Second

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{Studio: uploadtest.New(t, d, nil), t: t, settings: broadcast.Settings{Grace: grace}, rules: live.Settings{
		IsEnabled: true, MaxInstanceLives: -1, MaxUserLives: -1, AllowReplay: true, MaxDVRWindow: time.Hour, UsersChooseLatency: true,
	}}
	w.owner = w.Creator(t, "alice")
	o := live.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Thumbnails: w.Thumbnails,
		Settings: func() live.Settings { w.mu.Lock(); defer w.mu.Unlock(); return w.rules },
	}
	w.lives, w.sessions = live.New(o), live.NewSessions(o)
	w.folder = filepath.Join(w.Blobs.Local(blob.TemporaryKept).Root(), "live")
	w.options = broadcast.Options{
		Folder: w.folder, Videos: w.Videos, Lives: w.lives, Sessions: w.sessions, Replays: live.NewReplays(o), Relays: live.NewRelays(o),
		Pipeline: w.Pipeline, Tools: ffmpeg.New(ffmpeg.Options{}), Clock: w.Clock, Logger: slog.New(slog.DiscardHandler),
		Settings: func() broadcast.Settings { w.mu.Lock(); defer w.mu.Unlock(); return w.settings },
	}
	w.run()
	t.Cleanup(func() { w.stop() })
	return w
}

// rule changes what the site allows.
func (w *world) rule(change func(*live.Settings)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(&w.rules)
}

// run begins to broadcast, as the start of a process does: nothing is in memory.
func (w *world) run() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	broadcasts := broadcast.New(w.options)
	w.broadcasts = broadcasts
	go func() { ended <- broadcasts.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the broadcasts end with %v", err)
		}
	})
}

// await looks again until is holds.
func (w *world) await(what string, is func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited for too long: %s", what)
		}
	}
}

// live makes a live of the owner's.
func (w *world) live(c live.Change) live.Live {
	w.t.Helper()
	made, err := w.lives.Create(w.t.Context(), w.owner, live.Draft{Video: w.Draft(w.t, w.owner, nil), Change: c})
	if err != nil {
		w.t.Fatal(err)
	}
	found, err := w.lives.Get(w.t.Context(), made.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// kept is a live whose replay is kept.
func (w *world) kept() live.Live { return w.live(live.Change{SaveReplay: ptr(true)}) }

func (w *world) write(text string, args ...any) {
	w.t.Helper()
	err := w.DB.Write(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, text, args...)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// list gives the sessions of a live, oldest first.
func (w *world) list(of live.Live) []live.Session {
	w.t.Helper()
	_, list, err := w.sessions.List(w.t.Context(), of.VideoID, false)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// awaitSession waits until the latest session of a live is as wanted.
func (w *world) awaitSession(of live.Live, what string, is func(live.Session) bool) (s live.Session) {
	w.t.Helper()
	w.await(what, func() bool {
		all := w.list(of)
		if len(all) == 0 {
			return false
		}
		s = all[len(all)-1]
		return is(s)
	})
	return s
}

func isSettled(s live.Session) bool { return !s.IsOnAir() && s.Processed }

func (w *world) video(id video.ID) video.Details {
	w.t.Helper()
	found, err := w.Videos.Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// packager is where the files of a live come from.
func (w *world) packager(of live.Live) *packager.Packager {
	w.t.Helper()
	p, _, ok := w.broadcasts.OnAir(of.UUID)
	if !ok {
		w.t.Fatal("the live is not on air")
	}
	return p
}

func (w *world) playlist(of live.Live) string {
	w.t.Helper()
	body, err := w.packager(of).Playlist(w.t.Context(), "0.m3u8", packager.Reload{})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(body.Plain)
}

func (w *world) health(of live.Live) broadcast.Health {
	w.t.Helper()
	h, ok := w.broadcasts.Health(of.VideoID)
	if !ok {
		w.t.Fatal("the live is not on air")
	}
	return h
}

// left are the folders of sessions on disk.
func (w *world) left() []string {
	w.t.Helper()
	entries, err := os.ReadDir(w.folder)
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// encoder sends a clip over and over, on a timeline of its own.
type encoder struct {
	w  *world
	to ingest.Publication
	streamtest.Clip
	at time.Duration
}

func (w *world) admit(of live.Live) (ingest.Publication, error) {
	return w.broadcasts.Admit(w.t.Context(), ingest.Request{Key: of.Key, Protocol: "rtmp", Encoder: "test"})
}

// connect lets an encoder in that sends by a recipe, once the site takes any.
func (w *world) connect(of live.Live, recipe string) *encoder {
	w.t.Helper()
	var to ingest.Publication
	w.await("an encoder is let in", func() bool {
		var err error
		to, err = w.admit(of)
		if err != nil && !strings.Contains(err.Error(), "starting") {
			w.t.Fatal(err)
		}
		return err == nil
	})
	e := &encoder{w: w, to: to, Clip: streamtest.Generate(w.t, recipe).Loop(time.Minute)}
	if err := to.Start(e.Tracks); err != nil {
		w.t.Fatal(err)
	}
	return e
}

// send sends so much, and lets the time pass that it takes.
func (e *encoder) send(length time.Duration) {
	e.w.t.Helper()
	for end := e.at + length; e.at < end; {
		step := min(time.Second, end-e.at)
		if err := e.Between(e.at, e.at+step).Send(e.to); err != nil {
			e.w.t.Fatal(err)
		}
		e.at += step
		e.w.Clock.Advance(step)
	}
}

// air puts a live on air with its first seconds.
func (w *world) air(of live.Live, length time.Duration) *encoder {
	w.t.Helper()
	before := len(w.list(of))
	e := w.connect(of, streamtest.Standard)
	e.send(length)
	w.await("on air", func() bool { return len(w.list(of)) > before })
	return e
}

// told waits until the encoder is told to go, and gives the reason.
func (e *encoder) told() error {
	e.w.t.Helper()
	select {
	case <-e.to.Done():
		why := e.to.Reason()
		e.to.Close(why)
		return why
	case <-time.After(20 * time.Second):
		e.w.t.Fatal("the encoder is not told to go")
		return nil
	}
}

var errBroken = errors.New("connection reset")

func ptr[T any](value T) *T { return &value }
