package s2s

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
	"lucarne/platform/outbound"
)

// Known remembers how hosts may be reached, as videos of other sites declared it.
type Known interface {
	// Ways gives the ways to a host, false when nothing is known of it.
	Ways(ctx context.Context, host string) (Ways, bool)
}

// directory keeps what was learned of the ways to other hosts.
type directory struct {
	client *outbound.Client
	known  Known // may be nil
	clock  clock.Clock
	slots  chan struct{} // answers fetched at a time

	mu      sync.Mutex
	ways    map[string]Ways
	fetched map[string]*fetch
}

// fetch is one look at what a site says of itself.
type fetch struct {
	done chan struct{}
	at   time.Time
	ok   bool
}

const (
	freshFor       = 24 * time.Hour // as the plugin keeps them
	retryAfter     = 5 * time.Minute
	maxLearned     = 10_000
	maxInfosBytes  = 64 << 10
	fetchTime      = 10 * time.Second
	fetchesAtATime = 8
)

func newDirectory(client *outbound.Client, known Known, c clock.Clock) *directory {
	// A redirect would let any server on the way speak for another.
	client = client.With(outbound.Limits{Timeout: fetchTime, MaxBody: maxInfosBytes, MaxRedirects: -1})
	return &directory{
		client: client, known: known, clock: c, slots: make(chan struct{}, fetchesAtATime),
		ways: make(map[string]Ways), fetched: make(map[string]*fetch),
	}
}

// find gives the ways to a host; the zero Ways when nothing is known of it.
func (d *directory) find(ctx context.Context, host string) Ways {
	d.mu.Lock()
	ways, learned := d.ways[host]
	d.mu.Unlock()
	if learned || d.known == nil {
		return ways
	}
	ways, _ = d.known.Ways(ctx, host)
	return ways
}

// learn notes what a site says of itself, checked before.
func (d *directory) learn(infos ServerInfos) {
	d.mu.Lock()
	defer d.mu.Unlock()
	makeRoom(d.ways)
	for host, ways := range infos.ways() {
		d.ways[host] = ways
	}
}

func makeRoom[K comparable, V any](m map[K]V) {
	for key := range m {
		if len(m) < maxLearned {
			return
		}
		delete(m, key)
	}
}

// discover makes sure that what the site at an address says of itself is known, and not older than a day. Several who ask at once wait for one
// answer; a site that gave none is left in peace for a while.
func (d *directory) discover(ctx context.Context, address string) error {
	site, err := d.parseSite(address)
	if err != nil {
		return err
	}
	f, isFirst := d.begin(site.Host)
	if isFirst {
		go d.fetch(site, f)
	}
	select {
	case <-f.done:
		if !f.ok {
			return fault.New(fault.Unavailable, "The other site does not say how its chat is reached")
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// parseSite reads the address of a site: nothing but scheme, host and port.
func (d *directory) parseSite(address string) (*url.URL, error) {
	u, err := d.client.ParseURL(address)
	if err != nil {
		return nil, err
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.New(fault.Invalid, "This is not the address of a site")
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: InfosPath}, nil
}

func (d *directory) begin(host string) (f *fetch, isFirst bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.clock.Now()
	if f, known := d.fetched[host]; known && !f.isOld(now) {
		return f, false
	}
	makeRoom(d.fetched)
	f = &fetch{done: make(chan struct{}), at: now}
	d.fetched[host] = f
	return f, true
}

func (f *fetch) isOld(now time.Time) bool {
	select {
	case <-f.done:
	default:
		return false
	}
	if f.ok {
		return now.Sub(f.at) > freshFor
	}
	return now.Sub(f.at) > retryAfter
}

func (d *directory) fetch(site *url.URL, f *fetch) {
	defer close(f.done)
	d.slots <- struct{}{}
	defer func() { <-d.slots }()
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime)
	defer cancel()
	infos, err := d.ask(ctx, site)
	if err != nil {
		return
	}
	d.learn(infos)
	f.ok = true
}

func (d *directory) ask(ctx context.Context, site *url.URL) (ServerInfos, error) {
	response, err := d.client.Get(ctx, site.String())
	if err != nil {
		return ServerInfos{}, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return ServerInfos{}, err
	}
	infos, ok := parseInfos(data, site.Hostname())
	if response.StatusCode != http.StatusOK || !ok {
		return ServerInfos{}, fault.New(fault.Unavailable, "The other site does not say how its chat is reached")
	}
	return infos, nil
}
