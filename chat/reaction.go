package chat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Reaction is what somebody put to a message, and what all put to it then.
type Reaction struct {
	Own    []string // the whole set of the person; empty: none any more
	Counts []Tally  // of everybody
}

const (
	maxEmojiBytes   = 64
	maxOwnReactions = 5  // of one person to one message
	maxReactions    = 20 // different ones of one message
)

// SetReactions makes the emoji the occupant put to a message these and no others (XEP-0444 §2.2). It may be repeated.
func (r *Rooms) SetReactions(ctx context.Context, o *Occupant, id MessageID, emojis []string) error {
	if len(emojis) > maxReactions {
		return enough()
	}
	own := slices.Compact(slices.Sorted(slices.Values(emojis)))
	for _, emoji := range own {
		if err := o.hall.checkReaction(emoji); err != nil {
			return err
		}
	}
	return r.react(ctx, o, id, func([]string) []string { return own })
}

// React puts an emoji to a message, or takes it away. Both may be repeated.
func (r *Rooms) React(ctx context.Context, o *Occupant, id MessageID, emoji string, isOn bool) error {
	if err := o.hall.checkReaction(emoji); err != nil && isOn {
		return err
	}
	return r.react(ctx, o, id, func(own []string) []string {
		own = slices.DeleteFunc(own, func(one string) bool { return one == emoji })
		if isOn {
			own = append(own, emoji)
		}
		return own
	})
}

func enough() error { return fault.New(fault.TooMany, "This message has enough reactions") }

func (r *Rooms) react(ctx context.Context, o *Occupant, id MessageID, change func(own []string) []string) error {
	now, err := r.begin(ctx, o)
	if err != nil {
		return err
	}
	nick, err := o.hall.permitReaction(o, now)
	if err != nil {
		return err
	}
	err = r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		m, err := getMessage(ctx, tx, o.RoomID, id)
		if err != nil {
			return err
		}
		if m.State != Visible {
			return noMessage()
		}
		own, err := reactionsOf(ctx, tx, id, o.Person)
		if err != nil {
			return err
		}
		return b.reacts(ctx, tx, &Event{Kind: Reacted, Person: o.Person, MessageID: id, Detail: Detail{Nick: nick}}, o.RoomID, change(own))
	})
	if err != nil {
		return fmt.Errorf("react to message %d: %w", id, err)
	}
	return nil
}

func (b *batch) reacts(ctx context.Context, tx *db.Tx, e *Event, room RoomID, own []string) error {
	if len(own) > maxOwnReactions {
		return enough()
	}
	isChanged, err := replaceReactions(ctx, tx, e.MessageID, e.Person, own)
	if err != nil || !isChanged {
		return err
	}
	tallies, err := tallyReactions(ctx, tx, []MessageID{e.MessageID})
	if err != nil {
		return err
	}
	e.Reaction = &Reaction{Own: own, Counts: tallies[e.MessageID]}
	if len(e.Reaction.Counts) > maxReactions {
		return enough()
	}
	return b.emit(ctx, tx, room, e)
}

// permitReaction gives the nickname of an occupant who may react just now.
func (h *hall) permitReaction(o *Occupant, now time.Time) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.maySpeak(o, now); err != nil {
		return "", err
	}
	return h.people[o.Person].presence.Nick, h.mayStir(o, now)
}

// checkReaction lets pass emoji, one or a few that stand together, and ":name:" of the channel's own.
func (h *hall) checkReaction(emoji string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(emoji) > maxEmojiBytes || strings.ContainsFunc(emoji, unicode.IsSpace) || !rule.IsEmojiOnly(emoji, h.hasEmoji) {
		return fault.InvalidParam("emoji", nil, "Should be an emoji")
	}
	return nil
}
