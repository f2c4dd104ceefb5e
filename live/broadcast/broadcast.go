package broadcast

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/live"
	"lucarne/live/ingest"
	"lucarne/live/packager"
	"lucarne/live/stream"
	"lucarne/platform/fault"
)

// phase is how far a broadcast is.
type phase int

const (
	waiting  phase = iota // an encoder is let in, nothing can be watched yet
	onAir                 // there is something to watch
	finished              // over: what was sent can still be fetched for a while
)

// Broadcast is one session of a live. It is safe for concurrent use.
type Broadcast struct {
	o          *Options
	show       live.Live
	isPrivate  bool // its files are for those alone who may see the video
	logger     *slog.Logger
	before     <-chan struct{}       // closed once the end of the broadcast before this one is written down
	over       chan struct{}         // closed when nothing more is let in
	ended      chan struct{}         // closed once that is written down
	tasks      sync.WaitGroup        // in the background, ended before the folder goes
	isPictured bool                  // of whoever tends it
	incomplete atomic.Pointer[error] // why the recording lacks something; nil when it does not

	mu         sync.Mutex // guards what follows; held while a sample passes
	phase      phase
	folder     string               // of the session: a folder in it for each time the packaging began; "" before the first
	session    live.SessionID       // 0 before anything can be watched
	startedAt  time.Time            // the time 0 of the session
	encoder    *publication         // nil while none sends
	from       ingest.Request       // of the latest encoder
	goneAt     time.Time            // since when none sends
	pieces     []packager.Recording // of earlier runs of this site
	line       *line                // nil before the first sample
	meter      meter
	followedAt time.Time
	checkedAt  time.Time
	ending     ending
}

// What encoders are told.
var (
	errOver     = fault.New(fault.Unavailable, "This live is over")
	errTaken    = fault.New(fault.Conflict, "Another encoder is already sending to this live")
	errStopping = fault.New(fault.Unavailable, "The site is starting or stopping: connect again in a moment")
)

// attach lets an encoder in, first or again.
func (b *Broadcast) attach(r ingest.Request) (*publication, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.phase == finished {
		return nil, errOver
	}
	if b.encoder != nil {
		return nil, errTaken
	}
	b.encoder = &publication{b: b, done: make(chan struct{}), connectedAt: b.o.Clock.Now()}
	b.from = r
	b.meter.begin(nil)
	b.logger.Info("an encoder is connected", "protocol", r.Protocol, "encoder", r.Encoder)
	return b.encoder, nil
}

// publication is the time one encoder is connected.
type publication struct {
	b           *Broadcast
	done        chan struct{}
	connectedAt time.Time
	reason      error // guarded by b.mu

	// The following belong to whoever writes, under b.mu.
	base      time.Duration // of its time 0, on the timeline of the session
	isBased   bool
	tracks    []stream.Track
	isSent    bool      // tracks were handed on
	heardAt   time.Time // when the last sample came
	lateSince time.Time // since when samples are of a time that was carried over; zero when they are not
}

// Done is closed when the broadcast was ended from here.
func (p *publication) Done() <-chan struct{} { return p.done }

// Reason tells why, in words for the encoder.
func (p *publication) Reason() error {
	p.b.mu.Lock()
	defer p.b.mu.Unlock()
	return p.reason
}

// Start takes the tracks of the encoder.
func (p *publication) Start(tracks []stream.Track) error {
	b := p.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.encoder != p {
		return errOver
	}
	p.tracks, p.isSent = tracks, false
	b.meter.begin(tracks)
	return nil
}

// Write takes a sample.
func (p *publication) Write(s stream.Sample) error {
	b := p.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.encoder != p {
		return errOver
	}
	if err := b.take(p, s); err != nil {
		b.logger.Warn("what an encoder sends is refused", "error", err)
		return err
	}
	return nil
}

// take puts a sample on the timeline of the session and passes it on. The first one begins the packaging.
func (b *Broadcast) take(p *publication, s stream.Sample) error {
	if b.line == nil {
		if err := b.openLine(); err != nil {
			return err
		}
	}
	now := b.o.Clock.Now()
	p.heardAt = now
	if !p.isBased || p.isLost(b.line.gate.now()-s.DTS-p.base, now) {
		p.base, p.isBased = b.line.rejoin(now)-s.DTS, true
	}
	s.DTS += p.base
	if !p.isSent {
		if err := b.line.start(p.tracks); err != nil {
			return err
		}
		p.isSent = true
	}
	b.meter.add(s)
	return b.line.write(s)
}

const (
	silentAfter = 4 * time.Second // an encoder that sends nothing for so long is carried over as one that is gone
	mostLate    = time.Second     // how far tracks may be apart
	catchUp     = 5 * time.Second // how long an encoder has to be on time again
)

// isSilent tells that the encoder is connected and sends nothing: its line may be broken without a word.
func (p *publication) isSilent(now time.Time) bool {
	return p.isBased && now.Sub(p.heardAt) > silentAfter
}

// isLost tells that the encoder goes on where it fell silent, instead of where the time is now: it will always be late.
func (p *publication) isLost(late time.Duration, now time.Time) bool {
	switch {
	case late <= mostLate:
		p.lateSince = time.Time{}
	case p.lateSince.IsZero():
		p.lateSince = now
	case now.Sub(p.lateSince) > catchUp:
		p.lateSince = time.Time{}
		return true
	}
	return false
}

// Close says that the encoder is gone.
func (p *publication) Close(err error) {
	b := p.b
	b.mu.Lock()
	if b.encoder != p {
		b.mu.Unlock()
		return
	}
	b.encoder, b.goneAt = nil, b.o.Clock.Now()
	b.logger.Info("the encoder is gone", "goodbye", err == nil, "error", err)
	isNothing := b.line == nil && b.session == 0
	b.mu.Unlock()
	if err == nil || isNothing {
		b.stop(ending{})
	}
}

// ending is why a broadcast is over.
type ending struct {
	code   live.SessionError // 0: as it should be
	reason error             // for the encoder; nil when it went by itself
}

// stop lets nothing more in; what is left to do happens where the broadcast is tended.
func (b *Broadcast) stop(e ending) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.phase == finished {
		return
	}
	b.phase, b.ending = finished, e
	if b.encoder != nil {
		b.encoder.reason = errOver
		if e.reason != nil {
			b.encoder.reason = e.reason
		}
		close(b.encoder.done)
		b.encoder, b.goneAt = nil, b.o.Clock.Now()
	}
	close(b.over)
}

func (b *Broadcast) isOver() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.phase == finished
}

// packager gives where playlists come from, once there is something in them.
func (b *Broadcast) packager() (*packager.Packager, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.line == nil {
		return nil, false
	}
	return b.line.packager, b.line.isWatchable()
}
