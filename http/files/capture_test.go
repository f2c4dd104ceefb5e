package files_test

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/http/capturetest"
	"lucarne/http/router"
	"lucarne/platform/blob"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// recorded are the headers in which our answers equal PeerTube's. Ours differ on purpose in ETag (strong, so that If-Range works) and in
// Cache-Control of renditions (their names change with their content).
var recorded = []string{"content-type", "accept-ranges", "access-control-allow-origin", "content-disposition", "content-range"}

func TestAnswersAreAsRecorded(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.handler = router.CORS(s.handler)
	film := s.Video(t, s.User(t, "alice", account.Ordinary), func(d *video.Draft) { d.Name = "A test film, renamed" })
	private := s.Video(t, s.User(t, "bob", account.Ordinary), func(d *video.Draft) { d.Privacy = video.Private })
	s.addHLS(t, film)
	for kind, names := range map[blob.Kind][]string{
		blob.StreamingPlaylists: {film.UUID.String() + "/x-master.m3u8", film.UUID.String() + "/x-segments-sha256.json"},
		blob.Torrents:           {"x-720-hls.torrent"}, blob.Thumbnails: {"x.jpg"}, blob.Previews: {"x.jpg"}, blob.Storyboards: {"x.jpg"}, blob.Avatars: {"x.png"},
	} {
		for _, name := range names {
			s.put(t, kind, name, "content")
		}
	}
	hls := "/static/streaming-playlists/hls/" + film.UUID.String() + "/"
	cases := []struct{ number, path string }{
		{"147", hls + "x-master.m3u8"},
		{"149", hls + "x-720-fragmented.mp4"},
		{"150", hls + "x-720-fragmented.mp4"},
		{"151", hls + "x-720-fragmented.mp4"},
		{"152", hls + "x-segments-sha256.json"},
		{"153", "/download/streaming-playlists/hls/videos/" + film.UUID.String() + "-720-fragmented.mp4"},
		{"154", "/lazy-static/torrents/x-720-hls.torrent"},
		{"157", "/lazy-static/thumbnails/x.jpg"},
		{"158", "/lazy-static/previews/x.jpg"},
		{"160", "/lazy-static/storyboards/x.jpg"},
		{"161", "/lazy-static/avatars/x.png"},
		{"162", "/static/streaming-playlists/hls/00000000-0000-4000-8000-000000000000/none.m3u8"},
		{"163", "/static/streaming-playlists/hls/private/" + private.UUID.String() + "/x-master.m3u8"},
	}
	for _, c := range cases {
		t.Run(c.number+" "+path.Base(c.path), func(t *testing.T) {
			capture := capturetest.Load(t, c.number)
			var headers []string
			if ranges, ok := capture.Request.Headers["range"].(string); ok {
				headers = []string{"Range", ranges}
			}
			w := s.ask(capture.Request.Method, c.path, headers...)
			if w.Code != capture.Response.Status {
				t.Fatalf("got %d %s, want %d", w.Code, w.Body, capture.Response.Status)
			}
			for _, name := range recorded {
				want, _ := capture.Response.Headers[name].(string)
				want = strings.Replace(want, "/9319925", "/10000", 1)
				if got := w.Header().Get(name); !strings.EqualFold(strings.TrimSuffix(got, "; charset=utf-8"), strings.TrimSuffix(strings.ToLower(want), "; charset=utf-8")) {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
		})
	}
}

// addHLS gives a video one fragmented rendition holding s.film.
func (s *site) addHLS(t *testing.T, of video.Video) {
	t.Helper()
	local := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(local, s.film, 0o600); err != nil {
		t.Fatal(err)
	}
	err := s.files.Add(t.Context(), of.ID, video.Addition{Files: []video.NewFile{{
		File: video.File{
			VideoID: of.ID, Resolution: 720, Width: 1280, Height: 720, FPS: 25, Size: int64(len(s.film)), Extname: ".mp4",
			Filename: "x-720-fragmented.mp4", PlaylistFilename: "x-720.m3u8", Codecs: "avc1.640015,mp4a.40.2",
			Bandwidth: 1000, AverageBandwidth: 900, HasAudio: true, HasVideo: true,
		},
		IsHLS: true, Path: local, MediaPlaylist: []byte("#EXTM3U\n"), Segments: []byte(`{}`),
	}}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestConditionsAndSeveralRanges(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	path := "/static/web-videos/" + s.addFilm(t, s.Video(t, s.User(t, "alice", account.Ordinary), nil))
	whole := s.get(path)
	tag, modified := whole.Header().Get("ETag"), whole.Header().Get("Last-Modified")
	cases := []struct {
		name    string
		headers []string
		want    int
		body    string
	}{
		{"same tag", []string{"If-None-Match", "W/" + tag}, 304, ""},
		{"another tag", []string{"If-None-Match", `"x"`}, 200, string(s.film)},
		{"not since", []string{"If-Modified-Since", modified}, 304, ""},
		{"must be another", []string{"If-Match", `"x"`}, 412, ""},
		{"range of the same", []string{"Range", "bytes=0-1", "If-Range", tag}, 206, "01"},
		{"range of another", []string{"Range", "bytes=0-1", "If-Range", `"x"`}, 200, string(s.film)},
		{"from the end", []string{"Range", "bytes=-3"}, 206, "789"},
		{"not bytes", []string{"Range", "lines=1-2"}, 416, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := s.get(path, c.headers...)
			if w.Code != c.want || (c.want < 300 && w.Body.String() != c.body) {
				t.Errorf("got %d with %d bytes, want %d with %d", w.Code, w.Body.Len(), c.want, len(c.body))
			}
		})
	}
	several := s.get(path, "Range", "bytes=0-1,5-6")
	if several.Code != 206 || !strings.HasPrefix(several.Header().Get("Content-Type"), "multipart/byteranges") ||
		!strings.Contains(several.Body.String(), "Content-Range: bytes 5-6/10000\r\nContent-Type: video/mp4\r\n\r\n56") {
		t.Errorf("several ranges: %d %v %q", several.Code, several.Header(), several.Body)
	}
	if head := s.ask("HEAD", path); head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") != "10000" {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
}
