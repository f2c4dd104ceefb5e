package s2s

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/outbound"
)

// siteAt serves something at InfosPath, and gives its address under the name of a host.
func siteAt(t *testing.T, host string, handle http.HandlerFunc) string {
	t.Helper()
	routes := http.NewServeMux()
	routes.HandleFunc("GET "+InfosPath, handle)
	server := httptest.NewServer(routes)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + host + ":" + u.Port()
}

func answering(infos ServerInfos) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(infos) }
}

func newTestDirectory(t *testing.T, c clock.Clock) *directory {
	n := newNames(t)
	return newDirectory(outbound.New(outbound.Options{AllowPrivate: true, AllowHTTP: true, Resolver: n.resolver()}), nil, c)
}

func TestDiscoverLearnsTheWaysToASite(t *testing.T) {
	t.Parallel()
	d := newTestDirectory(t, clock.System{})
	infos := Infos(Site{Host: "video.example", Origin: "https://video.example"}, everything)
	if err := d.discover(t.Context(), siteAt(t, "video.example", answering(infos))); err != nil {
		t.Fatal(err)
	}
	want := Ways{Host: "video.example", Port: 5269, WebSocket: "wss://video.example" + ServerPath}
	for _, host := range []string{"video.example", "room.video.example", "external.video.example"} {
		if got := d.find(t.Context(), host); got != want {
			t.Errorf("%s: got %+v, want %+v", host, got, want)
		}
	}
	if got := d.find(t.Context(), "anon.video.example"); got != (Ways{}) {
		t.Errorf("got %+v", got)
	}
}

