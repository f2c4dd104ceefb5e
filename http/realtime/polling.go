package realtime

import (
	"errors"
	"io"
	"net/http"
	"strings"
)

// separator stands between the packets of one body (Engine.IO protocol, revision 4, "Payload encoding").
const separator = "\x1e"

func (s *Server) servePolling(w http.ResponseWriter, r *http.Request, id string) {
	if id == "" {
		s.handshake(w, r)
		return
	}
	c := s.find(id)
	switch {
	case c == nil:
		refuse(w, problemSession)
	case r.Method == http.MethodGet:
		c.servePoll(w, r)
	case r.Method == http.MethodPost:
		c.servePost(w, r)
	default:
		refuse(w, problemMethod)
	}
}

func (s *Server) handshake(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		refuse(w, problemMethod)
		return
	}
	c := s.open(r)
	if c == nil {
		refuse(w, problemFull)
		return
	}
	go c.watch()
	answer(w, c.handshake("websocket"))
}

func answer(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, body)
}

// servePoll waits for packets. Two polls at a time end the session, as the protocol asks.
func (c *client) servePoll(w http.ResponseWriter, r *http.Request) {
	probed, isAlone := c.beginPoll()
	if !isAlone {
		c.close()
		refuse(w, problemRequest)
		return
	}
	defer c.endPoll()
	select {
	case first := <-c.out:
		answer(w, c.payload(first))
	case <-probed: // ends the poll, so that the WebSocket can take over
		answer(w, frameNoop)
	case <-c.done:
		answer(w, frameClose)
	case <-r.Context().Done():
		c.close()
	}
}

// payload joins what else waits to the first packet.
func (c *client) payload(first string) string {
	frames := []string{first}
	for len(frames) < maxWaiting {
		select {
		case next := <-c.out:
			frames = append(frames, next)
		default:
			return strings.Join(frames, separator)
		}
	}
	return strings.Join(frames, separator)
}

func (c *client) beginPoll() (probed chan struct{}, isAlone bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isPolled || c.isUpgraded {
		return nil, false
	}
	c.isPolled = true
	return c.probed, true
}

func (c *client) endPoll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isPolled = false
}

// servePost takes packets from the client.
func (c *client) servePost(w http.ResponseWriter, r *http.Request) {
	if !c.beginPost() {
		c.close()
		refuse(w, problemRequest)
		return
	}
	defer c.endPost()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, c.server.o.MaxPayload))
	if err != nil {
		c.close()
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			refuse(w, problemTooLarge)
		}
		return
	}
	for frame := range strings.SplitSeq(string(body), separator) {
		if !c.receive(r.Context(), frame) {
			c.close()
			break
		}
	}
	answer(w, "ok")
}

func (c *client) beginPost() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isPosting || c.isUpgraded {
		return false
	}
	c.isPosting = true
	return true
}

func (c *client) endPost() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isPosting = false
}
