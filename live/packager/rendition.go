package packager

import (
	"crypto/sha256"
	"hash"
	"sync"
	"time"

	"lucarne/live/stream"
	"lucarne/platform/fault"
)

// rendition takes the samples of one rendition. Its leading track, the picture or else the sound, decides where parts and segments
// begin; the other follows.
type rendition struct {
	p    *Packager
	name int
	kind Kind

	mu             sync.Mutex // guards what follows; taken before the packager's
	picture, sound *stream.Track
	byID           map[int]*stream.Track
	queue          []frame       // of the leading track, until its part is whole
	decided        int           // how many of the queue know what they begin
	sounds         []frame       // of the following track
	soundTrack     *stream.Track // of the last sound; nil before it
	soundEnd       int64         // where it ends, in ticks of its track
	bytes          int64         // waiting in both
	plan           plan
	lastKey        []byte  // to be shown while the encoder is gone
	needsKey       bool    // pictures were shown that the encoder does not know of
	isStill        bool    // the last frame was one of them
	heard          []frame // sound that encoded renditions do not have yet
	lastWrite      time.Time
	isClosed       bool

	firstGeneration int // earlier ones were of another rendition of the same name
	generation      *generation
	out             output
	digest          hash.Hash // of the open segment
	scratch         []byte
	sequence        uint32
	// shownNumber and shownEnd are of the last segment and part that were published.
	shownNumber int64
	shownEnd    time.Duration

	shown published // guarded by the packager's lock
}

func newRendition(p *Packager, name int, kind Kind) *rendition {
	r := &rendition{p: p, name: name, kind: kind, digest: sha256.New(), shownNumber: -1}
	r.plan.number = -1
	r.out.r = r
	r.shown.changed = make(chan struct{})
	r.shown.lastGeneration = -1
	return r
}

// plan is what the decision where to cut remembers of the frames it has seen.
type plan struct {
	hasBegun  bool
	number    int64         // of the segment that runs
	segment   time.Duration // where it began (DTS)
	part      time.Duration // where the part began
	key       time.Duration // the last keyframe
	last      time.Duration // the last frame
	lastShown time.Duration // the latest PTS
	interval  time.Duration // between the last frames
}

// Bounds of what waits.
const (
	maxWaiting = 96 << 20        // bytes of one rendition
	maxJump    = 2 * time.Minute // of timestamps: what is lost meanwhile is bridged with the last picture
	maxStill   = 2 * time.Second // a picture that lasts longer is shown again
	soundGrace = 1200 * time.Millisecond

	maxGenerations = 500 // changes of tracks in one session
	maxTimeline    = 400 * 24 * time.Hour
	maxOffset      = time.Minute // from when a picture is decoded to when it is shown
)

// Start takes the tracks. Those that a decoder would notice begin a new generation.
func (r *rendition) Start(tracks []stream.Track) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isClosed {
		return errClosed()
	}
	var picture, sound *stream.Track
	byID := map[int]*stream.Track{}
	for _, t := range tracks {
		place := &sound
		if t.Codec.IsVideo() {
			place = &picture
		}
		if err := checkTrack(t); err != nil {
			return err
		}
		if *place != nil || byID[t.ID] != nil {
			return fault.New(fault.Invalid, "The encoder sends more than one picture or sound")
		}
		*place, byID[t.ID] = &t, &t
	}
	if picture == nil && (sound == nil || r.kind == Encoded) {
		return fault.New(fault.Invalid, "The encoder sends neither picture nor sound")
	}
	return r.change(picture, sound, byID)
}

func (r *rendition) change(picture, sound *stream.Track, byID map[int]*stream.Track) error {
	if r.kind == Encoded {
		sound = r.sound // the source's
	}
	if isSame(r.picture, picture) && isSame(r.sound, sound) {
		r.byID = rename(byID, r.picture, r.sound)
		return nil
	}
	// The description is tried at once, so that an encoder with a wrong one hears it.
	if _, err := newGeneration(0, picture, sound); err != nil {
		return err
	}
	r.flush()
	r.picture, r.sound, r.byID = picture, sound, byID
	r.lastKey, r.needsKey = nil, picture != nil
	return nil
}

