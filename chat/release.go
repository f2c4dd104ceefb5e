package chat

import (
	"context"
	"slices"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat/rule"
	"lucarne/platform/db"
)

// updateChannel changes what is in memory of all rooms of a channel once the change is committed.
func (b *batch) updateChannel(id channel.ID, change func(*hall)) {
	b.then = append(b.then, func() {
		for _, h := range b.rooms.opened() {
			if h.room.ChannelID == id { // never changes
				change(h)
			}
		}
	})
}

// turn does what is due.
func (r *Rooms) turn(ctx context.Context) error {
	now := r.o.Clock.Now()
	for _, h := range r.opened() {
		if h.isIdle(now) {
			r.forget(h.room.ID)
		}
		if err := r.refill(ctx, h); err != nil {
			return err
		}
	}
	r.quote(ctx, now)
	if err := r.countPolls(ctx, now); err != nil {
		return err
	}
	if !r.delayed.Load() {
		return nil
	}
	due, err := messagesWhere(ctx, r.o.DB, "m.state = ? AND m.release_at <= ? ORDER BY m.release_at, m.id LIMIT ?", Delayed, now, maxBatch)
	if err != nil {
		return err
	}
	if len(due) == 0 {
		return r.rest(ctx)
	}
	r.write(ctx, []*task{{done: make(chan error, 1), work: func(ctx context.Context, tx *db.Tx, b *batch) error {
		for _, m := range due {
			if err := r.show(ctx, tx, b, &m); err != nil {
				return err
			}
		}
		return nil
	}}})
	return nil
}

// refill reads history again where much of it was taken back. Nothing is published meanwhile: this is the writer.
func (r *Rooms) refill(ctx context.Context, h *hall) error {
	h.mu.Lock()
	isDue := h.isThin && len(h.history) < historyOnJoin/2
	h.mu.Unlock()
	if !isDue {
		return nil
	}
	history, err := r.recent(ctx, r.o.DB, h.room.ID)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.history, h.isThin = history, false
	return nil
}

func (r *Rooms) recent(ctx context.Context, q db.Querier, id RoomID) ([]*Message, error) {
	list, err := visibleMessages(ctx, q, id, 0, historyOnJoin)
	history := make([]*Message, len(list))
	for i := range list {
		history[i] = &list[i]
	}
	return history, err
}

// rest stops looking for delayed messages when there are none.
func (r *Rooms) rest(ctx context.Context) error {
	waiting, err := db.Value[int](ctx, r.o.DB, "SELECT COUNT(*) FROM chat_message WHERE state = 'delayed'")
	if err == nil && waiting == 0 {
		r.delayed.Store(false) // only the writer, which runs this, sets it
	}
	return err
}

// History pages what everybody sees of a room, oldest first: the messages before a number, 0 for the last ones. The room is as Find gave it.
func (r *Rooms) History(ctx context.Context, room Room, before int64, limit int) ([]Message, error) {
	return visibleMessages(ctx, r.o.DB, room.ID, before, min(max(limit, 1), maxHistory))
}

// Said gives the last messages of a person in the rooms of a room's channel, newest first, for its moderators.
func (r *Rooms) Said(ctx context.Context, by account.Viewer, room RoomID, person PersonKey) ([]Message, error) {
	a, err := r.acting(ctx, r.o.DB, room, by, "")
	if err != nil {
		return nil, err
	}
	return describedWhere(ctx, r.o.DB, `m.person = ? AND m.room_id IN (SELECT id FROM chat_room WHERE channel_id = ?) AND m.state <> ?
		ORDER BY m.id DESC LIMIT ?`, person, a.room.ChannelID, IsRemoved, maxHistory)
}

// Try tells what rules would have caught of the last messages of a room, for its moderators, before they are switched on.
func (r *Rooms) Try(ctx context.Context, by account.Viewer, room RoomID, s rule.Set) ([]rule.Caught, error) {
	checker, err := rule.Compile(s, rule.Options{Patterns: r.o.Settings().AllowPatterns})
	if err != nil {
		return nil, err
	}
	return r.try(ctx, by, room, checker)
}

func (r *Rooms) try(ctx context.Context, by account.Viewer, room RoomID, checker *rule.Checker) ([]rule.Caught, error) {
	if _, err := r.acting(ctx, r.o.DB, room, by, ""); err != nil {
		return nil, err
	}
	said, err := visibleMessages(ctx, r.o.DB, room, 0, maxTried)
	if err != nil {
		return nil, err
	}
	history := make([]rule.Message, len(said))
	for i, m := range said {
		history[i] = rule.Message{Author: string(m.Person), IsModerator: m.Affiliation.CanModerate(), Body: m.Body, At: m.SentAt}
	}
	return checker.Try(history), nil
}

const (
	maxTried  = 1000
	sweptRows = 1000 // of one transaction
)

// Sweep deletes what is older than the site keeps, and sanctions that are over. It is to be called every few hours.
func (r *Rooms) Sweep(ctx context.Context) error {
	now, settings := r.o.Clock.Now(), r.o.Settings()
	if err := r.sweep(ctx, "DELETE FROM chat_sanction WHERE until IS NOT NULL AND until <= ?", now); err != nil {
		return err
	}
	kept := settings.LogRetention
	if kept == 0 {
		kept = DefaultLogRetention
	}
	if kept > 0 {
		if err := r.sweepRows(ctx, "DELETE FROM chat_log WHERE id IN (SELECT id FROM chat_log WHERE at <= ? ORDER BY at LIMIT ?)", now.Add(-kept)); err != nil {
			return err
		}
	}
	if settings.Retention <= 0 {
		return nil
	}
	return r.sweepRooms(ctx, now.Add(-settings.Retention))
}

func (r *Rooms) sweepRooms(ctx context.Context, before time.Time) error {
	for _, text := range []string{
		"DELETE FROM chat_message WHERE id IN (SELECT id FROM chat_message WHERE sent_at < ? ORDER BY sent_at LIMIT ?)",
		"DELETE FROM chat_event WHERE (room_id, seq) IN (SELECT room_id, seq FROM chat_event WHERE at < ? ORDER BY at LIMIT ?)",
		"DELETE FROM chat_poll WHERE id IN (SELECT id FROM chat_poll WHERE is_over AND ends_at < ? ORDER BY ends_at LIMIT ?)",
	} {
		if err := r.sweepRows(ctx, text, before); err != nil {
			return err
		}
	}
	for _, h := range r.opened() {
		h.drop(before)
	}
	return nil
}

func (r *Rooms) sweep(ctx context.Context, text string, args ...any) error {
	return r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) error {
		_, err := db.Exec(ctx, tx, text, args...)
		return err
	})
}

// sweepRows repeats a statement that deletes a bounded number of rows, until there are none.
func (r *Rooms) sweepRows(ctx context.Context, text string, before time.Time) error {
	for gone := int64(sweptRows); gone == sweptRows; {
		err := r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) (err error) {
			gone, err = db.Exec(ctx, tx, text, before, sweptRows)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// drop forgets what was said before a time.
func (h *hall) drop(before time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.history = slices.DeleteFunc(h.history, func(m *Message) bool { return m.SentAt.Before(before) })
	for len(h.ring) > 0 && h.ring[0].At.Before(before) {
		h.ringFrom = h.ring[0].Seq
		h.ring = append(h.ring[:0], h.ring[1:]...)
	}
}
