package packager

import (
	"slices"
	"time"

	"lucarne/platform/fault"
)

// advance writes the parts that are whole: what comes next has begun, and the sound up to there was heard.
func (r *rendition) advance() error {
	for n := r.nextBeginning(); n > 0; n = r.nextBeginning() {
		if err := r.open(&r.queue[0]); err != nil {
			return err
		}
		next := r.queue[n]
		isWaiting := !r.isHeard(next.pts) && r.queue[len(r.queue)-1].dts < next.pts+soundGrace
		if isWaiting {
			return nil
		}
		r.emit(n, next.tick, next.pts, next.begins == aSegment)
	}
	return nil
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
	if r.kind == Source {
		r.p.forcePace(r)
		r.decide()
	}
	if err := r.flushQueue(); err != nil {
		r.p.o.Logger.Error("write the end of a live segment", "rendition", r.name, "error", err)
	}
	r.p.closeSegment(r)
	r.queue, r.decided, r.bytes = nil, 0, 0
	for _, f := range r.sounds {
		r.bytes += int64(len(f.data))
	}
	r.plan.hasBegun, r.isStill = r.kind == Source && r.plan.hasBegun, false
}

// flushQueue writes parts without waiting for sound.
func (r *rendition) flushQueue() error {
	for r.decided > 0 {
		if err := r.open(&r.queue[0]); err != nil {
			return err
		}
		n := r.nextBeginning()
		if n == 0 {
			n = r.decided
			end := r.queue[n-1].dts + r.lastInterval()
			tick := max(ticks(end, scaleOf(r.queue[0].track)), r.queue[n-1].tick+1)
			r.emit(n, tick, max(end, r.plan.lastShown+time.Millisecond), true)
			return nil
		}
		next := r.queue[n]
		r.emit(n, next.tick, next.pts, next.begins == aSegment)
	}
	return nil
}

func (r *rendition) lastInterval() time.Duration {
	last := r.queue[r.decided-1]
	if last.track == r.sound {
		return frameLength(last.track)
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
	if r.generation != nil && r.generation.number >= r.firstGeneration+maxGenerations {
		return fault.New(fault.Invalid, "The encoder changes its tracks too often")
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
		drop := f.dts+frameLength(f.track)/2 < before
		if drop {
			r.bytes -= int64(len(f.data))
		}
		return drop
	})
}

// emit writes a part of the first n frames of the queue, which ends at a tick, with the sound up to a time, and publishes it. Sound that
// is missing is silent.
func (r *rendition) emit(n int, endTick int64, until time.Duration, isLast bool) {
	if !r.isHeard(until) {
		r.silence(until)
	}
	frames := r.queue[:n]
	scale := scaleOf(frames[0].track)
	made := part{
		duration: timeOf(endTick, scale) - timeOf(frames[0].tick, scale), isIndependent: frames[0].isKey, frames: n,
		end: timeOf(endTick, scale),
	}
	runs, sounds := []run{{id: soundID, scale: scale, frames: frames, end: endTick, isSound: true}}, 0
	if r.picture != nil {
		runs[0].id, runs[0].isSound = pictureID, false
		sounds = r.soundsBefore(until)
		if heard := r.ofGeneration(sounds); len(heard) > 0 {
			runs = append(runs, run{id: soundID, scale: scaleOf(heard[0].track), frames: heard, end: r.endOf(heard, sounds), isSound: true})
		}
	}
	r.sequence++
	r.scratch = appendFragment(r.scratch[:0], r.sequence, runs)
	made.at = r.out.write(r.scratch)
	r.p.addPart(r, made, r.scratch, isLast)
	r.shownEnd = until
	r.consume(n, sounds)
}

func (r *rendition) soundsBefore(until time.Duration) int {
	n := 0
	for n < len(r.sounds) && r.sounds[n].dts < until {
		n++
	}
	return n
}

// ofGeneration gives those of the first n sounds that the file has a track for.
func (r *rendition) ofGeneration(n int) []frame {
	if r.generation.sound == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.sounds[:n]), func(f frame) bool { return f.track != r.generation.sound })
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
	r.queue = without(r.queue, frames)
	r.sounds = without(r.sounds, sounds)
	r.decided -= frames
}

// without takes the first n off a queue.
func without(queue []frame, n int) []frame {
	clear(queue[:n]) // their media may go
	return queue[n:]
}
