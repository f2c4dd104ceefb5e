package s2s

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"lucarne/chat/xmpp"
	"lucarne/platform/clock"
	"lucarne/platform/outbound"
)

// back is a message of ours as it comes back.
func back(to, condition, kind string) string {
	return fmt.Sprintf("<message xmlns='jabber:client' type='error' id='1' from='%s' to='x@a.example'><error type='%s'>"+
		"<%s xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>", to, kind, condition)
}

func TestWhatCannotBeDeliveredComesBack(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example", func(_ *Options, d *node) { d.settings.Blocked = []string{"Blocked.example"} })
	n.point("xmpp-server", "dead.example", "dead.example.", deadPort(t))
	n.point("xmpp-server", "denied.example", ".", 0)
	n.point("xmpp-server", "mail.example", "mail.example.", 25)
	newOracle(t, n, "refusing.example", func(d dialback, say func(string)) {
		say("<db:result from='refusing.example' to='a.example' type='invalid'/>")
	})
	for _, host := range []string{"dead.example", "denied.example", "mail.example", "refusing.example", "blocked.example", "below.blocked.example"} {
		to := "y@" + host
		a.Send(message("x@a.example", to, "hello").Set("id", "1"))
		a.expect(t, back(to, "remote-server-not-found", "cancel"))
		// RFC 6120 §8.3.1: no error about an error.
		a.Send(message("x@a.example", to, "hello").Set("id", "2").Set("type", "error"))
		a.Send(xmpp.NewElement(xmpp.NSClient, "iq").Set("type", "result").Set("id", "3").Set("from", "x@a.example").Set("to", to))
	}
	a.Send(message("x@elsewhere.example", "y@dead.example", "not ours"))
	a.Send(message("x@a.example", "y@room.a.example", "not theirs"))
	a.Send(message("x@a.example", "@", "nobody's"))
	a.silent(t)
}

// deadPort is one where nobody listens, and nobody else will: it is the near end of a connection.
func deadPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); l.Close() })
	return conn.LocalAddr().(*net.TCPAddr).Port
}

func TestADeadHostIsLeftInPeace(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	fake := clock.NewFake(time.Now())
	a := newNode(t, n, "a.example", func(o *Options, _ *node) { o.Clock = fake })
	dead := newOracle(t, n, "dead.example", func(_ dialback, say func(string)) {
		say("<stream:error><host-gone xmlns='" + nsStreamErrors + "'/></stream:error>")
	})
	try := func(want int) {
		t.Helper()
		a.Send(message("x@a.example", "y@dead.example", "hello").Set("id", "1"))
		a.expect(t, back("y@dead.example", "remote-server-not-found", "cancel"))
		if got := dead.called(); got != want {
			t.Fatalf("called %d times, want %d", got, want)
		}
	}
	try(1)
	try(1)
	fake.Advance(firstBackoff)
	try(2)
	fake.Advance(firstBackoff) // the second time it takes longer
	try(2)
	fake.Advance(firstBackoff)
	try(3)
}

func TestALineThatWasCutIsMadeAnew(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example")
	heard := make(chan string, 10)
	far := newOracle(t, n, "far.example", func(d dialback, say func(string)) {
		if d.name == "message" {
			heard <- d.key
		}
		agree(d, say)
	})
	for i := range 3 {
		body := fmt.Sprint(i)
		a.Send(xmpp.NewText(xmpp.NSClient, "message", body).Set("from", "a.example").Set("to", "far.example"))
		select {
		case got := <-heard:
			if got != body {
				t.Fatalf("got %s, want %s", got, body)
			}
		case <-time.After(patience):
			t.Fatal("nothing arrived")
		}
		far.hangUp()
		a.lonely(t) // what is written to a line before its end is noticed is lost, as on any line
	}
	a.silent(t)
}

