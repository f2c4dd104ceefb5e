// Package upload receives the files of videos, in one request or in pieces, and hands them over to be transcoded.
package upload

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

// Settings are the rules an administrator may change while the program runs.
type Settings struct {
	AllowAdditionalExtensions bool
	AllowAudio                bool
	MaxBytes                  int64         // of one file; negative for no bound
	MaxAge                    time.Duration // how long an unfinished upload waits for its next part
	MaxPerUser                int           // unfinished uploads of one user
	MinFreeBytes              int64         // room left on the disk below which nothing is received
	CanReplace                bool          // owners may replace the file of a video
	KeepOriginal              bool
}

// Pipeline is what a received file goes to.
type Pipeline interface {
	StartIn(ctx context.Context, tx *db.Tx, id video.ID, source video.SourceID, replaces bool) error
}

// Options set up Uploads.
type Options struct {
	DB         *db.DB
	Clock      clock.Clock
	Logger     *slog.Logger
	Blobs      *blob.Set
	Videos     *video.Videos
	Files      *video.Files
	Thumbnails *video.Thumbnails
	Pipeline   Pipeline
	// Glance tells quickly what a local file holds; nil leaves that to the pipeline.
	Glance   func(ctx context.Context, path string) (ffmpeg.Probe, error)
	Settings func() Settings
}

// Uploads are the files on their way to becoming videos.
type Uploads struct {
	o        Options
	mu       sync.Mutex
	sessions map[string]*session // of the uploads this process has seen parts of
}

// New makes the subject of uploads.
func New(o Options) *Uploads { return &Uploads{o: o, sessions: make(map[string]*session)} }

// Upload is a file that arrives in pieces. How much of it is here is the size of its local file.
type Upload struct {
	ID        string // unguessable
	UserID    account.UserID
	VideoID   video.ID // set when it replaces the file of a video
	BecameID  video.ID // set once it has arrived
	Size      int64
	MIMEType  string
	Filename  string // as the uploader named it
	Draft     video.Draft
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Start is what an upload in pieces begins with.
type Start struct {
	Size     int64
	MIMEType string
	Filename string
	Draft    video.Draft
	Replaces video.ID // 0: a new video
	Pictures PicturePaths
}

// PicturePaths are local files of pictures chosen for the video; "" for none. They are taken over.
type PicturePaths struct {
	Thumbnail string
	Preview   string
}

// Begin opens an upload in pieces, after checking everything that can be told before the file is here.
func (u *Uploads) Begin(ctx context.Context, viewer account.Viewer, s Start) (Upload, error) {
	if err := u.checkStart(ctx, viewer, s); err != nil {
		return Upload{}, err
	}
	now := u.o.Clock.Now()
	made := Upload{
		ID: newID(), UserID: viewer.UserID(), VideoID: s.Replaces, Size: s.Size, MIMEType: s.MIMEType, Filename: s.Filename, Draft: s.Draft,
		CreatedAt: now, UpdatedAt: now,
	}
	if err := u.prepare(made, s.Pictures); err != nil {
		return Upload{}, u.fromDisk(err)
	}
	err := u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		open, err := openOf(ctx, tx, made.UserID)
		if err != nil {
			return err
		}
		if most := u.o.Settings().MaxPerUser; open >= most {
			return fault.New(fault.TooLarge, "You have %d unfinished uploads already: finish or cancel one first", open).WithCode(codeMaxFileSize)
		}
		return insert(ctx, tx, made)
	})
	if err != nil {
		u.removeFiles(made.ID)
		return Upload{}, fmt.Errorf("begin upload: %w", err)
	}
	return made, nil
}

func (u *Uploads) checkStart(ctx context.Context, viewer account.Viewer, s Start) error {
	if !viewer.IsSignedIn() {
		return fault.New(fault.Unauthenticated, "Not authenticated")
	}
	if s.Replaces != 0 {
		if err := u.checkReplacement(ctx, viewer, s.Replaces); err != nil {
			return err
		}
	} else if err := u.o.Videos.CheckDraft(ctx, viewer, s.Draft); err != nil {
		return err
	}
	if err := u.checkName(s.Filename, s.MIMEType); err != nil {
		return err
	}
	return u.checkRoom(ctx, viewer, s.Size)
}

// newID is a name nobody can guess, in the form of PeerTube's.
func newID() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: see its documentation
	return fmt.Sprintf("%x-%x-%x-%x", b[:8], b[8:16], b[16:24], b[24:])
}

// Where the parts are: beside other files that outlive a restart.
const filePrefix = "upload-"

func (u *Uploads) path(id string) string {
	return filepath.Join(u.o.Blobs.Local(blob.TemporaryKept).Root(), filePrefix+id)
}

const (
	thumbnailSuffix = ".thumbnail"
	previewSuffix   = ".preview"
)

// prepare makes the empty file, and puts the chosen pictures beside it.
func (u *Uploads) prepare(made Upload, pictures PicturePaths) error {
	f, err := os.OpenFile(u.path(made.ID), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	for suffix, from := range map[string]string{thumbnailSuffix: pictures.Thumbnail, previewSuffix: pictures.Preview} {
		if from == "" {
			continue
		}
		if err := os.Rename(from, u.path(made.ID)+suffix); err != nil {
			return err
		}
	}
	return nil
}

func (u *Uploads) removeFiles(id string) {
	for _, suffix := range []string{"", thumbnailSuffix, previewSuffix} {
		if err := os.Remove(u.path(id) + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			u.o.Logger.Warn("a part of an upload stays on the disk", "upload", id, "error", err)
		}
	}
}

// Cancel ends an upload and gives its room back.
func (u *Uploads) Cancel(ctx context.Context, viewer account.Viewer, id string, replaces video.ID) error {
	found, err := u.own(ctx, viewer, id, replaces)
	if err != nil {
		return err
	}
	if found.BecameID != 0 {
		return notFound()
	}
	turn, err := u.session(id).take()
	if err != nil {
		return err
	}
	defer turn.leave()
	if err := u.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return remove(ctx, tx, id) }); err != nil {
		return fmt.Errorf("cancel upload: %w", err)
	}
	u.removeFiles(id)
	u.forget(id)
	return nil
}

// own finds an upload of the viewer's, for a new video or for the one it replaces the file of. Somebody else's does not exist.
func (u *Uploads) own(ctx context.Context, viewer account.Viewer, id string, replaces video.ID) (Upload, error) {
	found, ok, err := get(ctx, u.o.DB, id)
	if err != nil {
		return Upload{}, fmt.Errorf("find upload: %w", err)
	}
	if !ok || !viewer.IsSignedIn() || found.UserID != viewer.UserID() || found.VideoID != replaces {
		return Upload{}, notFound()
	}
	return found, nil
}

// CodeNotFound and CodeConflict are the codes of the resumable protocol.
const (
	CodeNotFound = "FileNotFound"
	CodeConflict = "FileConflict"
)

func notFound() error { return fault.New(fault.NotFound, "Not found").WithCode(CodeNotFound) }

func conflict() error { return fault.New(fault.Conflict, "File conflict").WithCode(CodeConflict) }
