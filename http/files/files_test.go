package files_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel/channeltest"
	"lucarne/http/files"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
	"lucarne/video/ffmpeg"
	"lucarne/video/videotest"
)

// signedIn stands for sessions: the viewer whose name is the bearer token.
type signedIn map[string]account.Viewer

func (s signedIn) Viewer(_ context.Context, r *http.Request) (account.Viewer, error) {
	return s[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")], nil
}

// site is a file surface over a small world.
type site struct {
	*videotest.World
	settings files.Settings
	handler  http.Handler
	blobs    *blob.Set
	files    *video.Files
	captions *video.Captions
	tokens   *video.FileTokens
	users    signedIn
	film     []byte

	downloads counted
	onAir     broadcasts
}

// counted notes the downloads that began.
type counted []video.ID

func (c *counted) Began(_ context.Context, id video.ID, _ string) { *c = append(*c, id) }

func newSite(t testing.TB, d *db.DB) *site { return newSiteOn(t, d, blob.SetOptions{}) }

// newSiteOn makes a site whose files lie where stores says; the folders are added.
func newSiteOn(t testing.TB, d *db.DB, stores blob.SetOptions) *site {
	t.Helper()
	root := t.TempDir()
	folders := map[blob.Kind]string{}
	for _, kind := range []blob.Kind{
		blob.WebVideos, blob.StreamingPlaylists, blob.Thumbnails, blob.Previews, blob.Avatars, blob.Storyboards, blob.Torrents,
		blob.Uploads, blob.Captions, blob.OriginalVideoFiles, blob.Temporary,
	} {
		folders[kind] = filepath.Join(root, string(kind))
	}
	stores.Directories = folders
	blobs, err := blob.NewSet(stores)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{World: videotest.New(t, d), blobs: blobs, users: signedIn{}, onAir: broadcasts{}, film: bytes.Repeat([]byte("0123456789"), 1000)}
	s.settings = files.Settings{PrivateFilesRequireAuth: true, MediaAge: time.Hour, PictureAge: time.Minute, MaxMuxes: 1}
	logger := slog.New(slog.DiscardHandler)
	s.files = video.NewFiles(video.FilesOptions{DB: d, Clock: s.Clock, Outbox: s.Outbox, Blobs: blobs, Site: channeltest.Site, Logger: logger})
	s.tokens = video.NewFileTokens([]byte("secret"), func() time.Duration { return time.Hour }, s.Clock)
	tools := ffmpeg.New(ffmpeg.Options{})
	s.captions = video.NewCaptions(video.CaptionsOptions{
		DB: d, Clock: s.Clock, Outbox: s.Outbox, Blobs: blobs, Site: channeltest.Site, Files: s.files, Extractor: tools, Logger: logger,
	})
	surface := files.New(files.Options{
		Blobs: blobs, Videos: s.Videos, Captions: s.captions, Tokens: s.tokens, Downloads: &s.downloads, Auth: s.users, FFmpeg: tools, OnAir: s.onAir,
		Settings: func() files.Settings { return s.settings },
	})
	s.handler = surface.Handler(nil)
	return s
}

// addFilm gives a video one progressive file holding s.film, and tells its name.
func (s *site) addFilm(t testing.TB, of video.Video) (filename string) {
	t.Helper()
	local := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(local, s.film, 0o600); err != nil {
		t.Fatal(err)
	}
	return s.addFile(t, of, local, video.File{Resolution: 720, Width: 1280, Height: 720, FPS: 25, HasAudio: true, HasVideo: true})
}

// addFile gives a video a progressive file, taking it from local.
func (s *site) addFile(t testing.TB, of video.Video, local string, file video.File) (filename string) {
	t.Helper()
	stat, err := os.Stat(local)
	if err != nil {
		t.Fatal(err)
	}
	file.VideoID, file.Size, file.Extname = of.ID, stat.Size(), ".mp4"
	file.Filename = fmt.Sprintf("%s-web-%d.mp4", of.UUID, file.Resolution)
	if err := s.files.Add(t.Context(), of.ID, video.Addition{Files: []video.NewFile{{File: file, Path: local}}}); err != nil {
		t.Fatal(err)
	}
	return file.Filename
}

// put stores a file, as it would be after work that is not ours.
func (s *site) put(t testing.TB, kind blob.Kind, key, content string) {
	t.Helper()
	if err := s.blobs.Store(kind).Put(t.Context(), key, strings.NewReader(content), blob.PutOptions{}); err != nil {
		t.Fatal(err)
	}
}

func (s *site) get(path string, headers ...string) *httptest.ResponseRecorder {
	return s.ask("GET", path, headers...)
}

func (s *site) ask(method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func TestPublicFileInRanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		alice := s.User(t, "alice", account.Ordinary)
		path := "/static/web-videos/" + s.addFilm(t, s.Video(t, alice, nil))
		whole := s.get(path)
		if whole.Code != 200 || !bytes.Equal(whole.Body.Bytes(), s.film) || whole.Header().Get("Content-Type") != "video/mp4" {
			t.Fatalf("whole: %d, %d bytes, %v", whole.Code, whole.Body.Len(), whole.Header())
		}
		if got := whole.Header().Get("Cache-Control"); got != "public, max-age=3600" {
			t.Errorf("cache control %q", got)
		}
		part := s.get(path, "Range", "bytes=5-14")
		if part.Code != 206 || part.Body.String() != "5678901234" || part.Header().Get("Content-Range") != "bytes 5-14/10000" {
			t.Errorf("range: %d %q %v", part.Code, part.Body, part.Header())
		}
		beyond := s.get(path, "Range", "bytes=99999-")
		if beyond.Code != 416 || !strings.Contains(beyond.Body.String(), `"code":"RangeNotSatisfiableError"`) ||
			beyond.Header().Get("Content-Range") != "bytes */10000" || beyond.Header().Get("Content-Type") != "application/problem+json; charset=utf-8" {
			t.Errorf("beyond: %d %s %v", beyond.Code, beyond.Body, beyond.Header())
		}
		if known := s.get(path, "If-None-Match", whole.Header().Get("ETag")); known.Code != 304 {
			t.Errorf("known: %d", known.Code)
		}
	})
}