// What a host says on a stream that we opened to it proves nothing but what was asked.
func TestHostileReceivers(t *testing.T) {
	t.Parallel()
	const gone = "<stream:error><host-gone xmlns='" + nsStreamErrors + "'/></stream:error>"
	cases := []struct{ name, say string }{
		{"valid for another host of ours", "<db:result from='evil.example' to='room.a.example' type='valid'/>" + gone},
		{"valid from another host", "<db:result from='good.example' to='a.example' type='valid'/>" + gone},
		{"an answer to another question", "<db:verify from='evil.example' to='a.example' id='x' type='valid'/>" + gone},
		{"a key instead of an answer", "<db:result from='evil.example' to='a.example'>key</db:result>" + gone},
		{"an error", "<db:result from='evil.example' to='a.example' type='error'><error type='cancel'/></db:result>"},
		{"a stanza", "<message from='x@evil.example' to='y@a.example'/>"},
		{"chatter without end", strings.Repeat("<a/>", maxStrays+1)},
		{"a bomb", "<!DOCTYPE a>"},
		{"nothing more", "</stream:stream>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := newNames(t)
			a := newNode(t, n, "a.example")
			newOracle(t, n, "evil.example", func(d dialback, say func(string)) {
				if d.name == "message" {
					t.Error("the message went to a host that had not accepted ours")
				}
				say(c.say)
			})
			a.Send(message("x@a.example", "y@evil.example", "secret").Set("id", "1"))
			a.expect(t, back("y@evil.example", "remote-server-not-found", "cancel"))
			a.silent(t)
		})
	}
}

// Nothing is said in the clear, nor to who does not even know its own name.
func TestNoStreamWithoutEncryption(t *testing.T) {
	t.Parallel()
	const (
		open     = "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' from='evil.example' id='1' version='1.0'>"
		features = "<stream:features><starttls xmlns='" + nsTLS + "'/></stream:features>"
		proceed  = "<proceed xmlns='" + nsTLS + "'/>"
	)
	cases := []struct{ name, say string }{
		{"nothing offered", open + "<stream:features/>"},
		{"an old server", strings.Replace(open, " version='1.0'", "", 1) + "<message/>"},
		{"dialback in the clear", open + "<stream:features><dialback xmlns='" + nsDialbackFeature + "'/></stream:features>"},
		{"refused", open + features + "<failure xmlns='" + nsTLS + "'/>"},
		{"something sent ahead", open + features + proceed + "<stream:features/>"},
		{"no TLS after all", open + features + proceed},
		{"another host's name", strings.Replace(open, "evil", "good", 1) + features + proceed},
		{"no stream", "HTTP/1.1 400 Bad Request\r\n\r\n"},
		{"another kind of stream", "<stream xmlns='x'>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := newNames(t)
			a := newNode(t, n, "a.example")
			said := plainServer(t, n, "evil.example", c.say)
			a.Send(message("x@a.example", "y@evil.example", "secret").Set("id", "1"))
			a.expect(t, back("y@evil.example", "remote-server-not-found", "cancel"))
			if got := <-said; strings.Contains(got, "secret") || strings.Contains(got, "result") {
				t.Errorf("said in the clear: %s", got)
			}
		})
	}
}

// plainServer says what it is told to whoever connects, hangs up, and gives what it heard.
func plainServer(t *testing.T, n *names, host, say string) <-chan string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	n.point("xmpp-server", host, host+".", l.Addr().(*net.TCPAddr).Port)
	said := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte(say))
		_ = conn.(*net.TCPConn).CloseWrite()
		buffer := make([]byte, 4096)
		var all []byte
		for {
			size, err := conn.Read(buffer)
			if all = append(all, buffer[:size]...); err != nil {
				said <- string(all)
				return
			}
		}
	}()
	return said
}

// Servers that name an address of the operator's own network are not reached, whichever way they name it.
func TestPrivateAddressesAreNotDialled(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example", func(o *Options, _ *node) {
		o.Client = outbound.New(outbound.Options{Resolver: n.resolver()})
	})
	inner := newOracle(t, n, "inner.example", agree)
	web := plainServer(t, n, "unused.example", "")
	port := fmt.Sprint(n.portOf("unused.example"))
	a.Learn(ServerInfos{Host: "web.example", MUC: "room.web.example", WebSocket: &WebSocket{URL: "ws://127.0.0.1:" + port + "/"}})
	a.Learn(ServerInfos{Host: "secure.example", MUC: "room.secure.example", WebSocket: &WebSocket{URL: "wss://secure.example:" + port + "/"}})
	a.Learn(ServerInfos{Host: "direct.example", MUC: "room.direct.example", Direct: &Direct{Port: port}})
	for _, host := range []string{"inner.example", "127.0.0.1", "169.254.169.254", "[::1]", "web.example", "secure.example", "direct.example"} {
		a.Send(message("x@a.example", "y@"+host, "hello").Set("id", "1"))
		a.expect(t, back("y@"+host, "remote-server-not-found", "cancel"))
	}
	select {
	case got := <-web:
		t.Errorf("the inner web server was sent %q", got)
	default:
	}
	if inner.called() != 0 {
		t.Error("the inner server was called")
	}
}
