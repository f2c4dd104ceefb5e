package realtime

import (
	"context"
	"encoding/json"

	"lucarne/account"
)

// UserNotifications is the namespace that tells a user of what concerns them.
const UserNotifications = "/user-notifications"

// ToUser sends an event to every client of a user.
func (s *Server) ToUser(user account.ID, event string, value any) error {
	return s.toRoom(room{UserNotifications, int64(user)}, event, value)
}

// signIn puts the client into the room of the token's user, and reports whether there is one.
func (c *client) signIn(ctx context.Context, token string) bool {
	viewer, err := c.server.o.Auth.ByToken(ctx, token, c.origin)
	if err != nil || !viewer.IsSignedIn() {
		return false
	}
	c.token.Store(&token)
	c.server.join(c, UserNotifications)
	c.server.enter(c, room{UserNotifications, int64(viewer.AccountID())})
	return true
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
