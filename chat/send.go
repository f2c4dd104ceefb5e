package chat

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Send says something in the occupant's room. It returns once the message is stored: one that was acknowledged is never lost. Its State
// tells whether others see it yet. What may not be said fails with fault.Forbidden, or fault.TooMany with what to wait for.
func (r *Rooms) Send(ctx context.Context, o *Occupant, p Post) (Message, error) {
	now, err := r.begin(ctx, o)
	if err != nil {
		return Message{}, err
	}
	if p, err = p.check(); err != nil {
		return Message{}, err
	}
	m, err := o.hall.accept(o, p, now)
	if err != nil {
		return r.sentBefore(ctx, o, p, err)
	}
	if err := r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error { return r.store(ctx, tx, b, &m) }); err != nil {
		return Message{}, fmt.Errorf("send to room %d: %w", o.RoomID, err)
	}
	return m, nil
}

// followsKept is how long somebody who unfollows may still speak among followers.
const followsKept = 10 * time.Second

// begin is before anything an occupant does: it bounds how often, and looks again whether they follow where that matters.
func (r *Rooms) begin(ctx context.Context, o *Occupant) (time.Time, error) {
	now := r.o.Clock.Now()
	if err := o.spend(now); err != nil {
		return now, err
	}
	room, isDue := o.hall.asksWhoFollows(o, now)
	if !isDue {
		return now, nil
	}
	isFollower, err := follows(ctx, r.o.DB, room, o.viewer)
	if err != nil {
		return now, fmt.Errorf("look who follows: %w", err)
	}
	o.hall.mu.Lock()
	defer o.hall.mu.Unlock()
	o.follows, o.followsAt = isFollower, now
	return now, nil
}

// asksWhoFollows reports whether it matters if the occupant follows, and is not known: who does not may begin at any time.
func (h *hall) asksWhoFollows(o *Occupant, now time.Time) (Room, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	matters := h.room.Settings.Mode == FollowersOnly && o.viewer.IsSignedIn() && !o.Affiliation.CanModerate()
	return h.room, matters && (!o.follows || now.Sub(o.followsAt) >= followsKept)
}

// sentBefore spares who sends again after a lost line what the first time was counted for.
func (r *Rooms) sentBefore(ctx context.Context, o *Occupant, p Post, refusal error) (Message, error) {
	m, isAgain, err := messageByOrigin(ctx, r.o.DB, Message{RoomID: o.RoomID, Person: o.Person, Origin: p.Origin})
	if err != nil || !isAgain {
		return Message{}, refusal
	}
	return m, nil
}

// accept says whether and how a message may be said. The rules take their time while nobody waits for the room.
func (h *hall) accept(o *Occupant, p Post, now time.Time) (Message, error) {
	m, rules, err := h.draft(o, p, now)
	if err != nil {
		return Message{}, err
	}
	if err := m.obey(rules.judge(m)); err != nil {
		return Message{}, err
	}
	return m, h.admitMessage(o, &m, now)
}

// draft is the message as it would be said, and the rules it has to pass.
func (h *hall) draft(o *Occupant, p Post, now time.Time) (Message, judge, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.mayBegin(o, now); err != nil {
		return Message{}, judge{}, err
	}
	if p.Kind != "" && !o.Affiliation.CanModerate() {
		return Message{}, judge{}, fault.New(fault.Forbidden, "Only moderators announce something")
	}
	if err := h.mayContain(o, p.Body); err != nil {
		return Message{}, judge{}, err
	}
	return Message{
		RoomID: o.RoomID, Person: o.Person, Nick: h.people[o.Person].presence.Nick, Account: o.profile.username, Avatar: o.profile.avatar,
		Affiliation: o.Affiliation, Body: p.Body, Kind: p.Kind, ReplyTo: p.ReplyTo, Mentions: h.mentions(p.Body), Origin: p.Origin,
		State: Visible, SentAt: now,
	}, h.judges(h.memory), nil
}

// mayBegin reports whether the occupant may speak, and does not speak too soon.
func (h *hall) mayBegin(o *Occupant, now time.Time) error {
	if err := h.maySpeak(o, now); err != nil {
		return err
	}
	return h.pace(o, now)
}

// admitMessage counts a message that passed the rules, and delays it where the room does so.
func (h *hall) admitMessage(o *Occupant, m *Message, now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.mayBegin(o, now); err != nil { // another of theirs was faster
		return err
	}
	if delay := h.room.Settings.ModerationDelay; delay > 0 && m.State == Visible {
		m.State, m.ReleaseAt = Delayed, now.Add(delay)
	}
	h.lastSaid[o.Person] = now
	h.introduce(o.Person, now)
	return nil
}

// judge applies a channel's rules and whether links are held, as they were at one moment.
type judge struct {
	checker   *rule.Checker
	memory    *rule.Memory
	holdLinks bool
}

func (h *hall) judges(memory *rule.Memory) judge {
	return judge{checker: h.checker, memory: memory, holdLinks: h.room.Settings.HoldLinks}
}

func (j judge) judge(m Message) rule.Verdict {
	isStaff := m.Affiliation.CanModerate()
	v := j.checker.Check(rule.Message{Author: string(m.Person), IsModerator: isStaff, Body: m.Body, At: m.SentAt}, j.memory)
	if v.Action == rule.Pass && j.holdLinks && !isStaff && rule.HasLink(m.Body) {
		v = rule.Verdict{Action: rule.Hold, Rule: rule.ForLinks}
	}
	return v
}

func (m *Message) obey(v rule.Verdict) error {
	if v.Action == rule.Refuse {
		return against(v)
	}
	if v.Action == rule.Hold {
		m.State, m.Rule = HeldBack, v.Name()
	}
	return nil
}