func TestNoWayOutOfTheStores(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		for _, path := range []string{
			"/static/web-videos/none.mp4", "/static/web-videos/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/static/web-videos/..%5c..%5cx", "/static/web-videos/private",
			"/static/streaming-playlists/hls/not-a-uuid/x.m3u8", "/static/streaming-playlists/hls/00000000-0000-4000-8000-000000000000/none.m3u8",
			"/lazy-static/thumbnails/%2e%2e", "/lazy-static/thumbnails/a%00b.jpg", "/lazy-static/video-captions/none.vtt", "/lazy-static/nothing/x",
			"/download/web-videos/none.mp4", "/download/torrents/none.torrent", "/download/original-video-files/none.mp4",
			"/download/streaming-playlists/hls/videos/00000000-0000-4000-8000-000000000000-720-fragmented.mp4",
		} {
			if w := s.get(path); w.Code != 404 || w.Header().Get("Content-Type") != "application/problem+json; charset=utf-8" {
				t.Errorf("%s: got %d %s", path, w.Code, w.Body)
			}
		}
	})
}

func TestPrivateFileNeedsARight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		alice, bob := s.User(t, "alice", account.Ordinary), s.User(t, "bob", account.Ordinary)
		s.users["alice"], s.users["bob"] = alice, bob
		film := s.Video(t, alice, func(d *video.Draft) { d.Privacy = video.Private })
		other := s.Video(t, alice, nil)
		name := s.addFilm(t, film)
		path := "/static/web-videos/private/" + name
		token, _ := s.tokens.Issue(film.UUID)
		foreign, _ := s.tokens.Issue(other.UUID)
		cases := []struct {
			name, path string
			headers    []string
			want       int
		}{
			{"nobody", path, nil, 403},
			{"as if public", "/static/web-videos/" + name, nil, 404},
			{"through an escaped slash", "/static/web-videos/private%2F" + name, nil, 404},
			{"its owner", path, []string{"Authorization", "Bearer alice"}, 200},
			{"another user", path, []string{"Authorization", "Bearer bob"}, 403},
			{"a token", path + "?videoFileToken=" + token, nil, 200},
			{"the token of another video", path + "?videoFileToken=" + foreign, nil, 403},
			{"a wrong password", path, []string{"X-Peertube-Video-Password", "x"}, 403},
		}
		for _, c := range cases {
			if w := s.get(c.path, c.headers...); w.Code != c.want {
				t.Errorf("%s: got %d %s, want %d", c.name, w.Code, w.Body, c.want)
			}
		}
		if got := s.get(path + "?videoFileToken=" + token).Header().Get("Cache-Control"); got != "private, max-age=3600" {
			t.Errorf("cache control %q", got)
		}
		locked := s.Video(t, alice, func(d *video.Draft) { d.Privacy, d.Passwords = video.Password, []string{"open sesame"} })
		lockedPath := "/static/web-videos/private/" + s.addFilm(t, locked)
		for password, want := range map[string]int{"": 403, "wrong": 403, "open sesame": 200} {
			if w := s.get(lockedPath, "X-Peertube-Video-Password", password); w.Code != want {
				t.Errorf("password %q: got %d %s, want %d", password, w.Code, w.Body, want)
			}
		}
		s.Clock.Advance(time.Hour)
		if w := s.get(path + "?videoFileToken=" + token); w.Code != 403 {
			t.Errorf("an expired token: got %d", w.Code)
		}
	})
}

func TestPlaylistCarriesTheTokenOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		film := s.Video(t, s.User(t, "alice", account.Ordinary), func(d *video.Draft) { d.Privacy = video.Private })
		text := "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",URI=\"a-0.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\na-240.m3u8\n"
		key := video.PlaylistKey(video.Private, film.UUID, "master.m3u8")
		s.put(t, blob.StreamingPlaylists, key, text)
		token, _ := s.tokens.Issue(film.UUID)
		path := "/static/streaming-playlists/hls/private/" + film.UUID.String() + "/master.m3u8?videoFileToken=" + token
		if w := s.get(path); w.Body.String() != text {
			t.Errorf("without asking: got %s", w.Body)
		}
		carried := "?videoFileToken=" + token + "&reinjectVideoFileToken=true"
		want := strings.NewReplacer("a-0.m3u8", "a-0.m3u8"+carried, "a-240.m3u8", "a-240.m3u8"+carried).Replace(text)
		if w := s.get(path + "&reinjectVideoFileToken=true"); w.Body.String() != want {
			t.Errorf("got %s\nwant %s", w.Body, want)
		}
	})
}

func TestDownloads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		alice := s.User(t, "alice", account.Ordinary)
		s.users["alice"] = alice
		film := s.Video(t, alice, func(d *video.Draft) { d.Name = `L'été: "fin"` })
		s.addFilm(t, film)
		w := s.get("/download/web-videos/" + film.UUID.String() + "-720.mp4")
		if w.Code != 200 || w.Body.Len() != len(s.film) || w.Header().Get("Content-Disposition") != `attachment; filename="L'_t__ _fin_-720p.mp4"; filename*=UTF-8''L%27%C3%A9t%C3%A9_%20_fin_-720p.mp4` {
			t.Errorf("got %d, %v", w.Code, w.Header())
		}
		details, err := s.Videos.Get(t.Context(), film.ID)
		if err != nil || len(details.WebFiles) != 1 {
			t.Fatalf("files: %+v, %v", details.WebFiles, err)
		}
		generate := "/download/videos/generate/" + film.UUID.String()
		for query, want := range map[string]int{"": 400, "?videoFileIds=999": 400, "?videoFileIds=x": 400, "?videoFileIds=1": 200, "?videoFileIds=1&videoFileIds=1": 400} {
			if w := s.get(generate + query); w.Code != want {
				t.Errorf("generate%s: got %d %s, want %d", query, w.Code, w.Body, want)
			}
		}
		unlisted := s.Video(t, alice, func(d *video.Draft) { d.Privacy = video.Unlisted })
		s.addFilm(t, unlisted)
		byNumber := fmt.Sprintf("/download/videos/generate/%d?videoFileIds=2", unlisted.ID)
		if w := s.get(byNumber); w.Code != 401 {
			t.Errorf("unlisted, by its small id: got %d", w.Code)
		}
		if w := s.get("/download/videos/generate/" + unlisted.UUID.String() + "?videoFileIds=2"); w.Code != 200 {
			t.Errorf("unlisted, by its link: got %d %s", w.Code, w.Body)
		}
		refused := s.Video(t, alice, func(d *video.Draft) { d.DownloadEnabled = false })
		s.addFilm(t, refused)
		path := "/download/web-videos/" + refused.UUID.String() + "-720.mp4"
		if w := s.get(path); w.Code != 403 {
			t.Errorf("downloads not allowed: got %d", w.Code)
		}
		if w := s.get(path, "Authorization", "Bearer alice"); w.Code != 200 {
			t.Errorf("downloads not allowed, its owner: got %d", w.Code)
		}
	})
}

