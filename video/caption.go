package video

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/constant"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/video/ffmpeg"
	"lucarne/video/subtitle"
)

// Caption is the text of a video in one language, kept as WebVTT.
type Caption struct {
	VideoID          ID
	Language         string
	Filename         string // key in the captions store
	PlaylistFilename string // its media playlist beside the HLS files; "" without HLS
	IsAutomatic      bool   // made by a machine
	RemoteURL        string
	Storage          Storage
	UpdatedAt        time.Time
}

// CaptionURL is where this site serves a caption. Those of videos with private files are for who may see the video.
func CaptionURL(site account.Site, c Caption) string {
	return site.Origin + CaptionPath(c)
}

// CaptionPath is CaptionURL without the site.
func CaptionPath(c Caption) string { return "/lazy-static/video-captions/" + c.Filename }

// CaptionsChanged tells that a video gained, changed or lost a caption.
type CaptionsChanged struct{ VideoID ID }

// CaptionsOptions set up Captions.
type CaptionsOptions struct {
	DB     *db.DB
	Clock  clock.Clock
	Outbox *event.Outbox
	Blobs  *blob.Set
	Site   account.Site
	Files  *Files // whose master playlists list the captions
	// Extractor runs ffmpeg, for captions that come inside uploaded files: *ffmpeg.Tools.
	Extractor interface {
		Run(ctx context.Context, c ffmpeg.Command) error
	}
	Logger *slog.Logger
}

// Captions are the captions of videos, at most one in each language.
type Captions struct{ o CaptionsOptions }

// NewCaptions makes the subject of captions.
func NewCaptions(o CaptionsOptions) *Captions { return &Captions{o: o} }

// List gives the captions of a video, by language.
func (c *Captions) List(ctx context.Context, id ID) ([]Caption, error) {
	all, err := c.ByVideo(ctx, []ID{id})
	return all[id], err
}

// ByVideo gives the captions of several videos with one query.
func (c *Captions) ByVideo(ctx context.Context, ids []ID) (map[ID][]Caption, error) {
	return captionsOf(ctx, c.o.DB, ids)
}

// FindByFilename gives the caption a stored file belongs to, so that whoever serves it can ask who may see the video.
func (c *Captions) FindByFilename(ctx context.Context, filename string) (caption Caption, found bool, err error) {
	return captionByFilename(ctx, c.o.DB, filename)
}

// Open opens the text of a caption that is stored here.
func (c *Captions) Open(ctx context.Context, caption Caption) (*blob.Object, error) {
	return storeOf(c.o.Blobs, blob.Captions, caption.Storage).Open(ctx, caption.Filename)
}

// Set reads WebVTT or SRT and keeps it as the video's caption in the language, for those who may change the video.
func (c *Captions) Set(ctx context.Context, viewer account.Viewer, id ID, language string, text io.Reader) error {
	if !constant.Languages().Has(language) {
		return unknownLanguage(language)
	}
	of, err := read(ctx, c.o.DB, id)
	if err != nil {
		return err
	}
	if err := checkManage(of.CanManage(viewer), viewer); err != nil {
		return err
	}
	document, err := subtitle.ParseAny(text)
	if err != nil {
		return err
	}
	return c.keep(ctx, of.Video, Caption{Language: language}, document)
}

func unknownLanguage(language string) error {
	return fault.InvalidParams([]fault.Param{{Name: "captionLanguage", Message: badValue, Value: language, Location: "params"}})
}

// Delete removes the video's caption in a language, for those who may change the video.
func (c *Captions) Delete(ctx context.Context, viewer account.Viewer, id ID, language string) error {
	return c.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		of, err := read(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := checkManage(of.CanManage(viewer), viewer); err != nil {
			return err
		}
		old, found, err := captionIn(ctx, tx, id, language)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "Video caption not found")
		}
		if err != nil {
			return err
		}
		if err := deleteCaption(ctx, tx, id, language); err != nil {
			return err
		}
		return c.finish(ctx, tx, of.Video, old)
	})
}

// keep stores the text, then the row that names it.
func (c *Captions) keep(ctx context.Context, of Video, caption Caption, document subtitle.Document) error {
	db.NotInTransaction(ctx, "storing a caption")
	var text bytes.Buffer
	if err := document.WriteVTT(&text); err != nil {
		return fmt.Errorf("write caption of video %d: %w", of.ID, err)
	}
	caption.VideoID, caption.Filename = of.ID, uuid.NewString()+"-"+caption.Language+".vtt"
	caption.Storage, caption.UpdatedAt = storageOf(c.o.Blobs, blob.Captions), c.o.Clock.Now()
	store := c.o.Blobs.Store(blob.Captions)
	o := blob.PutOptions{Size: int64(text.Len()), Private: of.Privacy.HasPrivateFiles()}
	if err := store.Put(ctx, caption.Filename, &text, o); err != nil {
		return fmt.Errorf("keep caption of video %d: %w", of.ID, err)
	}
	err := c.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return c.replace(ctx, tx, of, caption) })
	if err != nil {
		_ = store.Delete(context.WithoutCancel(ctx), caption.Filename) // the error of the transaction is what matters
		return fmt.Errorf("keep caption of video %d: %w", of.ID, err)
	}
	return nil
}

func (c *Captions) replace(ctx context.Context, tx *db.Tx, of Video, caption Caption) error {
	if _, err := getBare(ctx, tx, of.ID); err != nil {
		return err // deleted meanwhile
	}
	old, _, err := captionIn(ctx, tx, of.ID, caption.Language)
	if err != nil {
		return err
	}
	if err := writeCaption(ctx, tx, caption); err != nil {
		return err
	}
	return c.finish(ctx, tx, of, old)
}

// finish ends every change of captions: what is no longer needed goes, playlists follow, others are told.
func (c *Captions) finish(ctx context.Context, tx *db.Tx, of Video, old Caption) error {
	if gone := old.files(); len(gone) > 0 {
		if err := c.o.Outbox.Record(ctx, tx, FilesRemoved{VideoID: of.ID, UUID: of.UUID, Blobs: gone}); err != nil {
			return err
		}
	}
	if err := c.o.Outbox.Record(ctx, tx, CaptionsChanged{VideoID: of.ID}); err != nil {
		return err
	}
	return changed(ctx, tx, c.o.Outbox, of.ID, c.o.Clock.Now())
}

// files are the stored files of a caption.
func (c Caption) files() []BlobName {
	var names []BlobName
	if c.Filename != "" {
		names = append(names, BlobName{Kind: blob.Captions, Storage: c.Storage, Key: c.Filename})
	}
	return append(names, c.playlist()...)
}

func (c Caption) playlist() []BlobName {
	if c.PlaylistFilename == "" {
		return nil
	}
	// Where the HLS files are is not known here, and both places are looked at for FileSystem.
	return []BlobName{{Kind: blob.StreamingPlaylists, Storage: FileSystem, Name: c.PlaylistFilename}}
}

func playlistNameOf(c Caption) string { return strings.TrimSuffix(c.Filename, ".vtt") + ".m3u8" }
