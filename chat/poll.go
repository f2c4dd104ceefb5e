package chat

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// PollID names a poll.
type PollID int64

// Poll is a question to a room. Who voted what is not kept in a form anybody could read.
type Poll struct {
	ID       PollID
	Question string
	Choices  []string
	Votes    []int // by choice
	EndsAt   time.Time
}

func (p *Poll) copy() *Poll {
	if p == nil {
		return nil
	}
	c := *p
	c.Votes = append([]int(nil), p.Votes...)
	return &c
}

// Bounds of polls.
const (
	maxChoices     = 5
	maxPollRunes   = 200 // of the question, and of each choice
	maxPollLasts   = 24 * time.Hour
	countPollEvery = time.Second
)

func checkPoll(p Poll, lasts time.Duration) error {
	isLong := utf8.RuneCountInString(p.Question) > maxPollRunes
	for _, c := range p.Choices {
		isLong = isLong || strings.TrimSpace(c) == "" || utf8.RuneCountInString(c) > maxPollRunes
	}
	if isLong || strings.TrimSpace(p.Question) == "" || len(p.Choices) < 2 || len(p.Choices) > maxChoices {
		return fault.New(fault.Invalid, "A poll has a question and 2 to %d choices, each of at most %d characters", maxChoices, maxPollRunes)
	}
	if lasts < time.Minute || lasts > maxPollLasts {
		return fault.New(fault.Invalid, "A poll lasts a minute to a day")
	}
	return nil
}

// Ask begins a poll in a room and ends the one before.
func (r *Rooms) Ask(ctx context.Context, by account.Viewer, room RoomID, question string, choices []string, lasts time.Duration) (Poll, error) {
	p := Poll{Question: cleanBody(question), Votes: make([]int, len(choices))}
	for _, c := range choices {
		p.Choices = append(p.Choices, cleanBody(c))
	}
	if err := checkPoll(p, lasts); err != nil {
		return Poll{}, err
	}
	err := r.moderate(ctx, by, room, "poll", func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		before, err := openPoll(ctx, tx, room)
		if err != nil {
			return err
		}
		if before != nil {
			if err := b.endPoll(ctx, tx, room, before); err != nil {
				return err
			}
		}
		p.EndsAt = a.at.Add(lasts)
		if p.ID, err = insertPoll(ctx, tx, room, p); err != nil {
			return err
		}
		return b.emit(ctx, tx, room, &Event{Kind: PollBegan, Detail: Detail{Poll: p.copy()}})
	})
	return p, err
}

func (b *batch) endPoll(ctx context.Context, tx *db.Tx, room RoomID, p *Poll) error {
	if err := closePoll(ctx, tx, p.ID); err != nil {
		return err
	}
	return b.emit(ctx, tx, room, &Event{Kind: PollOver, Detail: Detail{Poll: p.copy()}})
}

// Vote counts one vote of the occupant for a choice (from 0) of the room's poll; voting again changes it.
func (r *Rooms) Vote(ctx context.Context, o *Occupant, id PollID, choice int) error {
	now, err := r.begin(ctx, o)
	if err != nil {
		return err
	}
	if err := o.hall.permit(o, now); err != nil {
		return err
	}
	err = r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		p, err := openPoll(ctx, tx, o.RoomID)
		if err != nil {
			return err
		}
		if p == nil || p.ID != id || !now.Before(p.EndsAt) {
			return fault.New(fault.Conflict, "This poll is over")
		}
		if choice < 0 || choice >= len(p.Choices) {
			return fault.New(fault.Invalid, "The poll has no such choice")
		}
		voter := r.hash("vote "+strconv.FormatInt(int64(id), 10), string(o.Person))
		if err := putVote(ctx, tx, id, voter, choice); err != nil {
			return err
		}
		b.update(o.RoomID, func(h *hall) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.hasVotes = true
		})
		return nil
	})
	if err != nil {
		return fmt.Errorf("vote in poll %d: %w", id, err)
	}
	return nil
}

// permit fails for an occupant who may not take part just now.
func (h *hall) permit(o *Occupant, now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.maySpeak(o, now)
}

// countPolls tells rooms how their polls stand, and ends those whose time is over.
func (r *Rooms) countPolls(ctx context.Context, now time.Time) error {
	if now.Sub(r.countedAt).Abs() < countPollEvery {
		return nil
	}
	r.countedAt = now
	for _, h := range r.opened() {
		if !h.takeVotes() {
			continue
		}
		p, err := openPoll(ctx, r.o.DB, h.room.ID)
		if err != nil {
			return err
		}
		if p != nil {
			h.count(p, now)
		}
	}
	over, err := pollsOver(ctx, r.o.DB, now)
	if err != nil || len(over) == 0 {
		return err
	}
	r.write(ctx, []*task{{done: make(chan error, 1), work: func(ctx context.Context, tx *db.Tx, b *batch) error {
		for _, room := range over {
			p, err := openPoll(ctx, tx, room)
			if err != nil {
				return err
			}
			if p == nil {
				continue
			}
			if err := b.endPoll(ctx, tx, room, p); err != nil {
				return err
			}
		}
		return nil
	}}})
	return nil
}

func (h *hall) takeVotes() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	has := h.hasVotes
	h.hasVotes = false
	return has
}

func (h *hall) count(p *Poll, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.poll = p
	h.tell(&Event{Kind: PollCounted, At: now, Detail: Detail{Poll: p.copy()}})
}
