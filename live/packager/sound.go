package packager

import (
	"slices"
	"time"
)

const (
	shortGap   = 150 * time.Millisecond // of sound, which the frame before lasts over; longer ones are filled with silence
	soundsKept = 20 * time.Second       // of sound that waits for pictures
)

// place puts a frame of sound behind the one before when its time says about so: many encoders give it in whole milliseconds. It is late
// when its time is over already.
func (r *rendition) place(f frame) (_ frame, isLate bool) {
	if r.soundBegan {
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
	r.soundBegan, r.soundEnd = true, f.tick+aacFrame
	return f, false
}

// hear takes a frame of sound that follows pictures.
func (r *rendition) hear(f frame) {
	scale := scaleOf(f.track)
	if r.soundBegan && timeOf(f.tick-r.soundEnd, scale) > shortGap {
		r.silence(f.dts - timeOf(aacFrame, scale)/2)
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
	for drop < len(r.sounds) && r.sounds[drop].dts < f.dts-soundsKept {
		r.bytes -= int64(len(r.sounds[drop].data))
		drop++
	}
	r.sounds = slices.Delete(r.sounds, 0, drop)
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
	if !r.soundBegan {
		r.soundBegan, r.soundEnd = true, ticks(r.shownEnd, scale)
	}
	last := ticks(until, scale)
	if data == nil {
		r.soundEnd = max(r.soundEnd, last) // nothing is known to be silent: a hole
		return
	}
	for r.soundEnd < last {
		at := timeOf(r.soundEnd, scale)
		f := frame{dts: at, pts: at, tick: r.soundEnd, isKey: true, data: data, track: track}
		r.soundEnd += aacFrame
		r.addSound(f)
		if r.kind == Source {
			r.heard = append(r.heard, f)
		}
	}
}

// isHeard reports whether the sound is there up to a time.
func (r *rendition) isHeard(until time.Duration) bool {
	sound := r.generation.sound
	if sound == nil || r.picture == nil {
		return true
	}
	return r.soundBegan && r.soundEnd >= ticks(until, scaleOf(sound))
}

// receive takes the source's sound into an encoded rendition.
func (r *rendition) receive(heard []frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isClosed {
		return nil
	}
	for _, f := range heard {
		r.addSound(f)
		r.soundBegan, r.soundEnd = true, f.tick+aacFrame
	}
	return r.advance()
}
