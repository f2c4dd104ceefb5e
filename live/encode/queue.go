package encode

import (
	"context"
	"sync"
	"time"

	"lucarne/live/stream"
)

// queue is what was written and ffmpeg has not taken yet. Its push never waits. While ffmpeg takes nothing, it begins with a keyframe.
type queue struct {
	maxBytes int
	maxAge   time.Duration

	mu       sync.Mutex
	more     sync.Cond // something changed for pop
	items    []item
	bytes    int
	isClosed bool
	late     func()        // told once by push that too much waits; nil while nothing is fed
	closed   chan struct{} // with isClosed
}

// item is a sample with the track it belongs to.
type item struct {
	track  *stream.Track
	sample stream.Sample
	at     time.Time // when it came
}

func newQueue(maxBytes int, maxAge time.Duration) *queue {
	q := &queue{maxBytes: maxBytes, maxAge: maxAge, closed: make(chan struct{})}
	q.more.L = &q.mu
	return q
}

// push adds an item.
func (q *queue) push(i item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.isClosed {
		return
	}
	isFull := q.bytes+len(i.sample.Data) > q.maxBytes
	if isFull || len(q.items) > 0 && i.at.Sub(q.items[0].at) > q.maxAge {
		q.fallBehind()
	}
	if len(q.items) == 0 && !i.sample.IsKey && q.late == nil {
		return // decoding cannot begin here
	}
	q.items = append(q.items, i)
	q.bytes += len(i.sample.Data)
	q.more.Signal()
}

// fallBehind gives up what waits, and says so when somebody should have taken it. q.mu is held.
func (q *queue) fallBehind() {
	q.clear()
	if q.late != nil {
		q.late()
		q.late = nil
	}
}

func (q *queue) clear() {
	clear(q.items)
	q.items, q.bytes = q.items[:0], 0
}

// wait gives the first item, which it leaves, once there is one; false when the queue is closed and empty.
func (q *queue) wait() (item, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.isClosed {
		q.more.Wait()
	}
	if len(q.items) == 0 {
		return item{}, false
	}
	return q.items[0], true
}

// feed begins a time in which items are popped; late is called, once, when they are not popped fast enough. What waited before does not
// count against who begins now.
func (q *queue) feed(late func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.late = late
	now := time.Now()
	for i := range q.items {
		q.items[i].at = now
	}
}

// rest ends that time: what waits is cut to where decoding can begin again.
func (q *queue) rest() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.late = nil
	for len(q.items) > 0 && !q.items[0].sample.IsKey {
		q.drop()
	}
}

// drop takes the first item out. q.mu is held.
func (q *queue) drop() item {
	first := q.items[0]
	q.items[0] = item{}
	q.items = q.items[1:]
	q.bytes -= len(first.sample.Data)
	return first
}

// pop takes the next item of a track. It gives false at the end of the track, when the queue is closed and empty, and when ctx ends.
func (q *queue) pop(ctx context.Context, track *stream.Track) (item, bool) {
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.more.Broadcast()
	})
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.isClosed && ctx.Err() == nil {
		q.more.Wait()
	}
	if len(q.items) == 0 || ctx.Err() != nil || q.items[0].track != track {
		return item{}, false
	}
	return q.drop(), true
}

// close lets nothing more in. What waits can still be popped.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.isClosed {
		q.isClosed = true
		close(q.closed)
	}
	q.more.Broadcast()
}
