// Package whip lets browsers and other WebRTC encoders go on air: RFC 9725, the WebRTC-HTTP Ingestion Protocol. It takes one H.264 video
// and one Opus audio of each, and makes the same stream of it that RTMP would.
package whip

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"lucarne/live/ingest"
	"lucarne/platform/fault"
)

// Options are what an endpoint works with. Zero durations and counts take defaults.
type Options struct {
	Admitter ingest.Admitter
	Logger   *slog.Logger // nil: nothing is logged

	Hostname        string       // the address to listen on; "" every interface
	Port            int          // UDP, and TCP with the next; 0 any, which needs a Hostname
	TCP             bool         // also take broadcasts by TCP, from networks that let no UDP out
	PublicAddresses []netip.Addr // where the port is reached besides the addresses of the interfaces
	IncludeLoopback bool         // tell encoders the loopback address too, for those on this machine
	Servers         []Server     // STUN and TURN servers for encoders to use

	MaxSessions    int           // broadcasting or about to; 100
	ConnectTimeout time.Duration // from the offer to the first picture; 15 s
	IdleTimeout    time.Duration // without a packet, on a line that is alive; 20 s
	KeyInterval    time.Duration // between pictures that viewing can start at; 2 s
}

func (o Options) withDefaults() Options {
	fallback(&o.Logger, slog.New(slog.DiscardHandler))
	fallback(&o.MaxSessions, 100)
	fallback(&o.ConnectTimeout, 15*time.Second)
	fallback(&o.IdleTimeout, 20*time.Second)
	fallback(&o.KeyInterval, 2*time.Second)
	return o
}

func fallback[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// Server is a STUN or TURN server that encoders may use: RFC 9725 §4.6.
type Server struct {
	URL, Username, Credential string
}

// Endpoint takes broadcasts by WHIP. It is safe for concurrent use.
type Endpoint struct {
	options Options
	network *network

	mu       sync.Mutex
	sessions map[string]*session
	waiting  int // offers being answered
	ended    memory
	isClosed bool
}

// New opens the ports. Close must be called, also when Run never is.
func New(o Options) (*Endpoint, error) {
	o = o.withDefaults()
	n, err := listen(o)
	if err != nil {
		return nil, err
	}
	return &Endpoint{options: o, network: n, sessions: make(map[string]*session)}, nil
}

// Run waits for the end of ctx, then closes.
func (e *Endpoint) Run(ctx context.Context) error {
	<-ctx.Done()
	e.Close()
	return nil
}

// Close drops all sessions, as if their line had broken: encoders come back when the site is there again.
func (e *Endpoint) Close() {
	e.mu.Lock()
	e.isClosed = true
	open := make([]*session, 0, len(e.sessions))
	for _, s := range e.sessions {
		open = append(open, s)
	}
	e.mu.Unlock()
	for _, s := range open {
		s.end(errStopping)
	}
	e.network.close()
}

var errStopping = fault.New(fault.Unavailable, "The site is stopping")

// Servers are the STUN and TURN servers encoders are told.
func (e *Endpoint) Servers() []Server { return e.options.Servers }

// Offer is an encoder asking to go on air.
type Offer struct {
	Key, SDP, Encoder string
	Remote            netip.Addr
}

// Answer is a session that began. It ends on its own when the encoder does not connect.
type Answer struct {
	Session string // names it in its address; not to be guessed
	SDP     string
	ETag    string // of its ICE session
}

// Publish answers an offer. It fails with fault.Invalid or fault.Unsupported for an offer that cannot be taken, and as the Admitter
// does: fault.Forbidden, fault.Conflict, fault.Unavailable.
func (e *Endpoint) Publish(ctx context.Context, asked Offer) (Answer, error) {
	o, err := readOffer(asked.SDP)
	if err != nil {
		return Answer{}, err
	}
	if err := e.reserve(); err != nil {
		return Answer{}, err
	}
	defer e.release()
	e.replace(asked.Key)
	publication, err := e.options.Admitter.Admit(ctx, ingest.Request{Key: asked.Key, Protocol: "whip", Remote: asked.Remote, Encoder: asked.Encoder})
	if err != nil {
		return Answer{}, err
	}
	s := &session{id: rand.Text(), key: asked.Key, endpoint: e, publication: publication, offer: o}
	answer, err := s.open(ctx)
	if err == nil {
		err = e.add(s)
	}
	if err != nil {
		s.end(err)
		return Answer{}, err
	}
	go s.watch()
	return Answer{Session: s.id, SDP: answer, ETag: s.tag()}, nil
}

// reserve takes a place before anything is made, so that a flood of offers is refused cheaply.
func (e *Endpoint) reserve() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isClosed {
		return errStopping
	}
	if len(e.sessions)+e.waiting >= e.options.MaxSessions {
		return fault.New(fault.Unavailable, "Too many browsers are broadcasting here at the moment; try again later")
	}
	e.waiting++
	return nil
}

