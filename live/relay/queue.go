package relay

import (
	"sync"
	"time"

	"lucarne/live/stream"
)

// item is a sample with what it belongs to.
type item struct {
	tracks *announcement
	kind   kind
	begins bool // decoding can begin here
	sample stream.Sample
	at     time.Time // when it came
}

// queue is what one target has not been sent yet. When it has to leave something out, it goes on with the next keyframe.
type queue struct {
	maxBytes int
	maxAge   time.Duration
	more     chan struct{} // has something after a push
	closed   chan struct{}

	mu       sync.Mutex
	items    []item
	bytes    int
	isFed    bool // somebody pops; otherwise only what follows the last keyframe is kept
	needsKey bool
	lost     int // pictures left out while somebody popped
	isClosed bool
}

func newQueue(maxBytes int, maxAge time.Duration) *queue {
	return &queue{maxBytes: maxBytes, maxAge: maxAge, more: make(chan struct{}, 1), closed: make(chan struct{}), needsKey: true}
}

func (q *queue) push(i item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.isClosed {
		return
	}
	isFull := q.bytes+len(i.sample.Data) > q.maxBytes || len(q.items) > 0 && i.at.Sub(q.items[0].at) > q.maxAge
	if isFull || !q.isFed && i.begins {
		q.clear()
	}
	if q.needsKey && !i.begins {
		q.count(i)
		return
	}
	q.needsKey = false
	q.items = append(q.items, i)
	q.bytes += len(i.sample.Data)
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// clear leaves out what waits. q.mu is held.
func (q *queue) clear() {
	for _, i := range q.items {
		q.count(i)
	}
	q.items, q.bytes, q.needsKey = nil, 0, true
}

func (q *queue) count(i item) {
	if q.isFed && i.kind == picture {
		q.lost++
	}
}

// feed begins or ends a time in which items are popped. At its end what waits is of no use: who begins anew begins with a keyframe.
func (q *queue) feed(is bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.isFed = is
	if !is {
		q.clear()
	}
}

// has reports whether something waits.
func (q *queue) has() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items) > 0
}

// pop takes the next item, false when there is none.
func (q *queue) pop() (item, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return item{}, false
	}
	next := q.items[0]
	q.items[0] = item{}
	q.items = q.items[1:]
	q.bytes -= len(next.sample.Data)
	return next, true
}

// close lets nothing more in. What waits can still be popped.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.isClosed {
		q.isClosed = true
		close(q.closed)
	}
}

// left is how many pictures were left out.
func (q *queue) left() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lost
}
