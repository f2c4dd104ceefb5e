package relay

import (
	"context"
	"net"
	"sync"
	"time"

	"lucarne/live/rtmp"
)

// sender sends to one target for as long as it is wanted.
type sender struct {
	o      *Options
	target Target
	queue  *queue

	mu  sync.Mutex
	now State
}

func newSender(o *Options, t Target) *sender {
	return &sender{o: o, target: t, queue: newQueue(maxQueued, o.MaxLag), now: State{ID: t.ID, Phase: Connecting, Since: o.Clock.Now()}}
}

func (s *sender) state() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now
	now.Lost = s.queue.left()
	return now
}

func (s *sender) enter(p Phase, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.Phase != p {
		s.now.Since = s.o.Clock.Now()
	}
	s.now.Phase, s.now.Reason = p, reason
}

// run connects and sends, again and again, until the queue is closed or there is no use.
func (s *sender) run() {
	ctx, cancel := s.lifetime()
	defer cancel()
	wait := s.o.Retry
	for s.awaitKey() {
		began := time.Now()
		err := s.once(ctx)
		s.queue.feed(false)
		if s.isOver() {
			return
		}
		if hopeless(err) != nil {
			s.fail(Stopped, err)
			s.queue.close()
			return
		}
		s.fail(Retrying, err)
		if time.Since(began) > mostRetry {
			wait = s.o.Retry
		}
		s.pause(wait)
		wait = min(2*wait, mostRetry)
	}
}

// lifetime ends a while after the queue is closed: then a target that takes nothing is left.
func (s *sender) lifetime() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-s.queue.closed:
			time.AfterFunc(farewell, cancel)
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

func (s *sender) fail(p Phase, err error) {
	s.o.Logger.Warn("relaying a live failed", "relay", s.target.ID, "phase", p, "error", redact(err.Error(), s.target))
	s.enter(p, reasonOf(err, s.target))
}

// awaitKey waits for something to begin with; false when all is over.
func (s *sender) awaitKey() bool {
	for !s.queue.has() {
		select {
		case <-s.queue.more:
		case <-s.queue.closed:
			return false
		}
	}
	return !s.isOver()
}

func (s *sender) isOver() bool {
	select {
	case <-s.queue.closed:
		return true
	default:
		return false
	}
}

func (s *sender) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.queue.closed:
	}
}

// once connects and sends until either side ends it.
func (s *sender) once(ctx context.Context) error {
	p, err := rtmp.Publish(ctx, rtmp.PublishOptions{
		Address: s.target.Address, Key: s.target.Key, Agent: s.o.Agent, TLS: s.o.TLS,
		Dial: func(setup context.Context, network, address string) (net.Conn, error) {
			return s.dial(ctx, setup, network, address)
		},
	})
	if err != nil {
		return err
	}
	defer p.Close()
	s.queue.feed(true)
	s.enter(Live, "")
	return s.send(p)
}

// dial connects; the connection does not outlive ctx, whatever it waits for.
func (s *sender) dial(ctx, setup context.Context, network, address string) (net.Conn, error) {
	conn, err := s.o.Dial(setup, network, address)
	if err != nil {
		return nil, err
	}
	return &tied{Conn: conn, untie: context.AfterFunc(ctx, func() { _ = conn.Close() })}, nil
}

// tied is a connection closed with a context.
type tied struct {
	net.Conn
	untie func() bool
}

// Close closes the connection.
func (t *tied) Close() error {
	t.untie()
	return t.Conn.Close()
}

func (s *sender) send(p *rtmp.Publisher) error {
	var w wire
	var announced *announcement
	for {
		next, ok := s.next(p)
		if !ok {
			return p.Err()
		}
		if announced == nil {
			w.began = next.sample.DTS
		}
		if next.tracks != announced {
			if err := announce(p, w, next); err != nil {
				return err
			}
			announced = next.tracks
		}
		if tag, ok := w.tag(next); ok {
			if err := p.Write(tag); err != nil {
				return err
			}
		}
	}
}

func announce(p *rtmp.Publisher, w wire, first item) error {
	tags, err := w.announce(first.tracks, p.Codecs(), first.sample.DTS)
	if err != nil {
		return err
	}
	for _, t := range tags {
		if err := p.Write(t); err != nil {
			return err
		}
	}
	return nil
}

// next waits for the next item; false when the connection ended, or the queue is closed and empty.
func (s *sender) next(p *rtmp.Publisher) (item, bool) {
	for {
		if i, ok := s.queue.pop(); ok {
			return i, true
		}
		select {
		case <-s.queue.more:
		case <-p.Done():
			return item{}, false
		case <-s.queue.closed:
			return s.queue.pop()
		}
	}
}
