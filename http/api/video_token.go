package api

import (
	"net/http"
	"time"
)

func (a *API) tokenRoutes() []route {
	if a.FileTokens == nil {
		return nil
	}
	return []route{{method: "POST", pattern: "/videos/{id}/token", operation: "requestVideoToken", access: optional, do: a.issueFileToken}}
}

type fileTokenJSON struct {
	Token   string    `json:"token"`
	Expires timestamp `json:"expires"`
}

// issueFileToken gives who may see the video a token for its files, for players that can send no header along.
func (a *API) issueFileToken(w http.ResponseWriter, r *request) error {
	seen, err := r.seen()
	if err != nil {
		return err
	}
	token, expires := a.FileTokens.Issue(seen.UUID)
	w.Header().Set("Cache-Control", "no-store")
	return answer(w, r, map[string]fileTokenJSON{"files": {token, timestamp(expires.Truncate(time.Millisecond))}})
}
