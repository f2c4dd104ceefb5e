package chat

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Edit replaces what the occupant's last message in the room says. Rules that would hold the new text refuse it; where others see messages
// with a delay, one they see already stays as it is.
func (r *Rooms) Edit(ctx context.Context, o *Occupant, id MessageID, body string) (Message, error) {
	now := r.o.Clock.Now()
	if err := o.spend(now); err != nil {
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
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.maySpeak(o, now); err != nil {
		return nil, err
	}
	m := Message{Body: body}
	// A memory of its own: a corrected text repeats the first one.
	v := h.checker.Check(rule.Message{Author: string(o.Person), IsModerator: o.Affiliation.CanModerate(), Body: body, At: now}, rule.NewMemory())
	holdsLink := h.room.Settings.HoldLinks && !o.Affiliation.CanModerate() && rule.HasLink(m.Body)
	if v.Action != rule.Pass || holdsLink {
		return nil, fault.New(fault.Forbidden, "The rules of this chat do not allow this change").WithCode("rule")
	}
	return h.mentions(body), nil
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
			return r.retract(ctx, tx, b, m, Detail{})
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

// Reaction is an emoji somebody put to a message, or took away, and how many it has now.
type Reaction struct {
	Emoji string
	IsOn  bool
	Count int
}

const (
	maxEmojiBytes   = 64
	maxOwnReactions = 5  // of one person to one message
	maxReactions    = 20 // different ones of one message
)

// React puts an emoji to a message, or takes it away. Both may be repeated.
func (r *Rooms) React(ctx context.Context, o *Occupant, id MessageID, emoji string, isOn bool) error {
	now := r.o.Clock.Now()
	if err := o.spend(now); err != nil {
		return err
	}
	if err := checkEmoji(emoji); err != nil {
		return err
	}
	if err := o.hall.permit(o, now); err != nil {
		return err
	}
	err := r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		m, err := getMessage(ctx, tx, o.RoomID, id)
		if err != nil {
			return err
		}
		if m.State != Visible {
			return fault.New(fault.NotFound, "Message not found")
		}
		count, isNew, err := setReaction(ctx, tx, reactionRow{id, o.Person, emoji, isOn})
		if err != nil || !isNew {
			return err
		}
		return b.emit(ctx, tx, o.RoomID, &Event{Kind: Reacted, Person: o.Person, MessageID: id, Detail: Detail{Reaction: &Reaction{emoji, isOn, count}}})
	})
	if err != nil {
		return fmt.Errorf("react to message %d: %w", id, err)
	}
	return nil
}

// Reactions counts the emoji of messages.
func (r *Rooms) Reactions(ctx context.Context, ids []MessageID) (map[MessageID]map[string]int, error) {
	if len(ids) > maxHistory {
		return nil, fault.New(fault.TooLarge, "At most %d messages at a time", maxHistory)
	}
	return countReactions(ctx, r.o.DB, ids)
}

func (h *hall) permit(o *Occupant, now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.maySpeak(o, now)
}

// checkEmoji lets pass ":name:" and what has no letters of any language.
func checkEmoji(emoji string) error {
	name, isName := strings.CutPrefix(emoji, ":")
	name, isNamed := strings.CutSuffix(name, ":")
	isWord := func(r rune) bool {
		return r == '-' || r == '_' || r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r))
	}
	isCustom := isName && isNamed && name != "" && strings.IndexFunc(name, func(r rune) bool { return !isWord(r) }) < 0
	isText := strings.ContainsFunc(emoji, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError
	})
	if emoji == "" || len(emoji) > maxEmojiBytes || isText && !isCustom {
		return fault.InvalidParam("emoji", nil, "Should be an emoji")
	}
	return nil
}
