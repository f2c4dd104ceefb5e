package e2e_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/app/apptest"
)

const degradedWithin = 20 * time.Second

func TestFullDiskIsTold(t *testing.T) {
	site := start(t, "LUCARNE_UPLOAD_MIN_FREE_DISK_BYTES=1000TB")
	root := site.Root(t)
	channel := root.Me().Channels[0].ID
	form := apptest.Form{
		Fields: map[string]any{"name": "Too much", "privacy": apptest.Public, "channelId": channel},
		Files:  map[string]string{"videofile": apptest.Landscape(t)},
	}
	if problem := root.Refused("POST", "/api/v1/videos/upload", form, http.StatusServiceUnavailable); problem.Code != "disk_full" {
		t.Errorf("one request: %+v, want to be told of the disk", problem)
	}
	inPieces := root.With("X-Upload-Content-Length", "1000").With("X-Upload-Content-Type", "video/mp4")
	begin := map[string]any{"name": "Too much", "filename": "a.mp4", "privacy": apptest.Public, "channelId": channel}
	problem := inPieces.Refused("POST", "/api/v1/videos/upload-resumable", begin, http.StatusServiceUnavailable)
	if problem.Code != "disk_full" || !strings.Contains(problem.Detail, "full") {
		t.Errorf("in pieces: %+v, want to be told of the disk", problem)
	}
	if left := site.Files(t, apptest.MediaFolders...); len(left) > 0 {
		t.Errorf("left on disk: %v", left)
	}
	if page := site.Session(t, "en", "root", apptest.RootPassword).Read("/admin"); !strings.Contains(page, "The disk is nearly full") {
		t.Error("the administrator is not told of the disk")
	}
	root.Put("/api/v1/users/me", map[string]any{"description": "The rest works"})
}

func TestMissingFFmpegIsToldAndWaitedFor(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	folder := t.TempDir()
	program := apptest.Launch(
		t, "LUCARNE_FFMPEG_PROGRAM="+filepath.Join(folder, "ffmpeg"), "LUCARNE_FFMPEG_RETRY_INTERVAL=1 second", "LUCARNE_TRANSCODING_CONCURRENCY=2",
	)
	root, pages := program.Root(t), program.Session(t, "en", "root", apptest.RootPassword)
	film := root.Upload(apptest.Landscape(t), map[string]any{"name": "Patient"})
	work := "/my/videos/" + film.UUID + "/files"
	apptest.Await(t, degradedWithin, "the uploader is told", func() bool { return strings.Contains(pages.Read(work), "This site lacks ffmpeg for now") })
	if page := pages.Read("/admin"); !strings.Contains(page, "ffmpeg was not found") {
		t.Error("the administrator is not told on the page")
	}
	log, err := os.ReadFile(filepath.Join(program.Folder, "program.log"))
	if err != nil || !strings.Contains(string(log), "ffmpeg is missing") {
		t.Errorf("the log says nothing of it (%v):\n%s", err, log)
	}
	if state := root.Video(film).State.ID; state != apptest.ToTranscode {
		t.Errorf("meanwhile the video has state %d, want it to wait", state)
	}
	root.Put(film.Path(), map[string]any{"name": "Still patient"})

	found, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(found, filepath.Join(folder, "ffmpeg")); err != nil {
		t.Fatal(err)
	}
	now := root.AwaitVideo(film, encodeWithin, "what waited is transcoded", func(v apptest.Video) bool { return v.State.ID == apptest.Published && len(v.All()) > 0 })
	program.Visitor(t).Serves(t, now.All()[0].URL)
	if page := pages.Read("/admin"); strings.Contains(page, "ffmpeg was not found") {
		t.Error("the administrator is still told of a missing ffmpeg")
	}
}
