package realtime

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
)

// room is where the clients are that hear of one thing.
type room struct {
	namespace string
	id        int64
}

// toRoom sends an event to every client of a room. A client that does not keep up is let go: it connects again and asks for what it missed.
func (s *Server) toRoom(r room, event string, value any) error {
	clients := s.inRoom(r)
	if len(clients) == 0 {
		return nil
	}
	text, err := encodePacket(packetEvent, r.namespace, []any{event, value})
	if err != nil {
		return err
	}
	for _, c := range clients {
		c.send(frameMessage + text)
	}
	return nil
}

func (s *Server) inRoom(r room) []*client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.rooms[r]))
}

// join lets a client into a namespace.
func (s *Server) join(c *client, namespace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.joined[namespace] = true
}

func (s *Server) hasJoined(c *client, namespace string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.joined[namespace]
}

// enter puts a client that is still connected into a room.
func (s *Server) enter(c *client, r room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients[c.id] != c || !c.joined[r.namespace] {
		return
	}
	if s.rooms[r] == nil {
		s.rooms[r] = make(map[*client]struct{})
	}
	s.rooms[r][c] = struct{}{}
	c.rooms[r] = struct{}{}
}

// leave takes a client out of a room.
func (s *Server) leave(c *client, r room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(c, r)
}

// drop needs s.mu.
func (s *Server) drop(c *client, r room) {
	delete(c.rooms, r)
	delete(s.rooms[r], c)
	if len(s.rooms[r]) == 0 {
		delete(s.rooms, r)
	}
}

// depart takes a client out of a namespace and reports whether it is in any other.
func (s *Server) depart(c *client, namespace string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range c.rooms {
		if r.namespace == namespace {
			s.drop(c, r)
		}
	}
	delete(c.joined, namespace)
	return len(c.joined) > 0
}

// onPacket reports whether the client may stay. Socket.IO protocol: packets that make no sense where they come close the connection.
func (c *client) onPacket(ctx context.Context, text string) (mayStay bool) {
	p, err := parsePacket(text)
	if err != nil {
		return false
	}
	hasJoined := c.server.hasJoined(c, p.namespace)
	switch {
	case p.kind == packetConnect:
		return !hasJoined && c.connect(ctx, p)
	case !hasJoined:
		return false
	case p.kind == packetDisconnect:
		return c.server.depart(c, p.namespace)
	case p.kind == packetEvent && p.namespace == LiveVideos:
		return c.onLiveEvent(ctx, p)
	default: // nothing is expected of clients in the other namespace, so nothing follows from their events
		return true
	}
}

// maxRefusals is how many namespaces and tokens a client may try in vain.
const maxRefusals = 5

// connect joins a namespace or says why not; the client may try again.
func (c *client) connect(ctx context.Context, p packet) (mayStay bool) {
	reason := "Invalid namespace"
	switch p.namespace {
	case LiveVideos:
		c.server.join(c, LiveVideos)
		return c.welcome(p.namespace)
	case UserNotifications:
		if c.signIn(ctx, c.tokenOf(p)) {
			return c.welcome(p.namespace)
		}
		reason = "The access token is missing, unknown or expired"
	}
	refusal, err := encodePacket(packetConnectError, p.namespace, map[string]string{"message": reason})
	if err != nil {
		return false
	}
	c.send(frameMessage + refusal)
	return c.refusals.Add(1) < maxRefusals
}

func (c *client) welcome(namespace string) bool {
	answer, err := encodePacket(packetConnect, namespace, map[string]string{"sid": rand.Text()})
	if err != nil {
		return false
	}
	c.send(frameMessage + answer)
	return true
}

// isStillWelcome reports whether the client has joined something and the token it joined with still counts.
func (c *client) isStillWelcome(ctx context.Context) bool {
	token := c.token.Load()
	if token == nil {
		return c.server.hasJoined(c, LiveVideos)
	}
	viewer, err := c.server.o.Auth.ByToken(ctx, *token, c.origin)
	return err == nil && viewer.IsSignedIn()
}
