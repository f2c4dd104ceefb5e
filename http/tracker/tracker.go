// Package tracker is where players and BitTorrent clients that have the same video find one another: a WebTorrent tracker over
// WebSocket, which carries the offers and answers of WebRTC, and a tracker over HTTP (BEP 3, 7, 23 and 48). Media never pass through it.
package tracker

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"lucarne/http/router"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// Where trackers are found, as torrents, magnet links and players are told.
const (
	SocketPath   = "/tracker/socket"
	AnnouncePath = "/tracker/announce"
	ScrapePath   = "/tracker/scrape" // BEP 48: the address of announces with its last word replaced
)

// Swarms knows what is shared here.
type Swarms interface {
	// HasSwarm reports whether an info hash, in lower-case hex, is that of a file or rendition of this site.
	HasSwarm(ctx context.Context, infoHash string) (bool, error)
}

// Settings are what administrators may change while the tracker runs.
type Settings struct {
	Enabled               bool
	Private               bool // only info hashes Swarms knows
	RejectsTooMany        bool // announces of one address for one swarm
	LogsUnknown           bool // info hashes
	AnonymizesAddressLogs bool
}

// Options set up a tracker. Where a field is 0 the value in its comment holds.
type Options struct {
	Swarms   Swarms
	Settings func() Settings
	Clock    clock.Clock
	Logger   *slog.Logger

	SocketInterval time.Duration // 2 min: between the announces of a player
	HTTPInterval   time.Duration // 15 min: between the announces of a BitTorrent client; it is forgotten after two
	PingInterval   time.Duration // 25 s: silence before a WebSocket is asked whether it is there
	PingTimeout    time.Duration // 10 s: for the answer, and for a player to take a message
	BlockFor       time.Duration // 5 min: for an address that asks for the unknown again and again

	MaxSockets           int // 10,000
	MaxSocketsPerAddress int // 50; an address is a network of 64 bits for IPv6
	MaxPeersPerAddress   int // 200: BitTorrent clients of one address, in all swarms
	MaxSwarms            int // 50,000
	MaxPeers             int // 20,000: in one swarm
	MaxSwarmsPerSocket   int // 32
	MaxMessagesPerMinute int // 300: of one WebSocket
	MaxOffersPerMinute   int // 120: passed on to one player, for whom each is a connection to open
	MaxAsksPerMinute     int // 120: over HTTP, of one address
	MaxUnknown           int // 5: unknown info hashes of one address within BlockFor
}

func (o Options) withDefaults() Options {
	o.SocketInterval = cmp.Or(o.SocketInterval, 2*time.Minute)
	o.HTTPInterval = cmp.Or(o.HTTPInterval, 15*time.Minute)
	o.PingInterval = cmp.Or(o.PingInterval, 25*time.Second)
	o.PingTimeout = cmp.Or(o.PingTimeout, 10*time.Second)
	o.BlockFor = cmp.Or(o.BlockFor, 5*time.Minute)
	o.MaxSockets = cmp.Or(o.MaxSockets, 10_000)
	o.MaxSocketsPerAddress = cmp.Or(o.MaxSocketsPerAddress, 50)
	o.MaxPeersPerAddress = cmp.Or(o.MaxPeersPerAddress, 200)
	o.MaxSwarms = cmp.Or(o.MaxSwarms, 50_000)
	o.MaxPeers = cmp.Or(o.MaxPeers, 20_000)
	o.MaxSwarmsPerSocket = cmp.Or(o.MaxSwarmsPerSocket, 32)
	o.MaxMessagesPerMinute = cmp.Or(o.MaxMessagesPerMinute, 300)
	o.MaxOffersPerMinute = cmp.Or(o.MaxOffersPerMinute, 120)
	o.MaxAsksPerMinute = cmp.Or(o.MaxAsksPerMinute, 120)
	o.MaxUnknown = cmp.Or(o.MaxUnknown, 5)
	return o
}

// Tracker keeps the swarms in memory: peers announce themselves again after a restart.
type Tracker struct {
	o        Options
	registry *registry
	guard    *guard
	sockets  socketSet
}

// New makes a tracker that answers at once.
func New(o Options) *Tracker {
	o = o.withDefaults()
	return &Tracker{o: o, registry: newRegistry(o), guard: newGuard(o), sockets: socketSet{open: make(map[*socket]struct{})}}
}

// sweepEvery is how often peers that fell silent are looked for.
const sweepEvery = time.Minute

// Run forgets peers that fell silent until ctx ends, then closes every WebSocket: a server that stops must not wait for them.
func (t *Tracker) Run(ctx context.Context) error {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			t.sweep()
		case <-ctx.Done():
			t.sockets.closeAll()
			return nil
		}
	}
}

func (t *Tracker) sweep() {
	now := t.o.Clock.Now()
	t.guard.release(t.registry.expire(now)...)
	t.guard.forget(now)
}

// Handler answers at SocketPath, AnnouncePath and ScrapePath.
func (t *Tracker) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+SocketPath, t.serveSocket)
	mux.HandleFunc("GET "+AnnouncePath, t.serveAnnounce)
	mux.HandleFunc("GET "+ScrapePath, t.serveScrape)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		switch {
		case !t.o.Settings().Enabled:
			router.WriteProblem(w, r, errOff, "")
		case t.guard.isBlocked(router.ClientNetwork(r)):
			router.WriteProblem(w, r, errTooMany, "")
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

var (
	errTooMany = fault.New(fault.TooMany, "This address asks the tracker too often. Try again in some minutes")
	errUnknown = fault.New(fault.NotFound, "Nothing with this info hash is shared here")
	errOff     = fault.New(fault.Forbidden, "Viewers do not share videos on this site: its tracker is off")
	errBroken  = fault.New(fault.Internal, "The tracker cannot answer now")
	errFull    = fault.New(fault.Unavailable, "The tracker is full. Try again in some minutes")
)

// admit lets a swarm be asked about when it is one of this site; every other is held against who asks.
func (t *Tracker) admit(ctx context.Context, hash id, network string) error {
	settings := t.o.Settings()
	if !settings.Private || t.registry.isKnown(hash) {
		return nil
	}
	known, err := t.o.Swarms.HasSwarm(ctx, hash.String())
	if err != nil {
		t.o.Logger.ErrorContext(ctx, "info hash not looked up", "hash", hash.String(), "error", err) // peers are not told why
		return errBroken
	}
	if known {
		return nil
	}
	t.guard.release(t.registry.drop(hash)...)
	t.guard.strike(network)
	if settings.LogsUnknown {
		if settings.AnonymizesAddressLogs {
			network = ""
		}
		t.o.Logger.InfoContext(ctx, "a peer asked for an unknown info hash", "hash", hash.String(), "address", network)
	}
	return errUnknown
}
