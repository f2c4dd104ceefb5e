package chat

import (
	"strconv"
	"time"

	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

// admit lets somebody in and tells what there is to know, in one step with the events that follow.
func (h *hall) admit(o *Occupant, missed []*Event, since int64, isReset bool, now time.Time) (Welcome, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.isClosed {
		return Welcome{}, errClosed
	}
	if err := h.mayEnter(o, now); err != nil {
		return Welcome{}, err
	}
	if err := h.name(o); err != nil {
		return Welcome{}, err
	}
	w := Welcome{Room: h.room, Seq: h.lastSeq, IsReset: isReset && since > 0, Terms: h.channel.Terms, Poll: h.poll.copy()}
	if len(missed) > 0 {
		since = missed[len(missed)-1].Seq
	}
	if !isReset {
		rest, reaches := h.after(since, o)
		w.Missed, w.IsReset = append(missed, rest...), !reaches
	}
	if isReset || w.IsReset {
		w.Missed, w.History = nil, append([]*Message(nil), h.history...)
	}
	w.Pinned = h.pinned
	w.Present = h.present()
	h.seat(o, now)
	w.Self = h.people[o.Person].presence
	return w, nil
}

func (h *hall) seat(o *Occupant, now time.Time) {
	o.hall = h
	h.occupants[o] = struct{}{}
	h.idleSince = time.Time{}
	if o.address != "" {
		h.addresses[o.address]++
	}
	p := h.people[o.Person]
	if p == nil {
		p = &crowd{pace: newBucket(burst, refill, now), presence: Presence{
			Person: o.Person, Nick: o.Nick, Account: o.profile.username, Avatar: o.profile.avatar, Affiliation: o.Affiliation, Role: h.roleNow(o, now),
		}}
		h.people[o.Person] = p
	}
	p.count++
	if o.Affiliation.CanModerate() {
		h.introduce(o.Person, now)
	}
}

func (h *hall) mayEnter(o *Occupant, now time.Time) error {
	if o.Affiliation.CanModerate() {
		return nil
	}
	if s, isBanned := h.sanctioned(Ban, o, now); isBanned {
		return s.fault("You are banned from this chat")
	}
	if err := h.listed(o.Person); err != nil {
		return err
	}
	if h.room.Settings.Mode == SignedInOnly && o.Person.IsAnonymous() {
		return fault.New(fault.Forbidden, "This chat is for people with an account just now").WithCode("signed_in_only")
	}
	if p := h.people[o.Person]; p != nil && p.count >= maxPerPerson {
		return fault.New(fault.Unavailable, "You are in this room too many times")
	}
	if len(h.occupants) >= maxOccupants || o.address != "" && h.addresses[o.address] >= maxPerAddress {
		return fault.New(fault.Unavailable, "The room is full")
	}
	return nil
}

// name gives the occupant a nickname nobody else has or could be taken for. Who is signed in gets a number behind it, others are asked
// for another one.
func (h *hall) name(o *Occupant) error {
	if p := h.people[o.Person]; p != nil {
		o.Nick = p.presence.Nick
		return nil
	}
	wanted := o.Nick
	for n := 2; !h.isFree(o.Nick, o.Person); n++ {
		if o.Person.IsAnonymous() || n > maxPerAddress {
			return nickTaken()
		}
		o.Nick = wanted + " " + strconv.Itoa(n)
	}
	h.nicks[rule.Normal(o.Nick)] = o.Person
	return nil
}

func (h *hall) isFree(nick string, person PersonKey) bool {
	normal := rule.Normal(nick)
	isBots := h.channel.Bot.IsOn && rule.Skeleton(nick) == rule.Skeleton(h.channel.Bot.nick())
	if normal == reservedNick || isBots {
		return false
	}
	if owner, isReserved := h.reserved[rule.Skeleton(nick)]; isReserved && owner != person {
		return false
	}
	owner, taken := h.nicks[normal]
	return !taken || owner == person
}

func (h *hall) present() []Presence {
	list := []Presence{}
	if h.channel.Bot.IsOn {
		list = append(list, h.botPresence())
	}
	for _, p := range h.people {
		if p.isKnown && (len(list) < maxSpeakers || p.presence.Affiliation.CanModerate()) {
			list = append(list, p.presence)
		}
	}
	return list
}

// roleNow is what an occupant may do just now.
func (h *hall) roleNow(o *Occupant, now time.Time) Role {
	if _, isMuted := h.sanctioned(Mute, o, now); isMuted && !o.Affiliation.CanModerate() {
		return VisitorRole
	}
	return h.role(o)
}

// role is what an occupant may do just now, sanctions aside.
func (h *hall) role(o *Occupant) Role {
	if o.Affiliation.CanModerate() {
		return ModeratorRole
	}
	mode := h.room.Settings.Mode
	if mode == ReadOnly || mode == FollowersOnly && !o.follows || (mode == AnonymousMuted || mode == SignedInOnly) && o.Person.IsAnonymous() {
		return VisitorRole
	}
	return ParticipantRole
}