func TestDiscoverBelievesNothingElse(t *testing.T) {
	t.Parallel()
	good := Infos(Site{Host: "good.example", Origin: "https://good.example"}, everything)
	evil := Infos(Site{Host: "evil.example", Origin: "https://evil.example"}, everything)
	withRooms := func(infos ServerInfos, host string) ServerInfos {
		infos.MUC = host
		return infos
	}
	elsewhere := siteAt(t, "evil.example", answering(evil))
	cases := []struct {
		name   string
		handle http.HandlerFunc
	}{
		{"another host's answer", answering(good)},
		{"another host's rooms", answering(withRooms(evil, "room.good.example"))},
		{"no rooms", answering(withRooms(evil, ""))},
		{"a redirect to the same site", http.RedirectHandler(elsewhere+InfosPath, http.StatusFound).ServeHTTP},
		{"an error", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			answering(evil)(w, r)
		}},
		{"an endless answer", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"host":"evil.example","muc":"room.evil.example","x":"` + strings.Repeat("x", maxInfosBytes) + `"}`))
		}},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }},
		{"a list", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("[]")) }},
		{"nothing", func(http.ResponseWriter, *http.Request) {}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newTestDirectory(t, clock.System{})
			if err := d.discover(t.Context(), siteAt(t, "evil.example", c.handle)); err == nil {
				t.Error("no error")
			}
			for _, host := range []string{"evil.example", "room.evil.example", "good.example", "room.good.example"} {
				if got := d.find(t.Context(), host); got != (Ways{}) {
					t.Errorf("learned of %s: %+v", host, got)
				}
			}
		})
	}
}

func TestDiscoverAsksSitesOnly(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(server.Close)
	at := strings.TrimPrefix(server.URL, "http://")
	strict := newDirectory(outbound.New(outbound.Options{}), nil, clock.System{})
	open := newTestDirectory(t, clock.System{})
	for _, address := range []string{
		"http://" + at + "/path", "http://" + at + "/?query", "http://" + at + "/#x", "http://user@" + at, "ftp://" + at, "file:///etc/passwd", at, "http:///",
		"http://" + strings.Repeat("x", 3000) + ".example",
	} {
		if err := open.discover(t.Context(), address); err == nil {
			t.Errorf("%.60s: no error", address)
		}
	}
	for _, address := range []string{"http://" + at, "https://" + at, "https://localhost", "https://169.254.169.254", "https://[::1]", "http://good.example"} {
		if err := strict.discover(t.Context(), address); err == nil {
			t.Errorf("%s: no error", address)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestDiscoverAsksOnceADay(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(time.Now())
	d := newTestDirectory(t, fake)
	var asked atomic.Int32
	infos := Infos(Site{Host: "video.example", Origin: "https://video.example"}, everything)
	address := siteAt(t, "video.example", func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 {
			http.NotFound(w, r)
			return
		}
		answering(infos)(w, r)
	})
	ask := func(want int32, isKnown bool) {
		t.Helper()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if err := d.discover(context.Background(), address); (err == nil) != isKnown {
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
		if got := asked.Load(); got != want {
			t.Errorf("asked %d times, want %d", got, want)
		}
	}
	ask(1, true)
	fake.Advance(freshFor)
	ask(1, true)
	fake.Advance(time.Second)
	ask(2, false)
	if d.find(t.Context(), "video.example") == (Ways{}) {
		t.Error("what was known is forgotten") // it is better than nothing
	}
	fake.Advance(retryAfter)
	ask(2, false)
	fake.Advance(time.Second)
	ask(3, false)
}

// knownTo is what videos of other sites declared.
type knownTo map[string]Ways

func (k knownTo) Ways(_ context.Context, host string) (Ways, bool) {
	ways, ok := k[host]
	return ways, ok
}

func TestTheWayToAHost(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	n.point("xmpp-server", "dns.example", "xmpp.dns.example.", 5270)
	n.point("xmpps-server", "dns.example", "xmpp.dns.example.", 443)
	both := Ways{Host: "b.example", Port: 5271, WebSocket: "wss://b.example/s2s"}
	known := knownTo{
		"room.b.example": both, "web.example": {Host: "web.example", WebSocket: "wss://web.example/s2s"}, "tcp.example": {Host: "tcp.example", Port: 5272},
		"mail.example": {Host: "mail.example", Port: 25, WebSocket: "wss://mail.example/s2s"},
	}
	cases := []struct {
		name, host string
		settings   Settings
		socket     string
		targets    []target
		isNone     bool
	}{
		{"both have TCP", "room.b.example", everything, "", []target{{"b.example", 5271, false}}, false},
		{"we have no TCP", "room.b.example", Settings{WebSocket: true, Publish: true}, "wss://b.example/s2s", nil, false},
		{"they have no TCP", "web.example", everything, "wss://web.example/s2s", nil, false},
		{"a port that is for something else", "mail.example", everything, "wss://mail.example/s2s", nil, false},
		{"no WebSocket for what is not published", "web.example", Settings{WebSocket: true}, "", nil, true},
		{"they have no WebSocket, we no TCP", "tcp.example", Settings{WebSocket: true, Publish: true}, "", nil, true},
		{"what DNS says", "dns.example", everything, "", []target{{"xmpp.dns.example.", 443, true}, {"xmpp.dns.example.", 5270, false}}, false},
		{"DNS says nothing", "other.example", everything, "", []target{{"other.example", defaultPort, false}}, false},
		{"DNS, and we have no TCP", "dns.example", Settings{WebSocket: true, Publish: true}, "", nil, true},
		{"an address", "[2001:db8::1]", everything, "", []target{{"2001:db8::1", defaultPort, false}}, false},
		{"letters beyond ASCII", "bücher.example", everything, "", []target{{"xn--bcher-kva.example", defaultPort, false}}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := New(Options{
				Client: outbound.New(outbound.Options{}), Resolver: n.resolver(), Known: known, Clock: clock.System{},
				Settings: func() Settings { return c.settings },
			})
			socket, targets, err := p.way(t.Context(), c.host)
			if (err != nil) != c.isNone || socket != c.socket || len(targets) != len(c.targets) {
				t.Fatalf("got %q, %v, %v", socket, targets, err)
			}
			for i := range targets {
				if targets[i] != c.targets[i] {
					t.Errorf("got %+v, want %+v", targets[i], c.targets[i])
				}
			}
		})
	}
}
