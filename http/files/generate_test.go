package files_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// media makes a second of picture and one of sound, once.
var media = sync.OnceValues(func() (map[string][]byte, error) {
	folder, err := os.MkdirTemp("", "lucarne-files")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	made := map[string][]byte{}
	for name, args := range map[string][]string{
		"picture": {"-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=1", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"},
		"sound":   {"-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"},
	} {
		path := filepath.Join(folder, name+".mp4")
		if err := exec.Command("ffmpeg", append(append([]string{"-v", "error"}, args...), path)...).Run(); err != nil {
			return nil, err
		}
		if made[name], err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	return made, nil
})

// addSplitFilm gives a video one file of picture and one of sound, and tells the address of both together.
func (s *site) addSplitFilm(t *testing.T, of video.Video) (address string) {
	t.Helper()
	made, err := media()
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]video.File{
		"picture": {Resolution: 720, Width: 64, Height: 64, FPS: 10, HasVideo: true},
		"sound":   {HasAudio: true},
	} {
		local := filepath.Join(t.TempDir(), name+".mp4")
		if err := os.WriteFile(local, made[name], 0o600); err != nil {
			t.Fatal(err)
		}
		s.addFile(t, of, local, file)
	}
	d, err := s.Videos.Get(t.Context(), of.ID)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, file := range d.WebFiles {
		ids = append(ids, "videoFileIds="+strconv.FormatInt(int64(file.ID), 10))
	}
	return "/download/videos/generate/" + of.UUID.String() + "?" + strings.Join(ids, "&")
}

func streamsOf(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "got.mp4")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func TestPictureAndSoundComeAsOneFile(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	film := s.Video(t, s.User(t, "alice", account.Ordinary), func(d *video.Draft) { d.Name = "A film" })
	address := s.addSplitFilm(t, film)
	w := s.get(address)
	if got := streamsOf(t, w.Body.Bytes()); w.Code != 200 || got != "h264 aac" {
		t.Errorf("got %d with %s", w.Code, got)
	}
	head := s.ask("HEAD", address)
	if head.Code != 200 || head.Body.Len() != 0 {
		t.Errorf("HEAD: got %d with %d bytes", head.Code, head.Body.Len())
	}
	for _, h := range []http.Header{w.Header(), head.Header()} {
		if h.Get("Content-Type") != "video/mp4" || h.Get("Content-Disposition") != `attachment; filename="A film.mp4"` || h.Get("Accept-Ranges") != "none" {
			t.Errorf("headers %v", h)
		}
	}
	one := s.get(address[:strings.Index(address, "&")])
	if one.Code != 200 || one.Header().Get("Content-Disposition") != `attachment; filename="A film.mp4"` || one.Header().Get("Accept-Ranges") != "bytes" {
		t.Errorf("one file: %d %v", one.Code, one.Header())
	}
}

// stalled is a client that takes nothing until its request ends.
type stalled struct {
	*httptest.ResponseRecorder
	ctx   context.Context
	asked chan struct{}
	once  sync.Once
}

func (s *stalled) Write([]byte) (int, error) {
	s.once.Do(func() { close(s.asked) })
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func TestClientThatLeavesEndsTheMuxing(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	address := s.addSplitFilm(t, s.Video(t, s.User(t, "alice", account.Ordinary), nil))
	ctx, leave := context.WithCancel(t.Context())
	client := &stalled{ResponseRecorder: httptest.NewRecorder(), ctx: ctx, asked: make(chan struct{})}
	ended := make(chan any, 1)
	go func() {
		defer func() { ended <- recover() }()
		s.handler.ServeHTTP(client, httptest.NewRequest("GET", address, nil).WithContext(ctx))
	}()
	<-client.asked
	if w := s.get(address); w.Code != 429 {
		t.Errorf("one more than may be put together at a time: got %d", w.Code)
	}
	leave()
	if value := <-ended; value != http.ErrAbortHandler {
		t.Errorf("the request ended with %v, want the connection cut", value)
	}
	if w := s.get(address); w.Code != 200 {
		t.Errorf("after the client left: got %d %s", w.Code, w.Body)
	}
}

func TestMuxingThatFailsAtOnceIsAProblem(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	film := s.Video(t, s.User(t, "alice", account.Ordinary), nil)
	address := s.addSplitFilm(t, film)
	for _, name := range []string{"-web-720.mp4", "-web-0.mp4"} {
		s.put(t, blob.WebVideos, film.UUID.String()+name, "this is not media")
	}
	if w := s.get(address); w.Code < 400 || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/problem+json") || w.Header().Get("Content-Disposition") != "" {
		t.Errorf("got %d %s %v", w.Code, w.Body, w.Header())
	}
}
