package tracker_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/zeebo/bencode"

	"lucarne/http/router"
	"lucarne/http/tracker"
	"lucarne/platform/clock"
)

const (
	film    = "film-film-film-film-" // info hashes are any twenty bytes
	other   = "other-other-other-ot"
	unknown = "\x00\xff\x80unknown-unknown-x"
)

// catalogue knows the film and the other.
type catalogue struct {
	mu    sync.Mutex
	known map[string]bool
	asked int
	err   error
}

func (c *catalogue) HasSwarm(_ context.Context, infoHash string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	return c.known[infoHash], c.err
}

func (c *catalogue) forget(infoHash string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, infoHash)
}

type world struct {
	t         *testing.T
	tracker   *tracker.Tracker
	catalogue *catalogue
	clock     *clock.Fake
	log       *strings.Builder
	settings  tracker.Settings
	server    *httptest.Server
	stop      func()
}

// start runs a tracker. Clients say in a header where they come from.
func start(t *testing.T, change ...func(*tracker.Options)) *world {
	t.Helper()
	w := &world{
		t: t, clock: clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), settings: tracker.Settings{Enabled: true, Private: true}, log: &strings.Builder{},
		catalogue: &catalogue{known: map[string]bool{"66696c6d2d66696c6d2d66696c6d2d66696c6d2d": true, "6f746865722d6f746865722d6f746865722d6f74": true}},
	}
	o := tracker.Options{
		Swarms: w.catalogue, Settings: func() tracker.Settings { return w.settings }, Clock: w.clock, Logger: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	for _, one := range change {
		one(&o)
	}
	w.tracker = tracker.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = w.tracker.Run(ctx)
	}()
	h := w.tracker.Handler()
	w.server = httptest.NewServer(http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(a, r.WithContext(router.WithClientIP(r.Context(), r.Header.Get("From"))))
	}))
	w.stop = func() {
		cancel()
		<-stopped
	}
	t.Cleanup(func() {
		w.stop()
		w.server.Close()
	})
	return w
}

// player is a client over WebSocket.
type player struct {
	t    *testing.T
	conn *websocket.Conn
}

func (w *world) dial(address string) (*player, *http.Response, error) {
	conn, answer, err := websocket.Dial(w.t.Context(), w.server.URL+tracker.SocketPath, &websocket.DialOptions{HTTPHeader: http.Header{"From": {address}}})
	if err != nil {
		return nil, answer, err
	}
	w.t.Cleanup(func() { _ = conn.CloseNow() })
	return &player{w.t, conn}, answer, nil
}

func (w *world) player(address string) *player {
	w.t.Helper()
	p, answer, err := w.dial(address)
	if err != nil {
		w.t.Fatalf("dial: %v, %v", err, answer)
	}
	return p
}

// name is a peer's, of twenty bytes.
func name(of string) string { return (of + strings.Repeat("\u00e9", 20))[:len(of)+2*(20-len(of))] }

type fields = map[string]any

func (p *player) send(message any) {
	p.t.Helper()
	data, err := json.Marshal(message)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.conn.Write(p.t.Context(), websocket.MessageText, data); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

// receive reads the next message.
func (p *player) receive() fields {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	_, data, err := p.conn.Read(ctx)
	if err != nil {
		p.t.Fatalf("receive: %v", err)
	}
	var m fields
	if err := json.Unmarshal(data, &m); err != nil {
		p.t.Fatalf("%s: %v", data, err)
	}
	return m
}

// ended waits until the tracker lets go, and says why it does.
func (p *player) ended() (websocket.StatusCode, string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, _, err := p.conn.Read(ctx)
		var closed websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code, closed.Reason
		}
		if err != nil {
			return websocket.CloseStatus(err), err.Error()
		}
	}
}

func announce(hash, peer string, more ...fields) fields {
	m := fields{"action": "announce", "info_hash": latin(hash), "peer_id": peer, "numwant": 5, "left": nil}
	for _, some := range more {
		for key, value := range some {
			m[key] = value
		}
	}
	return m
}

// latin is bytes as JSON carries them.
func latin(bytes string) string {
	runes := make([]rune, len(bytes))
	for i := range len(bytes) {
		runes[i] = rune(bytes[i])
	}
	return string(runes)
}

func offer(n string) fields {
	return fields{"offer_id": name("offer" + n), "offer": fields{"type": "offer", "sdp": "v=0 of " + n}}
}

// join announces a player and reads the answer.
func (p *player) join(peer string, more ...fields) fields {
	p.t.Helper()
	p.send(announce(film, peer, more...))
	return p.receive()
}

// get asks over HTTP.
func (w *world) get(address, path string, query url.Values) (int, fields) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.server.URL+path+"?"+query.Encode(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("From", address)
	answer, err := w.server.Client().Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	var m fields
	if answer.StatusCode == http.StatusOK {
		if err := bencode.DecodeBytes(data, &m); err != nil {
			w.t.Fatalf("%q: %v", data, err)
		}
	}
	return answer.StatusCode, m
}

func client(hash, peer string, more ...string) url.Values {
	q := url.Values{"info_hash": {hash}, "peer_id": {peer}, "port": {"6881"}, "left": {"100"}, "compact": {"1"}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q
}

func (w *world) announce(address string, query url.Values) fields {
	w.t.Helper()
	status, m := w.get(address, tracker.AnnouncePath, query)
	if status != http.StatusOK {
		w.t.Fatalf("announce: %d", status)
	}
	return m
}
