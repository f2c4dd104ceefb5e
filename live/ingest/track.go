package ingest

import (
	"bytes"
	"slices"
	"time"

	"lucarne/live/stream"
	"lucarne/platform/fault"
)

// The tracks of a connection keep their numbers, whichever comes first.
const (
	pictureTrack = 1
	soundTrack   = 2
)

const minStep = time.Millisecond

// lineup holds the tracks that are announced, and passes samples on in their order.
type lineup struct {
	sink    stream.Sink
	tracks  []stream.Track
	zero    time.Duration // what is 0 on the time of the sink
	last    map[int]time.Duration
	changes allowance
}

// set notes what a track is from its next sample on.
func (l *lineup) set(t stream.Track) {
	l.tracks = slices.Clone(l.tracks) // the sink has the old list
	if i := l.find(t.ID); i >= 0 {
		l.tracks[i] = t
		return
	}
	l.tracks = append(l.tracks, t)
	slices.SortFunc(l.tracks, func(a, b stream.Track) int { return a.ID - b.ID })
}

func (l *lineup) isNews(t stream.Track) bool {
	i := l.find(t.ID)
	return i < 0 || !isSame(l.tracks[i], t)
}

func (l *lineup) has(id int) bool { return l.find(id) >= 0 }

func (l *lineup) find(id int) int {
	return slices.IndexFunc(l.tracks, func(t stream.Track) bool { return t.ID == id })
}

func isSame(a, b stream.Track) bool {
	return a.Codec == b.Codec && bytes.Equal(a.Config, b.Config) && a.Width == b.Width && a.Height == b.Height &&
		a.SampleRate == b.SampleRate && a.Channels == b.Channels
}

// announce tells the sink of the tracks. Each time costs viewers and disk, so there is a bound to it.
func (l *lineup) announce(now time.Time) error {
	if !l.changes.take(1, now) {
		return fault.New(fault.Invalid, "The encoder changes the form of its pictures or its sound all the time")
	}
	return l.sink.Start(l.tracks)
}

// pass hands a sample on. What is before the start is dropped; a time that does not grow is moved on, at the cost of its distance to the
// presentation, which stays where it was.
func (l *lineup) pass(s stream.Sample) error {
	s.DTS -= l.zero
	last, isLater := l.last[s.Track]
	if !isLater && (s.DTS < 0 || !s.IsKey) { // the key before it was dropped
		return nil
	}
	if isLater && s.DTS < last+minStep {
		s.Offset = max(s.Offset-(last+minStep-s.DTS), 0)
		s.DTS = last + minStep
	}
	l.last[s.Track] = s.DTS
	return l.sink.Write(s)
}