// against is what the author is told of a rule: its reason, or what it looks for. The name of the rule is the parameter's.
func against(v rule.Verdict) error {
	message := v.Reason
	if message == "" {
		message = ruleReasons[v.Rule]
	}
	if message == "" {
		message = "Your message has something that is not allowed here (" + v.Rule + ")"
	}
	f := fault.New(fault.Forbidden, "%s", message).WithCode("rule")
	f.Params = []fault.Param{{Name: v.Name(), Message: message}}
	return f
}

var ruleReasons = map[string]string{
	rule.ForWords: "Your message has words that are not allowed here", rule.ForSpecialChars: "Your message has characters that are not allowed here",
	rule.ForCapitals: "Please do not write in capitals", rule.ForRepetition: "You said this already",
	rule.ForFlood: "You write too many messages at once", rule.ForLinks: "Links are not allowed here",
}

func (h *hall) maySpeak(o *Occupant, now time.Time) error {
	if _, isIn := h.occupants[o]; !isIn {
		if o.err != nil {
			return o.err
		}
		return fault.New(fault.Forbidden, "You are not in the room")
	}
	if o.Affiliation.CanModerate() {
		return nil
	}
	if s, isMuted := h.sanctioned(Mute, o, now); isMuted {
		return s.fault("You cannot speak in this chat")
	}
	if h.role(o) == VisitorRole {
		return fault.New(fault.Forbidden, "You can only read in this chat just now").WithCode(h.codeOfReading(o))
	}
	return nil
}

// codeOfReading says why somebody only reads: where an account would help, as the door does.
func (h *hall) codeOfReading(o *Occupant) string {
	mode := h.room.Settings.Mode
	if o.Person.IsAnonymous() && (mode == AnonymousMuted || mode == SignedInOnly) {
		return "signed_in_only"
	}
	return string(mode)
}

// mayContain is emoji-only mode.
func (h *hall) mayContain(o *Occupant, body string) error {
	if !h.room.Settings.EmojiOnly || o.Affiliation.CanModerate() || rule.IsEmojiOnly(body, h.hasEmoji) {
		return nil
	}
	return fault.New(fault.Forbidden, "Only emoji may be sent in this chat just now").WithCode("emoji_only")
}

// pace is slow mode.
func (h *hall) pace(o *Occupant, now time.Time) error {
	slow := h.room.Settings.SlowMode
	if slow <= 0 || o.Affiliation.CanModerate() {
		return nil
	}
	if left := h.lastSaid[o.Person].Add(slow).Sub(now); left > 0 {
		return fault.New(fault.TooMany, "Slow mode: wait %d seconds", int((left+time.Second-1)/time.Second)).WithCode("slow_mode")
	}
	if len(h.lastSaid) >= slowModePeople {
		maps.DeleteFunc(h.lastSaid, func(_ PersonKey, at time.Time) bool { return now.Sub(at) > slow })
	}
	return nil
}

// mentions finds who of those present is named with "@nickname" of one word.
func (h *hall) mentions(body string) []PersonKey {
	found := []PersonKey{}
	for _, word := range strings.Fields(body) {
		name, isNamed := strings.CutPrefix(word, "@")
		if !isNamed || len(found) == maxMentions {
			continue
		}
		person, isHere := h.nicks[rule.Normal(name)]
		if !isHere {
			person, isHere = h.nicks[rule.Normal(strings.TrimRight(name, ".,;:!?)"))]
		}
		if isHere {
			found = append(found, person)
		}
	}
	return found
}

// store keeps a message. One its sender sent before is given back as it is.
func (r *Rooms) store(ctx context.Context, tx *db.Tx, b *batch, m *Message) error {
	if err := mustExist(ctx, tx, m.RoomID); err != nil {
		return err
	}
	before, isAgain, err := messageByOrigin(ctx, tx, *m)
	if err != nil || isAgain {
		*m = before
		return err
	}
	if m.ReplyTo != 0 {
		if _, err := getMessage(ctx, tx, m.RoomID, m.ReplyTo); err != nil {
			return err
		}
	}
	state := m.State
	if state == Visible {
		m.State = Delayed // until emit numbers it, in this transaction
	}
	if m.ID, err = insertMessage(ctx, tx, *m); err != nil {
		return err
	}
	m.State = state
	if state != Visible {
		r.delayed.Store(true)
		return r.announceWaiting(ctx, tx, b, *m)
	}
	return r.show(ctx, tx, b, m)
}

func (r *Rooms) announceWaiting(ctx context.Context, tx *db.Tx, b *batch, m Message) error {
	if m.State == HeldBack {
		if err := r.o.Outbox.Record(ctx, tx, Held{RoomID: m.RoomID, MessageID: m.ID, Rule: m.Rule}); err != nil {
			return err
		}
	}
	return b.emit(ctx, tx, m.RoomID, &Event{Kind: Pending, Audience: ForStaff, Person: m.Person, Message: &m})
}

// show makes a stored message visible to all.
func (r *Rooms) show(ctx context.Context, tx *db.Tx, b *batch, m *Message) error {
	shown := *m
	shown.State, shown.Rule, shown.ReleaseAt = Visible, "", time.Time{}
	if err := b.emit(ctx, tx, m.RoomID, &Event{Kind: Posted, Person: m.Person, Message: &shown}); err != nil {
		return err
	}
	*m = shown
	var named []account.ID
	for _, person := range m.Mentions {
		if id := person.accountID(); id != 0 && person != m.Person {
			named = append(named, id)
		}
	}
	if len(named) > 0 {
		if err := r.o.Outbox.Record(ctx, tx, Mentioned{RoomID: m.RoomID, MessageID: m.ID, AccountIDs: named}); err != nil {
			return err
		}
	}
	return r.answer(ctx, tx, b, *m)
}
