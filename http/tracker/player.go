package tracker

import (
	"context"
	"slices"
	"time"

	"lucarne/platform/fault"
)

// handle does what a player asks. An error ends its WebSocket; what can be mended is answered.
func (s *socket) handle(ctx context.Context, m message) error {
	if !s.tracker.o.Settings().Enabled {
		return errOff
	}
	if m.Action == actionScrape {
		s.scrape(m.hashes)
		return nil
	}
	hash := m.hashes[0]
	if m.Answer != nil {
		s.tracker.registry.answer(s, m)
		return nil
	}
	if m.Event == "stopped" {
		s.tracker.registry.stop(s, hash)
		return nil
	}
	if err := s.tracker.admit(ctx, hash, s.network); err != nil {
		return err
	}
	if s.tracker.o.Settings().RejectsTooMany && !s.tracker.guard.mayAnnounce(s.network, hash) {
		s.send(encode(refused{Action: actionAnnounce, Reason: errTooMany.Error(), Hash: hash}))
		return nil
	}
	s.announce(hash, m)
	return nil
}

// announce puts the player into the swarm and passes its offers to as many others.
func (s *socket) announce(hash id, m message) {
	now, others, err := s.tracker.registry.join(s, m)
	if err != nil {
		s.send(encode(refused{Action: actionAnnounce, Reason: err.Error(), Hash: hash}))
		return
	}
	s.send(encode(announced{
		Action: actionAnnounce, Interval: int(s.tracker.o.SocketInterval.Seconds()), Complete: now.Complete, Incomplete: now.Incomplete, Hash: hash,
	}))
	for i, other := range others {
		o := m.Offers[i]
		other.socket.send(encode(relayed{Action: actionAnnounce, Offer: &o.Description, OfferID: o.ID, Peer: *m.Peer, Hash: hash}))
	}
}

// scrape counts the peers of some swarms, or of those the player is in when it names none.
func (s *socket) scrape(hashes []id) {
	if len(hashes) == 0 {
		hashes = s.tracker.registry.joined(s)
	}
	answer := scraped{Action: actionScrape, Files: make(map[string]scrapeFile, len(hashes))}
	for _, hash := range hashes {
		answer.Files[hash.text()] = scrapeFile(s.tracker.registry.tally(hash))
	}
	s.send(encode(answer))
}

var (
	errTaken   = fault.New(fault.Conflict, "Another peer has this name")
	errManyFor = fault.New(fault.TooMany, "One player shares only so many videos at a time")
)

// join puts a player into a swarm, or notes that it is still there, and chooses whom its offers go to.
func (r *registry) join(s *socket, m message) (tally, []*peer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	hash := m.hashes[0]
	p := s.joined[hash]
	if p != nil && p.name != *m.Peer {
		r.remove(hash, p)
		p = nil
	}
	if p == nil {
		var err error
		if p, err = r.addPlayer(s, hash, *m.Peer); err != nil {
			return tally{}, nil, err
		}
	}
	in := r.swarms[hash]
	if m.Event == "completed" && !p.isSeed {
		in.downloads++
	}
	in.players.complete(p, m.isSeed())
	others := slices.DeleteFunc(in.players.pick(p, len(m.Offers)), func(other *peer) bool {
		return other.socket.offered.add(r.o.Clock.Now(), time.Minute) > r.o.MaxOffersPerMinute
	})
	return in.tally(), others, nil
}

// addPlayer gives a player its place in a swarm; mu is held. A name belongs to who has it: otherwise one could take the answers meant
// for another. A player that lost its connection gets its name back from its own address.
func (r *registry) addPlayer(s *socket, hash, name id) (*peer, error) {
	if len(s.joined) >= r.o.MaxSwarmsPerSocket {
		return nil, errManyFor
	}
	in := r.enter(hash)
	if in == nil {
		return nil, errFull
	}
	if held := in.players.byKey[peerKey{name: name}]; held != nil {
		if held.socket.network != s.network {
			return nil, errTaken
		}
		in.players.remove(held)
		delete(held.socket.joined, hash)
	}
	p := &peer{name: name, socket: s}
	in.players.add(p)
	s.joined[hash] = p
	return p, nil
}

// remove takes a player out of a swarm; mu is held.
func (r *registry) remove(hash id, p *peer) {
	delete(p.socket.joined, hash)
	if in := r.swarms[hash]; in != nil {
		in.players.remove(p)
		r.leave(hash, in)
	}
}

// answer passes an answer to who made the offer. Both have to be in the swarm; it is lost where one is gone.
func (r *registry) answer(from *socket, m message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	hash := m.hashes[0]
	self := from.joined[hash]
	if self == nil || self.name != *m.Peer {
		return
	}
	if to := r.swarms[hash].players.byKey[peerKey{name: *m.To}]; to != nil && to != self {
		to.socket.send(encode(relayed{Action: actionAnnounce, Answer: m.Answer, OfferID: *m.OfferID, Peer: self.name, Hash: hash}))
	}
}

// stop takes a player out of a swarm it said goodbye to.
func (r *registry) stop(s *socket, hash id) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := s.joined[hash]; p != nil {
		r.remove(hash, p)
	}
}

// part takes a player that is gone out of all swarms.
func (r *registry) part(s *socket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for hash, p := range s.joined {
		r.remove(hash, p)
	}
}

// joined lists the swarms a player is in.
func (r *registry) joined(s *socket) []id {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]id, 0, len(s.joined))
	for hash := range s.joined {
		list = append(list, hash)
	}
	return list
}
