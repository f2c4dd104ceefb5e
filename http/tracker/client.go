package tracker

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/zeebo/bencode"

	"lucarne/http/router"
)

// The answers to BitTorrent clients, always with status 200: many read no other (BEP 3 has a failure in the answer, not in the status).
type (
	told struct {
		Complete    int                `bencode:"complete"`
		Incomplete  int                `bencode:"incomplete"`
		Interval    int                `bencode:"interval"`
		MinInterval int                `bencode:"min interval"`
		Peers       bencode.RawMessage `bencode:"peers"`
		Peers6      []byte             `bencode:"peers6,omitempty"`
	}
	toldPeer struct {
		IP   string `bencode:"ip"`
		Name string `bencode:"peer id,omitempty"`
		Port int    `bencode:"port"`
	}
	counted struct {
		Files map[string]scrapeFile `bencode:"files"`
	}
	failed struct {
		Reason string `bencode:"failure reason"`
	}
)

func reply(w http.ResponseWriter, answer any) {
	data, err := bencode.EncodeBytes(answer)
	if err != nil {
		panic(err) // our own types
	}
	w.Header().Set("Content-Type", "text/plain; charset=iso-8859-1") // bytes, which nobody is to take for a page
	_, _ = w.Write(data)
}

func (t *Tracker) serveAnnounce(w http.ResponseWriter, r *http.Request) {
	answer, err := t.announced(r)
	if err != nil {
		reply(w, failed{err.Error()})
		return
	}
	reply(w, answer)
}

func (t *Tracker) announced(r *http.Request) (told, error) {
	network := router.ClientNetwork(r)
	if !t.guard.mayAsk(network) {
		return told{}, errTooMany
	}
	q, err := parseAnnounce(r.URL.RawQuery)
	if err != nil {
		return told{}, err
	}
	address, err := netip.ParseAddr(router.ClientIP(r))
	if err != nil {
		return told{}, errQuery
	}
	if err := t.mayAnnounce(r.Context(), network, q); err != nil {
		return told{}, err
	}
	now, others, err := t.place(q, netip.AddrPortFrom(address.Unmap().WithZone(""), q.port), network)
	if err != nil {
		return told{}, err
	}
	seconds := int(t.o.HTTPInterval.Seconds())
	answer := told{Complete: now.Complete, Incomplete: now.Incomplete, Interval: seconds, MinInterval: seconds / 4}
	answer.addPeers(q, others)
	return answer, nil
}

func (t *Tracker) mayAnnounce(ctx context.Context, network string, q announceQuery) error {
	if err := t.admit(ctx, q.hash, network); err != nil {
		return err
	}
	if t.o.Settings().RejectsTooMany && !t.guard.mayAnnounce(network, q.hash) {
		return errTooMany
	}
	return nil
}

// addPeers tells addresses, as bytes or spelled out.
func (a *told) addPeers(q announceQuery, peers []*peer) {
	var list any = compact(peers, netip.Addr.Is4)
	if q.isCompact {
		a.Peers6 = compact(peers, netip.Addr.Is6)
	} else {
		list = spelled(peers, q.noNames)
	}
	data, err := bencode.EncodeBytes(list)
	if err != nil {
		panic(err) // our own types
	}
	a.Peers = data
}

func spelled(peers []*peer, noNames bool) []toldPeer {
	list := make([]toldPeer, len(peers))
	for i, p := range peers {
		list[i] = toldPeer{IP: p.address.Addr().String(), Port: int(p.address.Port())}
		if !noNames {
			list[i].Name = string(p.name[:])
		}
	}
	return list
}

// place notes a client, or that it is gone, and chooses whom it is told of.
func (t *Tracker) place(q announceQuery, at netip.AddrPort, network string) (tally, []*peer, error) {
	if q.event == "stopped" {
		t.guard.release(t.registry.goodbye(q.hash, peerKey{q.name, at.Addr()})...)
		return t.registry.tally(q.hash), nil, nil
	}
	return t.registry.note(q, at, func() *visitor { return t.guard.hold(network) })
}

// note puts a client into a swarm, where hold has a place for it, or notes that it is still there.
func (r *registry) note(q announceQuery, at netip.AddrPort, hold func() *visitor) (tally, []*peer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.client(q, at, hold)
	if err != nil {
		return tally{}, nil, err
	}
	s := r.swarms[q.hash]
	if q.event == "completed" && !p.isSeed {
		s.downloads++
	}
	s.clients.complete(p, q.isSeed)
	p.address, p.seenAt = at, r.o.Clock.Now()
	return s.tally(), s.clients.copies(p, q.wanted), nil
}

// client finds who announces itself, or adds it; mu is held.
func (r *registry) client(q announceQuery, at netip.AddrPort, hold func() *visitor) (*peer, error) {
	if s := r.swarms[q.hash]; s != nil {
		if p := s.clients.byKey[peerKey{q.name, at.Addr()}]; p != nil {
			return p, nil
		}
	}
	s := r.enter(q.hash)
	if s == nil {
		return nil, errFull
	}
	owner := hold()
	if owner == nil {
		r.leave(q.hash, s)
		return nil, errTooMany
	}
	p := &peer{name: q.name, owner: owner, address: at}
	s.clients.add(p)
	return p, nil
}

// copies is pick for who reads the peers when others may change them.
func (r *roster) copies(of *peer, wanted int) []*peer {
	picked := r.pick(of, wanted)
	for i, p := range picked {
		picked[i] = &peer{name: p.name, address: p.address}
	}
	return picked
}

// goodbye takes a client out of a swarm, and gives back who held its place.
func (r *registry) goodbye(hash id, key peerKey) []*visitor {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.swarms[hash]
	if s == nil || s.clients.byKey[key] == nil {
		return nil
	}
	p := s.clients.byKey[key]
	s.clients.remove(p)
	r.leave(hash, s)
	return []*visitor{p.owner}
}

// serveScrape counts the peers of swarms.
func (t *Tracker) serveScrape(w http.ResponseWriter, r *http.Request) {
	if !t.guard.mayAsk(router.ClientNetwork(r)) {
		reply(w, failed{errTooMany.Error()})
		return
	}
	hashes, err := parseScrape(r.URL.RawQuery)
	if err != nil {
		reply(w, failed{err.Error()})
		return
	}
	answer := counted{Files: make(map[string]scrapeFile, len(hashes))}
	for _, hash := range hashes {
		answer.Files[string(hash[:])] = scrapeFile(t.registry.tally(hash))
	}
	reply(w, answer)
}
