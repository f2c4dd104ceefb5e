package s2s

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"lucarne/chat/xmpp"
	"lucarne/platform/clock"
	"lucarne/platform/outbound"
)

// Options set up Peers.
type Options struct {
	Site Site
	// Local says which hosts are ours. That of visitors does not speak with others, whether named or not.
	Local func(host string) bool
	// Receive takes a stanza of another server, in the namespace jabber:client: its sender's host is proven for the stream it came over, its
	// receiver's is ours. What could not be delivered comes back here too, as an error in the name of who did not get it. Stanzas of
	// one stream come one after the other.
	Receive func(ctx context.Context, stanza *xmpp.Element)
	// Certificate is what TLS shows; nil makes one that nobody vouches for.
	Certificate func() (*tls.Certificate, error)
	// Roots are the authorities believed in; nil means the system's.
	Roots *x509.CertPool
	// Client reaches other servers, at addresses it allows.
	Client *outbound.Client
	// Resolver looks up SRV records; nil means the system's.
	Resolver *net.Resolver
	// Known remembers the ways to other sites; nil for none but those learned since the start.
	Known Known
	// ClientAddress is who a request comes from, proxies looked through; nil takes the connection's address.
	ClientAddress func(*http.Request) netip.Addr
	// Secret makes the keys of dialback; the same one on all nodes of a site. Empty takes one that lasts as long as Peers.
	Secret   []byte
	Settings func() Settings
	Clock    clock.Clock
	Logger   *slog.Logger
}

// Bounds of Peers as a whole.
const (
	maxIncoming           = 1000
	maxIncomingOfOne      = 60
	maxOutgoing           = 1000
	maxOutgoingToAsk      = 500      // streams there may be for one to be opened only because a stranger gave a name
	maxWaitingBytes       = 64 << 20 // of all stanzas on their way together
	maxReturns            = 4096     // stanzas that wait to come back
	burstOfHost           = 10_000   // stanzas; a busy room there sends one for each person here
	stanzasOfHostPerSec   = 2000
	burstOfAddress        = 200 // connections and questions of who has shown nothing yet
	stepsOfAddressPerSec  = 5
	burstBytesOfAddress   = 16 << 20
	bytesOfAddressPerSec  = 4 << 20
	maxPairsOfStream      = 64
	maxPendingOfStream    = 16
	maxMechanismsOfStream = 3
)

// Peers are the other servers. It is safe for concurrent use.
type Peers struct {
	o         Options
	keys      keys
	identity  *identity
	directory *directory
	backoff   *backoff
	door      *door
	addresses *pace // what strangers may ask for
	bytes     *pace // what may come from an address
	hosts     *pace // how many stanzas may come from a host
	sockets   *http.Client
	siteOf    func(host string) string // the address of the site a chat server's host belongs to

	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
	returns chan *xmpp.Element

	mu       sync.Mutex
	isClosed bool
	outgoing map[pair]*outgoing
	waiting  int // bytes in the queues of outgoing
}

// New makes Peers. Nothing comes back or is closed before Run.
func New(o Options) *Peers {
	if o.ClientAddress == nil {
		o.ClientAddress = connectionAddress
	}
	isLocal, visitors := o.Local, o.Site.anonymous()
	o.Local = func(host string) bool { return host != visitors && isLocal(host) }
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if len(o.Secret) == 0 {
		o.Secret = []byte(rand.Text())
	}
	p := &Peers{
		o: o, keys: newKeys(o.Secret), identity: newIdentity(o.Site, o.Certificate, o.Roots), directory: newDirectory(o.Client, o.Known, o.Clock),
		backoff: newBackoff(o.Clock), door: newDoor(maxIncoming, maxIncomingOfOne),
		addresses: newPace(o.Clock, burstOfAddress, stepsOfAddressPerSec),
		bytes:     newPace(o.Clock, burstBytesOfAddress, bytesOfAddressPerSec), hosts: newPace(o.Clock, burstOfHost, stanzasOfHostPerSec),
		returns: make(chan *xmpp.Element, maxReturns), outgoing: make(map[pair]*outgoing),
	}
	p.sockets, p.siteOf = p.newSocketClient(), o.Site.likely
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p
}

