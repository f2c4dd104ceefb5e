package whip

import (
	"time"

	"github.com/pion/rtp"
)

// Bounds of a reorder. The first two are those of RFC 3550 appendix A.1.
const (
	maxDropout  = 3000
	maxMisorder = 100
	maxHeld     = 1024
)

// reorder puts the packets of a track back into the order of their sequence numbers, and waits a little for those that are missing:
// they are asked for again by NACK (RFC 4585 §6.2.1).
type reorder struct {
	patience time.Duration

	held      map[uint16]*rtp.Packet
	next      uint16
	isRunning bool
	gapSince  time.Time // zero: nothing is missing
	suspect   *rtp.Packet
}

func newReorder(patience time.Duration) *reorder {
	return &reorder{patience: patience, held: make(map[uint16]*rtp.Packet)}
}

// push takes a packet as it came. Late and repeated ones are dropped.
func (o *reorder) push(p *rtp.Packet) {
	if !o.isRunning {
		o.isRunning, o.next = true, p.SequenceNumber
	}
	ahead := int16(p.SequenceNumber - o.next) // of 2^16 numbers, half are before
	if ahead >= maxDropout || ahead < -maxMisorder {
		o.restart(p)
		return
	}
	o.suspect = nil
	if ahead >= 0 && len(o.held) < maxHeld {
		o.held[p.SequenceNumber] = p
	}
}

// restart begins anew at a far number once a second packet confirms it: RFC 3550 appendix A.1.
func (o *reorder) restart(p *rtp.Packet) {
	if o.suspect == nil || p.SequenceNumber != o.suspect.SequenceNumber+1 {
		o.suspect = p
		return
	}
	clear(o.held)
	o.held[o.suspect.SequenceNumber], o.held[p.SequenceNumber] = o.suspect, p
	o.next, o.gapSince, o.suspect = o.suspect.SequenceNumber-1, time.Unix(0, 0), nil // as after one loss that nobody waits for
}

// pop gives the next packet, nil when there is none to give yet. isAfterLoss says that packets before it will never come.
func (o *reorder) pop(now time.Time) (p *rtp.Packet, isAfterLoss bool) {
	if p, isHere := o.held[o.next]; isHere {
		return o.take(p), false
	}
	if len(o.held) == 0 {
		return nil, false
	}
	if o.gapSince.IsZero() {
		o.gapSince = now
	}
	if now.Sub(o.gapSince) < o.patience && len(o.held) < maxHeld {
		return nil, false
	}
	for o.held[o.next] == nil {
		o.next++
	}
	return o.take(o.held[o.next]), true
}

func (o *reorder) take(p *rtp.Packet) *rtp.Packet {
	delete(o.held, o.next)
	o.next++
	o.gapSince = time.Time{}
	return p
}
