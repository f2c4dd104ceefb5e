package chat

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// SanctionKind is what somebody may not do.
type SanctionKind string

// The sanctions. They hold in all rooms of a channel.
const (
	Mute SanctionKind = "mute" // reads only
	Ban  SanctionKind = "ban"  // is not let in
)

// Sanction is a mute or a ban.
type Sanction struct {
	ChannelID channel.ID
	Kind      SanctionKind
	Target    PersonKey // also a domain, or the hash of a range of addresses
	Nick      string
	Reason    string
	ByAccount account.ID
	At        time.Time
	Until     time.Time // zero: for good
}

type sanctionKey struct {
	kind   SanctionKind
	target PersonKey
}

func (s Sanction) key() sanctionKey { return sanctionKey{s.Kind, s.Target} }

func (s Sanction) isOver(now time.Time) bool { return !s.Until.IsZero() && !now.Before(s.Until) }

// fault is what the person is told.
func (s Sanction) fault(message string) error {
	if !s.Until.IsZero() {
		message += s.Until.UTC().Format(" until 2006-01-02 15:04 UTC")
	}
	if s.Reason != "" {
		message += ": " + s.Reason
	}
	return fault.New(fault.Forbidden, "%s", message).WithCode(string(s.Kind))
}

func (h *hall) sanctioned(kind SanctionKind, o *Occupant, now time.Time) (Sanction, bool) {
	for _, target := range []PersonKey{o.Person, o.Person.domain(), o.address} {
		if s, found := h.sanctions[sanctionKey{kind, target}]; found && target != "" && !s.isOver(now) {
			return s, true
		}
	}
	return Sanction{}, false
}

// Measure is what a moderator does to somebody.
type Measure struct {
	Room   RoomID
	Person PersonKey
	Reason string
	For    time.Duration // 0: for good
	// Retract takes back what the person said in the room too, as far as the last maxRetracted messages.
	Retract bool
}

const (
	maxReasonRunes = 300
	maxMeasure     = 10 * 365 * 24 * time.Hour
	maxRetracted   = 100
)

// Kick lets a person go, who may come back.
func (r *Rooms) Kick(ctx context.Context, by account.Viewer, m Measure) error {
	return r.measure(ctx, by, m, "kick", func(_ context.Context, _ *db.Tx, b *batch, a act) error {
		why := a.detail()
		why.Why = "kick"
		b.update(m.Room, func(h *hall) { h.expel(m.Person, "", kicked(a.reason), why) })
		return nil
	})
}

func kicked(reason string) error {
	message := "You were asked to leave the room"
	if reason != "" {
		message += ": " + reason
	}
	return fault.New(fault.Forbidden, "%s", message).WithCode("kick")
}

// Mute lets a person only read in the channel's rooms: for a time (a time-out) or for good.
func (r *Rooms) Mute(ctx context.Context, by account.Viewer, m Measure) error {
	return r.measure(ctx, by, m, "mute", func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		return r.sanction(ctx, tx, b, a, r.sanctionOf(a, Mute, m))
	})
}

