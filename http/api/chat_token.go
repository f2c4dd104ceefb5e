package api

import (
	"net/http"

	"lucarne/chat/token"
)

func (a *API) chatTokenRoutes() []route {
	if a.ChatTokens == nil {
		return nil
	}
	const overlays = roomPath + "/overlays"
	return []route{
		{method: "GET", pattern: "/chat/tokens", access: signedIn, do: a.listChatTokens},
		{method: "POST", pattern: "/chat/tokens", access: signedIn, do: a.makeChatToken},
		{method: "DELETE", pattern: "/chat/tokens/{tokenId}", access: signedIn, do: a.revokeChatToken},
		{method: "GET", pattern: overlays, access: signedIn, do: a.listOverlays},
		{method: "POST", pattern: overlays, access: signedIn, do: a.makeOverlay},
		{method: "DELETE", pattern: overlays + "/{overlayId}", access: signedIn, do: a.revokeOverlay},
	}
}

// chatTokenJSON is a long-term token of a user's, or one that reads a room. The secret is told once, when it is made.
type chatTokenJSON[ID any] struct {
	ID        ID        `json:"id"`
	Label     string    `json:"label"`
	Secret    string    `json:"secret,omitempty"`
	CreatedAt timestamp `json:"createdAt"`
	UsedAt    timestamp `json:"usedAt"` // null: never
}

func chatTokenOf(t token.Token) chatTokenJSON[token.ID] {
	return chatTokenJSON[token.ID]{ID: t.ID, Label: t.Label, CreatedAt: timestamp(t.CreatedAt), UsedAt: timestamp(t.UsedAt)}
}

func overlayOf(o token.Overlay) chatTokenJSON[token.OverlayID] {
	return chatTokenJSON[token.OverlayID]{ID: o.ID, Label: o.Label, CreatedAt: timestamp(o.CreatedAt), UsedAt: timestamp(o.UsedAt)}
}

// labelIn reads what a token is for.
func (r *request) labelIn() (string, error) {
	in, err := r.body()
	if err != nil {
		return "", err
	}
	in.require("label", "Should have a label")
	label := valueOf(in.optString("label"))
	return label, in.err()
}

func (a *API) listChatTokens(w http.ResponseWriter, r *request) error {
	own, err := a.ChatTokens.List(r.Context(), r.viewer)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(own), own, chatTokenOf))
}

func (a *API) makeChatToken(w http.ResponseWriter, r *request) error {
	label, err := r.labelIn()
	if err != nil {
		return err
	}
	made, err := a.ChatTokens.Create(r.Context(), r.viewer, label)
	if err != nil {
		return err
	}
	j := chatTokenOf(made.Token)
	j.Secret = made.Secret
	w.Header().Set("Cache-Control", "no-store")
	return answer(w, r, map[string]chatTokenJSON[token.ID]{"token": j})
}

func (a *API) revokeChatToken(w http.ResponseWriter, r *request) error {
	id, err := r.pathID("tokenId")
	if err != nil {
		return err
	}
	if err := a.ChatTokens.Revoke(r.Context(), r.viewer, token.ID(id)); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) listOverlays(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	made, err := a.ChatTokens.Overlays(r.Context(), r.viewer, room.ID)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(made), made, overlayOf))
}

func (a *API) makeOverlay(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	label, err := r.labelIn()
	if err != nil {
		return err
	}
	made, err := a.ChatTokens.CreateOverlay(r.Context(), r.viewer, room.ID, label)
	if err != nil {
		return err
	}
	j := overlayOf(made.Overlay)
	j.Secret = made.Secret
	w.Header().Set("Cache-Control", "no-store")
	return answer(w, r, map[string]chatTokenJSON[token.OverlayID]{"overlay": j})
}

func (a *API) revokeOverlay(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	id, err := r.pathID("overlayId")
	if err != nil {
		return err
	}
	if err := a.ChatTokens.RevokeOverlay(r.Context(), r.viewer, room.ID, token.OverlayID(id)); err != nil {
		return err
	}
	return noContent(w)
}
