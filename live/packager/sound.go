package packager

import (
	"time"

	"lucarne/live/stream"
)

const (
	shortGap   = 150 * time.Millisecond // of sound, which the frame before lasts over; longer ones are filled with silence
	soundsKept = maxJump + soundGrace   // of sound that waits for pictures
)

// frameLength is how long a frame of sound is.
func frameLength(t *stream.Track) time.Duration { return timeOf(aacFrame, scaleOf(t)) }

// heardUntil is where the sound received so far ends.
func (r *rendition) heardUntil() time.Duration {
	if r.soundTrack == nil {
		return 0
	}
	return timeOf(r.soundEnd, scaleOf(r.soundTrack))
}

// extend notes that sound goes on to a tick of its track.
func (r *rendition) extend(t *stream.Track, end int64) { r.soundTrack, r.soundEnd = t, end }

// place puts a frame of sound behind the one before when its time says about so: many encoders give it in whole milliseconds. It is late
// when its time is over already.
func (r *rendition) place(f frame) (_ frame, isLate bool) {
	if r.soundTrack == f.track {
		apart := f.tick - r.soundEnd
		if apart < -aacFrame/2 {
			return f, true
		}
		if apart <= aacFrame/2 {
			f.tick = r.soundEnd
			f.dts = timeOf(f.tick, scaleOf(f.track))
			f.pts = f.dts
		}
	}
	r.extend(f.track, f.tick+aacFrame)
	return f, false
}

// isApart reports whether a frame of sound leaves a gap behind the one before.
func (r *rendition) isApart(f frame) bool {
	return r.soundTrack == f.track && f.dts-r.heardUntil() > shortGap
}

// hear takes a frame of sound that follows pictures.
func (r *rendition) hear(f frame) {
	if r.isApart(f) {
		r.silence(f.dts - frameLength(f.track)/2)
	}
	f, isLate := r.place(f)
	if isLate {
		return
	}
	r.addSound(f)
	r.heard = append(r.heard, f)
}

func (r *rendition) addSound(f frame) {
	r.sounds = append(r.sounds, f)
	r.bytes += int64(len(f.data))
	drop := 0
	for f.dts-r.sounds[drop].dts > soundsKept {
		r.bytes -= int64(len(r.sounds[drop].data))
		drop++
	}
	r.sounds = without(r.sounds, drop)
}

// takeHeard gives what was heard since the last call.
func (r *rendition) takeHeard() []frame {
	heard := r.heard
	r.heard = nil
	return heard
}

// silence continues the following sound up to a time.
func (r *rendition) silence(until time.Duration) {
	if r.generation == nil || r.generation.sound == nil || r.sound != nil && r.generation.sound != r.sound {
		return
	}
	track := r.generation.sound
	scale, data := scaleOf(track), silenceOf(track)
	if r.soundTrack != track {
		r.extend(track, ticks(r.shownEnd, scale))
	}
	last := ticks(until, scale)
	if data == nil {
		r.soundEnd = max(r.soundEnd, last) // nothing is known to be silent: a hole
		return
	}
	for r.soundEnd < last {
		f := silentFrame(track, data, r.soundEnd)
		r.soundEnd += aacFrame
		r.addSound(f)
		if r.kind == Source {
			r.heard = append(r.heard, f)
		}
	}
}

func silentFrame(t *stream.Track, data []byte, tick int64) frame {
	at := timeOf(tick, scaleOf(t))
	return frame{dts: at, pts: at, tick: tick, isKey: true, data: data, track: t}
}

// isHeard reports whether the sound is there up to a time.
func (r *rendition) isHeard(until time.Duration) bool {
	if r.picture == nil || r.generation.sound == nil {
		return true
	}
	return r.soundTrack != nil && r.heardUntil() >= until-time.Microsecond
}

// receive takes the source's sound into an encoded rendition.
func (r *rendition) receive(heard []frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isClosed {
		return nil
	}
	for _, f := range heard {
		if r.soundTrack == f.track && f.tick < r.soundEnd {
			continue // it came too late, and was silent here
		}
		r.addSound(f)
		r.extend(f.track, f.tick+aacFrame)
	}
	return r.advance()
}
