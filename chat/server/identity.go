package server

import (
	"strings"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/chat/xmpp"
)

// identity is who somebody showed to be.
type identity struct {
	bare    xmpp.JID
	viewer  account.Viewer // of who has an account here
	visitor string         // the secret of who has an account nowhere
	remote  string         // the bare address of who has one on another server
}

func (w *identity) isVisitor() bool { return w.visitor != "" }

// entrance is how they come into a room.
func (w *identity) entrance(from Origin) chat.Entrance {
	return chat.Entrance{Viewer: w.viewer, Visitor: w.visitor, JID: w.remote, Address: from.Address}
}

// ofAccount is the identity of somebody signed in.
func (s *Server) ofAccount(viewer account.Viewer) (*identity, error) {
	bare, err := xmpp.NewJID(viewer.User.Username, s.host.Domain(), "")
	return &identity{bare: bare, viewer: viewer}, err
}

// ofVisitor is the identity of somebody who has no account. The address is made from the secret, and does not tell it.
func (s *Server) ofVisitor(secret string) (*identity, error) {
	local, _ := strings.CutPrefix(string(s.o.Rooms.OfVisitor(secret)), "visitor:")
	bare, err := xmpp.NewJID(local, s.anon.Domain(), "")
	return &identity{bare: bare, visitor: secret}, err
}

// addressOf is the bare address of a person, which moderators are told; "" where there is none.
func (s *Server) addressOf(p chat.Presence) string {
	if p.Person == chat.BotPerson {
		return "moderator@bot." + s.host.Domain() // as the livechat plugin has it
	}
	key := string(p.Person)
	if bare, ok := strings.CutPrefix(key, "jid:"); ok {
		return bare
	}
	if local, ok := strings.CutPrefix(key, "visitor:"); ok {
		return local + "@" + s.anon.Domain()
	}
	if p.Account != "" {
		return p.Account + "@" + s.host.Domain()
	}
	return ""
}