func isSame(a, b *stream.Track) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Codec == b.Codec && string(a.Config) == string(b.Config) && a.Width == b.Width && a.Height == b.Height &&
		a.SampleRate == b.SampleRate && a.Channels == b.Channels
}

// rename keeps the tracks as they are under their new numbers.
func rename(byID map[int]*stream.Track, picture, sound *stream.Track) map[int]*stream.Track {
	named := map[int]*stream.Track{}
	for id, t := range byID {
		named[id] = sound
		if t.Codec.IsVideo() {
			named[id] = picture
		}
	}
	return named
}

// Write takes the next sample. Those of unknown tracks are passed over, as is the sound of what is encoded: it has the source's.
func (r *rendition) Write(s stream.Sample) error {
	r.mu.Lock()
	if r.isClosed {
		r.mu.Unlock()
		return errClosed()
	}
	r.lastWrite = r.p.o.Clock.Now()
	err := r.take(s)
	heard := r.takeHeard()
	r.mu.Unlock()
	r.p.passOn(r, heard)
	return err
}

// take queues a sample and writes what became whole.
func (r *rendition) take(s stream.Sample) error {
	t := r.byID[s.Track]
	if t == nil || len(s.Data) == 0 || s.DTS < 0 || s.DTS > maxTimeline || s.Offset < 0 || s.Offset > maxOffset {
		return nil
	}
	f := frameOf(s, t)
	if r.plan.hasBegun && f.dts > r.plan.last+maxJump {
		return fault.New(fault.Invalid, "The encoder's timestamps jump by more than %s", maxJump)
	}
	switch {
	case t == r.leading():
		r.lead(f)
	case r.kind == Source:
		r.hear(f)
		r.keepUp(f.dts)
	}
	err := r.advance()
	if err == nil && r.bytes > maxWaiting {
		return fault.New(fault.TooLarge, "The encoder sends more than can be packaged")
	}
	return err
}

// leading is the track that decides.
func (r *rendition) leading() *stream.Track {
	if r.picture != nil {
		return r.picture
	}
	return r.sound
}

// lead takes a frame of the leading track.
func (r *rendition) lead(f frame) {
	isApart := r.plan.hasBegun && (r.isStill || f.dts-r.plan.last > maxStill)
	if f.track == r.sound {
		if isApart || r.isApart(f) {
			r.fill(f.dts - frameLength(f.track)/2)
		}
		var isLate bool
		if f, isLate = r.place(f); isLate {
			return
		}
	} else if isApart {
		r.fill(f.dts - time.Millisecond)
	}
	if n := len(r.queue); n > 0 && f.dts <= r.queue[n-1].dts || r.plan.hasBegun && f.dts <= r.plan.last {
		return
	}
	if r.needsKey && !f.isKey {
		r.fill(f.dts)
		return
	}
	r.needsKey, r.isStill = false, false
	if f.isKey && r.picture != nil {
		r.lastKey = f.data
	}
	r.push(f)
}

// keepUp shows the last picture on when sound runs ahead of a picture that does not come.
func (r *rendition) keepUp(heard time.Duration) {
	if heard-r.plan.last > maxStill+time.Second {
		r.fill(heard - maxStill)
	}
}

// push queues a frame of the leading track and decides what it begins.
func (r *rendition) push(f frame) {
	if n := len(r.queue); n > 0 && !r.plan.hasBegun && f.dts-r.queue[n-1].dts > maxJump {
		r.queue, r.decided, r.bytes = nil, 0, 0 // what came before is far away, and nobody saw it
	}
	r.queue = append(r.queue, f)
	r.bytes += int64(len(f.data))
	if r.kind == Source {
		r.p.decidePace(r)
	}
	r.decide()
}

