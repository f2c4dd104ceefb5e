package whip

import (
	"bytes"
	"slices"
	"sync"
	"time"

	"lucarne/live/stream"
	"lucarne/platform/fault"
)

// The tracks of a session keep their numbers, whichever comes first.
const (
	pictureTrack = 1
	soundTrack   = 2
)

const (
	otherTrackPatience = time.Second // how long the first track waits for the other that was promised
	maxPending         = 512         // samples kept meanwhile
	minStep            = time.Millisecond
)

// feed joins the tracks of a session into its stream: it begins when all promised tracks are known, or the first has waited long enough,
// and at a picture that decoding can start at. It is safe for concurrent use: the tracks arrive on their own.
type feed struct {
	promised int // tracks the offer has

	mu       sync.Mutex
	sink     stream.Sink
	tracks   []stream.Track
	hasBegun bool
	zero     time.Duration // the time of the session that is 0 of the stream
	first    time.Duration // when the first track was known
	pending  []stream.Sample
	last     map[int]time.Duration
	isClosed bool
}

func newFeed(sink stream.Sink, promised int) *feed {
	return &feed{sink: sink, promised: promised, last: make(map[int]time.Duration)}
}

// write takes a sample of a track, whose DTS is still on the time of the session. What comes after close is dropped.
func (f *feed) write(t stream.Track, s stream.Sample) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.isClosed {
		return nil
	}
	if err := f.announce(t, s.DTS); err != nil {
		return err
	}
	if f.hasBegun {
		return f.pass(s)
	}
	f.keep(s)
	if len(f.tracks) < f.promised && s.DTS-f.first < otherTrackPatience {
		return nil
	}
	return f.begin()
}

// close lets nothing more through. After it returns the sink is not called again.
func (f *feed) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.isClosed, f.pending = true, nil
}

// announce notes what the track is; a change is told at once.
func (f *feed) announce(t stream.Track, now time.Duration) error {
	i := slices.IndexFunc(f.tracks, func(known stream.Track) bool { return known.ID == t.ID })
	if i >= 0 && isSame(f.tracks[i], t) {
		return nil
	}
	if len(f.tracks) == 0 {
		f.first = now
	}
	f.tracks = slices.Clone(f.tracks) // the sink has the old list
	if i >= 0 {
		f.tracks[i] = t
	} else {
		f.tracks = append(f.tracks, t)
		slices.SortFunc(f.tracks, func(a, b stream.Track) int { return a.ID - b.ID })
	}
	if !f.hasBegun {
		return nil
	}
	return f.sink.Start(f.tracks)
}

func isSame(a, b stream.Track) bool {
	return a.Codec == b.Codec && bytes.Equal(a.Config, b.Config) && a.Width == b.Width && a.Height == b.Height &&
		a.SampleRate == b.SampleRate && a.Channels == b.Channels
}

func (f *feed) keep(s stream.Sample) {
	if len(f.pending) == maxPending {
		f.pending = slices.Delete(f.pending, 0, 1)
	}
	f.pending = append(f.pending, s)
}

// begin starts the stream with what was kept, from the first picture on.
func (f *feed) begin() error {
	kept := f.pending
	f.pending, f.hasBegun = nil, true
	slices.SortStableFunc(kept, func(a, b stream.Sample) int { return int(a.DTS - b.DTS) })
	start := max(slices.IndexFunc(kept, func(s stream.Sample) bool { return s.Track == pictureTrack && s.IsKey }), 0)
	f.zero = kept[start].DTS
	if err := f.sink.Start(f.tracks); err != nil {
		return err
	}
	for _, s := range kept[start:] {
		if err := f.pass(s); err != nil {
			return err
		}
	}
	return nil
}

// pass moves a sample to the time of the stream and hands it on.
func (f *feed) pass(s stream.Sample) error {
	s.DTS -= f.zero
	if s.DTS < 0 {
		return nil
	}
	if last, isLater := f.last[s.Track]; isLater && s.DTS < last+minStep {
		s.DTS = last + minStep
	}
	f.last[s.Track] = s.DTS
	return f.sink.Write(s)
}

// errReordered refuses what RTP could carry, but a stream that is passed on as it comes could not: RFC 7742 §6.2 promises browsers that
// pictures come in the order they are shown in.
var errReordered = fault.New(fault.Unsupported, "The encoder sends B-frames, which do not go with WebRTC: turn them off")
