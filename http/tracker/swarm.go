package tracker

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// freshFor is how long a swarm is not asked about again.
const freshFor = 10 * time.Minute

// peer is one who has, or wants, what a swarm shares: a player behind a WebSocket, or a BitTorrent client at an address.
type peer struct {
	name   id
	isSeed bool // has all of it
	at     int  // in the list of its roster

	socket *socket // of a player

	address netip.AddrPort // of a client, as are those below
	owner   *visitor
	seenAt  time.Time
}

// peerKey tells peers apart. A client is one per address (BEP 7: the same one may announce itself over IPv4 and IPv6), so that nobody
// can put an address in the place of another's.
type peerKey struct {
	name    id
	address netip.Addr
}

func (p *peer) key() peerKey { return peerKey{p.name, p.address.Addr()} }

// roster is the peers of one kind.
type roster struct {
	byKey map[peerKey]*peer
	list  []*peer
	seeds int
}

func newRoster() roster { return roster{byKey: make(map[peerKey]*peer)} }

func (r *roster) add(p *peer) {
	p.at = len(r.list)
	r.list = append(r.list, p)
	r.byKey[p.key()] = p
	if p.isSeed {
		r.seeds++
	}
}

func (r *roster) remove(p *peer) {
	last := r.list[len(r.list)-1]
	r.list[p.at], last.at = last, p.at
	r.list[len(r.list)-1] = nil
	r.list = r.list[:len(r.list)-1]
	delete(r.byKey, p.key())
	if p.isSeed {
		r.seeds--
	}
}

// complete notes whether a peer has all of it.
func (r *roster) complete(p *peer, isSeed bool) {
	if p.isSeed == isSeed {
		return
	}
	p.isSeed = isSeed
	if isSeed {
		r.seeds++
	} else {
		r.seeds--
	}
}

// pick chooses some others at random: those a seed has something to give to, for a seed.
func (r *roster) pick(asking *peer, wanted int) []*peer {
	var picked []*peer
	for i := 0; i < len(r.list) && len(picked) < wanted; i++ {
		r.swap(i, i+rand.IntN(len(r.list)-i))
		if other := r.list[i]; other != asking && !(asking.isSeed && other.isSeed) {
			picked = append(picked, other)
		}
	}
	return picked
}

func (r *roster) swap(i, j int) {
	r.list[i], r.list[j] = r.list[j], r.list[i]
	r.list[i].at, r.list[j].at = i, j
}

// swarm is the peers that share one thing.
type swarm struct {
	checkedAt        time.Time
	players, clients roster
	downloads        int
}

func (s *swarm) size() int { return len(s.players.list) + len(s.clients.list) }

// tally is what a swarm tells of itself.
type tally struct{ Complete, Incomplete, Downloaded int }

func (s *swarm) tally() tally {
	seeds := s.players.seeds + s.clients.seeds
	return tally{Complete: seeds, Incomplete: s.size() - seeds, Downloaded: s.downloads}
}

// registry is all swarms.
type registry struct {
	o      Options
	mu     sync.Mutex
	swarms map[id]*swarm
}

func newRegistry(o Options) *registry {
	return &registry{o: o, swarms: make(map[id]*swarm)}
}

// isKnown reports whether a swarm was found to be one of this site lately.
func (r *registry) isKnown(hash id) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, found := r.swarms[hash]
	return found && r.o.Clock.Now().Sub(s.checkedAt) < freshFor
}

// enter finds a swarm with room for one more, which it makes when nobody is there; mu is held. That the swarm may be is known by now.
func (r *registry) enter(hash id) *swarm {
	s, found := r.swarms[hash]
	if !found && len(r.swarms) >= r.o.MaxSwarms {
		return nil
	}
	now := r.o.Clock.Now()
	if !found {
		s = &swarm{players: newRoster(), clients: newRoster()}
		r.swarms[hash] = s
	}
	if now.Sub(s.checkedAt) >= freshFor {
		s.checkedAt = now
	}
	if s.size() >= r.o.MaxPeers {
		return nil
	}
	return s
}

// leave forgets a swarm nobody is in; mu is held.
func (r *registry) leave(hash id, s *swarm) {
	if s.size() == 0 {
		delete(r.swarms, hash)
	}
}

// tally counts the peers of a swarm; of one nobody is in there are none.
func (r *registry) tally(hash id) tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, found := r.swarms[hash]; found {
		return s.tally()
	}
	return tally{}
}

// drop ends a swarm that is not to be, and gives back who held a place in it.
func (r *registry) drop(hash id) []*visitor {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, found := r.swarms[hash]
	if !found {
		return nil
	}
	delete(r.swarms, hash)
	for _, p := range s.players.list {
		delete(p.socket.joined, hash)
	}
	var owners []*visitor
	for _, p := range s.clients.list {
		owners = append(owners, p.owner)
	}
	return owners
}

// expire forgets the clients that did not announce themselves for two intervals, and gives back who held their places.
func (r *registry) expire(now time.Time) []*visitor {
	r.mu.Lock()
	defer r.mu.Unlock()
	var owners []*visitor
	for hash, s := range r.swarms {
		for i := len(s.clients.list) - 1; i >= 0; i-- {
			if p := s.clients.list[i]; now.Sub(p.seenAt) > 2*r.o.HTTPInterval {
				s.clients.remove(p)
				owners = append(owners, p.owner)
			}
		}
		r.leave(hash, s)
	}
	return owners
}
