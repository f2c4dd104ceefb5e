package chat

import (
	"slices"
	"sync"
	"time"

	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

// Bounds of the memory of a room.
const (
	ringEvents     = 512 // the last events, for who comes back
	historyOnJoin  = 50  // messages
	maxSpeakers    = 200 // told to who joins
	maxReplay      = 1000
	maxSanctions   = 10_000 // of a channel
	slowModePeople = 20_000
)

// hall is what is in memory of a room while somebody is in it. What is numbered is published by the writer alone, in order.
type hall struct {
	mu        sync.Mutex
	room      Room
	channel   ChannelSettings
	checker   *rule.Checker
	lists     []*rule.Shared // others keep
	memory    *rule.Memory
	occupants map[*Occupant]struct{}
	people    map[PersonKey]*crowd
	nicks     map[string]PersonKey // by rule.Normal
	addresses map[PersonKey]int
	reserved  map[string]PersonKey // names of those who moderate, by rule.Skeleton
	sanctions map[sanctionKey]Sanction
	ring      []*Event
	ringFrom  int64 // the ring holds all events after this one
	lastSeq   int64
	history   []*Message
	isThin    bool // there is more history than is remembered
	lastSaid  map[PersonKey]time.Time
	poll      *Poll
	hasVotes  bool // since they were counted
	pinned    *Message
	bot       botState
	emoji     map[string]bool // the channel's own, by name
	light     bucket          // reactions and other nicknames
	isClosed  bool
	idleSince time.Time // zero: somebody is there
}

// crowd is one person's connections to a room.
type crowd struct {
	count    int
	isKnown  bool // the room was told of the person
	presence Presence
	renamed  time.Time // zero: never
	pace     bucket
}

// told is the presence as events carry it: it never changes.
func (c *crowd) told() *Presence {
	p := c.presence
	return &p
}

func newHall(room Room, now time.Time) *hall {
	return &hall{
		room: room, memory: rule.NewMemory(), occupants: make(map[*Occupant]struct{}), people: make(map[PersonKey]*crowd),
		nicks: make(map[string]PersonKey), addresses: make(map[PersonKey]int),
		sanctions: make(map[sanctionKey]Sanction), ringFrom: room.lastSeq, lastSeq: room.lastSeq,
		lastSaid: make(map[PersonKey]time.Time), light: newBucket(lightBurst, lightRefill, now), idleSince: now,
	}
}

// publish tells an event to all it is for, and remembers what it changes.
func (h *hall) publish(e *Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.remember(e)
	h.lastSeq = e.Seq
	h.ring = append(h.ring, e)
	if len(h.ring) > ringEvents {
		h.ringFrom = h.ring[0].Seq
		h.ring = append(h.ring[:0], h.ring[1:]...)
	}
	h.tell(e)
}

func (h *hall) tell(e *Event) {
	e.Crowd = len(h.occupants)
	for o := range h.occupants {
		if !o.sees(e) {
			continue
		}
		select {
		case o.events <- e:
		default:
			h.remove(o, tooSlow())
		}
	}
}

func tooSlow() error {
	return fault.New(fault.Unavailable, "The connection is too slow; go on from the last event").WithCode("too_slow")
}

func (h *hall) remember(e *Event) {
	switch e.Kind {
	case Posted:
		if e.Person != BotPerson {
			h.bot.heard = e.At
		}
		h.history = append(h.history, e.Message)
		if len(h.history) > historyOnJoin {
			h.history = append(h.history[:0], h.history[1:]...)
		}
	case Edited:
		h.replace(e.MessageID, func(Message) *Message { return e.Message })
	case Reacted:
		h.replace(e.MessageID, func(m Message) *Message {
			m.Reactions = e.Reaction.Counts
			return &m
		})
	case Retracted:
		if h.pinned != nil && h.pinned.ID == e.MessageID {
			h.pinned = nil
		}
		h.isThin = h.isThin || len(h.history) == historyOnJoin
		h.history = slices.DeleteFunc(h.history, func(m *Message) bool { return m.ID == e.MessageID })
		h.ring = slices.DeleteFunc(h.ring, func(old *Event) bool { return old.Message != nil && old.Message.ID == e.MessageID })
	case Pinned:
		h.pinned = e.Message
	case Changed:
		h.room.Settings = *e.Settings
	case PollBegan:
		h.poll = e.Poll.copy()
	case PollOver:
		h.poll = nil
	}
}

// replace puts another form of a message in the place of one that is remembered; those told of the first keep it.
func (h *hall) replace(id MessageID, with func(Message) *Message) {
	if i := slices.IndexFunc(h.history, func(m *Message) bool { return m.ID == id }); i >= 0 {
		h.history[i] = with(*h.history[i])
	}
	if h.pinned != nil && h.pinned.ID == id {
		h.pinned = with(*h.pinned)
	}
}

// after gives the events after a number that somebody may see, and false when the ring does not go back that far.
func (h *hall) after(seq int64, o *Occupant) ([]*Event, bool) {
	if seq < h.ringFrom || seq > h.lastSeq {
		return nil, false
	}
	missed := []*Event{}
	for _, e := range h.ring {
		if e.Seq > seq && o.sees(e) {
			missed = append(missed, e)
		}
	}
	return missed, true
}

// remove lets an occupant go; a nil reason is their own wish.
func (h *hall) remove(o *Occupant, reason error) { h.removeFor(o, reason, Detail{}) }

// removeFor lets an occupant go and tells the room why.
func (h *hall) removeFor(o *Occupant, reason error, why Detail) {
	if _, isIn := h.occupants[o]; !isIn {
		return
	}
	delete(h.occupants, o)
	o.err = reason
	close(o.gone)
	if o.address != "" {
		if h.addresses[o.address]--; h.addresses[o.address] == 0 {
			delete(h.addresses, o.address)
		}
	}
	p := h.people[o.Person]
	if p.count--; p.count > 0 {
		return
	}
	delete(h.people, o.Person)
	delete(h.nicks, rule.Normal(p.presence.Nick))
	if p.isKnown {
		why.Presence = p.told()
		h.tell(&Event{Kind: Absent, Person: o.Person, Detail: why})
	}
}

// introduce tells the room of somebody who moderates or speaks, once.
func (h *hall) introduce(person PersonKey, at time.Time) {
	p := h.people[person]
	if p == nil || p.isKnown {
		return
	}
	p.isKnown = true
	h.tellPresence(p, at)
}

// tellPresence tells those who know of a person, themselves included, how they are here.
func (h *hall) tellPresence(p *crowd, at time.Time) {
	e := &Event{Kind: Present, Person: p.presence.Person, At: at, Detail: Detail{Presence: p.told()}}
	if !p.isKnown {
		e.Audience = ForPerson
	}
	h.tell(e)
}

func (h *hall) close(reason error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.isClosed = true
	for o := range h.occupants {
		h.remove(o, reason)
	}
}

// isIdle reports whether nobody was here for a while, and closes the door then.
func (h *hall) isIdle(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.occupants) > 0 {
		h.idleSince = time.Time{}
		return false
	}
	if h.idleSince.IsZero() {
		h.idleSince = now
	}
	h.isClosed = h.isClosed || now.Sub(h.idleSince) >= idleHall
	return h.isClosed
}

func (h *hall) hasEmoji(name string) bool { return h.emoji[name] }

// mayStir bounds what all are told of beside messages; moderators are spared.
func (h *hall) mayStir(o *Occupant, now time.Time) error {
	if o.Affiliation.CanModerate() || h.light.take(now) {
		return nil
	}
	return fault.New(fault.TooMany, "Too many people do this just now, try again in a moment")
}
