package realtime

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/http/router"
)

// The first character of an Engine.IO packet says what it is (Engine.IO protocol, revision 4, "Packet encoding").
const (
	frameOpen    = "0"
	frameClose   = "1"
	framePing    = "2"
	framePong    = "3"
	frameMessage = "4"
	frameUpgrade = "5"
	frameNoop    = "6"
)

// maxWaiting is how many packets wait for a client before it is let go.
const maxWaiting = 64

// client is one Engine.IO session, whatever it is carried by.
type client struct {
	server         *Server
	id             string
	address        string // it is counted under
	origin         Origin
	handshakeToken string
	out            chan string // packets waiting to be sent
	pong           chan struct{}
	done           chan struct{}
	close          func() // ends the session; may be called again

	token    atomic.Pointer[string] // it joined with; nil where it needed none
	joined   map[string]bool        // the namespaces it is in; under server.mu
	rooms    map[room]struct{}      // and the rooms; under server.mu
	refusals atomic.Int32
	asked    atomic.Int32 // for lives to follow

	mu          sync.Mutex
	isPolled    bool // a poll waits
	isPosting   bool
	isUpgrading bool
	isUpgraded  bool
	probed      chan struct{} // closed once a WebSocket wants to take over
}

func newClient(s *Server, address string, r *http.Request) *client {
	c := &client{
		server: s, id: rand.Text(), address: address, origin: Origin{IP: router.ClientIP(r), Device: r.UserAgent()},
		handshakeToken: r.URL.Query().Get("accessToken"), out: make(chan string, maxWaiting), pong: make(chan struct{}, 1),
		done: make(chan struct{}), probed: make(chan struct{}), joined: make(map[string]bool), rooms: make(map[room]struct{}),
	}
	c.close = sync.OnceFunc(func() {
		close(c.done)
		s.forget(c)
	})
	return c
}

// handshake is the packet every session begins with.
func (c *client) handshake(upgrades ...string) string {
	o := c.server.o
	body, err := json.Marshal(map[string]any{
		"sid": c.id, "upgrades": append([]string{}, upgrades...), "pingInterval": o.PingInterval.Milliseconds(),
		"pingTimeout": o.PingTimeout.Milliseconds(), "maxPayload": o.MaxPayload,
	})
	if err != nil {
		panic(err) // strings and numbers have JSON
	}
	return frameOpen + string(body)
}

// send never waits.
func (c *client) send(frame string) {
	select {
	case c.out <- frame:
	case <-c.done:
	default:
		c.close()
	}
}

// receive reports whether the session goes on after a packet from the client.
func (c *client) receive(ctx context.Context, frame string) bool {
	if frame == "" {
		return false
	}
	switch frame[:1] {
	case framePong:
		select {
		case c.pong <- struct{}{}:
		default:
		}
		return true
	case frameMessage:
		return c.onPacket(ctx, frame[1:])
	default: // frameClose, and what only servers send
		return false
	}
}

// watch ends the session when the client does not join, does not answer, or lost its right to be here.
func (c *client) watch() {
	defer c.close()
	o := c.server.o
	for wait := o.JoinTimeout; c.waits(wait) && c.isWelcome(); wait = o.PingInterval {
		select {
		case <-c.pong: // of an earlier ping, or of none
		default:
		}
		c.send(framePing)
		if !c.answers(o.PingTimeout) {
			return
		}
	}
}

// waits reports whether the session lasted until then.
func (c *client) waits(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.done:
		return false
	}
}

func (c *client) answers(within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-c.pong:
		return true
	case <-timer.C:
		return false
	case <-c.done:
		return false
	}
}

func (c *client) isWelcome() bool {
	ctx, cancel := context.WithTimeout(context.Background(), c.server.o.WriteTimeout)
	defer cancel()
	return c.isStillWelcome(ctx)
}
