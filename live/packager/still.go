package packager

import "time"

// fillShare is how much of a part a picture that stands still lasts: just so that the next one begins a part.
const fillShare = 0.97

// usualInterval is taken for the length of a frame where it is not known.
const usualInterval = 33 * time.Millisecond

// fill continues the leading track up to a time with what was seen last, or with silence.
func (r *rendition) fill(until time.Duration) {
	if !r.plan.hasBegun {
		return
	}
	if r.picture == nil {
		r.fillSilent(until)
		return
	}
	for at := r.nextStill(); at <= until && r.lastKey != nil; at = r.nextStill() {
		r.needsKey = true
		r.push(frame{dts: at, pts: at, tick: ticks(at, pictureScale), isKey: true, data: r.lastKey, track: r.picture})
		r.isStill = true
	}
}

// nextStill is when the last keyframe is shown again: after all that the encoder sent, then at the beginning of each part and of each
// segment of the source.
func (r *rendition) nextStill() time.Duration {
	step := time.Duration(float64(r.p.paceNow().part) * fillShare)
	at := r.plan.part + step
	if at <= r.plan.last+time.Millisecond {
		at = r.plan.last + step
	}
	if !r.isStill {
		interval := r.plan.interval
		if interval <= 0 || interval > step {
			interval = usualInterval
		}
		at = max(r.plan.last, r.plan.lastShown) + interval
	}
	if c, ok := r.p.cutOf(r.plan.number + 1); ok && r.kind == Encoded && c.at > r.plan.last && c.at < at {
		at = c.at
	}
	return at
}

// fillSilent continues a broadcast of sound alone.
func (r *rendition) fillSilent(until time.Duration) {
	data := silenceOf(r.sound)
	for data != nil && r.soundTrack == r.sound && r.heardUntil() <= until {
		f := silentFrame(r.sound, data, r.soundEnd)
		r.soundEnd += aacFrame
		r.push(f)
	}
}

// lateness is how long encoded pictures may be on their way when the source's have ended.
const lateness = time.Second

// hold continues everything up to a time, and gives the sound that encoded renditions do not have yet.
func (r *rendition) hold(until time.Duration) ([]frame, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isClosed || r.kind == Encoded && r.p.o.Clock.Now().Sub(r.lastWrite) < lateness {
		return nil, nil
	}
	if r.kind == Source {
		r.p.forcePace(r)
		r.decide()
	}
	if !r.plan.hasBegun {
		return nil, nil
	}
	until = min(until, r.plan.last+maxJump) // the rest comes with the next call
	r.fill(until)
	if r.picture != nil && r.kind == Source {
		r.silence(until)
	}
	return r.takeHeard(), r.advance()
}
