// Package relay sends what is on air to other sites as well, by RTMP and RTMPS. What another site does, or fails to do, never reaches the
// live itself.
package relay

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"lucarne/live/stream"
	"lucarne/platform/clock"
)

// Target is another site to send to.
type Target struct {
	ID      int64  // told apart by it
	Address string // rtmp:// or rtmps://, up to the application; with an empty Key, the key is its last part
	Key     string // secret
}

// Options set up a Relay.
type Options struct {
	Targets []Target
	// Dial connects to a host and port. It has to refuse addresses users may not reach, with fault.Invalid, looking at each address that a
	// name stands for.
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	TLS    *tls.Config   // for rtmps; nil for the system's roots
	Agent  string        // what we call ourselves; may be empty
	MaxLag time.Duration // how far a target may be behind before pictures are left out; 0 means 4 s
	Retry  time.Duration // before the first new attempt, twice as long before each further; 0 means 1 s
	Clock  clock.Clock   // for State.Since; nil means the system's
	Logger *slog.Logger
}

const (
	defaultLag   = 4 * time.Second
	defaultRetry = time.Second
	mostRetry    = time.Minute
	maxQueued    = 16 << 20        // bytes for one target
	farewell     = 2 * time.Second // how long a target may take for the end
)

// Relay sends one live to its targets. It is a stream.Sink that never waits and never fails. Set, States and Close are safe for concurrent
// use.
type Relay struct {
	o Options

	mu       sync.Mutex
	tracks   *announcement // nil before Start
	senders  []*sender     // in the order of the targets
	isClosed bool
	tasks    sync.WaitGroup
}

// announcement is the tracks of the samples that follow.
type announcement struct{ video, audio *stream.Track }

// New makes a relay. Nothing is dialled before the first keyframe. Close has to be called.
func New(o Options) *Relay {
	o.MaxLag, o.Retry = cmp.Or(o.MaxLag, defaultLag), cmp.Or(o.Retry, defaultRetry)
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	r := &Relay{o: o}
	r.Set(o.Targets)
	return r
}

// Set changes the targets while on air: new ones are connected to, others left. One that stays as it is notices nothing.
func (r *Relay) Set(targets []Target) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isClosed {
		return
	}
	var next []*sender
	for _, t := range targets {
		at := slices.IndexFunc(r.senders, func(s *sender) bool { return s.target == t })
		if at < 0 {
			next = append(next, r.begin(t))
			continue
		}
		next = append(next, r.senders[at])
		r.senders = slices.Delete(r.senders, at, at+1)
	}
	for _, s := range r.senders {
		s.queue.close()
	}
	r.senders = next
}

// begin starts to send to a target. r.mu is held.
func (r *Relay) begin(t Target) *sender {
	s := newSender(&r.o, t)
	r.tasks.Go(s.run)
	return s
}

// Start announces the tracks.
func (r *Relay) Start(tracks []stream.Track) error {
	a := &announcement{}
	for _, t := range tracks {
		if t.Codec.IsVideo() {
			a.video = &t
		} else {
			a.audio = &t
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tracks = a
	return nil
}

// Write hands a sample to every target.
func (r *Relay) Write(s stream.Sample) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	kind := r.tracks.kindOf(s.Track)
	if kind == neither {
		return nil
	}
	next := item{tracks: r.tracks, kind: kind, sample: s, at: time.Now()}
	next.begins = s.IsKey && (kind == picture || r.tracks.video == nil)
	for _, to := range r.senders {
		to.queue.push(next)
	}
	return nil
}

// kind is what a sample is of.
type kind int

const (
	neither kind = iota
	picture
	sound
)

func (a *announcement) kindOf(track int) kind {
	switch {
	case a == nil:
		return neither
	case a.video != nil && a.video.ID == track:
		return picture
	case a.audio != nil && a.audio.ID == track:
		return sound
	}
	return neither
}

// States tells how the targets do, in their order.
func (r *Relay) States() []State {
	r.mu.Lock()
	senders := slices.Clone(r.senders)
	r.mu.Unlock()
	states := make([]State, 0, len(senders))
	for _, s := range senders {
		states = append(states, s.state())
	}
	return states
}

// Close says goodbye to all targets, within a few seconds.
func (r *Relay) Close() {
	r.mu.Lock()
	r.isClosed = true
	for _, s := range r.senders {
		s.queue.close()
	}
	r.mu.Unlock()
	r.tasks.Wait()
}
