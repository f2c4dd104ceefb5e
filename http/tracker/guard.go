package tracker

import (
	"sync"
	"time"

	"lucarne/platform/clock"
)

// maxVisitors bounds the addresses remembered; past it new ones share one place, so that an attacker with many fills no memory.
const maxVisitors = 50_000

const (
	// announceWindow and maxAnnounces are how often one address may announce itself to one swarm, where that is bounded: a player does
	// every other minute, and several live in one household.
	announceWindow = 5 * time.Minute
	maxAnnounces   = 30
	// maxCounted bounds the swarms counted for one address.
	maxCounted = 256
)

// guard counts what each address does.
type guard struct {
	o        Options
	clock    clock.Clock
	mu       sync.Mutex
	visitors map[string]*visitor
}

// visitor is an address, or a network of 64 bits for IPv6.
type visitor struct {
	sockets, peers int // open, and announced over HTTP
	asks           window
	unknown        window
	announces      window
	bySwarm        map[id]int
	blockedUntil   time.Time
}

// window counts until it ends.
type window struct {
	ends  time.Time
	count int
}

// add counts one more, in a new window when the last one is over.
func (w *window) add(now time.Time, length time.Duration) int {
	if !now.Before(w.ends) {
		*w = window{ends: now.Add(length)}
	}
	w.count++
	return w.count
}

func newGuard(o Options) *guard {
	return &guard{o: o, clock: o.Clock, visitors: make(map[string]*visitor)}
}

// of finds a visitor; mu is held.
func (g *guard) of(network string) *visitor {
	v, known := g.visitors[network]
	if !known && len(g.visitors) >= maxVisitors {
		network = ""
		v, known = g.visitors[network]
	}
	if !known {
		v = &visitor{}
		g.visitors[network] = v
	}
	return v
}

func (g *guard) isBlocked(network string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	v, known := g.visitors[network]
	return known && g.clock.Now().Before(v.blockedUntil)
}

// strike notes that an address asked for the unknown.
func (g *guard) strike(network string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	v, now := g.of(network), g.clock.Now()
	if v.unknown.add(now, g.o.BlockFor) > g.o.MaxUnknown {
		v.blockedUntil, v.unknown = now.Add(g.o.BlockFor), window{}
	}
}

// mayAsk counts a question over HTTP.
func (g *guard) mayAsk(network string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.of(network).asks.add(g.clock.Now(), time.Minute) <= g.o.MaxAsksPerMinute
}

// mayAnnounce counts an announce to a swarm.
func (g *guard) mayAnnounce(network string, hash id) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	v := g.of(network)
	if v.announces.add(g.clock.Now(), announceWindow) == 1 {
		v.bySwarm = make(map[id]int)
	}
	if _, counted := v.bySwarm[hash]; !counted && len(v.bySwarm) >= maxCounted {
		return false
	}
	v.bySwarm[hash]++
	return v.bySwarm[hash] <= maxAnnounces
}

// take reserves a place for a WebSocket of an address; nil where it has too many.
func (g *guard) take(network string) *visitor {
	g.mu.Lock()
	defer g.mu.Unlock()
	v := g.of(network)
	if v.sockets >= g.o.MaxSocketsPerAddress {
		return nil
	}
	v.sockets++
	return v
}

// give frees the place of a WebSocket.
func (g *guard) give(v *visitor) {
	g.mu.Lock()
	defer g.mu.Unlock()
	v.sockets--
}

// hold reserves a place for a client that announces itself over HTTP; nil where its address has too many.
func (g *guard) hold(network string) *visitor {
	g.mu.Lock()
	defer g.mu.Unlock()
	v := g.of(network)
	if v.peers >= g.o.MaxPeersPerAddress {
		return nil
	}
	v.peers++
	return v
}

// release frees the places of clients that are gone.
func (g *guard) release(owners ...*visitor) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, v := range owners {
		v.peers--
	}
}

// forget drops the addresses nothing is to be remembered of.
func (g *guard) forget(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for network, v := range g.visitors {
		isOver := now.After(v.blockedUntil) && now.After(v.asks.ends) && now.After(v.unknown.ends) && now.After(v.announces.ends)
		if isOver && v.sockets == 0 && v.peers == 0 {
			delete(g.visitors, network)
		}
	}
}