func (e *Endpoint) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting--
}

func (e *Endpoint) add(s *session) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.isClosed {
		return errStopping
	}
	if s.isRemoved { // its line broke while it was answered
		return errLost
	}
	e.sessions[s.id] = s
	return nil
}

// replace ends the session of a key that sends nothing any more: its encoder comes back on a new line before the old one is known to be
// dead, and would be taken for a second encoder.
func (e *Endpoint) replace(key string) {
	e.mu.Lock()
	var silent *session
	for _, s := range e.sessions {
		if isEqual(s.key, key) && s.isSilent() {
			silent = s
		}
	}
	e.mu.Unlock()
	if silent != nil {
		silent.end(errReplaced)
	}
}

var errReplaced = fault.New(fault.Conflict, "The encoder came back on another line")

func (e *Endpoint) remove(s *session) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s.isRemoved = true
	delete(e.sessions, s.id)
}

// remember keeps why a session was ended by us, for its encoder, which sees no more than a line that breaks.
func (e *Endpoint) remember(s *session, why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended.remember(s.id, why)
}

// find gives a session to who has its key. It fails with fault.NotFound, in the words of its end when that was our doing.
func (e *Endpoint) find(id, key string) (*session, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, isOpen := e.sessions[id]
	if !isOpen {
		return nil, e.ended.reason(id)
	}
	if !isEqual(s.key, key) {
		return nil, fault.New(fault.Forbidden, "This is not the stream key of the session")
	}
	return s, nil
}

// isEqual takes the same time wherever two keys differ.
func isEqual(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// End is the goodbye of an encoder.
func (e *Endpoint) End(_ context.Context, id, key string) error {
	s, err := e.find(id, key)
	if err != nil {
		return err
	}
	s.end(nil)
	return nil
}

// Patch is what an encoder tells of its addresses: more of them, or new credentials, with which ICE starts anew.
type Patch struct {
	Session, Key string
	IfMatch      string // the header; "*" with new credentials
	SDP          string // application/trickle-ice-sdpfrag
}

// Restarted answers a restart; zero where there is nothing to answer.
type Restarted struct{ SDP, ETag string }

// ErrStale says that a Patch is of an ICE session that is over.
var ErrStale = fault.New(fault.Conflict, "The ICE session was restarted meanwhile")

// Patch takes candidates (RFC 9725 §4.3.2), or restarts ICE on a new line (§4.3.3). It fails with ErrStale, fault.Invalid or fault.NotFound.
func (e *Endpoint) Patch(ctx context.Context, p Patch) (Restarted, error) {
	s, err := e.find(p.Session, p.Key)
	if err != nil {
		return Restarted{}, err
	}
	told, err := readFragment(p.SDP)
	if err != nil {
		return Restarted{}, err
	}
	return s.patch(ctx, told, p.IfMatch)
}
