package chat

import (
	"context"
	"time"

	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

const renameEvery = 10 * time.Second // of one person

// Rename gives the occupant, on all connections, another nickname, on the conditions of Join. Who has an account here goes by the name of
// theirs. It fails with fault.Conflict for one that is taken or could be taken for a moderator's, and for who may not speak.
func (r *Rooms) Rename(_ context.Context, o *Occupant, nick string) error {
	now := r.o.Clock.Now()
	if err := o.spend(now); err != nil {
		return err
	}
	nick, err := cleanNick(nick)
	if err != nil {
		return err
	}
	if o.Person.accountID() != 0 {
		return fault.New(fault.Forbidden, "You go by the name of your account here")
	}
	return o.hall.rename(o, nick, now)
}

func (h *hall) rename(o *Occupant, nick string, now time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.maySpeak(o, now); err != nil {
		return err
	}
	p := h.people[o.Person]
	before := p.presence.Nick
	switch {
	case nick == before:
		return nil
	case !h.isFree(nick, o.Person):
		return nickTaken()
	case !p.renamed.IsZero() && now.Sub(p.renamed) < renameEvery:
		return fault.New(fault.TooMany, "Wait %d seconds before you change your nickname again", int(renameEvery.Seconds()))
	}
	if err := h.mayStir(o, now); err != nil {
		return err
	}
	delete(h.nicks, rule.Normal(before))
	h.nicks[rule.Normal(nick)] = o.Person
	p.presence.Nick, p.renamed = nick, now
	e := &Event{Kind: Renamed, Person: o.Person, At: now, Detail: Detail{Presence: p.told(), Nick: before}}
	if !p.isKnown {
		e.Audience = ForPerson
	}
	h.tell(e)
	return nil
}

func nickTaken() error { return fault.New(fault.Conflict, "Somebody else has this nickname") }
