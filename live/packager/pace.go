package packager

import (
	"math"
	"time"

	"lucarne/live/stream"
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

// partOverflows reports whether a part that has run so long has no place for another frame.
func (p pace) partOverflows(length, frame time.Duration) bool {
	return length+frame+frame/10+time.Millisecond > p.part
}

// wantsCut reports whether a keyframe is to begin a segment: when the one that runs is long enough, or would become too long by the next.
func (p pace) wantsCut(length, keyInterval time.Duration) bool {
	return length >= p.segment*9/10 || length+keyInterval > p.limit
}

// holdBack is HOLD-BACK: at least three target durations (RFC 8216bis §4.4.3.8).
func (p pace) holdBack() time.Duration { return 3 * p.target }

// minPartHoldBack keeps very short parts from asking too much of the network.
const minPartHoldBack = 1200 * time.Millisecond

// partHoldBack is PART-HOLD-BACK: at least two part targets, better three (RFC 8216bis §4.4.3.8). Two and a half keep the picture
// within three seconds.
func (p pace) partHoldBack() time.Duration { return max(p.part*5/2, minPartHoldBack) }

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

// cut is where a segment begins, in all renditions.
type cut struct {
	number          int64 // the media sequence number
	at              time.Duration
	sound           *stream.Track // from here on
	isDiscontinuity bool
	isForced        bool // no keyframe came in time
}

// maxCuts bounds how many cuts are remembered for renditions that come later.
const maxCuts = 128

// cutTolerance is how far from the source's a keyframe may be that was made at it: at another frame rate the frame is another.
const cutTolerance = 50 * time.Millisecond

// cuts are the last cuts, in order and without holes.
type cuts []cut

func (c *cuts) add(next cut) {
	*c = append(*c, next)
	if len(*c) > maxCuts {
		*c = append((*c)[:0], (*c)[1:]...)
	}
}

// find gives the cut of a number, when it is known.
func (c cuts) find(number int64) (cut, bool) {
	if len(c) == 0 || number < c[0].number || number > c[len(c)-1].number {
		return cut{}, false
	}
	return c[number-c[0].number], true
}

// near gives the cut at a time.
func (c cuts) near(at time.Duration) (cut, bool) {
	for i := len(c) - 1; i >= 0; i-- {
		if (c[i].at - at).Abs() <= cutTolerance {
			return c[i], true
		}
	}
	return cut{}, false
}
