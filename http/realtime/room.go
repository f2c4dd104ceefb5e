package realtime

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"lucarne/account"
)

// ToUser sends an event to every client of a user. A client that does not keep up is let go: it connects again and asks for what it missed.
func (s *Server) ToUser(user account.ID, event string, value any) error {
	text, err := encodePacket(packetEvent, UserNotifications, []any{event, value})
	if err != nil {
		return err
	}
	for _, c := range s.inRoom(user) {
		c.send(frameMessage + text)
	}
	return nil
}

func (s *Server) inRoom(user account.ID) []*client {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*client, 0, len(s.rooms[user]))
	for c := range s.rooms[user] {
		list = append(list, c)
	}
	return list
}

// enter puts a client that is still connected into the room of its user.
func (s *Server) enter(c *client, user account.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients[c.id] != c {
		return
	}
	if s.rooms[user] == nil {
		s.rooms[user] = make(map[*client]struct{})
	}
	s.rooms[user][c] = struct{}{}
	c.user = user
}

// leave needs s.mu.
func (s *Server) leave(c *client) {
	delete(s.rooms[c.user], c)
	if len(s.rooms[c.user]) == 0 {
		delete(s.rooms, c.user)
	}
	c.user = 0
}

func (s *Server) userOf(c *client) account.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.user
}

// onPacket reports whether the client may stay. Socket.IO protocol: packets that make no sense where they come close the connection.
func (c *client) onPacket(ctx context.Context, text string) (mayStay bool) {
	p, err := parsePacket(text)
	if err != nil {
		return false
	}
	hasJoined := p.namespace == UserNotifications && c.server.userOf(c) != 0
	switch p.kind {
	case packetConnect:
		return !hasJoined && c.connect(ctx, p)
	case packetDisconnect: // of the only namespace there is
		return false
	default: // nothing is expected of clients, so nothing follows from their events
		return hasJoined
	}
}

// maxRefusals is how many tokens a client may try.
const maxRefusals = 5

// connect joins a namespace or says why not; the client may try again.
func (c *client) connect(ctx context.Context, p packet) (mayStay bool) {
	reason := "Invalid namespace"
	if p.namespace == UserNotifications {
		token := c.tokenOf(p)
		viewer, err := c.server.o.Auth.ByToken(ctx, token, c.origin)
		if err == nil && viewer.IsSignedIn() {
			return c.welcome(token, viewer)
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

// tokenOf is the token in the packet's auth, else that of the handshake.
func (c *client) tokenOf(p packet) string {
	var auth struct {
		AccessToken string `json:"accessToken"`
	}
	if p.data == nil || json.Unmarshal(p.data, &auth) != nil || auth.AccessToken == "" {
		return c.handshakeToken
	}
	return auth.AccessToken
}

func (c *client) welcome(token string, viewer account.Viewer) bool {
	answer, err := encodePacket(packetConnect, UserNotifications, map[string]string{"sid": rand.Text()})
	if err != nil {
		return false
	}
	c.token.Store(&token)
	c.server.enter(c, viewer.AccountID())
	c.send(frameMessage + answer)
	return true
}

// isStillWelcome reports whether the client has joined and its token still counts.
func (c *client) isStillWelcome(ctx context.Context) bool {
	token := c.token.Load()
	if token == nil {
		return false
	}
	viewer, err := c.server.o.Auth.ByToken(ctx, *token, c.origin)
	return err == nil && viewer.IsSignedIn()
}
