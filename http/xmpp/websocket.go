package xmpp

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"lucarne/chat/server"
	"lucarne/chat/xmpp"
	"lucarne/http/router"
)

const (
	nsFraming = "urn:ietf:params:xml:ns:xmpp-framing" // RFC 7395 §3.3
	protocol  = "xmpp"

	helloTime = 20 * time.Second // until a client is signed in
)

// WebSocket carries one client's stream on each connection. Any origin may connect: nothing depends on cookies, and pages of other sites
// that show a video of this one have its chat (docs/chat-protocol.md).
func WebSocket(s *server.Server) http.Handler {
	upgrader := ws.HTTPUpgrader{Protocol: func(name string) bool { return name == protocol }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !offers(r) {
			http.Error(w, "This is the address of a WebSocket of the subprotocol "+protocol+".", http.StatusUpgradeRequired)
			return
		}
		conn, buffered, _, err := upgrader.Upgrade(r, w)
		if err != nil {
			return // Upgrade has answered
		}
		c := newSocket(conn, buffered.Reader)
		// In a goroutine of its own, so that thousands that wait do not hold what served the request.
		go carry(c, s, originOf(r))
	})
}

// offers tells whether a client wants a WebSocket, for what is spoken here.
func offers(r *http.Request) bool {
	for _, names := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(names, ",") {
			if strings.TrimSpace(name) == protocol {
				return true
			}
		}
	}
	return false
}

// originOf is what the server knows of who asks. What comes by HTTP in the clear has a proxy in front, or is on the machine itself.
func originOf(r *http.Request) server.Origin {
	address, _ := netip.ParseAddr(router.ClientIP(r)) // zero: unknown
	return server.Origin{Address: address, IsSecure: true}
}

// line is a socket as the server of the chat sees it.
type line struct{ *socket }

// Send writes each element as a message of its own (RFC 7395 §3.1).
func (l line) Send(frames ...server.Frame) error { return l.send(ws.OpText, frames...) }

// NeedsTo is false: a WebSocket has one client.
func (line) NeedsTo() bool { return false }

// Close tells the client why and ends the stream (RFC 7395 §3.6).
func (l line) Close(reason *server.StreamError) {
	var last []server.Frame
	if reason != nil {
		last = append(last, reason.Frame())
	}
	l.close(append(last, server.Frame("<close xmlns='"+nsFraming+"'/>"))...)
}

// carry reads what a client says until either side ends.
func carry(c *socket, s *server.Server, from server.Origin) {
	defer c.conn.Close()
	st, err := s.Open(line{c}, from)
	if err != nil {
		line{c}.Close(server.ConditionOf(err))
		c.drain()
		return
	}
	defer st.Lost()
	hello := time.AfterFunc(helloTime, func() { line{c}.Close(&server.StreamError{Condition: server.TimedOut}) })
	defer hello.Stop()
	for {
		err := c.next(func(data []byte) error { return receive(c, st, data) })
		switch {
		case errors.Is(err, errEnded):
			st.End()
			line{c}.Close(nil)
			c.drain()
			return
		case errors.Is(err, errGone):
			return
		case err != nil:
			line{c}.Close(server.ConditionOf(err))
			c.drain()
			return
		}
		if st.IsBound() {
			hello.Stop()
		}
	}
}

var errEnded = errors.New("the client closed the stream")

func receive(c *socket, st *server.Stream, data []byte) error {
	e, err := xmpp.ParseElement(data, xmpp.Limits{})
	switch {
	case err != nil:
		return err
	case e.Is(nsFraming, "open"):
		return open(c, st, e)
	case e.Is(nsFraming, "close"):
		return errEnded
	}
	return st.Receive(context.Background(), e)
}

// open answers the opening of the stream with the server's and the features.
func open(c *socket, st *server.Stream, e *xmpp.Element) error {
	header, failure := st.Begin(e.Attr("to"))
	answer := []server.Frame{xmpp.Marshal(xmpp.NewElement(nsFraming, "open").Set("from", header.From).Set("id", header.ID).Set("version", "1.0").SetLang("en"))}
	if failure == nil {
		answer = append(answer, xmpp.Marshal(header.Features))
	}
	if err := c.send(ws.OpText, answer...); err != nil {
		return errGone
	}
	return failure
}
