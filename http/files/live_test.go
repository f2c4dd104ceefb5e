package files_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/live/packager"
	"lucarne/live/stream"
	"lucarne/live/streamtest"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// broadcasts are what is on air.
type broadcasts map[uuid.UUID]broadcast

type broadcast struct {
	packager  *packager.Packager
	isPrivate bool
}

func (b broadcasts) OnAir(id uuid.UUID) (*packager.Packager, bool, bool) {
	found, ok := b[id]
	return found.packager, found.isPrivate, ok
}

// begin puts a video on air, in parts of 400 ms.
func (s *site) begin(t testing.TB, id uuid.UUID, isPrivate bool) (*packager.Packager, stream.Sink) {
	t.Helper()
	p, err := packager.New(packager.Options{
		Folder: t.TempDir(), PartTarget: 400 * time.Millisecond, SegmentTarget: 2 * time.Second, Window: packager.WholeShow, KeepAll: true,
		StartedAt: time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC), Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	source, err := p.Rendition(0, packager.Source)
	if err != nil {
		t.Fatal(err)
	}
	s.onAir[id] = broadcast{p, isPrivate}
	return p, source
}

func play(t testing.TB, to stream.Sink, clip streamtest.Clip) {
	t.Helper()
	if err := clip.Play(to); err != nil {
		t.Fatal(err)
	}
}

const liveFolder = "/static/streaming-playlists/hls/"

func TestLiveIsServed(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	show := s.Video(t, s.User(t, "alice", account.Ordinary), nil)
	p, source := s.begin(t, show.UUID, false)
	play(t, source, streamtest.Generate(t, streamtest.Standard))
	folder := liveFolder + show.UUID.String() + "/"
	const playlist, media, short, immutable = "application/vnd.apple.mpegurl", "video/mp4", "public, max-age=1", "public, max-age=3600, immutable"
	cases := []struct{ file, contentType, cache, holds string }{
		{"master.m3u8", playlist, short, "0.m3u8\n"},
		{"0.m3u8", playlist, short, "#EXT-X-PART:"},
		{"0.m3u8?_HLS_msn=1&_HLS_part=0", playlist, "public, max-age=10", "0-000001.m4s"},
		{"segments-sha256.json", "application/json", short, `"0-000000.m4s":"`},
		{"0-init-0.mp4", media, immutable, "moov"},
		{"0-000000.m4s", media, immutable, "moof"},
		{"0-000001.1.m4s", media, immutable, "mdat"},
	}
	for _, c := range cases {
		w := s.get(folder + c.file)
		if w.Code != 200 || w.Header().Get("Content-Type") != c.contentType || w.Header().Get("Cache-Control") != c.cache || !strings.Contains(w.Body.String(), c.holds) {
			t.Errorf("%s: %d %v\n%.200q", c.file, w.Code, w.Header(), w.Body)
		}
		if head := s.ask("HEAD", folder+c.file); head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") != w.Header().Get("Content-Length") {
			t.Errorf("HEAD %s: %d %v, %d bytes", c.file, head.Code, head.Header(), head.Body.Len())
		}
	}
	whole := s.get(folder + "0-000000.m4s").Body.Bytes()
	if w := s.get(folder+"0-000000.m4s", "Range", "bytes=10-19"); w.Code != 206 || !bytes.Equal(w.Body.Bytes(), whole[10:20]) {
		t.Errorf("a range: %d, %d bytes", w.Code, w.Body.Len())
	}
	for file, want := range map[string]int{
		"0-000009.m4s": 404, "0-000000.99.m4s": 404, "1.m3u8": 404, "9-init-0.mp4": 404, "x.m4s": 404, "0.m3u8?_HLS_msn=99": 400,
		"0.m3u8?_HLS_part=1": 400, "0.m3u8?_HLS_msn=x": 400, "0.m3u8?_HLS_msn=-1": 400, "0.m3u8?_HLS_msn=1&_HLS_part=x": 400,
	} {
		if w := s.get(folder + file); w.Code != want {
			t.Errorf("%s: got %d %s, want %d", file, w.Code, w.Body, want)
		}
	}
	s.serveAfterTheEnd(t, p, folder, whole)
}

// serveAfterTheEnd checks that players that are behind still get what was on air, although the recording moved.
func (s *site) serveAfterTheEnd(t *testing.T, p *packager.Packager, folder string, segment []byte) {
	t.Helper()
	recording, err := p.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(recording.Renditions[0].Path, recording.Renditions[0].Path+".replay"); err != nil {
		t.Fatal(err)
	}
	if w := s.get(folder + "0.m3u8?_HLS_msn=50"); w.Code != 200 || !strings.HasSuffix(w.Body.String(), "#EXT-X-ENDLIST\n") {
		t.Errorf("the end: %d %s", w.Code, w.Body)
	}
	if w := s.get(folder + "0-000000.m4s"); w.Code != 200 || !bytes.Equal(w.Body.Bytes(), segment) {
		t.Errorf("a segment after the recording was renamed: %d, %d bytes", w.Code, w.Body.Len())
	}
}

