package s2s

import (
	"sync"
	"time"

	"lucarne/platform/clock"
)

// backoff remembers which hosts could not be reached, so that they are left in peace for a while: longer each time.
type backoff struct {
	clock clock.Clock
	mu    sync.Mutex
	of    map[string]failure
}

type failure struct {
	times     int
	at, until time.Time
	condition string
}

const (
	firstBackoff = 5 * time.Second
	lastBackoff  = 10 * time.Minute
	maxFailures  = 10_000
)

func newBackoff(c clock.Clock) *backoff { return &backoff{clock: c, of: make(map[string]failure)} }

// refuses says why a host is not tried now; "" when it may be.
func (b *backoff) refuses(host string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	f, failed := b.of[host]
	if !failed || !b.clock.Now().Before(f.until) {
		return ""
	}
	return f.condition
}

// refusesQuestion is refuses for a host that seems to call us, and so to be there: it waits for the shortest time only.
func (b *backoff) refusesQuestion(host string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	f, failed := b.of[host]
	return failed && b.clock.Now().Before(f.at.Add(firstBackoff))
}

// fail notes that a host could not be reached.
func (b *backoff) fail(host, condition string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.clock.Now()
	f := b.of[host]
	if f.times == 0 && len(b.of) >= maxFailures {
		b.forget(now)
	}
	wait := min(firstBackoff<<min(f.times, 10), lastBackoff)
	b.of[host] = failure{f.times + 1, now, now.Add(wait), condition}
}

// succeed notes that a host was reached.
func (b *backoff) succeed(host string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.of, host)
}

// forget makes room: first those whose time is over, then whichever come.
func (b *backoff) forget(now time.Time) {
	for host, f := range b.of {
		if f.until.Before(now) {
			delete(b.of, host)
		}
	}
	for host := range b.of {
		if len(b.of) < maxFailures {
			return
		}
		delete(b.of, host)
	}
}
