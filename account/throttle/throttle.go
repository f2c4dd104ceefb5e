// Package throttle bounds how often people may be wrong, so that passwords and codes cannot be guessed.
package throttle

import (
	"sync"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// maxCounters bounds the memory: past it, a counter makes room for a new one.
const maxCounters = 20_000

// Throttle counts attempts by key in windows that begin with the first attempt. It is safe for concurrent use.
type Throttle struct {
	window   time.Duration
	clock    clock.Clock
	mu       sync.Mutex
	counters map[string]*counter
}

type counter struct {
	attempts int
	resetAt  time.Time
}

// New makes a throttle whose counters start again after the window.
func New(window time.Duration, c clock.Clock) *Throttle {
	return &Throttle{window: window, clock: c, counters: make(map[string]*counter)}
}

// Bound is how many attempts a key has in a window.
type Bound struct {
	Key  string
	Most int
}

// Enter counts an attempt under every bound before it is judged, so that many at once cannot slip through; succeeded takes it back. Past
// any bound it fails with fault.TooMany and counts nothing.
func (t *Throttle) Enter(bounds ...Bound) (succeeded func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	counters := make([]*counter, len(bounds))
	for i, b := range bounds {
		counters[i] = t.counter(b.Key)
		if counters[i].attempts >= b.Most {
			return nil, fault.New(fault.TooMany, "Too many wrong attempts, try again later")
		}
	}
	for _, c := range counters {
		c.attempts++
	}
	return func() { t.forgive(counters) }, nil
}

func (t *Throttle) forgive(counters []*counter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range counters {
		c.attempts--
	}
}

func (t *Throttle) counter(key string) *counter {
	now := t.clock.Now()
	c, found := t.counters[key]
	if found && now.Before(c.resetAt) {
		return c
	}
	if !found && len(t.counters) >= maxCounters {
		t.makeRoom(now)
	}
	c = &counter{resetAt: now.Add(t.window)}
	t.counters[key] = c
	return c
}

// makeRoom drops the windows that ended, and any one where none did.
func (t *Throttle) makeRoom(now time.Time) {
	var last string
	for key, c := range t.counters {
		last = key
		if !now.Before(c.resetAt) {
			delete(t.counters, key)
		}
	}
	if len(t.counters) >= maxCounters {
		delete(t.counters, last)
	}
}
