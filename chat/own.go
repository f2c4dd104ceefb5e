package chat

import (
	"context"
	"fmt"
	"time"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Self is who asks for their own words: somebody signed in, or a visitor by the secret of their browser.
type Self struct {
	Viewer  account.Viewer
	Visitor string
}

// Own is a message of one's own.
type Own struct {
	Message
	Room string // its name
}

// Bounds of what is read and erased at a time.
const (
	maxOwn      = 100
	eraseRows   = 50                     // fewer than an occupant may be behind
	erasePause  = 100 * time.Millisecond // where somebody looks on
	mineAtATime = 4                      // people whose words are being erased
)

func (r *Rooms) personOf(who Self) (PersonKey, error) {
	switch {
	case who.Viewer.IsSignedIn():
		return OfAccount(who.Viewer.AccountID()), nil
	case who.Visitor != "" && len(who.Visitor) <= MaxVisitorBytes:
		return r.OfVisitor(who.Visitor), nil
	default:
		return "", fault.New(fault.Unauthenticated, "Not authenticated")
	}
}

// Mine pages what one said in all rooms, newest first, with what waits still. before is the id of the last one seen, 0 for the first page.
func (r *Rooms) Mine(ctx context.Context, who Self, before MessageID, limit int) ([]Own, error) {
	person, err := r.personOf(who)
	if err != nil {
		return nil, err
	}
	return ownMessages(ctx, r.o.DB, person, before, min(max(limit, 1), maxOwn))
}

// EachOfMine hands out all one said, newest first, page by page, until take fails.
func (r *Rooms) EachOfMine(ctx context.Context, who Self, take func(Own) error) error {
	for before := MessageID(0); ; {
		page, err := r.Mine(ctx, who, before, maxOwn)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, own := range page {
			if err := take(own); err != nil {
				return err
			}
		}
		before = page[len(page)-1].ID
	}
}

// EraseMine takes back all one said and put to messages, in all rooms, as if message by message. It may be repeated, and goes on where it
// was interrupted.
func (r *Rooms) EraseMine(ctx context.Context, who Self) error {
	person, err := r.personOf(who)
	if err != nil {
		return err
	}
	select {
	case r.erasing <- struct{}{}:
		defer func() { <-r.erasing }()
	default:
		return fault.New(fault.Unavailable, "Too many people erase their messages just now, try again in a moment")
	}
	return r.erase(ctx, person)
}

func (r *Rooms) erase(ctx context.Context, person PersonKey) error {
	err := r.eraseBy(ctx, person, r.eraseMessages)
	if err == nil {
		err = r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) error { return forgetNames(ctx, tx, person) })
	}
	if err == nil { // last, for these are told without a name
		err = r.eraseBy(ctx, person, r.eraseReactions)
	}
	if err != nil {
		return fmt.Errorf("erase what somebody said: %w", err)
	}
	return nil
}

// eraseBy repeats a step that takes a bounded number of things away and tells in which rooms, until there are none.
func (r *Rooms) eraseBy(ctx context.Context, person PersonKey, step func(context.Context, *db.Tx, *batch, PersonKey) ([]RoomID, error)) error {
	for {
		var touched []RoomID
		err := r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) (err error) {
			touched, err = step(ctx, tx, b, person)
			return err
		})
		if err != nil || len(touched) < eraseRows {
			return err
		}
		if err := r.letPeopleSee(ctx, touched); err != nil {
			return err
		}
	}
}

// letPeopleSee waits where somebody is in the rooms: what is told too fast costs them their line.
func (r *Rooms) letPeopleSee(ctx context.Context, rooms []RoomID) error {
	for _, id := range rooms {
		if r.hall(id) == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(erasePause):
			return nil
		}
	}
	return nil
}

func (r *Rooms) eraseMessages(ctx context.Context, tx *db.Tx, b *batch, person PersonKey) (rooms []RoomID, err error) {
	said, err := messagesWhere(ctx, tx, "m.person = ? AND m.state <> ? ORDER BY m.id DESC LIMIT ?", person, IsRemoved, eraseRows)
	for _, m := range said {
		if err := r.retract(ctx, tx, b, m, Detail{}); err != nil {
			return nil, err
		}
		rooms = append(rooms, m.RoomID)
	}
	return rooms, err
}

func (r *Rooms) eraseReactions(ctx context.Context, tx *db.Tx, b *batch, person PersonKey) (rooms []RoomID, err error) {
	put, err := reactedTo(ctx, tx, person, eraseRows)
	for _, m := range put {
		e := &Event{Kind: Reacted, Person: person, MessageID: m.id}
		if err := b.reacts(ctx, tx, e, m.room, nil); err != nil {
			return nil, err
		}
		b.update(m.room, func(h *hall) { h.forgetReactions(person, e.Seq) })
		rooms = append(rooms, m.room)
	}
	return rooms, err
}

// forgetReactions drops what a person put to messages before an event from what is told to who comes back.
func (h *hall) forgetReactions(person PersonKey, before int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := h.ring[:0:0]
	for _, e := range h.ring {
		if e.Kind != Reacted || e.Person != person || e.Seq >= before {
			kept = append(kept, e)
		}
	}
	h.ring = kept
}
