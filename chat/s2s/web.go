package s2s

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/coder/websocket"

	"lucarne/chat/xmpp"
)

// web is a stream over a WebSocket (XEP-0468, RFC 7395): one element per text frame.
type web struct {
	conn *websocket.Conn
	slow func(n int)
	once sync.Once
}

const subprotocol = "xmpp"

func newWeb(conn *websocket.Conn, slow func(n int)) *web {
	conn.SetReadLimit(xmpp.MaxElementBytes)
	return &web{conn: conn, slow: slow}
}

func (c *web) greet(h header) error {
	return c.write(encode(h.set(xmpp.NewElement(nsFraming, "open"))))
}

func (c *web) header() (header, error) {
	e, err := c.frame()
	if err != nil {
		return header{}, err
	}
	if !e.Is(nsFraming, "open") {
		return header{}, violation("invalid-namespace")
	}
	return headerOf(e), nil
}

func (c *web) read() (*xmpp.Element, error) {
	e, err := c.frame()
	if err == nil && e.Is(nsFraming, "close") {
		return nil, io.EOF
	}
	return e, err
}

func (c *web) frame() (*xmpp.Element, error) {
	kind, body, err := c.conn.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	// A frame that has begun may not take for ever.
	stop := time.AfterFunc(elementTime, func() { _ = c.conn.CloseNow() })
	defer stop.Stop()
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	c.slow(len(data))
	if kind != websocket.MessageText {
		return nil, violation("bad-format") // RFC 7395 §3.2
	}
	return xmpp.ParseElement(data, xmpp.Limits{Bytes: xmpp.MaxServerBytes})
}

func (c *web) trust() { c.conn.SetReadLimit(xmpp.MaxServerBytes) }

func (c *web) restart() {}

func (c *web) write(elements ...[]byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTime)
	defer cancel()
	for _, element := range elements {
		if err := c.conn.Write(ctx, websocket.MessageText, element); err != nil {
			return err
		}
	}
	return nil
}

func (c *web) keepAlive() error {
	ctx, cancel := context.WithTimeout(context.Background(), headerTime)
	defer cancel()
	return c.conn.Ping(ctx)
}

func (c *web) end(reason error) {
	c.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), farewellTime)
		defer cancel()
		for _, frame := range [][]byte{farewell(reason), encode(xmpp.NewElement(nsFraming, "close"))} {
			if frame != nil && c.conn.Write(ctx, websocket.MessageText, frame) != nil {
				break
			}
		}
		_ = c.conn.Close(websocket.StatusNormalClosure, "")
	})
}
