package video

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video/ffmpeg"
)

// SourceID names what was uploaded for a video.
type SourceID int64

// Source is what was uploaded for a video: the latest upload counts.
type Source struct {
	ID            SourceID
	VideoID       ID
	InputFilename string // as the uploader named it
	Filename      string // key in the originals' store; "" once the file is gone
	IsKept        bool   // false: the file goes once transcoding no longer needs it
	Size          int64
	Resolution    int // -1 unknown
	Width         int
	Height        int
	FPS           int
	Metadata      json.RawMessage // ffprobe's view; nil unknown
	Storage       Storage
	CreatedAt     time.Time
}

// HasFile reports whether the uploaded file is still here.
func (s Source) HasFile() bool { return s.Filename != "" }

// Describe notes what a look into the file showed, and gives the shape of its picture; a sound is shown with its cover.
func (s *Source) Describe(p ffmpeg.Probe) (aspectRatio float64) {
	s.Metadata, s.Resolution = p.Raw, 0
	ratio := float64(ffmpeg.CoverWidth) / ffmpeg.CoverHeight
	if stream, ok := p.Video(); ok {
		s.Width, s.Height, s.FPS = stream.Picture.Width, stream.Picture.Height, stream.Picture.Rate.Rounded()
		s.Resolution = min(s.Width, s.Height)
		ratio = float64(s.Width) / float64(max(s.Height, 1))
	}
	const digits = 10_000 // PeerTube keeps four decimals
	return math.Round(ratio*digits) / digits
}

// unknownResolution stands for a source nobody has looked into yet.
const unknownResolution = -1

// AddSourceIn notes a new upload of a video, whose file lies in the originals' folder already. The files of earlier uploads go. A source
// without metadata is one nobody has looked into yet.
func (f *Files) AddSourceIn(ctx context.Context, tx *db.Tx, s Source) (SourceID, error) {
	if s.Metadata == nil {
		s.Resolution = unknownResolution
	}
	if err := f.dropSources(ctx, tx, s.VideoID); err != nil {
		return 0, err
	}
	s.CreatedAt = f.o.Clock.Now()
	id, err := insertSource(ctx, tx, s)
	if err != nil {
		return 0, fmt.Errorf("add source of video %d: %w", s.VideoID, err)
	}
	return id, refreshSize(ctx, tx, s.VideoID)
}

// Source gives the latest upload of a video, and fails with fault.NotFound when none is known.
func (f *Files) Source(ctx context.Context, id ID) (Source, error) {
	s, found, err := sourceOf(ctx, f.o.DB, id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "Video source not found")
	}
	return s, err
}

// DescribeSource notes what a look into the uploaded file showed, and what it says of the whole video. A source without an ID, such as
// one of our own files, only says the latter.
func (f *Files) DescribeSource(ctx context.Context, s Source, length time.Duration, aspectRatio float64) error {
	return f.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := describeVideo(ctx, tx, s.VideoID, int(math.Round(length.Seconds())), aspectRatio); err != nil {
			return err
		}
		tx.Touch(Topic)
		if s.ID == 0 {
			return nil
		}
		return describeSource(ctx, tx, s, f.o.Clock.Now())
	})
}

// DropSourceIn removes the uploaded file of a video and keeps what is known of it.
func (f *Files) DropSourceIn(ctx context.Context, tx *db.Tx, id ID) error {
	if err := f.dropSources(ctx, tx, id); err != nil {
		return err
	}
	return refreshSize(ctx, tx, id)
}

// DropSource is DropSourceIn for operators; fault.NotFound when there is no file.
func (f *Files) DropSource(ctx context.Context, id ID) error {
	s, err := f.Source(ctx, id)
	if err != nil {
		return err
	}
	if !s.HasFile() {
		return fault.New(fault.NotFound, "Video source not found")
	}
	return f.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return f.DropSourceIn(ctx, tx, id) })
}

func (f *Files) dropSources(ctx context.Context, tx *db.Tx, id ID) error {
	held, err := sourcesWithFile(ctx, tx, id)
	if err != nil || len(held) == 0 {
		return err
	}
	gone := FilesRemoved{VideoID: id}
	for _, s := range held {
		gone.Blobs = append(gone.Blobs, BlobName{Kind: blob.OriginalVideoFiles, Storage: s.Storage, Key: s.Filename})
	}
	if err := forgetSourceFiles(ctx, tx, id, f.o.Clock.Now()); err != nil {
		return err
	}
	tx.Touch(Topic)
	return f.o.Outbox.Record(ctx, tx, gone)
}

// KeepSource brings a kept original to where originals are kept, once transcoding no longer reads it from the local disk.
func (f *Files) KeepSource(ctx context.Context, s Source) error {
	db.NotInTransaction(ctx, "moving an original")
	remote, ok := f.o.Blobs.Remote(blob.OriginalVideoFiles)
	if !ok || s.Storage == ObjectStorage || !s.HasFile() {
		return nil
	}
	path, err := f.o.Blobs.Local(blob.OriginalVideoFiles).Path(s.Filename)
	if err != nil {
		return err
	}
	if err := remote.Adopt(ctx, s.Filename, path, blob.PutOptions{Private: true}); err != nil {
		return fmt.Errorf("keep original of video %d: %w", s.VideoID, err)
	}
	return f.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return moveSource(ctx, tx, s.ID, ObjectStorage) })
}