func TestLivePlaylistIsPackedOnce(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	show := s.Video(t, s.User(t, "alice", account.Ordinary), nil)
	_, source := s.begin(t, show.UUID, false)
	play(t, source, streamtest.Generate(t, streamtest.Standard))
	path := liveFolder + show.UUID.String() + "/0.m3u8"
	plain, packed := s.get(path), s.get(path, "Accept-Encoding", "gzip")
	r, err := gzip.NewReader(packed.Body)
	if err != nil || packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("%v, %v", err, packed.Header())
	}
	if text, err := io.ReadAll(r); err != nil || !bytes.Equal(text, plain.Body.Bytes()) {
		t.Errorf("packed: %q, %v", text, err)
	}
	if w := s.get(path, "If-None-Match", plain.Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("who has it gets %d, %d bytes", w.Code, w.Body.Len())
	}
}

// hinted is the part that a playlist says comes next.
func hinted(t *testing.T, playlist string) string {
	t.Helper()
	found := regexp.MustCompile(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="([^"]+)"`).FindStringSubmatch(playlist)
	if found == nil {
		t.Fatalf("no hint in\n%s", playlist)
	}
	return found[1]
}

func TestLiveIsWaitedFor(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	show := s.Video(t, s.User(t, "alice", account.Ordinary), nil)
	_, source := s.begin(t, show.UUID, false)
	clip := streamtest.Generate(t, streamtest.Standard)
	play(t, source, clip)
	folder := liveFolder + show.UUID.String() + "/"
	next := hinted(t, s.get(folder+"0.m3u8").Body.String())

	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	go func() {
		defer close(left)
		s.handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", folder+next, nil))
	}()
	leave()
	<-left // or the test does not end

	part := make(chan *httptest.ResponseRecorder, 1)
	go func() { part <- s.get(folder + next) }()
	play(t, source, clip.At(clip.Length))
	if w := <-part; w.Code != 200 || !bytes.Contains(w.Body.Bytes(), []byte("moof")) {
		t.Errorf("the next part: %d %.100q", w.Code, w.Body)
	}
}

func TestPrivateLiveNeedsARight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		alice := s.User(t, "alice", account.Ordinary)
		s.users["alice"], s.users["bob"] = alice, s.User(t, "bob", account.Ordinary)
		show := s.Video(t, alice, func(d *video.Draft) { d.Privacy = video.Private })
		_, source := s.begin(t, show.UUID, true)
		play(t, source, streamtest.Generate(t, streamtest.Standard))
		token, _ := s.tokens.Issue(show.UUID)
		private, public := liveFolder+"private/"+show.UUID.String()+"/", liveFolder+show.UUID.String()+"/"
		for _, file := range []string{"master.m3u8", "0.m3u8", "0-init-0.mp4", "0-000000.m4s", "0-000000.0.m4s", "segments-sha256.json"} {
			cases := []struct {
				name, path string
				headers    []string
				want       int
			}{
				{"nobody", private + file, nil, 403},
				{"another user", private + file, []string{"Authorization", "Bearer bob"}, 403},
				{"its owner", private + file, []string{"Authorization", "Bearer alice"}, 200},
				{"a token", private + file + "?videoFileToken=" + token, nil, 200},
				{"as if it were public", public + file, []string{"Authorization", "Bearer alice"}, 404},
			}
			for _, c := range cases {
				w := s.get(c.path, c.headers...)
				if w.Code != c.want || w.Code == 200 && !strings.HasPrefix(w.Header().Get("Cache-Control"), "private, ") {
					t.Errorf("%s, %s: got %d %v, want %d", file, c.name, w.Code, w.Header(), c.want)
				}
			}
		}
		carried := "?videoFileToken=" + token
		text := s.get(private + "0.m3u8" + carried + "&reinjectVideoFileToken=true").Body.String()
		for _, want := range []string{"0-000000.m4s" + carried + "\n", `URI="0-init-0.mp4` + carried + `"`, `.0.m4s` + carried + `",INDEPENDENT=YES`} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
	})
}

func TestReplayIsServedBesideTheLive(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	show := s.Video(t, s.User(t, "alice", account.Ordinary), nil)
	s.put(t, blob.StreamingPlaylists, video.PlaylistKey(video.Public, show.UUID, "replay-720.m3u8"), "stored")
	path := liveFolder + show.UUID.String() + "/replay-720.m3u8"
	if w := s.get(path); w.Body.String() != "stored" {
		t.Errorf("nothing on air: %d %s", w.Code, w.Body)
	}
	s.begin(t, show.UUID, false)
	if w := s.get(path); w.Body.String() != "stored" {
		t.Errorf("while another session is on air: %d %s", w.Code, w.Body)
	}
}
