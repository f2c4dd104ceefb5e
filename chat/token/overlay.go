package token

import (
	"context"
	"fmt"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Overlay is a token that lets a page read one room, without being anybody: for programs that broadcast.
type Overlay struct {
	ID        OverlayID
	RoomID    chat.RoomID
	Label     string
	CreatedBy account.ID // 0: the account is gone
	CreatedAt time.Time
	UsedAt    time.Time // to the minute; zero: never
}

// CreatedOverlay is an overlay's token just made.
type CreatedOverlay struct {
	Overlay
	Secret string // told once
}

// OverlayRevoked tells that a token of an overlay is no longer good: pages that show the room by it must end.
type OverlayRevoked struct {
	ID     OverlayID
	RoomID chat.RoomID
}

const maxOverlays = 20 // of one room

// CreateOverlay makes a token that reads a room, for who moderates it.
func (s *Tokens) CreateOverlay(ctx context.Context, viewer account.Viewer, room chat.RoomID, label string) (CreatedOverlay, error) {
	if err := s.checkModerates(ctx, viewer, room); err != nil {
		return CreatedOverlay{}, err
	}
	label, err := cleanLabel(label)
	if err != nil {
		return CreatedOverlay{}, err
	}
	made := CreatedOverlay{
		Overlay: Overlay{RoomID: room, Label: label, CreatedBy: viewer.AccountID(), CreatedAt: s.o.Clock.Now()}, Secret: longSecret(),
	}
	err = s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		count, err := countOverlays(ctx, tx, room)
		if err == nil && count >= maxOverlays {
			return fault.New(fault.Conflict, "The room has %d overlays already: revoke one first", maxOverlays)
		}
		if err == nil {
			made.ID, err = insertOverlay(ctx, tx, made.Overlay, digestOf(made.Secret))
		}
		return err
	})
	if err != nil {
		return CreatedOverlay{}, fmt.Errorf("create overlay of room %d: %w", room, err)
	}
	return made, nil
}

// Overlays lists the tokens that read a room, for who moderates it, the newest first.
func (s *Tokens) Overlays(ctx context.Context, viewer account.Viewer, room chat.RoomID) ([]Overlay, error) {
	if err := s.checkModerates(ctx, viewer, room); err != nil {
		return nil, err
	}
	return listOverlays(ctx, s.o.DB, room)
}

// RevokeOverlay ends a token that reads a room, for who moderates it. One of another room is fault.NotFound.
func (s *Tokens) RevokeOverlay(ctx context.Context, viewer account.Viewer, room chat.RoomID, id OverlayID) error {
	if err := s.checkModerates(ctx, viewer, room); err != nil {
		return err
	}
	err := s.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		deleted, err := deleteOverlay(ctx, tx, room, id)
		if err != nil {
			return err
		}
		if !deleted {
			return fault.New(fault.NotFound, "Overlay not found")
		}
		return s.o.Outbox.Record(ctx, tx, OverlayRevoked{ID: id, RoomID: room})
	})
	if err != nil {
		return fmt.Errorf("revoke overlay %d: %w", id, err)
	}
	return nil
}

// Room gives the room an overlay's token reads. It fails with fault.Unauthenticated for a token that is none, or no longer.
func (s *Tokens) Room(ctx context.Context, secret string) (chat.RoomID, error) {
	if len(secret) > maxPasswordBytes {
		return 0, wrongOverlay()
	}
	o, found, err := overlayByHash(ctx, s.o.DB, digestOf(secret))
	if err != nil {
		return 0, fmt.Errorf("check overlay: %w", err)
	}
	if !found {
		return 0, wrongOverlay()
	}
	s.noteUse(ctx, o.UsedAt, func(now time.Time) error { return setOverlayUsed(ctx, s.o.DB, o.ID, now) })
	return o.RoomID, nil
}

func wrongOverlay() error { return fault.New(fault.Unauthenticated, "This link is no longer good") }

func (s *Tokens) checkModerates(ctx context.Context, viewer account.Viewer, room chat.RoomID) error {
	affiliation, err := s.o.Rooms.Affiliation(ctx, viewer, room)
	if err == nil && !affiliation.CanModerate() {
		return fault.New(fault.Forbidden, "Only moderators of this chat may do this")
	}
	return err
}
