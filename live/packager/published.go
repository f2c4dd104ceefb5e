package packager

import (
	"crypto/sha256"
	"time"
)

// part is a piece of a segment that players can fetch on its own.
type part struct {
	duration      time.Duration
	end           time.Duration // DTS
	isIndependent bool          // it begins with a keyframe
	frames        int
	at            location
}

// segment is one entry of a playlist.
type segment struct {
	number          int64
	at              time.Duration // PTS of its beginning
	duration        time.Duration
	parts           []part // of those near the end of the playlist, and of the open one
	partCount       int
	loc             location
	generation      *generation
	isDiscontinuity bool
	isForced        bool
	isGap           bool // there is nothing to fetch
	digest          [sha256.Size]byte
}

// published is what players see of a rendition. It is guarded by the packager's lock.
type published struct {
	segments       []*segment // closed ones, in order; the first of them are no longer listed but may still be fetched
	listed         int        // where in segments the playlist begins
	length         time.Duration
	open           *segment // nil between two
	next           int64    // the number of the segment after the closed ones
	discontinuity  int64    // EXT-X-DISCONTINUITY-SEQUENCE
	generations    []*generation
	lastGeneration int
	files          []*mediaFile
	memory         int64 // bytes held
	hasForced      bool  // a segment was cut without keyframe
	forced         int
	version        uint64
	changed        chan struct{} // closed at the next change
	full, delta    cachedBody
	peak, promised int64 // bits per second, of all segments
	bytes          int64
	time           time.Duration
	frames         int // in all parts
	framed         time.Duration
	lastPart       time.Time
	lastRate       int64
	isInMemory     bool
}

const (
	unlistedFor  = time.Minute // how long segments may be fetched after they left the playlist, at most as long as it is
	partsKeptFor = 2           // times as long as parts are listed, they may be fetched
	maxListed    = 50_000      // segments of one playlist, whatever the window: a day of two seconds each
	shortSegment = time.Second / 2
)

// touch wakes those who wait for a change.
func (s *published) touch() {
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

// generation is the last one; nil before the first segment.
func (s *published) generation() *generation {
	if len(s.generations) == 0 {
		return nil
	}
	return s.generations[len(s.generations)-1]
}

// end is where what is published ends.
func (s *published) end() time.Duration {
	switch {
	case s.open != nil:
		return s.open.at + s.open.duration
	case len(s.segments) > 0:
		last := s.segments[len(s.segments)-1]
		return last.at + last.duration
	}
	return 0
}

// lastPartAt is the last part: its segment and its place there. The segment is -1 when there is none.
func (s *published) lastPartAt() (number int64, index int) {
	if s.open != nil && len(s.open.parts) > 0 {
		return s.open.number, len(s.open.parts) - 1
	}
	if n := len(s.segments); n > 0 {
		return s.segments[n-1].number, max(0, s.segments[n-1].partCount-1)
	}
	return -1, 0
}

// find gives a closed segment by its number; nil when it is not there.
func (s *published) find(number int64) *segment {
	if len(s.segments) == 0 {
		return nil
	}
	i := number - s.segments[0].number
	if i < 0 || i >= int64(len(s.segments)) {
		return nil
	}
	return s.segments[i]
}

// add puts a closed segment behind the others.
func (s *published) add(seg *segment) {
	s.segments = append(s.segments, seg)
	s.length += seg.duration
	s.next = seg.number + 1
	if !seg.isGap && seg.duration > 0 {
		s.lastRate = bitRate(seg.loc.size, seg.duration)
		if seg.duration >= shortSegment { // a short one alone is no peak (RFC 8216bis §4.4.6.2)
			s.peak = max(s.peak, s.lastRate)
		}
		s.bytes, s.time = s.bytes+seg.loc.size, s.time+seg.duration
	}
}

func bitRate(bytes int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(float64(bytes) * 8 / d.Seconds())
}

// slide takes what is too old off the playlist, and gives what nobody can fetch any more.
func (s *published) slide(pace pace, window time.Duration) (gone []*segment) {
	window = pace.window(window)
	for s.listed < len(s.segments)-1 {
		oldest := s.segments[s.listed]
		if s.length-oldest.duration < window && len(s.segments)-s.listed <= maxListed {
			break
		}
		s.length -= oldest.duration
		s.listed++
		if oldest.isDiscontinuity {
			s.discontinuity++
		}
	}
	s.trimParts(pace)
	keep := s.end() - s.length - min(unlistedFor, max(window, 2*pace.target))
	for s.listed > 0 && s.segments[0].at+s.segments[0].duration < keep {
		gone = append(gone, s.segments[0])
		s.segments[0] = nil
		s.segments = s.segments[1:]
		s.listed--
	}
	return gone
}

// trimParts forgets the parts of segments far from the end.
func (s *published) trimParts(pace pace) {
	old := s.end() - partsKeptFor*pace.partsListed()
	for i := len(s.segments) - 1; i >= 0; i-- {
		seg := s.segments[i]
		if seg.at+seg.duration >= old {
			continue
		}
		if seg.parts == nil && !seg.isGap {
			break // the older ones have none either
		}
		seg.parts = nil
	}
}
