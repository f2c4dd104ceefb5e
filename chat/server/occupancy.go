package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/chat"
	"lucarne/chat/xmpp"
	"lucarne/platform/fault"
)

// occupancy is one peer in one room.
type occupancy struct {
	pen
	name string // of the room
	peer peer
	o    *chat.Occupant
	poll atomic.Int64 // the open one, or the one that ended last
	over atomic.Int64 // when it ended, in ms; 0: not yet
	stop context.CancelFunc

	reading sync.Mutex
	board   board

	isLeft atomic.Bool
	done   chan struct{} // closed when nothing more of the room is passed on
}

// frame is what an event looks like to this occupant, made once for all who see the same; nil for nothing.
func (oc *occupancy) frame(e *chat.Event) Frame {
	format := chat.ToEverybody
	if oc.o.Affiliation.CanModerate() {
		format = chat.ToStaff
	}
	return e.Frame(format, func(e *chat.Event) []byte {
		element := oc.write(e, format == chat.ToStaff)
		if element == nil {
			return nil
		}
		return encode(element)
	})
}

// pump passes on what happens in the room until the occupant is let go. A mistake of ours ends with the occupancy: the client comes in again.
func (oc *occupancy) pump(ctx context.Context) {
	defer close(oc.done)
	defer oc.leave()
	defer func() {
		if failure := recover(); failure != nil {
			why := oc.s.mistake(failure)
			oc.s.o.Logger.Error("an event could not be told", "room", oc.jid, "error", why)
			oc.expelled(ctx, why)
		}
	}()
	oc.expelled(ctx, oc.passAll(ctx))
}

// passAll passes on events, and gives the reason why there are no more.
func (oc *occupancy) passAll(ctx context.Context) error {
	for {
		e, err := oc.o.Next(ctx)
		if err != nil {
			return err
		}
		events := []*chat.Event{e}
		for len(events) < maxTogether {
			more := oc.o.More()
			if more == nil {
				break
			}
			events = append(events, more)
		}
		oc.pass(events)
		time.Sleep(pause(e.Crowd))
	}
}

// The larger the room, the more events are written at once: what costs is the number of writes, not their length. Nobody sees the difference.
const (
	pauseOfOne = time.Millisecond // between two writes, for each connection to the room
	maxPause   = 200 * time.Millisecond
)

func pause(crowd int) time.Duration { return min(time.Duration(crowd)*pauseOfOne, maxPause) }

// maxTogether is how many events are written at once to who has some to catch up on.
const maxTogether = 32

// pass tells events in their order. What is about the occupant itself is written for it alone.
func (oc *occupancy) pass(events []*chat.Event) {
	start := 0
	for i, e := range events {
		oc.note(e)
		own := oc.own(e)
		if own == nil {
			continue
		}
		oc.peer.tell(oc, events[start:i])
		oc.peer.send(own...)
		start = i + 1
	}
	oc.peer.tell(oc, events[start:])
}

func (oc *occupancy) note(e *chat.Event) {
	switch e.Kind {
	case chat.PollBegan:
		oc.over.Store(0)
		oc.poll.Store(int64(e.Poll.ID))
	case chat.PollOver:
		oc.over.Store(oc.s.o.Clock.Now().UnixMilli())
	}
}

// own are the stanzas of an event that are not the same for all: presences of the occupant itself, and changes of nicknames.
func (oc *occupancy) own(e *chat.Event) []*xmpp.Element {
	isStaff, isSelf := oc.o.Affiliation.CanModerate(), e.Person == oc.o.Person
	switch {
	case e.Kind == chat.Renamed:
		stanzas := oc.renamed(e, isStaff)
		if isSelf {
			for _, stanza := range stanzas {
				addStatus(stanza, statusSelf)
			}
		}
		return stanzas
	case e.Kind == chat.Present && isSelf:
		stanza := oc.presence(*e.Presence, isStaff)
		addStatus(stanza, statusSelf)
		return []*xmpp.Element{stanza}
	case e.Kind == chat.ItemPut, e.Kind == chat.ItemDropped:
		return oc.itemChanged(e)
	case e.Kind == chat.Absent && isSelf:
		return []*xmpp.Element{} // the occupant learns it otherwise
	}
	return nil
}

func addStatus(stanza *xmpp.Element, code string) {
	stanza.Child(nsMUCUser, "x").Add(xmpp.NewElement(nsMUCUser, "status").Set("code", code))
}

// leave takes the peer out of the room; it is not told. It reports whether the peer was in it.
func (oc *occupancy) leave() bool {
	if oc == nil || !oc.isLeft.CompareAndSwap(false, true) {
		return false
	}
	oc.o.Leave()
	oc.stop()
	oc.peer.left(oc)
	return true
}

// quit leaves, and waits until nothing more of the room is passed on. Whoever passes it on must not call it.
func (oc *occupancy) quit(ctx context.Context) bool {
	wasIn := oc.leave()
	select {
	case <-oc.done:
	case <-ctx.Done():
	}
	return wasIn
}

// expelled tells a peer that it is no longer in the room, and why.
func (oc *occupancy) expelled(ctx context.Context, why error) {
	if ctx.Err() != nil || !oc.leave() {
		return
	}
	r := refusalOf(why)
	if r.code == "too_slow" {
		oc.peer.lose(&StreamError{Condition: TooMuch, Text: r.text})
		return
	}
	code, affiliation := statusError, string(oc.o.Affiliation)
	switch r.code {
	case "kick":
		code = statusKicked
	case "ban":
		code, affiliation = statusBanned, "outcast"
	case "":
		if fault.Is(why, fault.Unavailable) {
			code = statusStopped
		}
	}
	item := xmpp.NewElement(nsMUCUser, "item").Set("affiliation", affiliation).Set("role", "none")
	if r.text != "" {
		item.Add(xmpp.NewText(nsMUCUser, "reason", r.text))
	}
	stanza := xmpp.NewElement(xmpp.NSClient, "presence").Set("from", oc.at(oc.o.Nickname())).Set("type", "unavailable")
	stanza.Add(xmpp.NewElement(nsMUCUser, "x", item))
	addStatus(stanza, statusSelf)
	addStatus(stanza, code)
	if r.code != "" {
		stanza.Add(xmpp.NewElement(nsChat, "reason").Set("code", r.code))
	}
	oc.peer.send(stanza)
}
