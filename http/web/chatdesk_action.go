package web

import (
	"context"
	"net/http"
	"time"

	"lucarne/chat"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

// quickMute is how long one key mutes somebody.
const quickMute = 5 * time.Minute

// messageActions are what one key, or one button beside a message, does. Buttons are called by the action, and hold the message's number.
var messageActions = []struct {
	name string
	do   func(r *request, ctx context.Context, m moderation, id chat.MessageID) (acted, error)
}{
	{"approve", (*request).approve},
	{"reject", (*request).reject},
	{"mute", (*request).muteAuthor},
	{"ban", (*request).banAuthor},
	{"pin", (*request).pin},
	{"unpin", (*request).unpin},
	{"lift-mute", (*request).liftMute},
	{"lift-ban", (*request).liftBan},
}

// acted is what was done, and what takes it back: the name of a button, "" none.
type acted struct {
	word string
	undo string
	id   chat.MessageID
}

func (p *Pages) moderateMessage(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	for _, one := range messageActions {
		if !f.has(one.name) {
			continue
		}
		what, err := one.do(r, r.Context(), m, chat.MessageID(numberOf(f.get(one.name))))
		if err != nil {
			return err
		}
		if r.isPart() {
			return r.part(w, actedNote(r, what))
		}
		r.flash(w, ui.Good, what.word)
		return r.redirect(w, m.path(""))
	}
	return fault.New(fault.Invalid, "Choose what to do with the message")
}

func (r *request) approve(ctx context.Context, m moderation, id chat.MessageID) (acted, error) {
	err := r.pages.Rooms.Approve(ctx, r.viewer, m.room.ID, id)
	return acted{word: r.t.T("moderation.approved")}, err
}

func (r *request) reject(ctx context.Context, m moderation, id chat.MessageID) (acted, error) {
	err := r.pages.Rooms.Reject(ctx, r.viewer, m.room.ID, id)
	return acted{word: r.t.T("moderation.removed")}, err
}

func (r *request) pin(ctx context.Context, m moderation, id chat.MessageID) (acted, error) {
	err := r.pages.Rooms.Pin(ctx, r.viewer, m.room.ID, id)
	return acted{word: r.t.T("moderation.pinned"), undo: "unpin", id: id}, err
}

func (r *request) unpin(ctx context.Context, m moderation, _ chat.MessageID) (acted, error) {
	err := r.pages.Rooms.Pin(ctx, r.viewer, m.room.ID, 0)
	return acted{word: r.t.T("moderation.unpinned")}, err
}

func (r *request) muteAuthor(ctx context.Context, m moderation, id chat.MessageID) (acted, error) {
	return r.against(ctx, m, id, acted{word: r.t.T("moderation.muted-for", "n", int(quickMute.Minutes())), undo: "lift-mute"}, func(one chat.Measure) error {
		one.For = quickMute
		return r.pages.Rooms.Mute(ctx, r.viewer, one)
	})
}

func (r *request) banAuthor(ctx context.Context, m moderation, id chat.MessageID) (acted, error) {
	return r.against(ctx, m, id, acted{word: r.t.T("moderation.banned"), undo: "lift-ban"}, func(one chat.Measure) error {
		return r.pages.Rooms.Ban(ctx, r.viewer, one)
	})
}

func (r *request) liftMute(ctx context.Context, m moderation, id chat.MessageID) (acted, error) {
	return r.against(ctx, m, id, acted{word: r.t.T("moderation.lifted")}, func(one chat.Measure) error {
		return r.pages.Rooms.Lift(ctx, r.viewer, chat.Mute, one)
	})
}

func (r *request) liftBan(ctx context.Context, m moderation, id chat.MessageID) (acted, error) {
	return r.against(ctx, m, id, acted{word: r.t.T("moderation.lifted")}, func(one chat.Measure) error {
		return r.pages.Rooms.Lift(ctx, r.viewer, chat.Ban, one)
	})
}

// against does something to the author of a message.
func (r *request) against(ctx context.Context, m moderation, id chat.MessageID, what acted, do func(chat.Measure) error) (acted, error) {
	who, err := r.pages.Rooms.Author(ctx, r.viewer, m.room.ID, id)
	if err != nil {
		return acted{}, err
	}
	what.id = id
	return what, do(chat.Measure{Room: m.room.ID, Person: who})
}
