package chat

import (
	"context"
	"fmt"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Bounds of what moderators work with.
const (
	maxModerators = 50 // of a channel
	maxHistory    = 100
	maxWaiting    = 100 // shown of the queue at a time
)

// moderate does something to a room in the name of a moderator, and logs it.
func (r *Rooms) moderate(ctx context.Context, by account.Viewer, room RoomID, action string, do func(context.Context, *db.Tx, *batch, act) error) error {
	err := r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		a, err := r.acting(ctx, tx, room, by, "")
		if err != nil {
			return err
		}
		a.about = &Entry{Action: action}
		if err := do(ctx, tx, b, a); err != nil {
			return err
		}
		return r.log(ctx, tx, a, *a.about)
	})
	if err != nil {
		return fmt.Errorf("%s in room %d: %w", action, room, err)
	}
	return nil
}

// Configure changes the settings of a room. It ends a panic.
func (r *Rooms) Configure(ctx context.Context, by account.Viewer, room RoomID, s Settings) error {
	if err := s.check(); err != nil {
		return err
	}
	return r.moderate(ctx, by, room, "settings", func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		if err := endPanic(ctx, tx, room); err != nil {
			return err
		}
		if err := setRoomSettings(ctx, tx, room, s); err != nil {
			return err
		}
		return b.changed(ctx, tx, a, s, false)
	})
}

// Panic closes a room to those without an account, slows it down and holds links, until Calm. It may be repeated.
func (r *Rooms) Panic(ctx context.Context, by account.Viewer, room RoomID) error {
	return r.moderate(ctx, by, room, "panic", func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		if a.room.IsPanic {
			return nil
		}
		s := a.room.Settings.inPanic()
		if err := beginPanic(ctx, tx, a.room, s); err != nil {
			return err
		}
		return b.changed(ctx, tx, a, s, true)
	})
}

// Calm gives a room back the settings it had before Panic. It may be repeated.
func (r *Rooms) Calm(ctx context.Context, by account.Viewer, room RoomID) error {
	return r.moderate(ctx, by, room, "calm", func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		if err := endPanic(ctx, tx, room); err != nil {
			return err
		}
		back, err := roomWhere(ctx, tx, "r.id = ?", room)
		if err != nil {
			return err
		}
		return b.changed(ctx, tx, a, back.Settings, false)
	})
}

func (b *batch) changed(ctx context.Context, tx *db.Tx, a act, s Settings, isPanic bool) error {
	d := a.detail()
	d.Settings, d.IsPanic = &s, isPanic
	b.update(a.room.ID, func(h *hall) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.room.IsPanic = isPanic
	})
	return b.emit(ctx, tx, a.room.ID, &Event{Kind: Changed, Detail: d})
}

// Pin shows a message above the others; 0 shows none.
func (r *Rooms) Pin(ctx context.Context, by account.Viewer, room RoomID, id MessageID) error {
	return r.moderate(ctx, by, room, "pin", func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		e := &Event{Kind: Pinned, Detail: a.detail()}
		if id != 0 {
			m, err := getMessage(ctx, tx, room, id)
			if err != nil {
				return err
			}
			if m.State != Visible {
				return fault.New(fault.Conflict, "Only a message everybody sees can be pinned")
			}
			e.Message = &m
		}
		if err := setPinned(ctx, tx, room, id); err != nil {
			return err
		}
		return b.emit(ctx, tx, room, e)
	})
}

// Waiting lists the oldest messages of a room that wait for a moderator's decision.
func (r *Rooms) Waiting(ctx context.Context, by account.Viewer, room RoomID) ([]Message, error) {
	if _, err := r.acting(ctx, r.o.DB, room, by, ""); err != nil {
		return nil, err
	}
	return describedWhere(ctx, r.o.DB, "m.room_id = ? AND m.state = ? ORDER BY m.id LIMIT ?", room, HeldBack, maxWaiting)
}

// Approve shows a message that was held or is delayed.
func (r *Rooms) Approve(ctx context.Context, by account.Viewer, room RoomID, id MessageID) error {
	return r.moderate(ctx, by, room, "approve", func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		m, err := getMessage(ctx, tx, room, id)
		if err != nil || m.State == Visible {
			return err
		}
		a.about.Target, a.about.Nick = m.Person, m.Nick
		return r.show(ctx, tx, b, &m)
	})
}

