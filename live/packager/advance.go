package packager

import (
	"slices"
	"time"
)

// advance writes the parts that are whole: what comes next has begun, and the sound up to there was heard.
func (r *rendition) advance() error {
	for {
		n := r.nextBeginning()
		if n == 0 {
			return nil
		}
		if err := r.open(&r.queue[0]); err != nil {
			return err
		}
		next := r.queue[n]
		if !r.isHeard(next.pts) {
			if r.queue[len(r.queue)-1].dts < next.pts+soundGrace {
				return nil
			}
			r.silence(next.pts)
		}
		if err := r.emit(n, next.tick, next.pts, next.begins == aSegment); err != nil {
			return err
		}
	}
}

// nextBeginning is where in the queue the next part begins; 0 when that is not known yet.
func (r *rendition) nextBeginning() int {
	for i := 1; i < r.decided; i++ {
		if r.queue[i].begins != nothing {
			return i
		}
	}
	return 0
}

// flush writes all that waits and closes the segment. Its last frame is as long as the one before.
func (r *rendition) flush() {
	if r.kind == Source && len(r.queue) > 0 {
		r.p.forcePace(r)
		r.decide()
	}
	err := r.advanceUnheard()
	if n := r.decided; err == nil && n > 0 {
		scale := scaleOf(r.queue[0].track)
		end := r.queue[n-1].dts + r.lastInterval()
		if err = r.open(&r.queue[0]); err == nil {
			err = r.emit(n, max(ticks(end, scale), r.queue[n-1].tick+1), max(end, r.plan.lastShown+time.Millisecond), true)
		}
	} else {
		r.p.closeSegment(r)
	}
	if err != nil {
		r.p.o.Logger.Error("write the end of a live segment", "rendition", r.name, "error", err)
	}
	r.queue, r.decided, r.bytes = nil, 0, 0
	for _, f := range r.sounds {
		r.bytes += int64(len(f.data))
	}
	r.plan.hasBegun, r.isStill = r.kind == Source && r.plan.hasBegun, false
}

// advanceUnheard writes whole parts without waiting for sound.
func (r *rendition) advanceUnheard() error {
	for n := r.nextBeginning(); n > 0; n = r.nextBeginning() {
		if err := r.open(&r.queue[0]); err != nil {
			return err
		}
		next := r.queue[n]
		if !r.isHeard(next.pts) {
			r.silence(next.pts)
		}
		if err := r.emit(n, next.tick, next.pts, next.begins == aSegment); err != nil {
			return err
		}
	}
	return nil
}

func (r *rendition) lastInterval() time.Duration {
	last := r.queue[r.decided-1]
	if last.track == r.sound {
		return timeOf(aacFrame, scaleOf(last.track))
	}
	if r.plan.interval > 0 && !r.isStill {
		return r.plan.interval
	}
	return usualInterval
}

// open begins the segment that a frame begins, in a new file where its tracks are others.
func (r *rendition) open(f *frame) error {
	if f.begins != aSegment {
		return nil
	}
	f.begins = nothing
	picture, sound := r.picture, f.cut.sound
	if r.picture == nil {
		sound = f.track
	}
	isNew := r.generation == nil || r.generation.picture != picture || r.generation.sound != sound
	if isNew {
		number := r.firstGeneration
		if r.generation != nil {
			number = r.generation.number + 1
		}
		g, err := newGeneration(number, picture, sound)
		if err != nil {
			return err
		}
		r.generation = g
	}
	if isNew || r.shownNumber+1 != f.cut.number || r.shownNumber < 0 {
		r.dropSounds(f.pts)
	}
	r.out.beginSegment(r.generation, f.dts)
	r.p.openSegment(r, f.cut, f.pts)
	r.shownNumber = f.cut.number
	return nil
}

// dropSounds forgets what was to be heard before a time: nothing is seen with it.
func (r *rendition) dropSounds(before time.Duration) {
	r.sounds = slices.DeleteFunc(r.sounds, func(f frame) bool {
		drop := f.dts+timeOf(aacFrame, scaleOf(f.track))/2 < before
		if drop {
			r.bytes -= int64(len(f.data))
		}
		return drop
	})
}

// emit writes a part of the first n frames of the queue, which ends at a tick, with the sound up to a time, and publishes it.
func (r *rendition) emit(n int, endTick int64, until time.Duration, isLast bool) error {
	frames := r.queue[:n]
	scale := scaleOf(frames[0].track)
	made := part{
		duration: timeOf(endTick, scale) - timeOf(frames[0].tick, scale), isIndependent: frames[0].isKey, frames: n,
		end: timeOf(endTick, scale),
	}
	runs := []run{{id: pictureID, scale: scale, frames: frames, end: endTick}}
	sounds := 0
	if r.picture == nil {
		runs[0].id, runs[0].isSound = soundID, true
	} else {
		sounds = r.soundsBefore(until)
		if track := r.generation.sound; track != nil {
			if heard := ofTrack(r.sounds[:sounds], r.generation); len(heard) > 0 {
				runs = append(runs, run{id: soundID, scale: scaleOf(track), frames: heard, end: r.endOf(heard, sounds), isSound: true})
			}
		}
	}
	r.sequence++
	r.scratch = appendFragment(r.scratch[:0], r.sequence, runs)
	made.at = r.out.write(r.scratch)
	r.p.addPart(r, made, r.scratch, isLast)
	r.shownEnd = until
	r.consume(n, sounds)
	return nil
}

func (r *rendition) soundsBefore(until time.Duration) int {
	n := 0
	for n < len(r.sounds) && r.sounds[n].dts < until {
		n++
	}
	return n
}

func ofTrack(sounds []frame, g *generation) []frame {
	return slices.DeleteFunc(slices.Clone(sounds), func(f frame) bool { return f.track != g.sound })
}

// endOf is where the last of the frames ends: where the next begins, if that is near.
func (r *rendition) endOf(heard []frame, used int) int64 {
	last := heard[len(heard)-1]
	if used < len(r.sounds) && r.sounds[used].track == last.track && r.sounds[used].tick-last.tick < 3*aacFrame {
		return r.sounds[used].tick
	}
	return last.tick + aacFrame
}

// consume takes what was written off the queues, and the old frames out of reach of the new.
func (r *rendition) consume(frames, sounds int) {
	for _, f := range r.queue[:frames] {
		r.bytes -= int64(len(f.data))
	}
	for _, f := range r.sounds[:sounds] {
		r.bytes -= int64(len(f.data))
	}
	r.queue = slices.Delete(r.queue, 0, frames)
	r.sounds = slices.Delete(r.sounds, 0, sounds)
	r.decided -= frames
}