// decide goes through the frames that do not know yet what they begin.
func (r *rendition) decide() {
	pace := r.p.paceNow()
	if !pace.isSet {
		return
	}
	for r.decided < len(r.queue) {
		f := &r.queue[r.decided]
		if !r.judge(pace, f) {
			r.bytes -= int64(len(f.data))
			r.queue = append(r.queue[:r.decided], r.queue[r.decided+1:]...)
			continue
		}
		r.decided++
		r.note(*f)
	}
}

// note remembers a frame for the decisions on those that follow.
func (r *rendition) note(f frame) {
	r.plan.interval = max(f.dts-r.plan.last, 0)
	r.plan.last = f.dts
	r.plan.lastShown = max(r.plan.lastShown, f.pts)
}

// judge decides what a frame begins; false drops it, as there is nothing it could belong to.
func (r *rendition) judge(pace pace, f *frame) bool {
	if r.kind == Encoded {
		return r.follow(pace, f)
	}
	interval := r.intervalTo(f)
	length := f.dts - r.plan.segment
	switch {
	case !r.plan.hasBegun && !f.isKey:
		return false
	case !r.plan.hasBegun:
		r.beginSegment(f, r.p.cut(cut{at: f.pts, sound: r.sound}))
	case r.startsGeneration(f):
		r.beginSegment(f, r.p.cut(cut{at: f.pts, sound: r.sound, isDiscontinuity: true}))
	case f.isKey && pace.wantsCut(length, f.dts-r.plan.key):
		r.beginSegment(f, r.p.cut(cut{at: f.pts, sound: r.sound}))
	case length+interval+interval/10 > pace.limit:
		r.beginSegment(f, r.p.cut(cut{at: f.pts, sound: r.sound, isForced: !f.isKey}))
	default:
		r.beginPart(pace, f, interval)
	}
	if f.isKey {
		r.plan.key = f.dts
	}
	return true
}

// intervalTo is how long frames are at present.
func (r *rendition) intervalTo(f *frame) time.Duration {
	switch {
	case !r.plan.hasBegun:
		return 0
	case f.track == r.sound:
		return frameLength(f.track)
	}
	return f.dts - r.plan.last
}

// startsGeneration reports whether a frame is the first after the tracks changed.
func (r *rendition) startsGeneration(f *frame) bool {
	return r.generation != nil && len(r.queue) == 1 && (r.generation.picture != r.picture || r.generation.sound != r.sound)
}

// follow decides on an encoded frame: its segments begin where the source's do.
func (r *rendition) follow(pace pace, f *frame) bool {
	if f.isKey {
		if c, ok := r.p.cutNear(f.pts); ok && c.number > r.plan.number {
			c.isForced = false
			r.beginSegment(f, c)
			return true
		}
	}
	if !r.plan.hasBegun {
		return false
	}
	if c, ok := r.p.cutOf(r.plan.number + 1); ok && f.pts > c.at+cutTolerance {
		c.isForced = !f.isKey
		r.beginSegment(f, c)
		return true
	}
	r.beginPart(pace, f, r.intervalTo(f))
	return true
}

func (r *rendition) beginSegment(f *frame, c cut) {
	f.begins, f.cut = aSegment, c
	r.plan.hasBegun = true
	r.plan.number, r.plan.segment, r.plan.part = c.number, f.dts, f.dts
}

// beginPart decides whether a frame begins a part: when it would not fit the one that runs, by how long frames are, or when the frame
// before turned out to be longer, and has to begin one itself.
func (r *rendition) beginPart(pace pace, f *frame, interval time.Duration) {
	if last := r.decided - 1; last >= 1 && f.dts-r.plan.part > pace.part && r.queue[last].begins == nothing {
		r.queue[last].begins = aPart
		r.plan.part = r.queue[last].dts
	}
	if pace.isPart(f.dts-r.plan.part, interval) {
		f.begins = aPart
		r.plan.part = f.dts
	}
}

func errClosed() error { return fault.New(fault.Unavailable, "The broadcast has ended") }
