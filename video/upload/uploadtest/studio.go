// Package uploadtest gives tests an instance that receives and transcodes real files.
package uploadtest

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel/channeltest"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/job"
	"lucarne/platform/picture"
	"lucarne/video"
	"lucarne/video/ffmpeg"
	"lucarne/video/transcode"
	"lucarne/video/upload"
	"lucarne/video/videotest"
)

// Studio is an instance with everything between an upload and its last rendition. Tests change Operation and Rules at will.
type Studio struct {
	*videotest.World
	Blobs       *blob.Set
	Bus         *event.Bus
	Jobs        *job.Queue
	Files       *video.Files
	Renditions  *video.Renditions
	Thumbnails  *video.Thumbnails
	Storyboards *video.Storyboards
	Pipeline    *transcode.Pipeline
	Uploads     *upload.Uploads
	Operation   transcode.Operation
	Rules       upload.Settings
	Tools       ffmpeg.Options
}

// New makes a studio whose ladder is 240p and 144p, in HLS.
func New(t testing.TB, d *db.DB, edit func(*Studio)) *Studio {
	t.Helper()
	s := &Studio{World: videotest.New(t, d), Bus: event.NewBus()}
	s.Operation = transcode.Operation{Enabled: true, Storyboards: true, Settings: transcode.Settings{
		Resolutions: []int{144, 240}, AlwaysOriginal: true, HLS: true,
	}}
	s.Rules = upload.Settings{
		AllowAdditionalExtensions: true, AllowAudio: true, MaxBytes: -1, MaxAge: time.Hour, MaxPerUser: 5, CanReplace: true,
	}
	if edit != nil {
		edit(s)
	}
	s.Blobs = blobs(t)
	s.open(t, d)
	return s
}

