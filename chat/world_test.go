package chat_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/live"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/outbound"
	"lucarne/platform/picture"
	"lucarne/video"
	"lucarne/video/videotest"
)

// world is an instance with chats.
type world struct {
	*videotest.World
	rooms    *chat.Rooms
	settings chat.SiteSettings
	owner    account.Viewer
	room     chat.Room
	stop     func()
}

// newWorld has a video of alice's with a room.
func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{World: videotest.New(t, d), settings: chat.SiteSettings{AllVideos: true, AllowPatterns: true, BanAddresses: true, Retention: time.Hour}}
	w.owner = w.User(t, "alice", account.Ordinary)
	of := w.Video(t, w.owner, nil)
	w.start(t)
	room, err := w.rooms.Find(t.Context(), of.UUID.String(), video.Access{})
	if err != nil {
		t.Fatal(err)
	}
	w.room = room
	return w
}

// start runs the rooms on what the database holds, as after a restart.
func (w *world) start(t testing.TB) {
	t.Helper()
	w.rooms = chat.New(chat.Options{
		DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Channels: w.Channels, Logger: slog.New(slog.DiscardHandler), Secret: []byte("secret"),
		Outbound: outbound.New(outbound.Options{AllowPrivate: true, AllowHTTP: true, AllowPlainHosts: true}),
		Images:   w.Images, Pictures: picture.New(picture.Options{}),
		Lives:    live.New(live.Options{DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Settings: func() live.Settings { return live.Settings{} }}),
		Settings: func() chat.SiteSettings { return w.settings },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.rooms.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		done <- nil
	}
	t.Cleanup(func() {
		w.stop()
		checkNothingRuns(t)
	})
}

// checkNothingRuns fails when a goroutine of the rooms outlives them.
func checkNothingRuns(t testing.TB) {
	t.Helper()
	buffer := make([]byte, 1<<20)
	stacks := string(buffer[:runtime.Stack(buffer, true)])
	for _, stack := range strings.Split(stacks, "\n\n") {
		if strings.Contains(stack, "chat.(*Rooms).Run") || strings.Contains(stack, "created by lucarne/chat.") {
			t.Errorf("still running: %s", stack)
		}
	}
}

func (w *world) enter(t testing.TB, e chat.Entrance) (*chat.Occupant, chat.Welcome) {
	t.Helper()
	o, welcome, err := w.rooms.Join(t.Context(), w.room, e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Leave)
	return o, welcome
}

// visitor is somebody without an account, each from an address of their own.
func visitor(name string) chat.Entrance {
	sum := 0
	for _, r := range name {
		sum = (sum*31 + int(r)) % 65536
	}
	return chat.Entrance{Visitor: "secret of " + name, Nick: name, Address: netip.AddrFrom4([4]byte{198, 51, byte(sum >> 8), byte(sum)})}
}

func (w *world) send(t testing.TB, o *chat.Occupant, body string) chat.Message {
	t.Helper()
	m, err := w.rooms.Send(t.Context(), o, chat.Post{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// next waits for the next event that is no presence.
func next(t testing.TB, o *chat.Occupant) *chat.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		e, err := o.Next(ctx)
		if err != nil {
			t.Fatalf("no event: %v", err)
		}
		if e.Kind != chat.Present && e.Kind != chat.Absent {
			return e
		}
	}
}

// expect waits for the next event and compares what it says.
func expect(t testing.TB, o *chat.Occupant, want string) *chat.Event {
	t.Helper()
	e := next(t, o)
	if got := says(e); got != want {
		t.Fatalf("%s: got event %q, want %q", o.Nick, got, want)
	}
	return e
}

func says(e *chat.Event) string {
	text := string(e.Kind)
	if e.Message != nil {
		text += " " + e.Message.Body
	}
	return text
}

// silent checks that nothing more was told so far.
func silent(t testing.TB, o *chat.Occupant) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for {
		e, err := o.Next(ctx)
		if errors.Is(err, context.Canceled) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind != chat.Present && e.Kind != chat.Absent {
			t.Fatalf("%s was told %q", o.Nick, says(e))
		}
	}
}

func refused(t testing.TB, err error, kind fault.Kind, part string) {
	t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(err.Error(), part) {
		t.Fatalf("got %v, want %s with %q", err, kind, part)
	}
}

func bodies(list []*chat.Message) string {
	text := make([]string, len(list))
	for i, m := range list {
		text[i] = m.Body
	}
	return fmt.Sprint(text)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
