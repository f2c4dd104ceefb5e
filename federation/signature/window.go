package signature

import (
	"sync"
	"time"
)

// window remembers things for a while, and no more of them than it has room for: the oldest leave first.
type window[K comparable] struct {
	mu    sync.Mutex
	until map[K]time.Time
	ring  []K // in order of arrival; next is the oldest once the ring is full
	next  int
	room  int
}

func newWindow[K comparable](room int) *window[K] {
	return &window[K]{until: make(map[K]time.Time), room: room}
}

// holds tells whether k was added and has not run out.
func (w *window[K]) holds(k K, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return now.Before(w.until[k])
}

// add remembers k until then; it reports false when k was remembered already.
func (w *window[K]) add(k K, now, until time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	end, known := w.until[k]
	if known && now.Before(end) {
		return false
	}
	if !known {
		w.place(k)
	}
	w.until[k] = until
	return true
}

func (w *window[K]) place(k K) {
	if len(w.ring) < w.room {
		w.ring = append(w.ring, k)
		return
	}
	delete(w.until, w.ring[w.next])
	w.ring[w.next] = k
	w.next = (w.next + 1) % w.room
}
