package chat

import (
	"context"
	"fmt"
	"time"

	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Edit replaces what the occupant's last message in the room says. Rules that would hold the new text refuse it; where others see messages
// with a delay, one they see already stays as it is.
func (r *Rooms) Edit(ctx context.Context, o *Occupant, id MessageID, body string) (Message, error) {
	now, err := r.begin(ctx, o)
	if err != nil {
		return Message{}, err
	}
	p, err := Post{Body: body}.check()
	if err != nil {
		return Message{}, err
	}
	mentions, err := o.hall.acceptEdit(o, p.Body, now)
	if err != nil {
		return Message{}, err
	}
	var m Message
	err = r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		if m, err = lastOwn(ctx, tx, o, id); err != nil {
			return err
		}
		if m.State == HeldBack || m.State == Visible && o.hall.delay() > 0 {
			return fault.New(fault.Conflict, "This message cannot be changed any more")
		}
		m.Body, m.Mentions, m.EditedAt = p.Body, mentions, now
		if err := setBody(ctx, tx, m, now); err != nil {
			return err
		}
		edited := []Message{m}
		if err := describe(ctx, tx, edited); err != nil {
			return err
		}
		m = edited[0]
		e := &Event{Kind: Edited, Person: m.Person, Message: &m}
		if m.State != Visible {
			e.Kind, e.Audience = Pending, ForStaff
		}
		return b.emit(ctx, tx, m.RoomID, e)
	})
	if err != nil {
		return Message{}, fmt.Errorf("edit message %d: %w", id, err)
	}
	return m, nil
}

func (h *hall) acceptEdit(o *Occupant, body string, now time.Time) ([]PersonKey, error) {
	m, rules, err := h.draftEdit(o, body, now)
	if err != nil {
		return nil, err
	}
	if v := rules.judge(m); v.Action != rule.Pass {
		return nil, against(v)
	}
	return m.Mentions, nil
}

func (h *hall) draftEdit(o *Occupant, body string, now time.Time) (Message, judge, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.maySpeak(o, now); err != nil {
		return Message{}, judge{}, err
	}
	if err := h.mayContain(o, body); err != nil {
		return Message{}, judge{}, err
	}
	m := Message{Person: o.Person, Affiliation: o.Affiliation, Body: body, Mentions: h.mentions(body), SentAt: now}
	// A memory of its own: a corrected text repeats the first one.
	return m, h.judges(rule.NewMemory()), nil
}

func (h *hall) delay() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.room.Settings.ModerationDelay
}

// lastOwn reads a message that is the last its author sent.
func lastOwn(ctx context.Context, tx *db.Tx, o *Occupant, id MessageID) (Message, error) {
	found, err := messagesWhere(ctx, tx, "m.room_id = ? AND m.person = ? AND m.state <> ? ORDER BY m.id DESC LIMIT 1", o.RoomID, o.Person, IsRemoved)
	if err == nil && (len(found) == 0 || found[0].ID != id) {
		err = fault.New(fault.Forbidden, "Only your last message can be changed")
	}
	if err != nil {
		return Message{}, err
	}
	return found[0], nil
}

// Retract takes back a message of the occupant's own; moderators take back any. Nothing of it is kept but that it was there.
func (r *Rooms) Retract(ctx context.Context, o *Occupant, id MessageID, reason string) error {
	if err := o.spend(r.o.Clock.Now()); err != nil {
		return err
	}
	err := r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		m, err := getMessage(ctx, tx, o.RoomID, id)
		if err != nil {
			return err
		}
		if m.Person == o.Person {
			return r.retract(ctx, tx, b, m, Detail{Nick: m.Nick, Why: "own"})
		}
		if !o.Affiliation.CanModerate() {
			return fault.New(fault.Forbidden, "Only moderators take back messages of others")
		}
		a, err := r.acting(ctx, tx, o.RoomID, o.viewer, reason)
		if err != nil {
			return err
		}
		if err := r.retract(ctx, tx, b, m, a.detail()); err != nil {
			return err
		}
		return r.log(ctx, tx, a, Entry{Action: "retract", Target: m.Person, Nick: m.Nick})
	})
	if err != nil {
		return fmt.Errorf("retract message %d: %w", id, err)
	}
	return nil
}

func (r *Rooms) retract(ctx context.Context, tx *db.Tx, b *batch, m Message, d Detail) error {
	if err := removeMessage(ctx, tx, m.ID); err != nil {
		return err
	}
	e := &Event{Kind: Retracted, Person: m.Person, MessageID: m.ID, Detail: d}
	if m.State != Visible {
		e.Audience = ForStaff
	}
	return b.emit(ctx, tx, m.RoomID, e)
}
