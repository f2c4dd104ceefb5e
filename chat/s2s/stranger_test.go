package s2s

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"

	"lucarne/chat/xmpp"
)

// stranger is a peer over TCP that says whatever the test wants.
type stranger struct {
	*tcp
	t        *testing.T
	id       string
	features *xmpp.Element
}

// call connects to a node as a host says it is, over TLS.
func call(t *testing.T, d *node, from, to string, certificates ...tls.Certificate) *stranger {
	t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(d.port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	of := pair{ours: from, theirs: to}
	if err := askForTLS(conn, of); err != nil {
		t.Fatal(err)
	}
	s := &stranger{t: t}
	s.tcp = newTCP(tls.Client(conn, &tls.Config{InsecureSkipVerify: true, Certificates: certificates}), unlimited)
	if s.id, s.features, err = hail(s.tcp, of); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stranger) say(text string) {
	s.t.Helper()
	// The other side may have had enough already: what it says tells.
	_ = s.write([]byte(text))
}

func (s *stranger) hear() *xmpp.Element {
	s.t.Helper()
	e, err := s.read()
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

// endsWith reads on until the other side ends the stream, which it must with this condition.
func (s *stranger) endsWith(condition string) {
	s.t.Helper()
	if got := endOf(s); got != condition {
		s.t.Errorf("the stream ended with %q, want %q", got, condition)
	}
}

func endOf(c carrier) string {
	for {
		e, err := c.read()
		if err != nil {
			return fmt.Sprint(err)
		}
		if e.Is(xmpp.NSStreams, "error") {
			var told *streamError
			errors.As(errorOf(e), &told)
			return told.condition
		}
	}
}

// prove verifies the stranger as its host, with the oracle's help.
func (s *stranger) prove(from, to string) {
	s.t.Helper()
	s.say("<db:result from='" + from + "' to='" + to + "'>key</db:result>")
	if d, ok := parseDialback(s.hear()); !ok || d.kind != isValid {
		s.t.Fatalf("not verified: %+v", d)
	}
}

// oracle is a host that answers questions of dialback as the test wants.
type oracle struct {
	listener net.Listener
	answer   func(d dialback, say func(string)) // called for everything it is sent
	mu       sync.Mutex
	calls    int
	conns    []net.Conn
}

func newOracle(t *testing.T, n *names, host string, answer func(d dialback, say func(string))) *oracle {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &oracle{listener: l, answer: answer}
	n.point("xmpp-server", host, host+".", l.Addr().(*net.TCPAddr).Port)
	identity := newIdentity(Site{Host: host}, nil, nil)
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			o.mu.Lock()
			o.calls++
			o.conns = append(o.conns, conn)
			o.mu.Unlock()
			open.Go(func() { o.serve(conn, host, identity) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		o.hangUp()
		open.Wait()
	})
	return o
}

// hangUp cuts all lines.
func (o *oracle) hangUp() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, conn := range o.conns {
		conn.Close()
	}
	o.conns = nil
}

func (o *oracle) called() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.calls
}

// serve greets and encrypts like any server, then leaves the talking to the test.
func (o *oracle) serve(conn net.Conn, host string, identity *identity) {
	plain := newTCP(conn, unlimited)
	if h, err := plain.header(); err != nil || plain.greet(header{from: h.to, to: h.from, id: "x", version: "1.0"}) != nil {
		return
	}
	_ = plain.write([]byte("<stream:features><starttls xmlns='" + nsTLS + "'/></stream:features>"))
	if _, err := plain.read(); err != nil {
		return
	}
	_ = plain.write([]byte("<proceed xmlns='" + nsTLS + "'/>"))
	c := newTCP(tls.Server(conn, identity.server()), unlimited)
	h, err := c.header()
	if err != nil || c.greet(header{from: h.to, to: h.from, id: "y", version: "1.0"}) != nil {
		return
	}
	_ = c.write([]byte("<stream:features/>"))
	for {
		e, err := c.read()
		if err != nil {
			return
		}
		d, _ := parseDialback(e)
		o.answer(d, func(text string) { _ = c.write([]byte(text)) })
	}
}

// agree says that every key is valid, as the host that owns it would.
func agree(d dialback, say func(string)) {
	if d.name == "verify" && d.kind == "" {
		say(string(encode(dialback{name: "verify", from: d.to, to: d.from, id: d.id, kind: isValid}.element())))
	}
	if d.name == "result" && d.kind == "" {
		say(string(encode(dialback{name: "result", from: d.to, to: d.from, kind: isValid}.element())))
	}
}

func mute(dialback, func(string)) {}
