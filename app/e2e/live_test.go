package e2e_test

import (
	"fmt"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lucarne/app/apptest"
)

// show is a live that can be sent to.
type show struct {
	apptest.Video
	key     string
	root    *apptest.Client
	address string // for encoders, up to the key
}

func newLive(t *testing.T, site *apptest.Instance, fields map[string]any) show {
	t.Helper()
	return liveOf(site.Root(t), site.Site.IngestAddr().String(), fields)
}

// liveOf makes a live on a site that receives encoders at a host and port.
func liveOf(root *apptest.Client, ingest string, fields map[string]any) show {
	all := map[string]any{"name": "A show", "channelId": root.Me().Channels[0].ID, "privacy": 1}
	for name, value := range fields {
		all[name] = value
	}
	var made struct{ Video apptest.Video }
	root.Post("/api/v1/videos/live", apptest.Form{Fields: all}, http.StatusOK, &made)
	var live struct{ StreamKey string }
	root.Get("/api/v1/videos/live/"+made.Video.UUID, &live)
	return show{Video: made.Video, key: live.StreamKey, root: root, address: "rtmp://" + ingest + "/live/"}
}

// encoder is ffmpeg sending a test picture and a tone.
type encoder struct {
	*exec.Cmd
	said *strings.Builder
}

// What encoders send.
const (
	testPicture = " -re -f lavfi -i testsrc2=s=320x180:r=30"
	testTone    = " -re -f lavfi -i sine=r=48000"
	inH264      = " -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 60"
	inAAC       = " -c:a aac"
)

// send has ffmpeg send in real time until it is stopped.
func (s show) send(t *testing.T) encoder {
	t.Helper()
	return s.sendSo(t, testPicture+testTone+inH264+inAAC)
}

// sendSo has ffmpeg send by a recipe.
func (s show) sendSo(t *testing.T, recipe string) encoder {
	t.Helper()
	args := append(strings.Fields("-v error"+recipe+" -f flv"), s.address+s.key)
	e := encoder{exec.CommandContext(t.Context(), "ffmpeg", args...), new(strings.Builder)}
	e.Stderr = e.said
	if err := e.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Process.Kill() })
	return e
}

// leave has the encoder say goodbye.
func (e encoder) leave(t *testing.T) {
	t.Helper()
	if err := e.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = e.Wait() // ffmpeg tells of the signal with its status
}

func (s show) folder() string { return "/static/streaming-playlists/hls/" + s.UUID + "/" }

