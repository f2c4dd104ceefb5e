package chat

import (
	"context"
	"time"

	"lucarne/account"
	"lucarne/platform/fault"
)

const (
	queuedEvents = 128 // of one occupant; who is further behind is cut off
	burst        = 10  // actions of one person at once
	refill       = 500 * time.Millisecond
	// What all are told of and costs nobody a thought, reactions and other nicknames, is bounded for the room as a whole.
	lightBurst  = 60
	lightRefill = 50 * time.Millisecond
)

// Occupant is one connection of somebody to a room. It must Leave.
type Occupant struct {
	Person      PersonKey
	Nick        string // at first; see Nickname
	Affiliation Affiliation
	RoomID      RoomID

	viewer    account.Viewer
	profile   profile   // of who has an account here
	address   PersonKey // "" unknown
	follows   bool      // of the channel or its owner; guarded by the hall's lock
	followsAt time.Time // when that was so
	hall      *hall
	events    chan *Event
	gone      chan struct{}
	err       error // why gone; read after gone is closed, or under the hall's lock
}

// Next waits for the next event. Once the occupant is let go and the events before are taken, it fails with the reason:
// fault.Unavailable with code "too_slow" for who could not keep up, and may join again with the last Seq seen; fault.Forbidden for who was
// kicked or banned.
func (o *Occupant) Next(ctx context.Context) (*Event, error) {
	select {
	case e := <-o.events:
		return e, nil
	default:
	}
	select {
	case e := <-o.events:
		return e, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-o.gone:
		return o.last()
	}
}

// More gives an event that has happened already, or nil. After Next it lets whoever is behind catch up in one go.
func (o *Occupant) More() *Event {
	select {
	case e := <-o.events:
		return e
	default:
		return nil
	}
}

func (o *Occupant) last() (*Event, error) {
	select {
	case e := <-o.events:
		return e, nil
	default:
	}
	if o.err == nil {
		return nil, fault.New(fault.Unavailable, "The room was left")
	}
	return nil, o.err
}

// Nickname is what the occupant is called now.
func (o *Occupant) Nickname() string {
	o.hall.mu.Lock()
	defer o.hall.mu.Unlock()
	if p := o.hall.people[o.Person]; p != nil {
		return p.presence.Nick
	}
	return o.Nick
}

// Leave ends the occupancy. It may be called twice.
func (o *Occupant) Leave() {
	o.hall.mu.Lock()
	defer o.hall.mu.Unlock()
	o.hall.remove(o, nil)
}

func (o *Occupant) sees(e *Event) bool {
	return e.Audience == ForAll || e.Audience == ForStaff && o.Affiliation.CanModerate() || e.Person == o.Person
}

// spend bounds how often one person does something in the room, whatever it is and on however many connections.
func (o *Occupant) spend(now time.Time) error {
	o.hall.mu.Lock()
	defer o.hall.mu.Unlock()
	p := o.hall.people[o.Person]
	if p == nil {
		return nil // they are told that they are not in the room
	}
	if !p.pace.take(now) {
		return fault.New(fault.TooMany, "That was too much at once, wait a few seconds")
	}
	return nil
}

// bucket bounds how often something happens: size times at once, and one more every so often.
type bucket struct {
	size   int
	every  time.Duration
	tokens int
	filled time.Time
}

func newBucket(size int, every time.Duration, now time.Time) bucket {
	return bucket{size: size, every: every, tokens: size, filled: now}
}

// take reports whether it may happen once more now.
func (b *bucket) take(now time.Time) bool {
	if gained := int(now.Sub(b.filled) / b.every); gained > 0 {
		b.tokens = min(b.size, b.tokens+gained)
		b.filled = now
	}
	if b.tokens == 0 {
		return false
	}
	b.tokens--
	return true
}
