// Package chattest talks to a chat as thousands of browsers would, for tests and benchmarks: XMPP over WebSocket (RFC 7395) with as little
// memory and work for each client as can be, so that what is measured is the server.
package chattest

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	spaceChat    = "urn:lucarne:chat:0"
	spaceStanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
	spaceMUC     = "http://jabber.org/protocol/muc"
)

// Options say where a client connects to, and as whom.
type Options struct {
	Address string // "127.0.0.1:9000"
	Path    string // of the WebSocket; "/xmpp-websocket" when empty
	Host    string // whom the stream is opened to: "anon.localhost"
	From    string // own address on this machine; any when empty
	// Trace is told by who signs in as nobody (RFC 4505).
	Trace string
	// Username and Password sign in with an account; without, the client is anonymous.
	Username, Password string
	// IsPatient waits for each answer before it says more: Prosody forgets what it was sent after the authentication.
	IsPatient bool
	Within    time.Duration // for signing in and joining; 30 s when 0
}

// Place is a room, and how a client goes there.
type Place struct {
	Room    string // "<uuid>@room.localhost"
	Nick    string
	Since   int64 // the last event seen, of who comes back
	History int   // messages wanted
}

// Arrival is the room's answer to who joins.
type Arrival struct {
	Nick    string
	Seq     int64 // of the last event in the room
	IsReset bool  // what was seen before is to be thrown away
}

// Client is a connection that has signed in. One goroutine reads from it, any may send.
type Client struct {
	JID string

	wire  *wire
	o     Options
	place Place
	name  string // what ids begin with: no other client's do
	sent  atomic.Int64
}

// Dial connects and signs in.
func Dial(ctx context.Context, o Options) (*Client, error) {
	c, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	return c, c.begin(func() error { return c.signIn() })
}

// Enter connects, signs in and joins a room; all that is to be said in one go, where the server takes that.
func Enter(ctx context.Context, o Options, p Place) (*Client, Arrival, error) {
	c, err := connect(ctx, o)
	if err != nil {
		return nil, Arrival{}, err
	}
	var a Arrival
	err = c.begin(func() (err error) {
		if err = c.signIn(c.presence(p)); err == nil {
			a, err = c.arrive()
		}
		return err
	})
	return c, a, err
}

// begin does the first steps within the time for them; the connection is closed when they fail.
func (c *Client) begin(steps func() error) error {
	deadline := time.Now().Add(cmp.Or(c.o.Within, 30*time.Second))
	err := errors.Join(c.wire.conn.SetDeadline(deadline), steps(), c.wire.conn.SetDeadline(time.Time{}))
	if err != nil {
		c.Close()
	}
	return err
}

func connect(ctx context.Context, o Options) (*Client, error) {
	dialer := net.Dialer{Timeout: cmp.Or(o.Within, 30*time.Second)}
	if o.From != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(o.From)}
	}
	conn, err := dialer.DialContext(ctx, "tcp", o.Address)
	if err != nil {
		return nil, err
	}
	w, err := newWire(conn.(*net.TCPConn))
	if err != nil {
		conn.Close()
		return nil, err
	}
	c := &Client{wire: w, o: o, name: rand.Text()[:8] + "-"}
	return c, c.begin(func() error { return w.handshake(o.Address, cmp.Or(o.Path, "/xmpp-websocket")) })
}

// signIn opens the stream, says who the client is and binds a resource; more is sent with the last of it.
func (c *Client) signIn(more ...string) error {
	open := "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='" + Escape(c.o.Host) + "' version='1.0'/>"
	bind := "<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
	first, last := []string{open, c.auth(), open, bind}, more
	if c.o.IsPatient {
		first, last = first[:2], append([]string{bind}, more...)
	} else {
		first, last = append(first, more...), nil
	}
	if err := c.wire.writeText(first...); err != nil {
		return err
	}
	if _, err := c.until(func(s Stanza) bool { return s.Is("success") }); err != nil {
		return err
	}
	if c.o.IsPatient {
		if err := c.wire.writeText(open); err != nil {
			return err
		}
	}
	if _, err := c.until(func(s Stanza) bool { return s.Is("stream:features") || s.Is("features") }); err != nil {
		return err
	}
	if err := c.wire.writeText(last...); err != nil {
		return err
	}
	bound, err := c.until(func(s Stanza) bool { return s.Is("iq") && s.Attr("id") == "bind" })
	c.JID = bound.Child("jid", "").Text()
	return err
}

