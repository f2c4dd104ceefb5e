package video

import (
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"

	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/platform/picture"
)

// Store is the kind of blobs that holds the thumbnails of this kind.
func (k ThumbnailKind) Store() blob.Kind {
	if k == Preview {
		return blob.Previews
	}
	return blob.Thumbnails
}

// Size is the size of a picture in pixels.
type Size struct{ Width, Height int }

// ThumbnailsOptions set up Thumbnails.
type ThumbnailsOptions struct {
	DB       *db.DB
	Clock    clock.Clock
	Outbox   *event.Outbox
	Blobs    *blob.Set
	Pictures *picture.Pictures
	Sizes    func() []Size // what each thumbnail is made in: the narrowest is for lists, the others for players
}

// Thumbnails are the pictures that stand for videos.
type Thumbnails struct{ o ThumbnailsOptions }

// NewThumbnails makes the subject of thumbnails.
func NewThumbnails(o ThumbnailsOptions) *Thumbnails { return &Thumbnails{o: o} }

// Pictures are what thumbnails are made from. One of the two is enough.
type Pictures struct {
	Thumbnail io.ReadSeeker // for all sizes, or where Preview is given too, for lists alone
	Preview   io.ReadSeeker
}

// IsZero reports whether no picture was given.
func (p Pictures) IsZero() bool { return p.Thumbnail == nil && p.Preview == nil }

// Prepared are thumbnails whose files are stored, for SetIn to give to a video. What is not used must be discarded.
type Prepared struct{ list []Thumbnail }

// Prepare makes the thumbnails of pictures and stores their files; it is too slow for a transaction. isAutomatic tells pictures taken
// from the video from given ones. A damaged picture, or a file that is none, is fault.Invalid.
func (t *Thumbnails) Prepare(ctx context.Context, from Pictures, isAutomatic bool) (Prepared, error) {
	db.NotInTransaction(ctx, "making thumbnails")
	miniature, previews := t.sizes()
	var made Prepared
	for _, set := range []struct {
		kind  ThumbnailKind
		from  io.ReadSeeker
		sizes []Size
	}{{Miniature, either(from.Thumbnail, from.Preview), miniature}, {Preview, either(from.Preview, from.Thumbnail), previews}} {
		if err := t.prepare(ctx, &made, set.kind, set.from, set.sizes); err != nil {
			t.Discard(ctx, made)
			return Prepared{}, err
		}
	}
	for i := range made.list {
		made.list[i].IsAutomatic = isAutomatic
	}
	return made, nil
}

// Check tells whether Prepare would take a picture.
func (t *Thumbnails) Check(from io.ReadSeeker) error {
	_, err := t.o.Pictures.Inspect(from)
	return err
}

func either(first, second io.ReadSeeker) io.ReadSeeker {
	if first != nil {
		return first
	}
	return second
}

// sizes splits the wanted sizes into the narrowest and the rest; a single one serves as both.
func (t *Thumbnails) sizes() (miniature, previews []Size) {
	all := t.o.Sizes()
	narrowest := 0
	for i, size := range all {
		if size.Width < all[narrowest].Width {
			narrowest = i
		}
	}
	miniature = []Size{all[narrowest]}
	previews = append(append(previews, all[:narrowest]...), all[narrowest+1:]...)
	if len(previews) == 0 {
		previews = miniature
	}
	return miniature, previews
}

func (t *Thumbnails) prepare(ctx context.Context, made *Prepared, kind ThumbnailKind, from io.ReadSeeker, sizes []Size) error {
	header, err := t.o.Pictures.Inspect(from)
	if err != nil {
		return fmt.Errorf("thumbnail: %w", err)
	}
	targets := targetsOf(worthMaking(sizes, header.Width, header.Height))
	rendered, err := t.o.Pictures.Render(ctx, from, targets...)
	if err != nil {
		return fmt.Errorf("thumbnail: %w", err)
	}
	for _, r := range rendered {
		kept := Thumbnail{Kind: kind, Width: r.Width, Height: r.Height, Filename: uuid.NewString() + ".jpg"}
		if err := t.put(ctx, kept, r.Data); err != nil {
			return fmt.Errorf("thumbnail: %w", err)
		}
		made.list = append(made.list, kept)
	}
	return nil
}

// worthMaking leaves out sizes a picture would have to be enlarged for, save the narrowest of them: there is always one.
func worthMaking(sizes []Size, width, height int) []Size {
	narrowest := sizes[0]
	var kept []Size
	for _, s := range sizes {
		if s.Width < narrowest.Width {
			narrowest = s
		}
		if s.Width <= width && s.Height <= height {
			kept = append(kept, s)
		}
	}
	for _, s := range kept {
		if s == narrowest {
			return kept
		}
	}
	return append(kept, narrowest)
}

func targetsOf(sizes []Size) []picture.Target {
	targets := make([]picture.Target, len(sizes))
	for i, s := range sizes {
		targets[i] = picture.Target{Width: s.Width, Height: s.Height, Mode: picture.Fill, Format: picture.JPEG}
	}
	return targets
}

// SetIn gives prepared thumbnails to a video, in the place of those it had.
func (t *Thumbnails) SetIn(ctx context.Context, tx *db.Tx, id ID, prepared Prepared) error {
	old, err := thumbnailsOf(ctx, tx, id)
	if err != nil {
		return fmt.Errorf("set thumbnails of video %d: %w", id, err)
	}
	if err := replaceThumbnails(ctx, tx, id, prepared.list, t.o.Clock.Now()); err != nil {
		return fmt.Errorf("set thumbnails of video %d: %w", id, err)
	}
	tx.Touch(Topic)
	gone := FilesRemoved{VideoID: id}
	for _, o := range old {
		if o.Filename != "" {
			gone.Blobs = append(gone.Blobs, BlobName{Kind: o.Kind.Store(), Key: o.Filename})
		}
	}
	if len(gone.Blobs) == 0 {
		return nil
	}
	return t.o.Outbox.Record(ctx, tx, gone)
}

// Set makes the thumbnails of pictures and gives them to a video.
func (t *Thumbnails) Set(ctx context.Context, id ID, from Pictures, isAutomatic bool) error {
	prepared, err := t.Prepare(ctx, from, isAutomatic)
	if err != nil {
		return err
	}
	err = t.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return t.SetIn(ctx, tx, id, prepared) })
	if err != nil {
		t.Discard(ctx, prepared)
	}
	return err
}

// Discard removes the files of thumbnails no video got.
func (t *Thumbnails) Discard(ctx context.Context, prepared Prepared) {
	for _, one := range prepared.list {
		_ = t.o.Blobs.Store(one.Kind.Store()).Delete(context.WithoutCancel(ctx), one.Filename) // what stays only takes room
	}
}

// Given reports whether somebody chose the picture of a video, which then is not to be replaced by one taken from it.
func (t *Thumbnails) Given(ctx context.Context, id ID) (bool, error) {
	all, err := thumbnailsOf(ctx, t.o.DB, id)
	return len(all) > 0 && !all[0].IsAutomatic, err
}

// Largest opens the widest picture of a video. It fails with fault.NotFound when there is none.
func (t *Thumbnails) Largest(ctx context.Context, id ID) (*blob.Object, error) {
	all, err := thumbnailsOf(ctx, t.o.DB, id)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || all[0].Filename == "" {
		return nil, fault.New(fault.NotFound, "The video has no picture")
	}
	return t.o.Blobs.Store(all[0].Kind.Store()).Open(ctx, all[0].Filename)
}
