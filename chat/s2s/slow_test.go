package s2s

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lucarne/chat/xmpp"
	"lucarne/platform/clock"
	"lucarne/platform/outbound"
)

// newQuiet makes Peers that reach nobody, for tests in which time is not the world's.
func newQuiet(authority *authority) *Peers {
	o := Options{
		Site: testSite, Local: func(h string) bool { return h == testSite.Host }, Receive: func(context.Context, *xmpp.Element) {},
		Client: outbound.New(outbound.Options{}), Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler),
		Settings: func() Settings { return everything }, Roots: authority.pool,
	}
	return New(o)
}

// slowPeer is the far end of a connection to Peers.
type slowPeer struct {
	conn net.Conn
	end  chan string // what ended it
}

// enter goes as far into a stream as the stage says, as a host with a certificate.
func enter(t *testing.T, p *Peers, authority *authority, stage int) *slowPeer {
	t.Helper()
	near, far := net.Pipe()
	go p.receiveTCP(far, netip.MustParseAddr("192.0.2.1"))
	s := &slowPeer{conn: near, end: make(chan string, 1)}
	of := pair{ours: "evil.example", theirs: testSite.Host}
	if stage == connected {
		go s.drain()
		return s
	}
	if err := askForTLS(near, of); err != nil {
		t.Fatal(err)
	}
	if stage == promised {
		go s.drain()
		return s
	}
	certificate, err := authority.issue("evil.example")
	if err != nil {
		t.Fatal(err)
	}
	secure := tls.Client(near, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{*certificate}})
	s.conn = secure
	if err := secure.Handshake(); err != nil {
		t.Fatal(err)
	}
	c := newTCP(secure, unlimited)
	if stage >= greeted {
		if _, _, err := hail(c, of); err != nil {
			t.Fatal(err)
		}
	}
	if stage >= proven {
		_ = c.write([]byte("<db:result from='evil.example' to='video.example'>key</db:result>"))
		if e, err := c.read(); err != nil || e.Attr("type") != isValid {
			t.Fatalf("got %v, %v", e, err)
		}
	}
	go s.drain()
	return s
}

const (
	connected = iota
	promised  // TLS
	secured
	greeted
	proven
)

func (s *slowPeer) drain() {
	data, _ := io.ReadAll(s.conn)
	s.end <- string(data)
}

// drip says something over and over, a little every few seconds.
func (s *slowPeer) drip(text string) {
	for i := 0; ; i++ {
		if _, err := s.conn.Write([]byte{text[i%len(text)]}); err != nil {
			return
		}
		time.Sleep(7 * time.Second)
	}
}

func TestSlowPeersAreLetGo(t *testing.T) {
	t.Parallel()
	const timeout = "connection-timeout"
	cases := []struct {
		name  string
		stage int
		drip  string // "" for silence
		after time.Duration
		end   string
	}{
		{"says nothing", connected, "", headerTime + handshakeTime, ""},
		{"says it very slowly", connected, "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' ", headerTime + handshakeTime, ""},
		{"says nothing but spaces", connected, " ", headerTime + handshakeTime, ""},
		{"never begins to encrypt", promised, "", headerTime + handshakeTime, ""},
		{"says nothing once it is encrypted", secured, "", headerTime, ""},
		{"says nothing but spaces once it is encrypted", secured, " ", headerTime, ""},
		{"never says who it is", greeted, "", authenticateTime, timeout},
		{"says nothing but spaces, and not who it is", greeted, " ", authenticateTime, timeout},
		{"says half a stanza", proven, "<message from='", elementTime, timeout},
		{"has nothing to say", proven, "", idleIncoming, timeout},
		{"has nothing to say but spaces", proven, " ", idleIncoming, timeout},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				authority := newAuthority(t)
				p := newQuiet(authority)
				s := enter(t, p, authority, c.stage)
				start := time.Now()
				var dripping sync.WaitGroup
				if c.drip != "" {
					dripping.Go(func() { s.drip(c.drip) })
				}
				said := <-s.end
				if took := time.Since(start); took < c.after-time.Second || took > c.after+10*time.Second || !strings.Contains(said, c.end) {
					t.Errorf("let go after %v with %q, want %v and %q", took, said, c.after, c.end)
				}
				s.conn.Close()
				dripping.Wait()
				p.close()
			})
		})
	}
}

// converse runs an outgoing stream on a line whose far end the test plays.
func converse(p *Peers, isVerified bool, far func(*tcp), prepare func(*outgoing)) (took time.Duration, err error) {
	near, other := net.Pipe()
	o := newOutgoing(p, pair{ours: testSite.Host, theirs: "far.example"})
	o.isVerified = isVerified
	prepare(o)
	c := newTCP(other, unlimited)
	go func() {
		far(c)
		_, _ = io.Copy(io.Discard, other)
	}()
	start := time.Now()
	l := &line{carrier: newTCP(near, unlimited), id: "id"}
	err = o.converse(p.ctx, l)
	took = time.Since(start)
	l.end(err)
	return took, err
}

func TestOutgoingStreamsEnd(t *testing.T) {
	t.Parallel()
	letter := newItem(message(testSite.Host, "far.example", "hello"))
	withLetter := func(o *outgoing) { o.take(letter) }
	withQuestion := func(o *outgoing) { o.put(&question{id: "x", answer: make(chan answer, 1)}) }
	cases := []struct {
		name       string
		isVerified bool
		prepare    func(*outgoing)
		want       error
		after      time.Duration
	}{
		{"nothing to do", true, func(*outgoing) {}, errIdle, idleTime},
		{"nothing to do, and never verified", false, func(*outgoing) {}, errIdle, idleUnproven},
		{"everything sent", true, withLetter, errIdle, idleTime},
		{"never told whether we are us", false, withLetter, os.ErrDeadlineExceeded, answerTime},
		{"a question never answered", true, withQuestion, os.ErrDeadlineExceeded, answerTime},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newQuiet(newAuthority(t))
				took, err := converse(p, c.isVerified, func(*tcp) {}, c.prepare)
				if !errors.Is(err, c.want) || took != c.after {
					t.Errorf("ended after %v with %v, want %v and %v", took, err, c.after, c.want)
				}
				p.close()
			})
		})
	}
}

func TestAReceiverThatDoesNotReadHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newQuiet(newAuthority(t))
		stuck := make(chan struct{})
		took, err := converse(p, true, func(*tcp) { <-stuck }, func(o *outgoing) {
			for range maxQueue {
				if o.take(newItem(message(testSite.Host, "far.example", "hello"))) != taken {
					t.Fatal("the queue is full too early")
				}
			}
			if o.take(newItem(message(testSite.Host, "far.example", "hello"))) != full {
				t.Error("the queue has no end")
			}
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) || took != writeTime {
			t.Errorf("ended after %v with %v", took, err)
		}
		close(stuck)
		p.close()
	})
}