func (c *Client) auth() string {
	mechanism, data := "ANONYMOUS", c.o.Trace
	if c.o.Username != "" {
		mechanism, data = "PLAIN", "\x00"+c.o.Username+"\x00"+c.o.Password
	}
	response := cmp.Or(base64.StdEncoding.EncodeToString([]byte(data)), "=") // RFC 6120 §6.4.2: empty, not missing
	return "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='" + mechanism + "'>" + response + "</auth>"
}

// until reads to the stanza that is waited for. It fails with a *Refusal when the stanza is of type error, or signing in fails.
func (c *Client) until(is func(Stanza) bool) (Stanza, error) {
	for {
		s, err := c.Next()
		switch {
		case err != nil:
			return nil, err
		case s.Is("failure"), s.Is("stream:error"), s.Is("close"):
			return nil, fmt.Errorf("refused: %s", s)
		case !is(s):
			continue
		}
		if refusal := s.Refusal(); refusal != nil {
			return nil, refusal
		}
		return s, nil
	}
}

func (c *Client) presence(p Place) string {
	c.place = p
	text := "<presence xmlns='jabber:client' to='" + Escape(p.Room+"/"+p.Nick) + "'><x xmlns='" + spaceMUC + "'><history maxstanzas='" + strconv.Itoa(p.History) + "'/></x>"
	if p.Since > 0 {
		text += "<since xmlns='" + spaceChat + "' seq='" + strconv.FormatInt(p.Since, 10) + "'/>"
	}
	return text + "</presence>"
}

// Join goes to a room. What happened there and happens from then on comes by Next.
func (c *Client) Join(p Place) (Arrival, error) {
	if err := c.Send(c.presence(p)); err != nil {
		return Arrival{}, err
	}
	return c.arrive()
}

// arrive waits for the own presence (XEP-0045 §7.2.2).
func (c *Client) arrive() (Arrival, error) {
	own, err := c.until(func(s Stanza) bool { return s.Is("presence") && (s.Attr("type") == "error" || s.isOwn()) })
	if err != nil {
		return Arrival{}, err
	}
	_, nick, _ := cutResource(own.Attr("from"))
	room := own.Child("room", spaceChat)
	return Arrival{Nick: nick, Seq: room.Number("seq"), IsReset: room.Attr("reset") == "true"}, nil
}

// isOwn reports whether a presence is the receiver's own: status 110.
func (s Stanza) isOwn() bool {
	for status := s.Child("status", ""); status != nil; status = status[1:].Child("status", "") {
		if string(status.raw("code")) == "110" {
			return true
		}
	}
	return false
}

// Say sends a message to the room. The id it was sent with comes back with it.
func (c *Client) Say(text string) (id string, err error) {
	id = c.name + strconv.FormatInt(c.sent.Add(1), 10)
	return id, c.Send("<message xmlns='jabber:client' type='groupchat' id='" + id + "' to='" + Escape(c.place.Room) + "'><body>" + Escape(text) + "</body></message>")
}

// Send writes an element as it is.
func (c *Client) Send(element string) error { return c.wire.writeText(element) }

// Next waits for the next stanza. It is valid until Next is called again. It fails with io.EOF when the server closed the connection.
func (c *Client) Next() (Stanza, error) { return c.wire.next() }

// Await reads until a stanza is as wanted, and fails with the context's error when none is in time. What is read before it is lost.
func (c *Client) Await(ctx context.Context, is func(Stanza) bool) (Stanza, error) {
	stop := context.AfterFunc(ctx, func() { c.wire.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	for {
		s, err := c.Next()
		switch {
		case err != nil && ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, err
		case is(s):
			return s, nil
		}
	}
}

// Close ends the connection without a word, as a browser that is gone.
func (c *Client) Close() { c.wire.conn.Close() }

func cutResource(jid string) (bare, resource string, found bool) {
	for i := range len(jid) {
		if jid[i] == '/' {
			return jid[:i], jid[i+1:], true
		}
	}
	return jid, "", false
}
