package chat

import (
	"context"
	"fmt"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Listeners keep rooms in step with what they belong to: nobody stays in the room of a video that is gone or that they may not see any more,
// and who is blocked or deletes their account is let go.
func (r *Rooms) Listeners() []event.Listener {
	return []event.Listener{
		event.On("chat rooms: video deleted", func(_ context.Context, fact video.Deleted) error {
			r.end(func(room Room) bool { return room.VideoID == fact.VideoID })
			return nil
		}),
		event.On("chat rooms: privacy changed", func(ctx context.Context, fact video.PrivacyChanged) error { return r.readmit(ctx, fact.VideoID) }),
		event.On("chat rooms: channel deleted", func(ctx context.Context, fact channel.Deleted) error {
			r.end(func(room Room) bool { return room.ChannelID == fact.ChannelID })
			if err := r.forgetLists(ctx, fact.ChannelID); err != nil {
				return err
			}
			return r.o.Images.DeletePrefix(ctx, emojiFolder(fact.ChannelID))
		}),
		event.On("chat rooms: user blocked", r.dismissBlocked),
		event.On("chat rooms: user deleted", func(ctx context.Context, fact account.UserDeleted) error {
			r.dismiss(OfAccount(fact.AccountID))
			if err := r.erase(ctx, OfAccount(fact.AccountID)); err != nil {
				return err
			}
			return r.do(ctx, func(ctx context.Context, tx *db.Tx, _ *batch) error { return forgetAccount(ctx, tx, fact.AccountID) })
		}),
	}
}

// end closes rooms that are gone.
func (r *Rooms) end(isMeant func(Room) bool) {
	for _, h := range r.opened() {
		if isMeant(h.room) { // what rooms belong to never changes
			r.forget(h.room.ID)
			h.close(notFound())
		}
	}
}

func (r *Rooms) dismissBlocked(ctx context.Context, fact account.UserBlocked) error {
	id, found, err := db.Find(ctx, r.o.DB, db.Column[account.ID], "SELECT id FROM account WHERE user_id = ?", fact.UserID)
	if err == nil && found {
		r.dismiss(OfAccount(id))
	}
	return err
}

// dismiss lets somebody who may not sign in any more go from all rooms.
func (r *Rooms) dismiss(person PersonKey) {
	for _, h := range r.opened() {
		h.expel(person, "", fault.New(fault.Forbidden, "You are not signed in any more").WithCode("signed_out"), Detail{})
	}
}

// readmit looks who of those in the room of a video may still see it, and lets the others go.
func (r *Rooms) readmit(ctx context.Context, id video.ID) error {
	for _, h := range r.opened() {
		if h.room.VideoID != id {
			continue
		}
		if err := r.readmitTo(ctx, h, id); err != nil {
			return fmt.Errorf("look who may stay in room %d: %w", h.room.ID, err)
		}
	}
	return nil
}

func (r *Rooms) readmitTo(ctx context.Context, h *hall, id video.ID) error {
	of, err := r.o.Videos.Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	isOpen, err := r.maySee(ctx, of.Video, account.Viewer{})
	if err != nil || isOpen {
		return err
	}
	gone := fault.New(fault.Forbidden, "You cannot see this video any more").WithCode("not_visible")
	for person, viewer := range h.viewers() {
		stays, err := r.maySee(ctx, of.Video, viewer)
		if err != nil {
			return err
		}
		if !stays {
			h.expelAnybody(person, gone)
		}
	}
	return nil
}

func (r *Rooms) maySee(ctx context.Context, of video.Video, viewer account.Viewer) (bool, error) {
	err := r.o.Videos.Check(ctx, of, video.Access{Viewer: viewer})
	if fault.Is(err, fault.Internal) || fault.Is(err, fault.Unavailable) {
		return false, err
	}
	return err == nil, nil
}

// viewers are those in the room as who they came in.
func (h *hall) viewers() map[PersonKey]account.Viewer {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make(map[PersonKey]account.Viewer, len(h.people))
	for o := range h.occupants {
		list[o.Person] = o.viewer
	}
	return list
}

func (h *hall) expelAnybody(person PersonKey, reason error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for o := range h.occupants {
		if o.Person == person {
			h.remove(o, reason)
		}
	}
}