// Run gives back what could not be delivered, until the context ends; then it closes all streams and returns once they are.
func (p *Peers) Run(ctx context.Context) error {
	defer p.close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case stanza := <-p.returns:
			p.o.Receive(p.ctx, stanza)
		}
	}
}

func (p *Peers) close() {
	p.mu.Lock()
	p.isClosed = true
	p.mu.Unlock()
	p.stop()
	p.running.Wait()
}

// hold keeps Peers from ending until running.Done is called; false when they have ended already.
func (p *Peers) hold() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isClosed {
		return false
	}
	p.running.Add(1)
	return true
}

// begin runs something that ends with Peers; false when they have ended already.
func (p *Peers) begin(run func()) bool {
	if !p.hold() {
		return false
	}
	go func() {
		defer p.running.Done()
		run()
	}()
	return true
}

// Learn notes how a site may be reached, as ParseDeclaration gave it.
func (p *Peers) Learn(infos ServerInfos) { p.directory.learn(infos) }

// Infos is what this site tells of its chat server.
func (p *Peers) Infos() ServerInfos { return Infos(p.o.Site, p.o.Settings()) }

// Send takes a stanza of one of our hosts to another server, in the background. It is read before Send returns; what cannot be delivered
// comes back to Receive.
func (p *Peers) Send(stanza *xmpp.Element) {
	from, to, ok := parseHosts(stanza)
	if !ok || !p.o.Local(from) || p.o.Local(to) {
		p.o.Logger.Error("a stanza that is not for another server", "from", stanza.Attr("from"), "to", stanza.Attr("to"))
		return
	}
	i := newItem(stanza)
	if condition := p.refuses(to); condition != "" {
		p.giveBack(i, condition)
		return
	}
	p.queue(pair{ours: from, theirs: to}, i)
}

// refuses says why a host is not spoken with now; "" when it is.
func (p *Peers) refuses(host string) string {
	if s := p.o.Settings(); !s.isEnabled() || s.blocks(host) {
		return notFound
	}
	return p.backoff.refuses(host)
}

func (p *Peers) queue(of pair, i *item) {
	if !p.reserve(len(i.data)) {
		p.giveBack(i, tooMany)
		return
	}
	if p.hand(of, maxOutgoing, func(o *outgoing) taking { return o.take(i) }) != taken {
		p.release(len(i.data))
		p.giveBack(i, tooMany)
	}
}

// hand puts something into the stream of a pair, beginning one where there is none and not too many others. What a stream begins with is in it
// before it runs.
func (p *Peers) hand(of pair, most int, put func(*outgoing) taking) taking {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o := p.outgoing[of]; o != nil {
		if result := put(o); result != over {
			return result
		}
	}
	if p.isClosed || len(p.outgoing) >= most {
		return full
	}
	o := newOutgoing(p, of)
	p.outgoing[of] = o
	defer p.running.Go(o.run)
	return put(o)
}

func (p *Peers) forget(o *outgoing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.outgoing[o.pair] == o {
		delete(p.outgoing, o.pair)
	}
}

func (p *Peers) reserve(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting+n > maxWaitingBytes {
		return false
	}
	p.waiting += n
	return true
}

func (p *Peers) release(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting -= n
}

// giveBack returns a stanza to who sent it. When more come back than can be told, some are not.
func (p *Peers) giveBack(i *item, condition string) {
	stanza := i.returned(condition)
	if stanza == nil {
		return
	}
	select {
	case p.returns <- stanza:
	default:
		p.o.Logger.Warn("a stanza came back to nobody", "to", i.to, "condition", condition)
	}
}
