package whip

import (
	"time"

	"github.com/pion/rtcp"
)

// Bounds of what timestamps are believed.
const (
	maxStep = 5 * time.Second // a timestamp that goes this much further than the time that passed is a jump
	maxSkew = 3 * time.Second // a sender report that wants more than this corrected is not believed
)

// timeline puts the timestamps of one track on the time of its session: they begin anywhere, wrap every 13 hours (at 90 kHz), jump when
// the sender's source changes, and say nothing of the other track. It begins with the time of arrival, and is moved, little by little, to
// where the sender reports want it (RFC 3550 §6.4.1).
type timeline struct {
	rate int64 // of timestamps, Hz

	isRunning  bool
	last       uint32
	elapsed    int64         // since the first, in units of rate
	offset     time.Duration // from elapsed to the time of the session
	target     time.Duration // where offset goes
	lastTime   time.Duration
	lastSeen   time.Duration // when the last one came
	wall       time.Duration // from elapsed to the sender's wall clock; valid with hasWall
	hasWall    bool
	isBackward bool // the last timestamp was before the one before it
}

// at gives the time of a timestamp that came at a time of the session.
func (l *timeline) at(timestamp uint32, arrival time.Duration) time.Duration {
	if !l.isRunning {
		l.isRunning, l.last, l.offset, l.target = true, timestamp, arrival, arrival
		l.lastTime, l.lastSeen = arrival, arrival
		return arrival
	}
	step := int64(int32(timestamp - l.last)) // of 2^32, half are before
	l.last = timestamp
	l.elapsed += step
	l.isBackward = step < 0
	passed := arrival - l.lastSeen
	l.lastSeen = arrival
	if apart := l.span(step) - passed; apart > maxStep || apart < -maxStep {
		l.jump(passed)
	}
	l.slew(passed)
	l.lastTime = l.span(l.elapsed) + l.offset
	return l.lastTime
}

// jump goes on from the last time by the time that passed.
func (l *timeline) jump(passed time.Duration) {
	l.offset = l.lastTime + passed - l.span(l.elapsed)
	l.target, l.hasWall, l.isBackward = l.offset, false, false
}

// slew moves towards the target by at most a tenth of the time that passed, so that time always grows and nobody sees it.
func (l *timeline) slew(passed time.Duration) {
	most := min(max(passed, 0), 100*time.Millisecond) / 10
	l.offset += min(max(l.target-l.offset, -most), most)
}

func (l *timeline) span(units int64) time.Duration {
	return time.Duration(units/l.rate)*time.Second + time.Duration(units%l.rate)*time.Second/time.Duration(l.rate)
}

// report takes what the sender says of its wall clock.
func (l *timeline) report(r *rtcp.SenderReport) {
	if !l.isRunning || r.NTPTime == 0 {
		return
	}
	l.wall = sinceNTP(r.NTPTime) - l.span(l.elapsed+int64(int32(r.RTPTime-l.last)))
	l.hasWall = true
}

// follow makes this track keep the sender's distance to another.
func (l *timeline) follow(other *timeline) {
	if !l.hasWall || !other.hasWall {
		return
	}
	target := other.offset + l.wall - other.wall
	if skew := target - l.offset; skew > maxSkew || skew < -maxSkew {
		return
	}
	l.target = target
}

// sinceNTP is the time since 1900 of a 64-bit NTP timestamp, short of 34 years so that it fits: differences alone matter.
func sinceNTP(ntp uint64) time.Duration {
	seconds, fraction := ntp>>32&(1<<30-1), ntp&0xffffffff
	return time.Duration(seconds)*time.Second + time.Duration(fraction*uint64(time.Second)>>32)
}