// first is the number of the first segment that is listed. Shows of a few seconds list all.
func (s show) first(t *testing.T, visitor *apptest.Client) int {
	t.Helper()
	text := string(visitor.Send("GET", s.folder()+"0.m3u8", nil, http.StatusOK).Body)
	found := regexp.MustCompile(`#EXT-X-MEDIA-SEQUENCE:(\d+)`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no number in\n%s", text)
	}
	number, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// awaitAir waits until the show can be watched.
func (s show) awaitAir() {
	s.root.AwaitVideo(s.Video, 20*time.Second, "on air", func(v apptest.Video) bool { return v.State.ID == 1 })
}

// replayWithin is the bar for a replay after the end of a show.
const replayWithin = 5 * time.Second

func TestAShowIsWatchedAndKept(t *testing.T) {
	onBothNew(t, broadcastingHere, func(t *testing.T, site *apptest.Instance) {
		s := newLive(t, site, map[string]any{"saveReplay": true, "replaySettings[privacy]": 1})
		e := s.send(t)
		s.awaitAir()
		visitor := site.Visitor(t)
		master := string(visitor.Send("GET", s.folder()+"master.m3u8", nil, http.StatusOK).Body)
		if !strings.Contains(master, "0.m3u8") || !strings.Contains(master, "RESOLUTION=320x180") {
			t.Fatalf("master playlist:\n%s", master)
		}
		third := s.first(t, visitor) + 2
		text := string(visitor.Send("GET", fmt.Sprintf("%s0.m3u8?_HLS_msn=%d&_HLS_part=0", s.folder(), third), nil, http.StatusOK).Body)
		part := fmt.Sprintf("0-%06d.0.m4s", third)
		if !strings.Contains(text, part) {
			t.Fatalf("the playlist lacks what was waited for:\n%s", text)
		}
		if answer := visitor.Send("GET", s.folder()+part, nil, http.StatusOK); len(answer.Body) < 1000 {
			t.Errorf("a part of %d bytes", len(answer.Body))
		}
		visitor.Refused("GET", "/static/streaming-playlists/hls/private/"+s.UUID+"/0.m3u8", nil, http.StatusForbidden)
		if p := s.root.Refused("PUT", "/api/v1/videos/live/"+s.UUID, map[string]any{"saveReplay": false}, http.StatusBadRequest); p.Detail == "" {
			t.Errorf("a live on air can be changed: %+v", p)
		}
		s.root.AwaitVideo(s.Video, 20*time.Second, "pictured", func(v apptest.Video) bool { return v.Thumbnail != "" })
		e.leave(t)
		ended := time.Now()
		kept := s.root.AwaitVideo(s.Video, 20*time.Second, "kept as a video", func(v apptest.Video) bool { return !v.IsLive && v.State.ID == 1 })
		if took := time.Since(ended); took > replayWithin {
			t.Errorf("the replay took %v", took)
		}
		if kept.Duration < 4 || len(kept.All()) == 0 {
			t.Errorf("kept %d s in %d files", kept.Duration, len(kept.All()))
		}
		for _, file := range kept.All() {
			visitor.Serves(t, file.URL)
		}
		var session struct {
			ReplayVideo struct{ UUID string }
			Error       *int
		}
		visitor.Get("/api/v1/videos/"+s.UUID+"/live-session", &session)
		if session.ReplayVideo.UUID != s.UUID || session.Error != nil {
			t.Errorf("session %+v", session)
		}
	})
}

func TestAPermanentShowComesBack(t *testing.T) {
	onBothNew(t, broadcastingHere, func(t *testing.T, site *apptest.Instance) {
		s := newLive(t, site, map[string]any{"permanentLive": true, "saveReplay": true, "replaySettings[privacy]": 2})
		for range 2 {
			e := s.send(t)
			s.awaitAir()
			e.leave(t)
			s.root.AwaitVideo(s.Video, 20*time.Second, "waiting again", func(v apptest.Video) bool { return v.State.ID == 4 })
		}
		var sessions struct {
			Data []struct{ ReplayVideo *struct{ UUID string } }
		}
		apptest.Await(t, 20*time.Second, "a replay of each session", func() bool {
			s.root.Get("/api/v1/videos/live/"+s.UUID+"/sessions", &sessions)
			return len(sessions.Data) == 2 && sessions.Data[0].ReplayVideo != nil && sessions.Data[1].ReplayVideo != nil
		})
		replay := s.root.AwaitVideo(apptest.Video{UUID: sessions.Data[0].ReplayVideo.UUID}, 20*time.Second, "published", func(v apptest.Video) bool { return v.State.ID == 1 })
		if replay.IsLive || replay.UUID == s.UUID || len(replay.All()) == 0 {
			t.Errorf("replay %+v", replay)
		}
	})
}

// The line breaks, viewers see the last picture, and the encoder goes on in the same session.
func TestAnEncoderMayComeBack(t *testing.T) {
	onBothNew(t, broadcastingHere, func(t *testing.T, site *apptest.Instance) {
		s := newLive(t, site, map[string]any{"saveReplay": true, "replaySettings[privacy]": 1})
		e := s.send(t)
		s.awaitAir()
		if err := e.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = e.Wait()
		time.Sleep(2 * time.Second) // the time the encoder is away
		second := s.send(t)
		visitor := site.Visitor(t)
		fifth := fmt.Sprintf("0-%06d.m4s", s.first(t, visitor)+4)
		apptest.Await(t, 20*time.Second, "the show goes on", func() bool {
			text := string(visitor.Send("GET", s.folder()+"0.m3u8", nil, http.StatusOK).Body)
			return strings.Contains(text, fifth)
		})
		if text := string(visitor.Send("GET", s.folder()+"0.m3u8", nil, http.StatusOK).Body); strings.Contains(text, "ENDLIST") {
			t.Errorf("the show has ended:\n%s", text)
		}
		third := s.send(t)
		if err := third.Wait(); err == nil || !strings.Contains(third.said.String(), "Another encoder") {
			t.Errorf("a second encoder on one key: %v, %s", err, third.said)
		}
		second.leave(t)
		kept := s.root.AwaitVideo(s.Video, 20*time.Second, "kept", func(v apptest.Video) bool { return !v.IsLive && v.State.ID == 1 })
		if kept.Duration < 7 {
			t.Errorf("kept %d s", kept.Duration)
		}
	})
}

// A show is sent elsewhere too: here to another live of the same site.
func TestAShowIsSentElsewhereToo(t *testing.T) {
	t.Parallel()
	site := apptest.Start(t, apptest.Options{Settings: append([]string{"LUCARNE_FEDERATION_PREVENT_SSRF=false"}, broadcastingHere...)})
	here, there := newLive(t, site, nil), newLive(t, site, map[string]any{"name": "Elsewhere"})
	relay := map[string]any{"name": "Elsewhere", "address": fmt.Sprintf("rtmp://%s/live", site.Site.IngestAddr()), "key": there.key}
	here.root.Send("POST", "/api/v1/videos/live/"+here.UUID+"/relays", relay, http.StatusOK)
	e := here.send(t)
	there.awaitAir()
	e.leave(t)
	there.root.AwaitVideo(there.Video, 20*time.Second, "over with the show", func(v apptest.Video) bool { return v.State.ID == 5 })
}

func TestAWrongKeyIsRefusedInWords(t *testing.T) {
	site := apptest.Start(t, apptest.Options{Settings: broadcastingHere})
	s := newLive(t, site, nil)
	s.key = "00000000-0000-4000-8000-000000000000"
	e := s.send(t)
	if err := e.Wait(); err == nil || !strings.Contains(e.said.String(), "stream key is not known") {
		t.Errorf("got %v: %s", err, e.said)
	}
}

// broadcastingHere lets users broadcast, to a port of its own.
var broadcastingHere = []string{"LUCARNE_LIVE_ENABLED=true", "LUCARNE_LIVE_TRANSCODING_ENABLED=false"}

// onBothNew plays a story on a new site on each engine.
func onBothNew(t *testing.T, settings []string, story func(t *testing.T, site *apptest.Instance)) {
	t.Helper()
	for name, postgres := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, apptest.Start(t, apptest.Options{Postgres: postgres, Settings: settings}))
		})
	}
}
