package transcode

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

// Operation is how the operator wants videos made now.
type Operation struct {
	Settings
	Enabled         bool   // otherwise uploads are served as they are
	KeepOriginal    bool   // keep the uploaded file
	Storyboards     bool   // make the pictures above the seek bar
	ThumbnailFrames int    // pictures among which a thumbnail is chosen; 0 means 50
	Threads         int    // of each decoder and encoder; 0 lets ffmpeg choose
	Device          string // of the hardware encoder; "" is the profile's usual one
	Timeout         time.Duration
}

// Options set up a Pipeline.
type Options struct {
	DB          *db.DB
	Clock       clock.Clock
	Logger      *slog.Logger
	Jobs        *job.Queue
	Blobs       *blob.Set
	Tools       *ffmpeg.Tools
	Videos      *video.Videos
	Files       *video.Files
	Renditions  *video.Renditions
	Thumbnails  *video.Thumbnails
	Storyboards *video.Storyboards
	Chapters    *video.Chapters // nil: those inside files are left alone
	Captions    *video.Captions // nil: those inside files are left alone
	Operation   func() Operation
	ToolsEvery  time.Duration // between two looks for ffmpeg while it is missing; 0 means 30 seconds
}

// Pipeline takes a video from the last byte of its upload to its last rendition, in jobs that may run again after a crash.
type Pipeline struct {
	o       Options
	mu      sync.Mutex
	ability *ffmpeg.Capabilities // nil until first asked for

	toolsMissing atomic.Bool // at the last look
}

// The queues the jobs run in. Packaging is quick and must not wait for encoding, which takes hours.
const (
	PackagingQueue = "packaging"
	EncodingQueue  = "encoding"
)

const (
	attempts     = 3
	firstBackoff = 10 * time.Second
	// Encoding of new videos goes before the rest of the ladder of others, and storyboards come last.
	firstPriority, ladderPriority, storyboardPriority = 1, 2, 3
)

// NewPipeline makes the pipeline and declares its jobs.
func NewPipeline(o Options) *Pipeline {
	p := &Pipeline{o: o}
	backoff := func(attempt int) time.Duration { return firstBackoff << min(attempt-1, 6) }
	job.Handle(o.Jobs, job.Spec[Build]{
		Queue: PackagingQueue, MaxAttempts: attempts, Timeout: -1, Backoff: backoff, Handle: p.build, GivenUp: p.buildGivenUp,
	})
	job.Handle(o.Jobs, job.Spec[Encoding]{
		Queue: EncodingQueue, MaxAttempts: attempts, Timeout: -1, Backoff: backoff, Handle: p.encode, GivenUp: p.encodeGivenUp,
	})
	job.Handle(o.Jobs, job.Spec[Storyboard]{
		Queue: EncodingQueue, MaxAttempts: attempts, Timeout: -1, Backoff: backoff, Handle: p.storyboard,
	})
	job.Handle(o.Jobs, job.Spec[Keeping]{Queue: PackagingQueue, MaxAttempts: attempts, Timeout: -1, Backoff: backoff, Handle: p.keep})
	return p
}

// StartIn begins the work on a video whose upload ended in this transaction. replaces tells that it has older files, which stay until
// the first new ones are ready.
func (p *Pipeline) StartIn(ctx context.Context, tx *db.Tx, id video.ID, source video.SourceID, replaces bool) error {
	_, err := p.o.Jobs.Enqueue(ctx, tx, Build{VideoID: id, SourceID: source, Run: newRun(), ReplacesSource: replaces}, job.EnqueueOptions{})
	return err
}

const folderPrefix = "transcode-"

// workFolder is where a step of a video's transcoding writes. What a killed process left in it is removed.
func (p *Pipeline) workFolder(id video.ID, step string) (path string, remove func(), err error) {
	path = filepath.Join(p.o.Blobs.Local(blob.Temporary).Root(), fmt.Sprintf("%s%d-%s", folderPrefix, id, step))
	if err := os.RemoveAll(path); err != nil {
		return "", nil, fmt.Errorf("work folder: %w", err)
	}
	if err := os.MkdirAll(path, 0o750); err != nil {
		return "", nil, fmt.Errorf("work folder: %w", err)
	}
	return path, func() { os.RemoveAll(path) }, nil
}

// sweepAge is how long a work folder nobody writes to any more is left alone.
const sweepAge = 48 * time.Hour

// Sweep removes the work folders of videos that were deleted while a killed process worked on them.
func (p *Pipeline) Sweep(context.Context) error {
	root := p.o.Blobs.Local(blob.Temporary).Root()
	entries, err := os.ReadDir(root)
	if err != nil {
		return fmt.Errorf("sweep work folders: %w", err)
	}
	limit := p.o.Clock.Now().Add(-sweepAge)
	for _, entry := range entries {
		stat, err := entry.Info()
		if err != nil || !strings.HasPrefix(entry.Name(), folderPrefix) || stat.ModTime().After(limit) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(root, entry.Name())); err != nil {
			return fmt.Errorf("sweep work folders: %w", err)
		}
	}
	return nil
}

// checkTools makes a job wait for ffmpeg while it is missing: the administrator has to act, and then everything goes on by itself.
func (p *Pipeline) checkTools() error {
	err := p.o.Tools.Missing()
	if wasMissing := p.toolsMissing.Swap(err != nil); wasMissing != (err != nil) {
		p.tellTools(err)
	}
	if err == nil {
		return nil
	}
	return &job.Later{After: cmp.Or(p.o.ToolsEvery, defaultToolsEvery), Reason: said(err)}
}

const defaultToolsEvery = 30 * time.Second

func (p *Pipeline) tellTools(missing error) {
	if missing != nil {
		p.o.Logger.Error("videos cannot be transcoded until ffmpeg is installed; uploads wait", "error", missing)
		return
	}
	p.o.Logger.Info("ffmpeg is there again: what has waited is transcoded")
}

// CanWork reports whether anything can be made now: false while ffmpeg is missing.
func (p *Pipeline) CanWork() bool { return p.o.Tools.Missing() == nil }

// said is what a user may read of an error.
func said(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Message
	}
	return "The video could not be processed: the server's log has the details"
}