func blobs(t testing.TB) *blob.Set {
	root := t.TempDir()
	folders := make(map[blob.Kind]string)
	for _, kind := range []blob.Kind{
		blob.WebVideos, blob.StreamingPlaylists, blob.OriginalVideoFiles, blob.Thumbnails, blob.Previews, blob.Storyboards, blob.Torrents,
		blob.Captions, blob.Temporary, blob.TemporaryKept,
	} {
		folders[kind] = filepath.Join(root, string(kind))
	}
	set, err := blob.NewSet(blob.SetOptions{Directories: folders})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// open makes the subjects, as the start of a process does.
func (s *Studio) open(t testing.TB, d *db.DB) {
	quiet := slog.New(slog.DiscardHandler)
	var err error
	s.Jobs, err = job.New(job.Options{
		DB: d, Clock: clock.System{}, Logger: quiet, Node: "test", PollEvery: 10 * time.Millisecond, StopWithin: 100 * time.Millisecond,
		Queues: map[string]int{transcode.PackagingQueue: 1, transcode.EncodingQueue: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Files = video.NewFiles(video.FilesOptions{DB: d, Clock: s.Clock, Outbox: s.Outbox, Blobs: s.Blobs, Site: channeltest.Site, Logger: quiet})
	s.Renditions = video.NewRenditions(video.RenditionsOptions{DB: d, Clock: s.Clock, Bus: s.Bus, Logger: quiet})
	s.Thumbnails = video.NewThumbnails(video.ThumbnailsOptions{
		DB: d, Clock: s.Clock, Outbox: s.Outbox, Blobs: s.Blobs, Pictures: picture.New(picture.Options{}),
		Sizes: func() []video.Size { return []video.Size{{Width: 280, Height: 157}, {Width: 850, Height: 480}} },
	})
	s.Storyboards = video.NewStoryboards(video.StoryboardsOptions{DB: d, Clock: s.Clock, Outbox: s.Outbox, Blobs: s.Blobs})
	s.Pipeline = transcode.NewPipeline(transcode.Options{
		DB: d, Clock: s.Clock, Logger: quiet, Jobs: s.Jobs, Blobs: s.Blobs, Tools: ffmpeg.New(s.Tools), Videos: s.Videos, Files: s.Files,
		Renditions: s.Renditions, Thumbnails: s.Thumbnails, Storyboards: s.Storyboards,
		Operation: func() transcode.Operation { return s.Operation },
	})
	s.Uploads = upload.New(upload.Options{
		DB: d, Clock: s.Clock, Logger: quiet, Blobs: s.Blobs, Videos: s.Videos, Files: s.Files, Thumbnails: s.Thumbnails, Pipeline: s.Pipeline,
		Glance:   ffmpeg.New(s.Tools).Glance,
		Settings: func() upload.Settings { return s.Rules },
	})
	s.Outbox.Subscribe(s.Files.Listeners()...)
}

// Restart makes the subjects anew on the same database and folders, with nothing in memory.
func (s *Studio) Restart(t testing.TB) {
	t.Helper()
	s.Outbox = event.New(event.Options{DB: s.DB, Clock: s.Clock, Logger: slog.New(slog.DiscardHandler)})
	s.World.Outbox = s.Outbox
	s.open(t, s.DB)
}

// Creator makes a user who uploads.
func (s *Studio) Creator(t testing.TB, name string) account.Viewer {
	t.Helper()
	viewer := s.User(t, name, account.Ordinary)
	viewer.User.VideoQuota, viewer.User.VideoQuotaDaily = -1, -1
	return viewer
}

// Work runs the jobs of the pipeline until none is left, then delivers the facts.
func (s *Studio) Work(t testing.TB) {
	t.Helper()
	if s.waiting(t) > 0 {
		s.WorkUntil(t, func() bool { return s.waiting(t) == 0 })
	}
	if err := s.Outbox.Deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// WorkUntil runs the jobs until a condition holds, and interrupts the rest.
func (s *Studio) WorkUntil(t testing.TB, isDone func() bool) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Jobs.Run(ctx) }()
	deadline := time.Now().Add(2 * time.Minute)
	for !isDone() {
		if time.Now().After(deadline) {
			t.Error("the jobs do not end")
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("jobs: %v", err)
	}
}

func (s *Studio) waiting(t testing.TB) int {
	n, err := db.Value[int](context.Background(), s.DB, "SELECT COUNT(*) FROM river_job WHERE state IN ('available', 'running', 'pending')")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Upload sends a local file in one request, and gives the video it becomes.
func (s *Studio) Upload(t testing.TB, viewer account.Viewer, path string, edit func(*upload.Single)) video.Video {
	t.Helper()
	one := upload.Single{Filename: filepath.Base(path), MIMEType: "application/octet-stream", Draft: s.Draft(t, viewer, nil)}
	one.Draft.State, one.Draft.DurationSeconds = 0, 0
	one.Path, one.Size = s.Spool(t, path)
	if edit != nil {
		edit(&one)
	}
	made, err := s.Uploads.Store(t.Context(), viewer, one)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Spool copies a file to where uploads arrive.
func (s *Studio) Spool(t testing.TB, path string) (copied string, size int64) {
	t.Helper()
	from, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := s.Blobs.TempFile("spool-*")
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if size, err = io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
	return to.Name(), size
}

// clips are made once per test program.
var clips struct {
	sync.Mutex
	folder string
	made   map[string]bool
}

// Clip makes a small media file with ffmpeg's own sources, once per name and test program. args lead up to the file's path.
func Clip(t testing.TB, name, args string) string {
	t.Helper()
	clips.Lock()
	defer clips.Unlock()
	if clips.made == nil {
		folder, err := os.MkdirTemp("", "lucarne-clips")
		if err != nil {
			t.Fatal(err)
		}
		clips.folder, clips.made = folder, make(map[string]bool)
	}
	path := filepath.Join(clips.folder, name)
	if !clips.made[name] {
		words := append([]string{"-v", "error", "-y"}, append(strings.Fields(args), path)...)
		if out, err := exec.Command("ffmpeg", words...).CombinedOutput(); err != nil {
			t.Fatalf("make clip %s: %v\n%s", name, err, out)
		}
		clips.made[name] = true
	}
	return path
}

// RemoveClips ends a test program.
func RemoveClips() { os.RemoveAll(clips.folder) }

// Landscape is two seconds that can be watched without being encoded.
func Landscape(t testing.TB) string {
	return Clip(t, "landscape.mp4", "-f lavfi -i testsrc2=s=426x240:r=25:d=2 -f lavfi -i sine=d=2:r=44100 "+
		"-c:v libx264 -preset ultrafast -profile:v main -pix_fmt yuv420p -g 25 -c:a aac -ac 2 -shortest")
}

// WebM is two seconds that have to be encoded.
func WebM(t testing.TB) string {
	return Clip(t, "clip.webm", "-f lavfi -i testsrc2=s=426x240:r=25:d=2 -f lavfi -i sine=d=2:r=48000 "+
		"-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 300k -c:a libopus")
}
