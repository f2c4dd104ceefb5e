package packager

import (
	"math"
	"time"
)

// Bounds of what is decided from the first keyframes.
const (
	maxSegment   = 12 * time.Second // no segment is longer, whatever the encoder's keyframe interval
	maxUndecided = 10 * time.Second // how long the second keyframe is waited for
	innerPart    = time.Second      // how much is written at a time where parts are not listed
)

// pace is what a playlist promises and may not change later (RFC 8216bis §4.4.3.1, §4.4.3.7). It is decided once, from the interval of
// the first keyframes, and holds for all renditions.
type pace struct {
	isSet   bool
	target  time.Duration // EXT-X-TARGETDURATION, whole seconds
	limit   time.Duration // no segment is longer
	part    time.Duration // no part is longer; PART-TARGET where parts are listed
	segment time.Duration // the wanted length
	isLow   bool          // parts are listed
}

// roundingReserve keeps durations below where they would round up to the next second.
const roundingReserve = 20 * time.Millisecond

func newPace(o Options, keyInterval, frameInterval time.Duration) pace {
	wanted := o.SegmentTarget
	if o.PartTarget > 0 {
		wanted = wanted * 3 / 2 // room for keyframes that come late; without price, since players go by the parts
	}
	seconds := math.Ceil(max(wanted, min(keyInterval, maxSegment)).Seconds() - roundingReserve.Seconds())
	p := pace{isSet: true, target: time.Duration(max(1, seconds)) * time.Second, segment: o.SegmentTarget, isLow: o.PartTarget > 0}
	// RFC 8216bis §4.4.3.1: EXTINF rounded to the nearest integer is at most the target duration.
	p.limit = p.target + 500*time.Millisecond - roundingReserve
	p.part = o.PartTarget
	if p.part == 0 {
		p.part = min(innerPart, p.segment)
	}
	p.part = partFor(p.part, frameInterval)
	return p
}

// coarse is the share of a part from which the length of a frame matters: parts of whole frames might miss 85 % of the target.
const coarse = 0.12

// partFor lengthens a part to a little more than whole frames when there are few in it.
func partFor(wanted, frame time.Duration) time.Duration {
	if float64(frame) <= coarse*float64(wanted) {
		return wanted
	}
	frames := math.Ceil(float64(wanted)/float64(frame) - 0.25)
	part := time.Duration(frames*float64(frame)*1.05) + time.Millisecond
	return part.Round(time.Millisecond)
}

// isPart reports whether a part that has run so long is whole: another frame would not fit, and it is not too short (RFC 8216bis
// §4.4.4.9: 85 % of PART-TARGET).
func (p pace) isPart(length, frame time.Duration) bool {
	return length >= p.part*85/100 && length+frame+frame/10+time.Millisecond > p.part
}

// wantsCut reports whether a keyframe is to begin a segment: when the one that runs is long enough, or would become too long by the next.
func (p pace) wantsCut(length, keyInterval time.Duration) bool {
	return length >= p.segment*9/10 || length+keyInterval > p.limit
}

// holdBack is HOLD-BACK: at least three target durations (RFC 8216bis §4.4.3.8).
func (p pace) holdBack() time.Duration { return 3 * p.target }

// partHoldBack is PART-HOLD-BACK: three part targets, as RFC 8216bis §4.4.3.8 recommends.
func (p pace) partHoldBack() time.Duration { return 3 * p.part }

// partLimit is the Advance Part Limit of RFC 8216bis §6.2.5.2.
func (p pace) partLimit() int {
	if p.part >= time.Second {
		return 3
	}
	return int(math.Ceil(3 / p.part.Seconds()))
}

// skipUntil is CAN-SKIP-UNTIL: at least six target durations (RFC 8216bis §4.4.3.8).
func (p pace) skipUntil() time.Duration { return 6 * p.target }

// window is how much a playlist lists: five target durations at least, where RFC 8216bis §6.2.2 asks for three.
func (p pace) window(wanted time.Duration) time.Duration { return max(wanted, 5*p.target) }

// partsListed is how far from the end parts are listed (RFC 8216bis §4.4.4.9: no more than three target durations).
func (p pace) partsListed() time.Duration { return 3 * p.target }

// patience is how long anything is waited for: three target durations (RFC 8216bis §6.2.5.2).
func (p pace) patience() time.Duration {
	if !p.isSet {
		return 3 * maxUndecided / 2
	}
	return 3 * p.target
}
