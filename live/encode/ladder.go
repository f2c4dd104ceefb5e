package encode

import (
	"cmp"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"time"

	"lucarne/live/stream"
)

// Options set up a Ladder.
type Options struct {
	FFmpeg   string // name or path; "" means ffmpeg on PATH
	Rungs    []Rung // as Plan has them, lowest first
	Threads  int    // per decoder and encoder; 0 lets ffmpeg choose
	Nice     int    // added to the niceness of ffmpeg, 0 to 19
	Hardware string // the name of a video/ffmpeg.Hardware that works here; "" encodes in software
	Device   string // of the hardware, where it is a file; "" for the first
	// MaxLag is how long a sample may wait for ffmpeg before the machine counts as too slow; 0 means 5 s.
	MaxLag time.Duration
	Logger *slog.Logger

	// Out gives where the pictures of a rung go, by its place in Rungs; it is asked once, when the first picture is there. The sink's Start
	// is called again only when the track changes. An error of the sink, or none at all, gives up the rung.
	Out func(rung int) stream.Sink
	// OnDropped, when set, hears that a rung is given up, and why, in words for the owner. All callbacks and sinks are called by goroutines
	// of the ladder.
	OnDropped func(rung int, why string)
	// OnRestart, when set, hears that ffmpeg ended unexpectedly and is started again.
	OnRestart func(err error)
}

const (
	defaultLag = 5 * time.Second
	maxQueued  = 48 << 20 // bytes of one live
)

// Why rungs are given up.
const (
	tooSlow = "This machine cannot keep up with encoding this size"
	refused = "What was encoded could not be stored"
)

// Ladder makes smaller renditions of what it is given, by one ffmpeg. It is a stream.Sink for the source that never waits: what the
// machine cannot do in time is left out, from the top. The pictures that come back have the timestamps of the source's and keyframes
// where it has them; sound is not for it.
type Ladder struct {
	o       Options
	engine  *engine
	sinks   []sink
	picture *stream.Track // of the source; used by Start and Write alone

	mu      sync.Mutex
	encoder encoder
	active  []int // places in o.Rungs of those still made, lowest first
	hasMade bool  // something came back since ffmpeg began
}

// sink is where a rung goes.
type sink struct {
	out   stream.Sink
	track stream.Track
	last  time.Duration // DTS of the last sample; below 0 before the first
}

// New makes a ladder. Nothing runs before the first keyframe. Close has to be called.
func New(o Options) (*Ladder, error) {
	o.FFmpeg, o.MaxLag = cmp.Or(o.FFmpeg, "ffmpeg"), cmp.Or(o.MaxLag, defaultLag)
	encoder, err := encoderOf(o.Hardware, o.Device)
	if err != nil {
		return nil, err
	}
	l := &Ladder{o: o, encoder: encoder, sinks: make([]sink, len(o.Rungs))}
	for i := range o.Rungs {
		l.active = append(l.active, i)
		l.sinks[i].last = -1
	}
	l.engine = newEngine(newQueue(maxQueued, o.MaxLag), l)
	return l, nil
}

// Start takes notice of the tracks. Only the picture matters; a ladder without one makes nothing.
func (l *Ladder) Start(tracks []stream.Track) error {
	before := l.picture
	l.picture = nil
	for _, t := range tracks {
		if t.Codec.IsVideo() {
			l.picture = same(before, t)
		}
	}
	return nil
}

// same gives the track from before when it is the same, otherwise the new one: by the pointer samples are told apart.
func same(before *stream.Track, t stream.Track) *stream.Track {
	if before != nil && reflect.DeepEqual(*before, t) {
		return before
	}
	return &t
}

// Write takes the next sample of the source. It never waits and never fails.
func (l *Ladder) Write(s stream.Sample) error {
	if l.picture != nil && s.Track == l.picture.ID {
		l.engine.queue.push(item{track: l.picture, sample: s, at: time.Now()})
	}
	return nil
}

// Rungs gives the places in Options.Rungs of those still made, lowest first.
func (l *Ladder) Rungs() []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.active)
}

// Close has what was written encoded to the end, within a few seconds, and ends ffmpeg. After it nothing is called any more. It must not
// be called from a callback, nor with a lock held that a sink takes.
func (l *Ladder) Close() { l.engine.close() }

// plan is what to run for the rungs that are left.
func (l *Ladder) plan(first item) (task, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.active) == 0 {
		return task{}, false
	}
	l.hasMade = false
	c := command{encoder: l.encoder, threads: l.o.Threads}
	t := task{program: l.o.FFmpeg, nice: l.o.Nice}
	for _, i := range l.active {
		c.rungs = append(c.rungs, l.o.Rungs[i])
		t.outputs = append(t.outputs, func(r io.Reader) error { return l.read(r, i, first.sample.Offset) })
	}
	t.args = c.args()
	return t, true
}

// read takes what comes back of a rung. Its keyframes get the source's DTS too, by the delay that the source's have.
func (l *Ladder) read(r io.Reader, rung int, delay time.Duration) error {
	to := &l.sinks[rung]
	start := func(t stream.Track) error {
		return l.accepted(rung, to.start(t, func() stream.Sink { return l.o.Out(rung) }))
	}
	return readFragments(r, start, func(p piece) error {
		l.made()
		return l.accepted(rung, to.write(p, delay))
	})
}

var errNoSink = errors.New("no place for a rendition")

func (s *sink) start(t stream.Track, open func() stream.Sink) error {
	if s.out == nil {
		if s.out = open(); s.out == nil {
			return errNoSink
		}
	} else if s.track.Width == t.Width && s.track.Height == t.Height && slices.Equal(s.track.Config, t.Config) {
		return nil
	}
	s.track = t
	return s.out.Start([]stream.Track{t})
}

func (s *sink) write(p piece, delay time.Duration) error {
	dts := max(p.at-delay, s.last+1)
	s.last = dts
	return s.out.Write(stream.Sample{Track: s.track.ID, DTS: dts, Offset: max(0, p.at-dts), IsKey: p.isKey, Data: p.data})
}

// accepted gives up a rung that its sink refuses.
func (l *Ladder) accepted(rung int, err error) error {
	if err == nil {
		return nil
	}
	l.o.Logger.Warn("a rendition of a live is refused", "resolution", l.o.Rungs[rung].Resolution, "error", err)
	l.drop(rung, refused)
	return errors.Join(errRefused, err)
}

func (l *Ladder) made() {
	l.engine.returned()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hasMade = true
}

// slow gives up the top rung.
func (l *Ladder) slow() {
	l.mu.Lock()
	top := -1
	if n := len(l.active); n > 0 {
		top = l.active[n-1]
	}
	l.mu.Unlock()
	if top < 0 {
		return
	}
	l.o.Logger.Warn("the machine does not keep up with a live: a rendition is given up", "resolution", l.o.Rungs[top].Resolution)
	l.drop(top, tooSlow)
}

func (l *Ladder) drop(rung int, why string) {
	l.mu.Lock()
	l.active = slices.DeleteFunc(l.active, func(i int) bool { return i == rung })
	l.mu.Unlock()
	if l.o.OnDropped != nil {
		l.o.OnDropped(rung, why)
	}
}

// restarted hears of the end of ffmpeg. Hardware that gives nothing is not tried again.
func (l *Ladder) restarted(err error) {
	l.o.Logger.Warn("ffmpeg of a live ended and is started again", "error", err)
	l.mu.Lock()
	if !l.hasMade {
		l.encoder = software
	}
	l.mu.Unlock()
	if l.o.OnRestart != nil {
		l.o.OnRestart(err)
	}
}
