package webtest_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/http/web"
	"lucarne/http/web/webtest"
	"lucarne/live"
	"lucarne/platform/blob"
	"lucarne/video"
)

func ptr[T any](value T) *T { return &value }

// shows are the lives among the sample data, by the names their addresses have: /sample/live/?talk=begin, end, replay.
var shows = map[string]video.Video{}

// sessions are those on air.
var sessions = map[string]live.Session{}

func fillLives(t *testing.T, w *webtest.World, people []account.Viewer) {
	t.Helper()
	named := func(name string) func(*video.Draft) { return func(d *video.Draft) { d.Name = name } }
	dates := []time.Time{time.Now().Add(26*time.Hour + 4*time.Minute)}
	shows["talk"] = w.Live(t, people[0], live.Change{SaveReplay: ptr(true), Schedules: &dates}, named("Evening talk: what becomes of the old depot?"))
	shows["soon"] = w.Live(t, people[0], live.Change{}, named("A live without a date"))
	shows["morning"] = w.Live(t, people[0], live.Change{Permanent: ptr(true), SaveReplay: ptr(true)}, named("Morning show"))
	for i, name := range []string{"talk", "soon", "morning"} {
		if err := w.Thumbnails.Set(t.Context(), shows[name].ID, video.Pictures{Preview: samplePicture(i + 2)}, false); err != nil {
			t.Fatal(err)
		}
	}
	for _, code := range []live.SessionError{0, live.InvalidInput} {
		begun := w.GoOnAir(t, shows["morning"].ID)
		w.Clock.Advance(47 * time.Minute)
		w.LeaveAir(t, begun.ID, code)
		w.Clock.Advance(24 * time.Hour)
	}
	relay := sampleRelays(t, w, people[0])
	w.Clock.Advance(time.Since(w.Clock.Now()))
	sessions["morning"] = w.GoOnAir(t, shows["morning"].ID)
	w.Airing[shows["morning"].ID] = web.Airing{
		StartedAt: w.Clock.Now(), IsConnected: true, Protocol: "rtmp", Encoder: "OBS Studio 31", Bitrate: 4_620_000, FrameRate: 29.97,
		KeyInterval: 8 * time.Second, Dropped: 3, GivenUp: []int{480},
		Renditions: []web.AiringRendition{{Height: 1080, Bitrate: 4_500_000}, {Height: 720, Bitrate: 2_100_000}, {Height: 360, Bitrate: 640_000}},
		Relays:     []web.AiringRelay{{ID: relay, IsSending: true}},
	}
	for name, show := range shows {
		fmt.Println("/w/"+show.ShortUUID(), "/my/live/"+show.ShortUUID(), name)
	}
	go sampleBroadcast(t.Context(), w, shows["morning"])
	go sampleBroadcast(t.Context(), w, shows["talk"])
}

func sampleRelays(t *testing.T, w *webtest.World, owner account.Viewer) live.RelayID {
	t.Helper()
	made, err := w.Relays.Add(t.Context(), owner, shows["morning"].ID, live.RelayChange{
		Name: ptr("The harbour’s channel"), Address: ptr("rtmp://live.example.org/app"), Key: ptr("key"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// sampleBroadcast is what a live on air is watched from, made by ffmpeg as long as the pages are served, an hour at most.
func sampleBroadcast(ctx context.Context, w *webtest.World, show video.Video) {
	folder := filepath.Join(w.Blobs.Local(blob.StreamingPlaylists).Root(), "hls", show.UUID.String())
	if err := os.MkdirAll(folder, 0o755); err != nil {
		fmt.Println(err)
		return
	}
	run := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", "-f", "lavfi", "-i", "sine",
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", "-t", "3600", "-f", "hls", "-hls_time", "2", "-hls_list_size", "100",
		"-hls_segment_type", "fmp4", "-hls_flags", "program_date_time+append_list", "-master_pl_name", "master.m3u8", "0.m3u8")
	run.Dir = folder
	if out, err := run.CombinedOutput(); err != nil && ctx.Err() == nil {
		fmt.Printf("%v: %s\n", err, out)
	}
}

// sampleShow begins or ends a live, as its address says.
func sampleShow(t *testing.T, w *webtest.World, r *http.Request) {
	for name, show := range shows {
		switch r.URL.Query().Get(name) {
		case "begin":
			sessions[name] = w.GoOnAir(t, show.ID)
		case "end":
			w.LeaveAir(t, sessions[name].ID, 0)
		case "replay":
			if _, err := w.Replays.Prepare(r.Context(), sessions[name].ID); err != nil {
				fmt.Println(err)
				return
			}
			w.Publish(t, sessions[name].ID)
		}
	}
}
