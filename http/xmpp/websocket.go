package xmpp

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/coder/websocket"

	"lucarne/chat/server"
	"lucarne/chat/xmpp"
	"lucarne/http/router"
)

const (
	nsFraming = "urn:ietf:params:xml:ns:xmpp-framing" // RFC 7395 §3.3
	protocol  = "xmpp"

	writeTime = 10 * time.Second // for what is sent at once
	helloTime = 20 * time.Second // until a client is signed in
)

// WebSocket carries one client's stream on each connection. Any origin may connect: nothing depends on cookies, and pages of other sites
// that show a video of this one have its chat (docs/chat-protocol.md).
func WebSocket(s *server.Server) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, Subprotocols: []string{protocol}})
		if err != nil {
			return // Accept has answered
		}
		if conn.Subprotocol() != protocol {
			_ = conn.Close(websocket.StatusProtocolError, "the subprotocol is xmpp")
			return
		}
		conn.SetReadLimit(xmpp.MaxElementBytes)
		c := &socket{conn: conn}
		// In a goroutine of its own, so that thousands that wait do not hold what served the request.
		go c.serve(s, originOf(r))
	})
}

// originOf is what the server knows of who asks. What comes by HTTP in the clear has a proxy in front, or is on the machine itself.
func originOf(r *http.Request) server.Origin {
	address, _ := netip.ParseAddr(router.ClientIP(r)) // zero: unknown
	return server.Origin{Address: address, IsSecure: true}
}

// socket is one connection.
type socket struct {
	conn *websocket.Conn
	once sync.Once
}

// Send writes each element as a message of its own (RFC 7395 §3.1).
func (c *socket) Send(frames ...server.Frame) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTime)
	defer cancel()
	for _, frame := range frames {
		if err := c.conn.Write(ctx, websocket.MessageText, frame); err != nil {
			return err
		}
	}
	return nil
}

// NeedsTo is false: a WebSocket has one client.
func (c *socket) NeedsTo() bool { return false }

// Close tells the client why and ends the stream (RFC 7395 §3.6).
func (c *socket) Close(reason *server.StreamError) {
	c.once.Do(func() {
		if reason != nil {
			_ = c.Send(reason.Frame())
		}
		_ = c.Send(server.Frame("<close xmlns='" + nsFraming + "'/>"))
		_ = c.conn.Close(websocket.StatusNormalClosure, "")
	})
}

func (c *socket) serve(s *server.Server, from server.Origin) {
	st, err := s.Open(c, from)
	if err != nil {
		c.Close(server.ConditionOf(err))
		return
	}
	defer st.Lost()
	hello := time.AfterFunc(helloTime, func() { c.Close(&server.StreamError{Condition: server.TimedOut}) })
	defer hello.Stop()
	for {
		e, err := c.read()
		if err == nil {
			err = c.handle(st, e)
		}
		switch {
		case errors.Is(err, errEnded):
			st.End()
			c.Close(nil)
			return
		case err != nil && websocket.CloseStatus(err) == -1 && !errors.Is(err, errGone):
			c.Close(server.ConditionOf(err))
			return
		case err != nil:
			_ = c.conn.CloseNow()
			return
		}
		if st.IsBound() {
			hello.Stop()
		}
	}
}

var (
	errEnded = errors.New("the client closed the stream")
	errGone  = errors.New("the connection is gone")
)

func (c *socket) read() (*xmpp.Element, error) {
	kind, data, err := c.conn.Read(context.Background())
	if err != nil {
		return nil, errGone
	}
	if kind != websocket.MessageText {
		return nil, &server.StreamError{Condition: server.BadFormat}
	}
	return xmpp.ParseElement(data, xmpp.Limits{})
}

func (c *socket) handle(st *server.Stream, e *xmpp.Element) error {
	switch {
	case e.Is(nsFraming, "open"):
		return c.open(st, e)
	case e.Is(nsFraming, "close"):
		return errEnded
	}
	return st.Receive(context.Background(), e)
}

// open answers the opening of the stream with the server's and the features.
func (c *socket) open(st *server.Stream, e *xmpp.Element) error {
	header, failure := st.Begin(e.Attr("to"))
	open := xmpp.NewElement(nsFraming, "open").Set("from", header.From).Set("id", header.ID).Set("version", "1.0").SetLang("en")
	if err := c.Send(xmpp.Marshal(open)); err != nil {
		return errGone
	}
	if failure != nil {
		return failure
	}
	if err := c.Send(xmpp.Marshal(header.Features)); err != nil {
		return errGone
	}
	return nil
}
