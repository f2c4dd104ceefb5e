package s2s

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"lucarne/chat/xmpp"
	"lucarne/platform/clock"
	"lucarne/platform/outbound"
)

// patience is how long tests wait for what must come.
const patience = 20 * time.Second

// sixHost has an IPv6 address only.
const sixHost = "six.example"

// names is a DNS server on the loopback interface: every host is 127.0.0.1 (Prosody 127.0.0.2, so that nobody takes the ports chosen for it),
// and services are where the test says.
type names struct {
	conn net.PacketConn
	mu   sync.Mutex
	srv  map[string]dnsmessage.SRVResource // by "_xmpp-server._tcp.a.example."
}

func newNames(t *testing.T) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	n := &names{conn: conn, srv: make(map[string]dnsmessage.SRVResource)}
	go n.serve()
	return n
}

func (n *names) serve() {
	buffer := make([]byte, 1500)
	for {
		size, from, err := n.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buffer[:size]) != nil || len(m.Questions) != 1 {
			continue
		}
		n.answer(&m)
		if packed, err := m.Pack(); err == nil {
			_, _ = n.conn.WriteTo(packed, from)
		}
	}
}

func (n *names) answer(m *dnsmessage.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	q := m.Questions[0]
	m.Header = dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true, RecursionDesired: true}
	m.Additionals = nil
	head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}
	name := strings.ToLower(q.Name.String())
	if q.Type == dnsmessage.TypeA && !strings.HasPrefix(name, "_") {
		address := [4]byte{127, 0, 0, 1}
		if strings.HasSuffix(name, "prosody.example.") {
			address[3] = 2
		}
		m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AResource{A: address}}}
	}
	if strings.HasSuffix(name, sixHost+".") {
		m.Answers = nil
		if q.Type == dnsmessage.TypeAAAA {
			m.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AAAAResource{AAAA: [16]byte{15: 1}}}}
		}
	}
	if service, found := n.srv[name]; found && q.Type == dnsmessage.TypeSRV {
		m.Answers = []dnsmessage.Resource{{Header: head, Body: &service}}
	}
}

// point says where a host receives others.
func (n *names) point(service, host string, target string, port int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.srv["_"+service+"._tcp."+host+"."] = dnsmessage.SRVResource{Target: dnsmessage.MustNewName(target), Port: uint16(port)}
}

func (n *names) portOf(host string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return int(n.srv["_xmpp-server._tcp."+host+"."].Port)
}

func (n *names) address() string { return n.conn.LocalAddr().String() }

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", n.address())
	}}
}

// node is a server of ours: Peers, with what else a site has as far as other servers see it.
type node struct {
	*Peers
	host     string
	port     int
	web      *httptest.Server
	received chan *xmpp.Element
	settings Settings
	prepare  []func(*Peers) // after New, before anything runs
}

// setup changes a node before it starts.
type setup func(*Options, *node)

func newNode(t *testing.T, n *names, host string, with ...setup) *node {
	t.Helper()
	at := "127.0.0.1:0"
	if host == sixHost {
		at = "[::1]:0"
	}
	listener, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	d := &node{host: host, port: listener.Addr().(*net.TCPAddr).Port, received: make(chan *xmpp.Element, 1000)}
	d.settings = Settings{DirectPort: d.port, WebSocket: true, Publish: true}
	routes := http.NewServeMux()
	d.web = httptest.NewServer(routes)
	t.Cleanup(d.web.Close)
	_, webPort, _ := net.SplitHostPort(d.web.Listener.Addr().String())
	o := Options{
		Site:     Site{Host: host, Origin: "http://" + net.JoinHostPort(host, webPort)},
		Local:    func(h string) bool { return h == host || h == "room."+host || h == "anon."+host },
		Receive:  func(_ context.Context, e *xmpp.Element) { d.received <- e },
		Client:   outbound.New(outbound.Options{AllowPrivate: true, AllowHTTP: true, Resolver: n.resolver()}),
		Resolver: n.resolver(), Secret: []byte(host), Settings: func() Settings { return d.settings },
		Clock: clock.System{}, Logger: slog.New(slog.NewTextHandler(testLog{t}, nil)),
	}
	for _, change := range with {
		change(&o, d)
	}
	d.Peers = New(o)
	for _, prepare := range d.prepare {
		prepare(d.Peers)
	}
	routes.Handle(ServerPath, d.Peers)
	routes.HandleFunc(InfosPath, func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(d.Infos()) })
	for _, h := range []string{host, "room." + host} {
		n.point("xmpp-server", h, host+".", d.port)
	}
	d.start(t, listener)
	return d
}

func (d *node) start(t *testing.T, listener net.Listener) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = d.Run(ctx) })
	running.Go(func() {
		if err := d.Serve(listener); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
		if d.waiting != 0 || len(d.outgoing) != 0 || d.door.total != 0 {
			t.Errorf("at its end %s has %d bytes waiting, %d streams, %d visitors", d.host, d.waiting, len(d.outgoing), d.door.total)
		}
	})
}

// testLog shows what a failed test's servers said.
type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	if l.t.Context().Err() == nil {
		l.t.Log(strings.TrimSpace(string(p)))
	}
	return len(p), nil
}

func (d *node) next(t *testing.T) *xmpp.Element {
	t.Helper()
	select {
	case e := <-d.received:
		return e
	case <-time.After(patience):
		t.Fatalf("%s received nothing", d.host)
		return nil
	}
}

func (d *node) expect(t *testing.T, want string) {
	t.Helper()
	if got := d.next(t).String(); got != want {
		t.Fatalf("%s received\n%s\nwant\n%s", d.host, got, want)
	}
}

// silent fails when something was received.
func (d *node) silent(t *testing.T) {
	t.Helper()
	select {
	case e := <-d.received:
		t.Fatalf("%s received %v", d.host, e)
	default:
	}
}

// lonely waits until the node has no stream to another server any more.
func (d *node) lonely(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		d.mu.Lock()
		left := len(d.outgoing)
		d.mu.Unlock()
		if left == 0 {
			return
		}
	}
	t.Fatalf("%s keeps its streams", d.host)
}

func message(from, to, body string) *xmpp.Element {
	return xmpp.NewElement(xmpp.NSClient, "message", xmpp.NewText(xmpp.NSClient, "body", body)).Set("from", from).Set("to", to)
}

// socketsOnly is a site without a port of its own.
func socketsOnly(_ *Options, d *node) { d.settings.DirectPort = 0 }

// certified gives a node a certificate others believe in.
func certified(authority *authority) setup {
	return func(o *Options, _ *node) {
		o.Roots = authority.pool
		o.Certificate = func() (*tls.Certificate, error) { return authority.issue(o.Site.Host, o.Site.Room()) }
	}
}
