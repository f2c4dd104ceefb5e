// Package clock is where time comes from, so that tests can hold it still.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time. Now is in UTC, cut to milliseconds: the precision the database keeps.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now is the current time.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Fake is a clock a test moves by hand. It is safe for concurrent use.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake starts a clock at the given time.
func NewFake(now time.Time) *Fake { return &Fake{now: now.UTC().Truncate(time.Millisecond)} }

// Now is the time the test last set.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock forward.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}