func TestDownloadsAreCountedWhenTheyBegin(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	film := s.Video(t, s.User(t, "alice", account.Ordinary), nil)
	name := s.addFilm(t, film)
	download := "/download/web-videos/" + film.UUID.String() + "-720.mp4"
	for title, c := range map[string]struct {
		path, ranges string
		count        int
	}{
		"whole":             {download, "", 1},
		"from the start":    {download, "bytes=0-", 1},
		"the first bytes":   {download, "bytes=0-99,200-", 1},
		"continued":         {download, "bytes=100-", 0},
		"the end":           {download, "bytes=-100", 0},
		"unknown unit":      {download, "lines=3-", 1}, // is answered whole
		"generated":         {"/download/videos/generate/" + film.UUID.String() + "?videoFileIds=1", "", 1},
		"watched":           {"/static/web-videos/" + name, "", 0},
		"another file":      {"/download/web-videos/" + film.UUID.String() + "-480.mp4", "", 0},
		"another container": {"/download/streaming-playlists/hls/videos/" + film.UUID.String() + "-720-fragmented.mp4", "", 0},
	} {
		s.downloads = nil
		s.get(c.path, "Range", c.ranges)
		if len(s.downloads) != c.count || c.count == 1 && s.downloads[0] != film.ID {
			t.Errorf("%s: counted %v, want %d", title, s.downloads, c.count)
		}
	}
	s.downloads = nil
	s.handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("HEAD", download, nil))
	if len(s.downloads) != 0 {
		t.Errorf("HEAD: counted %v", s.downloads)
	}
}

func TestDownloadsAreThrottledAndWatchingIsNot(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.settings.MaxRatePerIP = 100_000 // the film takes a tenth of a second
	film := s.Video(t, s.User(t, "alice", account.Ordinary), nil)
	name := s.addFilm(t, film)
	ask := func(path string) time.Duration {
		start := time.Now()
		if w := s.get(path); w.Code != 200 || !bytes.Equal(w.Body.Bytes(), s.film) {
			t.Errorf("%s: got %d, %d bytes", path, w.Code, w.Body.Len())
		}
		return time.Since(start)
	}
	if took := ask("/download/web-videos/" + film.UUID.String() + "-720.mp4"); took < 90*time.Millisecond {
		t.Errorf("the download took %v", took)
	}
	s.settings.MaxRatePerIP = 1 // would take hours
	ask("/static/web-videos/" + name)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	r := httptest.NewRequest("GET", "/download/web-videos/"+film.UUID.String()+"-720.mp4", nil).WithContext(ctx)
	s.handler.ServeHTTP(httptest.NewRecorder(), r) // returns, though nothing is paid: the client left
}

func TestCaptionsFollowTheirVideo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		alice := s.User(t, "alice", account.Ordinary)
		s.users["alice"] = alice
		for privacy, want := range map[video.Privacy]int{video.Public: 200, video.Private: 403} {
			film := s.Video(t, alice, func(d *video.Draft) { d.Privacy = privacy })
			if err := s.captions.Set(t.Context(), alice, film.ID, "fr", strings.NewReader("WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour\n")); err != nil {
				t.Fatal(err)
			}
			list, err := s.captions.List(t.Context(), film.ID)
			if err != nil || len(list) != 1 {
				t.Fatalf("captions: %v, %v", list, err)
			}
			path := "/lazy-static/video-captions/" + list[0].Filename
			if w := s.get(path); w.Code != want {
				t.Errorf("privacy %d, nobody: got %d, want %d", privacy, w.Code, want)
			}
			w := s.get(path, "Authorization", "Bearer alice")
			if w.Code != 200 || !strings.Contains(w.Body.String(), "Bonjour") || w.Header().Get("Content-Type") != "text/vtt; charset=utf-8" {
				t.Errorf("privacy %d, its owner: got %d %v", privacy, w.Code, w.Header())
			}
		}
	})
}

// sink counts what arrives through ReadFrom, the way to sendfile.
type sink struct {
	*httptest.ResponseRecorder
	readFrom int64
}

func (s *sink) ReadFrom(r io.Reader) (int64, error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		return 0, errors.New("not limited")
	}
	if _, isFile := limited.R.(*os.File); !isFile {
		return 0, errors.New("not a file")
	}
	n, err := io.Copy(s.ResponseRecorder, r)
	s.readFrom += n
	return n, err
}

func TestDiskFilesGoBySendfile(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	path := "/static/web-videos/" + s.addFilm(t, s.Video(t, s.User(t, "alice", account.Ordinary), nil))
	w := &sink{ResponseRecorder: httptest.NewRecorder()}
	s.handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.readFrom != int64(len(s.film)) {
		t.Errorf("%d bytes of an *os.File reached ReadFrom, want %d", w.readFrom, len(s.film))
	}
}
