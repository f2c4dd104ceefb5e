package video

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
)

// Storyboard is the sheet of small pictures shown above the seek bar.
type Storyboard struct {
	Filename       string // key in the storyboards store
	TotalWidth     int
	TotalHeight    int
	SpriteWidth    int
	SpriteHeight   int
	SpriteDuration int // seconds
	RemoteURL      string
}

// StoryboardsOptions set up Storyboards.
type StoryboardsOptions struct {
	DB     *db.DB
	Clock  clock.Clock
	Outbox *event.Outbox
	Blobs  *blob.Set
}

// Storyboards are the storyboards of videos, at most one each.
type Storyboards struct{ o StoryboardsOptions }

// NewStoryboards makes the subject of storyboards.
func NewStoryboards(o StoryboardsOptions) *Storyboards { return &Storyboards{o: o} }

// Find gives the storyboard of a video; found is false when it has none.
func (s *Storyboards) Find(ctx context.Context, id ID) (board Storyboard, found bool, err error) {
	return storyboardOf(ctx, s.o.DB, id)
}

// Set takes over the local JPEG file of a sheet, in the place of the storyboard the video had.
func (s *Storyboards) Set(ctx context.Context, id ID, path string, board Storyboard) error {
	db.NotInTransaction(ctx, "storing a storyboard")
	board.Filename = uuid.NewString() + ".jpg"
	store := s.o.Blobs.Store(blob.Storyboards)
	if err := store.Adopt(ctx, board.Filename, path, blob.PutOptions{}); err != nil {
		return fmt.Errorf("keep storyboard of video %d: %w", id, err)
	}
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.replace(ctx, tx, id, board) })
	if err != nil {
		_ = store.Delete(context.WithoutCancel(ctx), board.Filename) // the error of the transaction is what matters
		return fmt.Errorf("keep storyboard of video %d: %w", id, err)
	}
	return nil
}

func (s *Storyboards) replace(ctx context.Context, tx *db.Tx, id ID, board Storyboard) error {
	old, found, err := storyboardOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if found && old.Filename != "" {
		gone := FilesRemoved{VideoID: id, Blobs: []BlobName{{Kind: blob.Storyboards, Key: old.Filename}}}
		if err := s.o.Outbox.Record(ctx, tx, gone); err != nil {
			return err
		}
	}
	tx.Touch(Topic)
	return writeStoryboard(ctx, tx, id, board, s.o.Clock.Now())
}
