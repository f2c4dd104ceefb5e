package encode

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"lucarne/live/stream"
)

// engine keeps an ffmpeg fed from a queue: it is started with the first sample, again when it dies or the track changes, and ends when the
// queue is closed.
type engine struct {
	queue  *queue
	owner  owner
	cancel context.CancelFunc
	done   chan struct{} // closed when nothing runs any more

	latest    atomic.Int64 // when something last came back, in Unix nanoseconds
	fruitless int          // runs in a row that gave nothing back
	backoff   backoff
}

// owner is whose ffmpeg it is. It is called by one goroutine.
type owner interface {
	plan(first item) (task, bool) // what to run for what comes; false: nothing any more
	slow()                        // ffmpeg works, but takes longer than the show
	restarted(error)              // ffmpeg died or hangs, and is started again
}

const (
	firstBackoff = 250 * time.Millisecond
	mostBackoff  = 30 * time.Second
	closeTime    = flushTime + time.Second // how long close takes: ffmpeg's own time to finish, and some to be killed
)

// newEngine makes an engine that runs until close.
func newEngine(q *queue, of owner) *engine {
	e := &engine{queue: q, owner: of, done: make(chan struct{})}
	var ctx context.Context
	ctx, e.cancel = context.WithCancel(context.Background())
	go func() {
		defer close(e.done)
		e.run(ctx)
	}()
	return e
}

// close has what waits encoded, for a bounded time, and ends.
func (e *engine) close() {
	e.queue.close()
	late := time.AfterFunc(closeTime, e.cancel)
	defer late.Stop()
	<-e.done
	e.cancel()
}

// Why a child is stopped by us.
var (
	errLate    = errors.New("ffmpeg does not keep up")
	errRefused = errors.New("what came back is not wanted")
	errEarly   = errors.New("ffmpeg ended before the show")
)

// maxFruitless is how often ffmpeg may be late without giving anything back before that counts as slow.
const maxFruitless = 3

// run works until the queue is closed and empty, or ctx ends.
func (e *engine) run(ctx context.Context) {
	for {
		first, ok := e.queue.wait()
		if !ok || ctx.Err() != nil {
			return
		}
		t, ok := e.owner.plan(first)
		if !ok {
			e.queue.close()
			return
		}
		err := e.once(ctx, t, first.track)
		e.queue.rest()
		if err != nil && e.isOver(ctx) {
			return
		}
		e.afterwards(ctx, err)
	}
}

// isOver tells that ffmpeg needs not be started again.
func (e *engine) isOver(ctx context.Context) bool {
	select {
	case <-e.queue.closed:
		return true
	default:
		return ctx.Err() != nil
	}
}

// afterwards decides on how to go on after a run of ffmpeg.
func (e *engine) afterwards(ctx context.Context, err error) {
	hasWorked := time.Since(time.Unix(0, e.latest.Load())) < e.queue.maxAge
	if hasWorked {
		e.fruitless = 0
	} else {
		e.fruitless++
	}
	switch {
	case err == nil, errors.Is(err, errRefused):
		return
	case errors.Is(err, errLate) && (hasWorked || e.fruitless%maxFruitless == 0):
		e.owner.slow()
		return
	}
	e.owner.restarted(err)
	e.backoff.wait(ctx, e.queue.closed, hasWorked)
}

// once runs ffmpeg for one track. Its error is nil when the track is at its end.
func (e *engine) once(ctx context.Context, t task, track *stream.Track) error {
	c, err := startChild(ctx, t)
	if err != nil {
		return err
	}
	e.queue.feed(func() { c.cancel(errLate) })
	fed := feed(c, e.queue, track)
	if err := c.finish(); !errors.Is(err, errStopped) {
		return err
	}
	return fed
}

// feed writes until the track is at its end, or the child at its own.
func feed(c *child, from *queue, track *stream.Track) error {
	out := &matroska{to: c.stdin}
	if err := out.writeHeader(*track); err != nil {
		return err
	}
	for {
		next, ok := from.pop(c.ctx, track)
		if !ok && c.ctx.Err() != nil {
			return errEarly
		}
		if !ok {
			return nil
		}
		if err := out.write(next.sample.DTS+next.sample.Offset, next.sample.IsKey, next.sample.Data); err != nil {
			return err
		}
	}
}

// returned notes that ffmpeg gave something back.
func (e *engine) returned() { e.latest.Store(time.Now().UnixNano()) }

// backoff spaces attempts: twice as far apart each time, from near again once one has worked.
type backoff struct{ next time.Duration }

// wait waits for the next attempt; it ends with ctx and stop.
func (b *backoff) wait(ctx context.Context, stop <-chan struct{}, hasWorked bool) {
	if hasWorked || b.next == 0 {
		b.next = firstBackoff
	}
	timer := time.NewTimer(b.next)
	defer timer.Stop()
	b.next = min(2*b.next, mostBackoff)
	select {
	case <-timer.C:
	case <-stop:
	case <-ctx.Done():
	}
}
