package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lucarne/account"
	"lucarne/http/realtime"
	"lucarne/live"
	"lucarne/platform/config"
	"lucarne/video"
)

// newSite is a site that nobody can reach but this test.
func newSite(t *testing.T, settings ...string) *Site {
	t.Helper()
	quiet := func(string) *slog.Logger { return slog.New(slog.DiscardHandler) }
	environ := append([]string{"LUCARNE_DATA=" + t.TempDir(), "LUCARNE_INITIAL_ROOT_PASSWORD=a-password-of-root"}, settings...)
	s, err := build(t.Context(), config.Sources{Environ: environ}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.ensureRoot(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// newShow is a live of root's.
func (s *Site) newShow(t *testing.T, privacy video.Privacy) video.Video {
	t.Helper()
	in, err := s.channels.ByHandle(t.Context(), "root_channel")
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.lives.Create(t.Context(), account.Viewer{User: &s.root}, live.Draft{Video: video.Draft{
		ChannelID: in.ID, Metadata: video.Metadata{Name: "A show", Privacy: privacy, CommentsPolicy: video.CommentsEnabled},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestFollowersOfALiveHearOfItsStates(t *testing.T) {
	t.Parallel()
	s := newSite(t, "LUCARNE_LIVE_ENABLED=true")
	s.openRealtime()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.realtime.Run(ctx) }()
	server := httptest.NewServer(s.realtime)
	t.Cleanup(func() {
		stop()
		<-done
		server.Close()
	})
	public, private := s.newShow(t, video.Public), s.newShow(t, video.Private)
	conn, _, err := websocket.Dial(t.Context(), server.URL+realtime.Path+"?EIO=4&transport=websocket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	for _, frame := range []string{
		"40/live-videos,", follow(private.ID), follow(public.ID),
		"40/nowhere,", // answered once the others were read
	} {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(frame)); err != nil {
			t.Fatal(err)
		}
	}
	hear(t, conn, "44/nowhere,")
	for _, show := range []video.Video{private, public} {
		begun, err := s.liveSessions.Begin(t.Context(), show.ID, s.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		s.deliver(t)
		if err := s.liveSessions.End(t.Context(), begun.ID, s.clock.Now(), live.Blocked); err != nil {
			t.Fatal(err)
		}
		s.deliver(t)
	}
	hear(t, conn, `["state-change",{"state":1}]`)
	hear(t, conn, `["state-change",{"state":5}]`)
	hear(t, conn, `["force-end",{}]`)
}

func (s *Site) deliver(t *testing.T) {
	t.Helper()
	if err := s.outbox.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func follow(id video.ID) string {
	return fmt.Sprintf(`42/live-videos,["subscribe",{"videoId":%d}]`, id)
}

// hear waits for a frame and passes over the count of viewers and what connections say of themselves.
func hear(t *testing.T, conn *websocket.Conn, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, frame, err := conn.Read(ctx)
		switch text := string(frame); {
		case err != nil:
			t.Fatalf("want %s: %v", want, err)
		case strings.Contains(text, want):
			return
		case strings.HasPrefix(text, "42") && !strings.Contains(text, "views-change"):
			t.Fatalf("got %s, want %s", text, want)
		}
	}
}
