package s2s

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"io"
	"net/netip"
	"sync"
	"time"

	"lucarne/chat/xmpp"
)

// incoming is a stream of another server to us. It may carry several pairs of hosts: each is verified by itself, and nothing is taken for
// one that is not.
type incoming struct {
	peers        *Peers
	c            carrier
	address      netip.Addr
	certificates []*x509.Certificate // the peer showed
	watchdog     *time.Timer
	header       header // of the peer
	id           string
	mechanisms   int // tried

	mu         sync.Mutex
	isTrusted  bool
	pairs      map[pair]bool // false: being verified
	pending    int
	isLeftOver bool
}

const (
	idleIncoming  = 30 * time.Minute // without a stanza
	verifyingTime = 50 * time.Second
)

// receive speaks with a peer until the stream ends. The line is encrypted by now.
func (p *Peers) receive(c carrier, address netip.Addr, certificates []*x509.Certificate) {
	s := &incoming{peers: p, c: c, address: address, certificates: certificates, pairs: make(map[pair]bool)}
	s.watchdog = time.AfterFunc(headerTime, func() { c.end(violation("connection-timeout")) })
	defer s.watchdog.Stop()
	stop := context.AfterFunc(p.ctx, func() { c.end(violation("system-shutdown")) })
	defer stop()
	err := s.converse()
	s.mu.Lock()
	s.isLeftOver = true
	s.mu.Unlock()
	c.end(err)
	if !isEnd(err) {
		p.o.Logger.Info("a stream of another server ended", "from", s.header.from, "to", s.header.to, "address", address.String(), "error", err)
	}
}

func (s *incoming) converse() error {
	if err := s.open(); err != nil {
		return err
	}
	s.watchdog.Reset(authenticateTime)
	for {
		e, err := s.c.read()
		if err != nil {
			return err
		}
		if err := s.handle(e); err != nil {
			return err
		}
	}
}

// open exchanges headers and says what there is (RFC 6120 §4.3).
func (s *incoming) open() error {
	h, err := s.c.header()
	if err != nil && conditionOf(err) == "" {
		return err
	}
	if err == nil {
		err = s.peers.checkHeader(h)
	}
	s.header, s.id = h, rand.Text()
	if unsaid := s.c.greet(s.peers.greeting(h, s.id)); unsaid != nil {
		return unsaid
	}
	if err != nil {
		return err
	}
	return s.c.write(encode(s.features()))
}

// greeting answers a header. What we are called is what we were called, if that is us.
func (p *Peers) greeting(h header, id string) header {
	own := h.to
	if !p.o.Local(own) {
		own = p.o.Site.Host
	}
	return header{from: own, to: h.from, id: id, version: "1.0"}
}

func (p *Peers) checkHeader(h header) error {
	switch {
	case h.version == "":
		return violation("unsupported-version")
	case !p.o.Local(h.to):
		return violation("host-unknown")
	case h.from == "":
		return nil // RFC 6120 §4.7.1 allows that: dialback will say
	}
	return p.checkSender(h.from)
}

func (p *Peers) checkSender(host string) error {
	if site := p.o.Site; p.o.Local(host) || host == site.Host || host == site.Room() || host == site.anonymous() || host == site.external() {
		return violation("invalid-from")
	}
	if s := p.o.Settings(); !s.isEnabled() || s.blocks(host) {
		return violation("policy-violation")
	}
	return nil
}

func (s *incoming) features() *xmpp.Element {
	f := xmpp.NewElement(xmpp.NSStreams, "features")
	if s.mayUseExternal() {
		f.Add(xmpp.NewElement(nsSASL, "mechanisms", xmpp.NewText(nsSASL, "mechanism", "EXTERNAL")))
	}
	return f.Add(xmpp.NewElement(nsDialbackFeature, "dialback", xmpp.NewElement(nsDialbackFeature, "errors")))
}

// mayUseExternal is RFC 6120 §6.3.4: offered to whom it can help, and who has not had it.
func (s *incoming) mayUseExternal() bool {
	return s.header.from != "" && !s.isVerified(s.own()) && s.peers.identity.proves(s.certificates, s.header.from)
}

// own is the pair the stream was opened for.
func (s *incoming) own() pair { return pair{ours: s.header.to, theirs: s.header.from} }

func (s *incoming) isVerified(of pair) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pairs[of]
}

// verified lets a pair through from now on.
func (s *incoming) verified(of pair) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pairs[of] = true
	s.isTrusted = true
	s.c.trust()
	if !s.isLeftOver {
		s.watchdog.Reset(idleIncoming)
	}
}

func (s *incoming) handle(e *xmpp.Element) error {
	switch {
	case isStanza(e):
		return s.stanza(e)
	case e.Is(xmpp.NSStreams, "error"):
		return io.EOF
	case e.Name.Space == nsDialback, e.Is(nsSASL, "auth"):
		if !s.peers.step(s.address) {
			return violation("policy-violation")
		}
	default:
		return violation("unsupported-stanza-type")
	}
	if e.Name.Space == nsSASL {
		return s.authenticate(e)
	}
	d, ok := parseDialback(e)
	if !ok {
		return violation("improper-addressing")
	}
	if !s.peers.o.Local(d.to) {
		return violation("host-unknown")
	}
	if d.kind != "" {
		return nil // an answer nobody asked for here: ours are awaited on streams we opened
	}
	if d.name == "verify" {
		return s.tell(d)
	}
	return s.result(d)
}

// stanza takes one in, if the peer has shown that it may speak for its sender's host.
func (s *incoming) stanza(e *xmpp.Element) error {
	from, to, ok := parseHosts(e)
	switch {
	case !ok:
		return violation("improper-addressing") // RFC 6120 §8.1.1.2, §8.1.2.2
	case !s.peers.o.Local(to):
		return violation("host-unknown")
	case !s.isVerified(pair{ours: to, theirs: from}):
		return violation("invalid-from")
	}
	if err := s.peers.checkSender(from); err != nil {
		return err
	}
	s.watchdog.Reset(idleIncoming)
	if !s.peers.wait(s.peers.hosts, from, 1) {
		return violation("policy-violation")
	}
	s.peers.o.Receive(s.peers.ctx, rename(e, xmpp.NSServer, xmpp.NSClient))
	return nil
}

// step counts something that a stranger asks for.
func (p *Peers) step(address netip.Addr) bool {
	return p.wait(p.addresses, networkOf(address).String(), 1)
}

// wait spends tokens and the time they take; false when they would take too long, or the end comes first.
func (p *Peers) wait(of *pace, who string, tokens float64) bool {
	delay, ok := of.spend(who, tokens)
	if !ok || delay == 0 {
		return ok
	}
	select {
	case <-time.After(delay):
		return true
	case <-p.ctx.Done():
		return false
	}
}
