package api

import (
	"net/http"

	"lucarne/account"
	"lucarne/account/signin"
)

func (a *API) sessionRoutes() []route {
	if a.Sessions == nil {
		return nil
	}
	const all = "/users/{id}/token-sessions"
	return []route{
		{method: "GET", pattern: all, access: signedIn, do: a.listSessions},
		{method: "POST", pattern: all + "/{tokenSessionId}/revoke", access: signedIn, do: a.revokeSession},
	}
}

type sessionJSON struct {
	ID                 signin.ID `json:"id"`
	CurrentSession     bool      `json:"currentSession"`
	LoginDevice        string    `json:"loginDevice"`
	LoginIP            string    `json:"loginIP"`
	LoginDate          timestamp `json:"loginDate"`
	LastActivityDevice string    `json:"lastActivityDevice"`
	LastActivityIP     string    `json:"lastActivityIP"`
	LastActivityDate   timestamp `json:"lastActivityDate"`
	CreatedAt          timestamp `json:"createdAt"`
}

func sessionOf(s signin.Session) sessionJSON {
	return sessionJSON{
		ID: s.ID, CurrentSession: s.IsCurrent, LoginDevice: s.LoginDevice, LoginIP: s.LoginIP, LoginDate: timestamp(s.LoginAt),
		LastActivityDevice: s.ActiveDevice, LastActivityIP: s.ActiveIP, LastActivityDate: timestamp(s.ActiveAt), CreatedAt: timestamp(s.CreatedAt),
	}
}

func (a *API) listSessions(w http.ResponseWriter, r *request) error {
	owner, err := r.pathID("id")
	if err != nil {
		return err
	}
	in, err := r.query()
	if err != nil {
		return err
	}
	p := r.page(in)
	if err := in.err(); err != nil {
		return err
	}
	total, sessions, err := a.Sessions.List(r.Context(), r.viewer, account.UserID(owner),
		signin.Page{Start: p.start, Count: p.count, Credential: a.Sessions.Credential(r.Request)})
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, sessions, sessionOf))
}

func (a *API) revokeSession(w http.ResponseWriter, r *request) error {
	owner, err := r.pathID("id")
	if err != nil {
		return err
	}
	session, err := r.pathID("tokenSessionId")
	if err != nil {
		return err
	}
	if err := a.Sessions.Revoke(r.Context(), r.viewer, account.UserID(owner), signin.ID(session)); err != nil {
		return err
	}
	return noContent(w)
}
