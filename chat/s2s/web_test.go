package s2s

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lucarne/chat/xmpp"
)

// callWeb connects to a node over WebSocket; instance is the site it says it is.
func callWeb(t *testing.T, d *node, instance string, protocols ...string) (*web, *http.Response, error) {
	t.Helper()
	named := http.Header{}
	if instance != "" {
		named.Set(instanceHeader, instance)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, response, err := websocket.Dial(ctx, d.web.URL+ServerPath, &websocket.DialOptions{Subprotocols: protocols, HTTPHeader: named})
	if err != nil {
		return nil, response, err
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return newWeb(conn, unlimited), response, nil
}

// greetWeb is callWeb and the opening of a stream.
func greetWeb(t *testing.T, d *node, from, to string) *web {
	t.Helper()
	c, _, err := callWeb(t, d, "", subprotocol)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := hail(c, pair{ours: from, theirs: to}); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStrangersOverWebSocketAreRefused(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example")
	newOracle(t, n, "evil.example", agree)
	proven := func(t *testing.T) *web {
		c := greetWeb(t, a, "evil.example", "a.example")
		_ = c.write([]byte("<db:result xmlns:db='" + nsDialback + "' from='evil.example' to='a.example'>key</db:result>"))
		if e, err := c.read(); err != nil || e.Attr("type") != isValid {
			t.Fatalf("not verified: %v, %v", e, err)
		}
		return c
	}
	stanza := func(from, to string) string {
		return "<message xmlns='jabber:server' from='" + from + "' to='" + to + "'/>"
	}
	cases := []struct{ name, say, want string }{
		{"sender of another host", stanza("x@good.example", "y@a.example"), "invalid-from"},
		{"receiver is not ours", stanza("x@evil.example", "y@good.example"), "host-unknown"},
		{"stanza of a client", strings.Replace(stanza("x@evil.example", "y@a.example"), "server", "client", 1), "unsupported-stanza-type"},
		{"stanza without a namespace", "<message from='x@evil.example' to='y@a.example'/>", "unsupported-stanza-type"},
		{"two in one frame", stanza("x@evil.example", "y@a.example") + stanza("x@evil.example", "y@a.example"), "not-well-formed"},
		{"half of one", "<message", "not-well-formed"},
		{"empty frame", "", "not-well-formed"},
		{"stream of TCP", "<stream:stream xmlns:stream='" + xmpp.NSStreams + "'>", "not-well-formed"},
		{"bomb", "<message xmlns='jabber:server'><!DOCTYPE a></message>", "restricted-xml"},
		{"opened again", "<open xmlns='" + nsFraming + "'/>", "unsupported-stanza-type"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := proven(t)
			_ = s.write([]byte(c.say))
			if got := endOf(s); got != c.want {
				t.Errorf("ended with %q, want %q", got, c.want)
			}
			a.silent(t)
		})
	}
	t.Run("binary frame", func(t *testing.T) {
		s := proven(t)
		_ = s.conn.Write(t.Context(), websocket.MessageBinary, []byte(stanza("x@evil.example", "y@a.example")))
		if got := endOf(s); got != "bad-format" {
			t.Errorf("ended with %q", got)
		}
		a.silent(t)
	})
	long := func(size int) []byte {
		return []byte(strings.Replace(stanza("x@evil.example", "y@a.example"), "/>", "><body>"+strings.Repeat("x", size)+"</body></message>", 1))
	}
	t.Run("oversize frame", func(t *testing.T) {
		s := proven(t)
		_ = s.write(long(xmpp.MaxElementBytes)) // too long for who has proven nothing
		if got := a.next(t).ChildText(xmpp.NSClient, "body"); len(got) != xmpp.MaxElementBytes {
			t.Fatalf("received %d bytes", len(got))
		}
		_ = s.write(long(xmpp.MaxServerBytes))
		endOf(s)
		a.silent(t)
	})
	t.Run("oversize frame before it is known who speaks", func(t *testing.T) {
		s := greetWeb(t, a, "evil.example", "a.example")
		_ = s.write(long(xmpp.MaxElementBytes))
		endOf(s)
		a.silent(t)
	})
	t.Run("before it is known who speaks", func(t *testing.T) {
		s := greetWeb(t, a, "evil.example", "a.example")
		_ = s.write([]byte(stanza("x@evil.example", "y@a.example")))
		if got := endOf(s); got != "invalid-from" {
			t.Errorf("ended with %q", got)
		}
		a.silent(t)
	})
	t.Run("wrong opening", func(t *testing.T) {
		s, _, err := callWeb(t, a, "", subprotocol)
		if err != nil {
			t.Fatal(err)
		}
		_ = s.write([]byte("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='a.example' version='1.0'/>")) // that of clients
		if got := endOf(s); got != "invalid-namespace" {
			t.Errorf("ended with %q", got)
		}
	})
}

func TestWebSocketIsOfferedWhenItIsMeant(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	off := newNode(t, n, "a.example", func(_ *Options, d *node) { d.settings.Publish = false })
	if _, response, err := callWeb(t, off, "", subprotocol); err == nil || response.StatusCode != http.StatusNotFound {
		t.Errorf("got %v, %v", response, err)
	}
	on := newNode(t, n, "b.example", func(_ *Options, d *node) {
		d.prepare = append(d.prepare, func(p *Peers) { p.door = newDoor(10, 1) })
	})
	c, _, err := callWeb(t, on, "") // no subprotocol
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.frame(); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("got %v", err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if _, _, err = callWeb(t, on, "", subprotocol); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	if _, response, err := callWeb(t, on, "", subprotocol); err == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a second one of the same address: got %v, %v", response, err)
	}
}

// Who connects says where the way back is; only that site itself is believed, and a wrong one does not make it somebody else.
func TestTheWayBackIsNotTakenOnTrust(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example", socketsOnly)
	good, evil := newNode(t, n, "good.example", socketsOnly), newNode(t, n, "evil.example", socketsOnly)
	claim := func(instance string) string {
		t.Helper()
		c, _, err := callWeb(t, a, instance, subprotocol)
		if err != nil {
			t.Fatal(err)
		}
		id, _, err := hail(c, pair{ours: "good.example", theirs: "a.example"})
		if err != nil {
			t.Fatal(err)
		}
		key := evil.keys.key("a.example", "good.example", id)
		_ = c.write(encode(dialback{name: "result", from: "good.example", to: "a.example", key: key}.element()))
		e, err := c.read()
		if err != nil {
			t.Fatal(err)
		}
		return e.Attr("type")
	}
	if got := claim(evil.o.Site.Origin); got != isError {
		t.Errorf("with the claimant's own site: %q, want %q: there is no way to good.example", got, isError)
	}
	if got := claim(""); got != isError {
		t.Errorf("without a site: %q, want %q", got, isError)
	}
	a.backoff.succeed("good.example")
	if got := claim(good.o.Site.Origin); got != isInvalid {
		t.Errorf("with the true site: %q, want %q: the key is not its own", got, isInvalid)
	}
	talk(t, good, a)
}

// After a start nothing is known of the other side, on either end.
func TestWebSocketColdStart(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a, b := newNode(t, n, "a.example", socketsOnly), newNode(t, n, "b.example", socketsOnly)
	// A video of B was seen here: its declaration is all that is known.
	declared, ok := ParseDeclaration(mustJSON(t, Declare(b.o.Site, b.settings, Chat{Key: "k"})), "b.example")
	if !ok {
		t.Fatal("the declaration is refused")
	}
	a.Learn(*declared.Server)
	a.Send(message("alice@a.example/x", "k@room.b.example", "hello"))
	b.expect(t, message("alice@a.example/x", "k@room.b.example", "hello").String())
	b.Send(message("k@room.b.example/alice", "alice@a.example/x", "hello"))
	a.expect(t, message("k@room.b.example/alice", "alice@a.example/x", "hello").String())
}

// Nothing is known of the other side but its name, as when somebody types the address of a room.
func TestWebSocketToAnUnknownSite(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	b := newNode(t, n, "b.example", socketsOnly)
	a := newNode(t, n, "a.example", socketsOnly, func(_ *Options, d *node) {
		d.prepare = append(d.prepare, func(p *Peers) {
			p.siteOf = func(host string) string { return map[string]string{"room.b.example": b.o.Site.Origin}[host] }
		})
	})
	a.Send(message("alice@a.example/x", "k@room.b.example", "hello"))
	b.expect(t, message("alice@a.example/x", "k@room.b.example", "hello").String())
	a.Send(message("alice@a.example/x", "y@nowhere.example", "hello").Set("id", "1"))
	if e := a.next(t); e.Attr("type") != "error" || e.Attr("from") != "y@nowhere.example" {
		t.Errorf("got %v", e)
	}
}

func TestTheLikelySiteOfAHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"room.b.example": "https://b.example", "b.example": "https://b.example", "room.bücher.example": "https://xn--bcher-kva.example",
	} {
		if got := testSite.likely(host); got != want {
			t.Errorf("%s: got %s, want %s", host, got, want)
		}
	}
}
