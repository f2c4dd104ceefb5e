package realtime

import (
	"context"
	"net/http"

	"github.com/coder/websocket"
)

func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request, id string) {
	if id != "" {
		s.upgrade(w, r, id)
		return
	}
	c := s.open(r)
	if c == nil {
		refuse(w, problemFull)
		return
	}
	defer c.close()
	conn := s.accept(w, r)
	if conn == nil {
		return
	}
	c.endUpgrade(true)
	go c.watch()
	c.send(c.handshake())
	c.talk(r.Context(), conn)
}

// accept answers the opening handshake; nil when that failed and was answered.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) *websocket.Conn {
	// Any origin may connect, as it may use the API: who asks is told by the token in the message, never by a cookie.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return nil
	}
	conn.SetReadLimit(s.o.MaxPayload)
	return conn
}

// upgrade moves a session from polling to a WebSocket. Until the client says so the session stays where it is.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, id string) {
	c := s.find(id)
	if c == nil {
		refuse(w, problemSession)
		return
	}
	if !c.beginUpgrade() {
		refuse(w, problemRequest)
		return
	}
	conn := s.accept(w, r)
	hasMoved := conn != nil && c.probe(r.Context(), conn)
	c.endUpgrade(hasMoved)
	if hasMoved {
		defer c.close()
		c.talk(r.Context(), conn)
	} else if conn != nil {
		_ = conn.CloseNow()
	}
}

func (c *client) beginUpgrade() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isUpgrading || c.isUpgraded {
		return false
	}
	c.isUpgrading = true
	return true
}

func (c *client) endUpgrade(hasMoved bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isUpgrading, c.isUpgraded = false, hasMoved
	c.probed = make(chan struct{})
}

// probe is the exchange that comes before a change of transport (Engine.IO protocol, revision 4, "Upgrade").
func (c *client) probe(ctx context.Context, conn *websocket.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, c.server.o.JoinTimeout)
	defer cancel()
	if !expect(ctx, conn, framePing+"probe") || conn.Write(ctx, websocket.MessageText, []byte(framePong+"probe")) != nil {
		return false
	}
	close(c.probed)
	return expect(ctx, conn, frameUpgrade)
}

func expect(ctx context.Context, conn *websocket.Conn, frame string) bool {
	kind, got, err := conn.Read(ctx)
	return err == nil && kind == websocket.MessageText && string(got) == frame
}

// talk carries the session until either side ends it.
func (c *client) talk(ctx context.Context, conn *websocket.Conn) {
	go c.write(ctx, conn)
	for {
		kind, frame, err := conn.Read(ctx)
		if err != nil || kind != websocket.MessageText || !c.receive(ctx, string(frame)) {
			c.close()
			return
		}
	}
}

// write sends what waits, and lets go of the connection when the session ends.
func (c *client) write(ctx context.Context, conn *websocket.Conn) {
	defer conn.CloseNow()
	for {
		select {
		case frame := <-c.out:
			if !c.writeOne(ctx, conn, frame) {
				c.close()
				return
			}
		case <-c.done:
			return
		}
	}
}

func (c *client) writeOne(ctx context.Context, conn *websocket.Conn, frame string) bool {
	ctx, cancel := context.WithTimeout(ctx, c.server.o.WriteTimeout)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, []byte(frame)) == nil
}