// Reject takes back a message that was held.
func (r *Rooms) Reject(ctx context.Context, by account.Viewer, room RoomID, id MessageID) error {
	return r.moderate(ctx, by, room, "reject", func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		m, err := getMessage(ctx, tx, room, id)
		if err != nil {
			return err
		}
		a.about.Target, a.about.Nick = m.Person, m.Nick
		return r.retract(ctx, tx, b, m, a.detail())
	})
}

// ChannelSettings reads what the rooms of a channel have in common, for its owner and moderators of the instance.
func (r *Rooms) ChannelSettings(ctx context.Context, viewer account.Viewer, id channel.ID) (ChannelSettings, error) {
	if err := r.mayConfigure(ctx, viewer, id); err != nil {
		return ChannelSettings{}, err
	}
	return channelSettings(ctx, r.o.DB, id)
}

// ConfigureChannel changes what the rooms of a channel have in common. Defaults are for rooms not made yet.
func (r *Rooms) ConfigureChannel(ctx context.Context, viewer account.Viewer, id channel.ID, s ChannelSettings) error {
	s.Terms = cleanBody(s.Terms)
	if err := s.check(); err != nil {
		return err
	}
	if err := r.mayConfigure(ctx, viewer, id); err != nil {
		return err
	}
	checker, err := r.compile(s)
	if err != nil {
		return err
	}
	return r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		b.updateChannel(id, func(h *hall) { h.configure(s, checker, r.o.Clock.Now()) })
		if !s.HasRoom {
			b.then = append(b.then, func() { r.end(func(room Room) bool { return room.ChannelID == id && room.VideoID == 0 }) })
		}
		return setChannelSettings(ctx, tx, id, s)
	})
}

func (r *Rooms) mayConfigure(ctx context.Context, viewer account.Viewer, id channel.ID) error {
	of, err := r.o.Channels.Get(ctx, id)
	if err != nil {
		return err
	}
	if !of.IsOwnedBy(viewer) && !viewer.Can(account.ManageAnyChannel) {
		return fault.New(fault.Forbidden, "Only the owner of the channel may do this")
	}
	return nil
}

// Moderators lists those invited to moderate the rooms of a channel, for who may change them.
func (r *Rooms) Moderators(ctx context.Context, viewer account.Viewer, id channel.ID) ([]Moderator, error) {
	if err := r.mayConfigure(ctx, viewer, id); err != nil {
		return nil, err
	}
	return moderatorsOf(ctx, r.o.DB, id)
}

// Invite makes an account of this instance a moderator of the channel's rooms, or no longer one. Their connections begin anew.
func (r *Rooms) Invite(ctx context.Context, viewer account.Viewer, id channel.ID, who account.Account, isInvited bool) error {
	if err := r.mayConfigure(ctx, viewer, id); err != nil {
		return err
	}
	if who.UserID == 0 {
		return fault.New(fault.Invalid, "Only people with an account here can be moderators")
	}
	return r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		change := removeModerator
		if isInvited {
			change = func(ctx context.Context, tx *db.Tx, id channel.ID, account account.ID) error {
				return addModerator(ctx, tx, id, account, r.o.Clock.Now())
			}
		}
		if err := change(ctx, tx, id, who.ID); err != nil {
			return err
		}
		invited, err := moderatorsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(invited) > maxModerators-1 && isInvited {
			return fault.New(fault.TooMany, "A channel has fewer than %d moderators", maxModerators)
		}
		staff, err := staffNames(ctx, tx, id)
		b.updateChannel(id, func(h *hall) {
			h.mu.Lock()
			h.reserved = staff
			h.mu.Unlock()
			h.expel(OfAccount(who.ID), "", rejoin(), Detail{})
		})
		return err
	})
}

// rejoin lets go who may do something else after coming in again.
func rejoin() error {
	return fault.New(fault.Unavailable, "What you may do changed; come in again").WithCode("rejoin")
}
