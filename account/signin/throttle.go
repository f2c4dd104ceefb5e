package signin

import (
	"cmp"
	"net/netip"
	"strings"
	"sync"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// Limits bound failed sign-ins. Zero fields mean the defaults.
type Limits struct {
	Window     time.Duration // 5 minutes
	PerIP      int           // 15; an IPv6 network of 64 bits counts as one
	PerAccount int           // 50: higher, so that a stranger cannot lock somebody out with a few attempts
}

const (
	defaultWindow     = 5 * time.Minute
	defaultPerIP      = 15
	defaultPerAccount = 50
	maxCounters       = 20_000
)

// throttle counts attempts by key in fixed windows, within bounded memory.
type throttle struct {
	limits   Limits
	clock    clock.Clock
	mu       sync.Mutex
	counters map[string]*counter
}

type counter struct {
	attempts int
	resetAt  time.Time
}

func newThrottle(l Limits, c clock.Clock) *throttle {
	l.Window = cmp.Or(l.Window, defaultWindow)
	l.PerIP = cmp.Or(l.PerIP, defaultPerIP)
	l.PerAccount = cmp.Or(l.PerAccount, defaultPerAccount)
	return &throttle{limits: l, clock: c, counters: make(map[string]*counter)}
}

// enter counts an attempt before it is judged, so that many at once cannot slip through. succeeded takes it back.
func (t *throttle) enter(login, ip string) (succeeded func(), err error) {
	byIP, byAccount := "ip "+network(ip), "account "+strings.ToLower(login)
	t.mu.Lock()
	defer t.mu.Unlock()
	a, b := t.counter(byIP), t.counter(byAccount)
	if a.attempts >= t.limits.PerIP || b.attempts >= t.limits.PerAccount {
		return nil, fault.New(fault.TooMany, "Too many attempts to sign in, try again later")
	}
	a.attempts++
	b.attempts++
	return func() { t.forgive(byIP, byAccount) }, nil
}

func (t *throttle) forgive(keys ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys {
		if c, found := t.counters[key]; found && c.attempts > 0 {
			c.attempts--
		}
	}
}

func (t *throttle) counter(key string) *counter {
	now := t.clock.Now()
	c, found := t.counters[key]
	if found && now.Before(c.resetAt) {
		return c
	}
	if !found && len(t.counters) >= maxCounters {
		t.makeRoom(now)
	}
	c = &counter{resetAt: now.Add(t.limits.Window)}
	t.counters[key] = c
	return c
}

// makeRoom drops the windows that ended, and one that did not where none did.
func (t *throttle) makeRoom(now time.Time) {
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

// network is what an attacker has at least: one IPv4 address, or 64 bits of IPv6.
func network(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	address = address.Unmap()
	if address.Is4() {
		return address.String()
	}
	prefix, _ := address.Prefix(64) // 64 bits are always there
	return prefix.String()
}
