package ingest

import "time"

// Bounds of what timestamps are believed.
const (
	maxBack  = 200 * time.Millisecond // further back than this from the last of the same track is a jump
	maxAhead = 3 * time.Second        // further ahead of the whole stream, beyond the time that passed, is a jump
)

// timeline puts the timestamps of a connection on one time: they begin anywhere, wrap after 49 days, and jump when the encoder's source
// changes. The tracks share their origin, so that they stay in time with each other; after a jump the first of them to make it goes on
// without a gap, and the others follow it over.
type timeline struct {
	tracks   [2]position
	isBegun  bool
	raw      int64         // the last timestamp, unwrapped
	offset   time.Duration // from unwrapped timestamps to the time of the stream, since the last jump
	head     time.Duration // the latest time given
	lastCame time.Time
}

// position is where one track is.
type position struct {
	isBegun bool
	raw     int64
	offset  time.Duration
	at      time.Duration
	came    time.Time
}

// place gives the time of a timestamp of a track that came at a time of the clock. Times of one track may be the same or a little back.
func (l *timeline) place(track int, timestamp uint32, now time.Time) time.Duration {
	p := &l.tracks[track]
	if !l.isBegun {
		l.isBegun, l.raw, l.offset = true, int64(timestamp), -milliseconds(int64(timestamp))
		l.lastCame = now
	}
	if !p.isBegun {
		*p = position{isBegun: true, raw: l.raw, offset: l.offset, at: l.head - maxAhead, came: l.lastCame}
	}
	p.raw += int64(int32(timestamp - uint32(p.raw))) // of 2^32, half are before
	at := milliseconds(p.raw) + p.offset
	if !l.isBelievable(p, at, now) && p.offset != l.offset {
		p.offset = l.offset
		at = milliseconds(p.raw) + p.offset
	}
	if !l.isBelievable(p, at, now) {
		at = l.jump(p, now)
	}
	p.at, p.came = at, now
	l.raw, l.lastCame = p.raw, now
	l.head = max(l.head, at)
	return at
}

func (l *timeline) isBelievable(p *position, at time.Duration, now time.Time) bool {
	return at >= p.at-maxBack && at <= l.head+maxAhead+max(now.Sub(l.lastCame), 0)
}

// jump goes on from the last time of the track by the time that passed, and takes the others along when they jump too.
func (l *timeline) jump(p *position, now time.Time) time.Duration {
	passed := min(max(now.Sub(p.came), 0), time.Minute)
	at := p.at + passed
	if p.at < l.head-maxAhead/2 { // far behind, or new: not to be trusted with the place
		at = l.head
	}
	l.offset = at - milliseconds(p.raw)
	p.offset = l.offset
	return at
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
