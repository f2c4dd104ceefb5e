package livechat

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"lucarne/account"
	"lucarne/chat/token"
	"lucarne/platform/fault"
)

// authJSON is what a client signs in to the chat with.
type authJSON struct {
	JID      string `json:"jid"`
	Password string `json:"password"`
	Nickname string `json:"nickname"`
	Type     string `json:"type"`
}

// auth gives whoever is signed in, by token or on our own pages, a password for a day.
func (s *surface) auth(w http.ResponseWriter, r *request) error {
	given, err := s.o.Tokens.Temporary(r.Context(), r.viewer)
	if err != nil {
		return err
	}
	return answer(w, r, authJSON{JID: s.jidOf(r.viewer), Password: given.Password, Nickname: r.viewer.User.Account.Name, Type: "peertube"})
}

// jidOf is the address of somebody signed in: the name in small letters, at the host.
func (s *surface) jidOf(viewer account.Viewer) string {
	return strings.ToLower(viewer.User.Username) + "@" + s.domain
}

// tokenJSON is a long-term token. Its password is told once, when it is made: it is not kept.
type tokenJSON struct {
	ID       token.ID `json:"id"`
	Label    string   `json:"label"`
	JID      string   `json:"jid"`
	Password string   `json:"password,omitempty"`
	Nickname string   `json:"nickname"`
	Date     int64    `json:"date"` // milliseconds
}

func (s *surface) tokenOf(t token.Token, of account.Viewer) tokenJSON {
	return tokenJSON{
		ID: t.ID, Label: t.Label, JID: s.jidOf(of), Nickname: of.User.Account.Name, Date: t.CreatedAt.UnixMilli(),
	}
}

func (s *surface) tokens(w http.ResponseWriter, r *request) error {
	own, err := s.o.Tokens.List(r.Context(), r.viewer)
	if err != nil {
		return err
	}
	list := make([]tokenJSON, len(own))
	for i, one := range own {
		list[i] = s.tokenOf(one, r.viewer)
	}
	return answer(w, r, list)
}

func (s *surface) makeToken(w http.ResponseWriter, r *request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var wanted struct {
		Label string `json:"label"`
	}
	if err := json.Unmarshal(body, &wanted); err != nil {
		return fault.New(fault.Invalid, "The body is not a JSON object with a label")
	}
	made, err := s.o.Tokens.Create(r.Context(), r.viewer, wanted.Label)
	if err != nil {
		return err
	}
	j := s.tokenOf(made.Token, r.viewer)
	j.Password = made.Secret
	return answer(w, r, j)
}

func (s *surface) revokeToken(w http.ResponseWriter, r *request) error {
	id, err := r.number("id")
	if err != nil {
		return err
	}
	if err := s.o.Tokens.Revoke(r.Context(), r.viewer, token.ID(id)); err != nil {
		return err
	}
	return answer(w, r, true)
}
