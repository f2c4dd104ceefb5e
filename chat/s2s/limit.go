package s2s

import (
	"net/netip"
	"sync"
	"time"

	"lucarne/platform/clock"
)

// door counts the connections of others that are open.
type door struct {
	most, mostOfOne int

	mu    sync.Mutex
	total int
	of    map[netip.Prefix]int
}

func newDoor(most, mostOfOne int) *door {
	return &door{most: most, mostOfOne: mostOfOne, of: make(map[netip.Prefix]int)}
}

// enter counts one in; leave counts it out. ok is false when there are too many.
func (d *door) enter(address netip.Addr) (leave func(), ok bool) {
	network := networkOf(address)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.total >= d.most || d.of[network] >= d.mostOfOne {
		return nil, false
	}
	d.total++
	d.of[network]++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.total--
		if d.of[network]--; d.of[network] == 0 {
			delete(d.of, network)
		}
	}, true
}

// networkOf is who an address belongs to: of IPv6 every machine has 64 bits.
func networkOf(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	bits := 32
	if address.Is6() {
		bits = 64
	}
	network, _ := address.Prefix(bits) // no address at all: the zero network, which all such share
	return network
}

// pace is how much may be done by each of many: so many tokens at once, so many more a second. Who asks for more is told to wait, which slows
// the line down, and who would have to wait too long is refused.
type pace struct {
	clock          clock.Clock
	burst, perSec  float64
	longest        time.Duration
	most           int
	mu             sync.Mutex
	spent          map[string]spending
	lastSweepWasAt time.Time
}

type spending struct {
	tokens float64 // what is owed
	at     time.Time
}

const maxPaced = 10_000

func newPace(c clock.Clock, burst, perSec float64) *pace {
	return &pace{clock: c, burst: burst, perSec: perSec, longest: 30 * time.Second, most: maxPaced, spent: make(map[string]spending)}
}

// spend takes tokens and says how long to wait for them; false when that is too long, and nothing is taken.
func (p *pace) spend(who string, tokens float64) (time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if _, known := p.spent[who]; !known && len(p.spent) >= p.most && !p.sweep(now) {
		who = "" // more than can be told apart share one account
	}
	owed := p.owed(p.spent[who], now) + tokens
	wait := time.Duration(max(0, owed-p.burst) / p.perSec * float64(time.Second))
	if wait > p.longest {
		return 0, false
	}
	p.spent[who] = spending{owed, now}
	return wait, true
}

func (p *pace) owed(s spending, now time.Time) float64 {
	return max(0, s.tokens-now.Sub(s.at).Seconds()*p.perSec)
}

// sweep forgets who owes nothing any more, once a second at most; it says whether there is room again.
func (p *pace) sweep(now time.Time) bool {
	if now.Sub(p.lastSweepWasAt) < time.Second {
		return false
	}
	p.lastSweepWasAt = now
	for who, s := range p.spent {
		if p.owed(s, now) == 0 {
			delete(p.spent, who)
		}
	}
	return len(p.spent) < p.most
}