// Ban keeps a person out of the channel's rooms. Of somebody without an account who is in the room the address is banned too, where the
// site does so.
func (r *Rooms) Ban(ctx context.Context, by account.Viewer, m Measure) error {
	return r.measure(ctx, by, m, "ban", func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		s := r.sanctionOf(a, Ban, m)
		if err := r.sanction(ctx, tx, b, a, s); err != nil || !m.Person.IsAnonymous() || !r.o.Settings().BanAddresses {
			return err
		}
		for _, address := range r.addressesOf(m.Room, m.Person) {
			s.Target = address
			if err := r.sanction(ctx, tx, b, a, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// Lift ends a sanction.
func (r *Rooms) Lift(ctx context.Context, by account.Viewer, kind SanctionKind, m Measure) error {
	return r.measure(ctx, by, m, "lift "+string(kind), func(ctx context.Context, tx *db.Tx, b *batch, a act) error {
		if err := deleteSanction(ctx, tx, a.room.ChannelID, kind, m.Person); err != nil {
			return err
		}
		b.updateChannel(a.room.ChannelID, func(h *hall) {
			h.mu.Lock()
			defer h.mu.Unlock()
			delete(h.sanctions, sanctionKey{kind, m.Person})
			h.voice(m.Person, a.at)
		})
		return nil
	})
}

// Sanctions lists those of a room's channel that still hold, for moderators.
func (r *Rooms) Sanctions(ctx context.Context, by account.Viewer, room RoomID) ([]Sanction, error) {
	a, err := r.acting(ctx, r.o.DB, room, by, "")
	if err != nil {
		return nil, err
	}
	return sanctionsOf(ctx, r.o.DB, a.room.ChannelID, r.o.Clock.Now())
}

// measure does something to a person in the name of a moderator, and logs it.
func (r *Rooms) measure(ctx context.Context, by account.Viewer, m Measure, action string, do func(context.Context, *db.Tx, *batch, act) error) error {
	if m.For < 0 || m.For > maxMeasure || m.Person == "" || len(m.Person) > maxPersonBytes {
		return fault.InvalidParam("person", nil, "Should be somebody, for 0 to %d hours", int(maxMeasure.Hours()))
	}
	err := r.do(ctx, func(ctx context.Context, tx *db.Tx, b *batch) error {
		a, err := r.acting(ctx, tx, m.Room, by, m.Reason)
		if err != nil {
			return err
		}
		if err := r.mayTouch(ctx, tx, a, m.Person); err != nil {
			return err
		}
		if err := do(ctx, tx, b, a); err != nil {
			return err
		}
		if m.Retract {
			if err := r.retractAll(ctx, tx, b, m.Room, m.Person, a.detail()); err != nil {
				return err
			}
		}
		return r.log(ctx, tx, a, Entry{Action: action, Target: m.Person, Nick: r.nickOf(m.Room, m.Person), Until: untilOf(a.at, m.For)})
	})
	if err != nil {
		return fmt.Errorf("%s in room %d: %w", action, m.Room, err)
	}
	return nil
}

const maxPersonBytes = 3100 // "jid:" and the longest bare JID (RFC 7622)

func untilOf(at time.Time, d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return at.Add(d)
}

// mayTouch protects the channel's owner from all, and moderators from one another: only the owner and administrators act against them.
func (r *Rooms) mayTouch(ctx context.Context, q db.Querier, a act, person PersonKey) error {
	id := person.accountID()
	if id == 0 {
		return nil
	}
	isStaff, err := isStaffAccount(ctx, q, a.room.ChannelID, id)
	if err != nil {
		return err
	}
	if id == a.room.OwnerID || isStaff && a.affiliation != OwnerAffiliate {
		return fault.New(fault.Forbidden, "You cannot do this to a moderator")
	}
	return nil
}

func (r *Rooms) sanctionOf(a act, kind SanctionKind, m Measure) Sanction {
	return Sanction{
		ChannelID: a.room.ChannelID, Kind: kind, Target: m.Person, Nick: r.nickOf(m.Room, m.Person), Reason: a.reason,
		ByAccount: a.by.AccountID(), At: a.at, Until: untilOf(a.at, m.For),
	}
}

func (r *Rooms) sanction(ctx context.Context, tx *db.Tx, b *batch, a act, s Sanction) error {
	count, err := countSanctions(ctx, tx, s.ChannelID, a.at)
	if err != nil {
		return err
	}
	if count >= maxSanctions {
		return fault.New(fault.TooMany, "The channel has too many sanctions, lift some")
	}
	if err := putSanction(ctx, tx, s); err != nil {
		return err
	}
	why := a.detail()
	why.Why = "ban"
	b.updateChannel(s.ChannelID, func(h *hall) {
		h.mu.Lock()
		h.sanctions[s.key()] = s
		h.voice(s.Target, a.at)
		h.mu.Unlock()
		if s.Kind == Ban {
			h.expel(s.Target, s.Target, s.fault("You are banned from this chat"), why)
		}
	})
	return r.o.Outbox.Record(ctx, tx, Sanctioned{RoomID: a.room.ID, Kind: s.Kind, Person: s.Target})
}

// voice tells who was muted, or may speak again, and where they are known the others too.
func (h *hall) voice(person PersonKey, now time.Time) {
	p := h.people[person]
	if p == nil {
		return
	}
	for o := range h.occupants {
		if o.Person != person {
			continue
		}
		if is := h.roleNow(o, now); is != p.presence.Role {
			p.presence.Role = is
			h.tellPresence(p, now)
		}
		return
	}
}

// expel lets go who is the person, comes from its domain or from the address, and tells the room why.
func (h *hall) expel(person, address PersonKey, reason error, why Detail) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for o := range h.occupants {
		isMeant := o.Person == person || o.Person.domain() == person || address != "" && o.address == address
		if isMeant && (o.Person == person || !o.Affiliation.CanModerate()) {
			h.removeFor(o, reason, why)
		}
	}
}

func (r *Rooms) addressesOf(room RoomID, person PersonKey) []PersonKey {
	var list []PersonKey
	r.inHall(room, func(h *hall) {
		h.mu.Lock()
		defer h.mu.Unlock()
		seen := map[PersonKey]bool{"": true}
		for o := range h.occupants {
			if o.Person == person && !seen[o.address] {
				seen[o.address] = true
				list = append(list, o.address)
			}
		}
	})
	return list
}

// nickOf is the nickname of somebody in the room, "" of who is not there.
func (r *Rooms) nickOf(room RoomID, person PersonKey) (nick string) {
	r.inHall(room, func(h *hall) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if p := h.people[person]; p != nil {
			nick = p.presence.Nick
		}
	})
	return nick
}

func (r *Rooms) retractAll(ctx context.Context, tx *db.Tx, b *batch, room RoomID, person PersonKey, d Detail) error {
	said, err := messagesWhere(ctx, tx, "m.room_id = ? AND m.person = ? AND m.state <> ? ORDER BY m.id DESC LIMIT ?", room, person, IsRemoved, maxRetracted)
	if err != nil {
		return err
	}
	for _, m := range said {
		if err := r.retract(ctx, tx, b, m, d); err != nil {
			return err
		}
	}
	return nil
}

func cutReason(reason string) string {
	reason = cleanBody(reason)
	if utf8.RuneCountInString(reason) > maxReasonRunes {
		reason = string([]rune(reason)[:maxReasonRunes])
	}
	return reason
}
