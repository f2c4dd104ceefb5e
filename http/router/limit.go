package router

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// Rate is how many requests one client may make in a window.
type Rate struct {
	Window time.Duration
	Max    int // 0 or less: no limit
}

// maxClients bounds the clients remembered per group. Past it, new ones share one count: an attacker with many addresses slows
// strangers down, and fills no memory.
const maxClients = 50_000

// Limiter counts the requests of each client, per group, in fixed windows.
type Limiter struct {
	clock  clock.Clock
	rates  func(group string) Rate
	mu     sync.Mutex
	groups map[string]*window
}

type window struct {
	ends   time.Time
	counts map[string]int
}

// NewLimiter makes a limiter whose rates are asked for at every request, so that they change live.
func NewLimiter(c clock.Clock, rates func(group string) Rate) *Limiter {
	return &Limiter{clock: c, rates: rates, groups: make(map[string]*window)}
}

// Limit puts a handler behind the limit of a group. The answer says what is left in the headers of express-rate-limit, which
// PeerTube's clients know.
func (l *Limiter) Limit(group string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rate := l.rates(group)
		if rate.Max <= 0 || rate.Window <= 0 {
			next.ServeHTTP(w, r)
			return
		}
		used, ends := l.count(group, rate, ClientNetwork(r))
		header := w.Header()
		header.Set("X-RateLimit-Limit", strconv.Itoa(rate.Max))
		header.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, rate.Max-used)))
		header.Set("X-RateLimit-Reset", strconv.FormatInt(ends.Unix()+1, 10))
		if used > rate.Max {
			wait := ends.Sub(l.clock.Now()).Seconds()
			header.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait)))))
			WriteProblem(w, r, fault.New(fault.TooMany, "Too many requests, please try again later."), "")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (l *Limiter) count(group string, rate Rate, client string) (used int, ends time.Time) {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	current := l.groups[group]
	if current == nil || !now.Before(current.ends) || current.ends.Sub(now) > rate.Window {
		current = &window{ends: now.Add(rate.Window), counts: make(map[string]int)}
		l.groups[group] = current
	}
	if _, known := current.counts[client]; !known && len(current.counts) >= maxClients {
		client = ""
	}
	current.counts[client]++
	return current.counts[client], current.ends
}
