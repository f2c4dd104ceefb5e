package packager

import (
	"time"

	"lucarne/live/stream"
)

// cut is where a segment begins, in all renditions.
type cut struct {
	number          int64 // the media sequence number
	at              time.Duration
	sound           *stream.Track // from here on
	isDiscontinuity bool
	discontinuities int64 // before it
	isForced        bool  // no keyframe came in time
}

// maxCuts bounds how many cuts are remembered for renditions that come later.
const maxCuts = 128

// cutTolerance is how far from the source's a keyframe may be that was made at it: at another frame rate the frame is another.
const cutTolerance = 50 * time.Millisecond

// cuts are the last cuts, in order and without holes.
type cuts []cut

// add numbers a cut, from first on.
func (c *cuts) add(first int64, next cut) cut {
	next.number = first
	if n := len(*c); n > 0 {
		last := (*c)[n-1]
		next.number, next.discontinuities = last.number+1, last.discontinuities
		if last.isDiscontinuity {
			next.discontinuities++
		}
	}
	*c = append(*c, next)
	if len(*c) > maxCuts {
		*c = append((*c)[:0], (*c)[1:]...)
	}
	return next
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

// cut begins another segment in all renditions and gives it its number.
func (p *Packager) cut(c cut) cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts.add(p.o.FirstNumber, c)
}

func (p *Packager) cutNear(at time.Duration) (cut, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts.near(at)
}

func (p *Packager) cutOf(number int64) (cut, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts.find(number)
}

// paceNow is the pace, once it is set.
func (p *Packager) paceNow() pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pace
}

// decidePace sets the pace once the source told enough: keyframes over the length of a segment, or all that can be waited for.
func (p *Packager) decidePace(r *rendition) {
	if p.paceNow().isSet || len(r.queue) < 2 {
		return
	}
	last := r.queue[len(r.queue)-1]
	length := last.dts - r.queue[0].dts
	if last.isKey && (r.picture == nil || length >= p.o.SegmentTarget*9/10) || length >= maxUndecided {
		p.forcePace(r)
	}
}

// forcePace sets the pace from what is known.
func (p *Packager) forcePace(r *rendition) {
	if p.paceNow().isSet || len(r.queue) == 0 {
		return
	}
	first, last := r.queue[0], r.queue[len(r.queue)-1]
	interval, keyInterval, key := usualInterval, time.Duration(0), first.dts
	if n := len(r.queue); n > 1 {
		interval = (last.dts - first.dts) / time.Duration(n-1)
	}
	for _, f := range r.queue {
		if f.isKey {
			keyInterval, key = max(keyInterval, f.dts-key), f.dts
		}
	}
	keyInterval = max(keyInterval, last.dts-key)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace = newPace(p.o, keyInterval, interval)
}
