package web

import (
	"net/http"
	"strconv"

	"lucarne/chat/token"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

func (p *Pages) chatShareRoutes() []route {
	get := func(path string, do moderating) route {
		return route{method: "GET", pattern: moderationRoot + path, do: p.moderated(do)}
	}
	post := func(path string, do moderating) route {
		return route{method: "POST", pattern: moderationRoot + path, do: p.moderated(do)}
	}
	return []route{
		get("/links", p.chatLinks), post("/overlays", p.createOverlay), post("/overlays/revoke", p.revokeOverlay), post("/dock", p.createDock),
		get("/transcript.txt", p.transcript(plainTranscript)), get("/transcript.json", p.transcript(jsonTranscript)),
		get("/transcript.vtt", p.transcript(captionTranscript)),
	}
}

// linksView is what leads to a room from elsewhere, and what can be taken away from it.
type linksView struct {
	overlays   []token.Overlay
	overlayURL string // of one just made: shown once
	dockURL    string // the same
	form       *form
}

func (p *Pages) chatLinks(w http.ResponseWriter, r *request, m moderation) error {
	return r.showLinks(w, m, linksView{form: r.newForm()})
}

func (r *request) showLinks(w http.ResponseWriter, m moderation, view linksView) (err error) {
	if view.overlays, err = r.pages.Tokens.Overlays(r.Context(), r.viewer, m.room.ID); err != nil {
		return err
	}
	return r.showModeration(w, view.form.status(), m, moderationPage{tab: "/links", content: linksContent(r, m, view)})
}

func (p *Pages) createOverlay(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	view := linksView{form: f}
	made, err := p.Tokens.CreateOverlay(r.Context(), r.viewer, m.room.ID, f.get("label"))
	switch {
	case err == nil:
		view.overlayURL, view.form = r.absolute("/chat-overlay/"+made.Secret), r.newForm()
	case !f.take(err, told{fault.Conflict: r.t.T("moderation.too-many-overlays")}):
		return err
	}
	return r.showLinks(w, m, view)
}

func (p *Pages) revokeOverlay(w http.ResponseWriter, r *request, m moderation) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(f.get("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "Overlay not found").Because(err)
	}
	if err := p.Tokens.RevokeOverlay(r.Context(), r.viewer, m.room.ID, token.OverlayID(id)); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("moderation.overlay-revoked"))
	return r.redirect(w, m.path("/links"))
}

// createDock makes a token for the panel of a program that broadcasts. It is listed, and taken back, with the other tokens of the moderator's.
func (p *Pages) createDock(w http.ResponseWriter, r *request, m moderation) error {
	view := linksView{form: r.newForm()}
	made, err := p.Tokens.Create(r.Context(), r.viewer, clip(r.t.T("moderation.dock-label", "name", m.title), maxTokenLabel))
	switch {
	case err == nil:
		view.dockURL = r.dockURL(m, made.Secret)
	case !view.form.take(err, told{fault.Conflict: r.t.T("mychat.too-many"), fault.Forbidden: r.t.T("mychat.not-here")}):
		return err
	}
	return r.showLinks(w, m, view)
}
