package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"lucarne/http/router"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
)

func (p *Pages) embedRoutes() []route {
	return []route{
		{method: "GET", pattern: "/videos/embed/{id}", do: p.embed},
		{method: "POST", pattern: "/videos/embed/{id}", group: "login", do: p.embed},
	}
}

func embedPath(v video.Video) string { return "/videos/embed/" + v.UUID.String() }

// embedView is the player in a page of another site.
type embedView struct {
	player  ui.PlayerProps
	live    *liveStageView // nil for what is no live
	title   string         // "" shows none
	url     string         // of the video's page
	warning string         // that viewers share the video, where it is told; "" none
	bar     bool           // of controls
}

// embed answers with the player alone, which any site may frame. The password of a video is sent to the same address: a cookie would
// not come along into the page of another site.
func (p *Pages) embed(w http.ResponseWriter, r *request) error {
	w.Header().Del("X-Frame-Options")
	ref, err := r.ref()
	if err != nil {
		return r.embedTrouble(w, err)
	}
	access := r.accessTo(ref)
	given := clip(r.PostFormValue(passwordField), maxPassword)
	if given != "" {
		access.Password = given
	}
	d, err := p.Videos.See(r.Context(), ref, access)
	if err != nil {
		return r.embedTrouble(w, err)
	}
	parts, err := r.playerParts(d)
	if err != nil {
		return r.embedTrouble(w, err)
	}
	view := r.embedView(d, parts)
	page := r.page(d.Name)
	page.Canonical, page.CSRF = r.absolute(watchPath(d.Video)), ""
	page.Description, page.OEmbed = plain(d.Description), r.oembedURL(d.Video)
	page.Properties = []ui.Property{platform}
	if view.live == nil && !isPlayable(view.player) {
		return r.embedPage(w, http.StatusOK, page, embedMessage(r, view.url, d.Name, r.t.T("watch.nothing-yet")))
	}
	return r.embedPage(w, http.StatusOK, page, embedContent(r, view))
}

func (r *request) embedView(d video.Details, parts playerParts) embedView {
	query := r.URL.Query()
	view := embedView{player: r.player(d, parts), title: d.Name, url: r.absolute(watchPath(d.Video)), bar: isOn(query, "controls", true)}
	p := &view.player
	p.Settings.IsEmbed, p.Settings.API = true, isOn(query, "api", false)
	p.Autoplay, p.Muted, p.Loop = isOn(query, "autoplay", false), isOn(query, "muted", false), isOn(query, "loop", false)
	p.Settings.P2P = r.sharingInEmbed(p.Settings.P2P, query)
	if !isOn(query, "title", true) {
		view.title = ""
	}
	if sharing := p.Settings.P2P; sharing != nil && sharing.Starts && isOn(query, "warningTitle", true) {
		view.warning = r.t.T("watch.sharing-warning")
	}
	view.live = r.liveStageOf(d, view.player, r.URL.RequestURI())
	return view
}

// isOn reads an option of the embed's address.
func isOn(query url.Values, name string, otherwise bool) bool {
	switch query.Get(name) {
	case "1", "true":
		return true
	case "0", "false":
		return false
	}
	return otherwise
}

// embedTrouble tells inside the frame why there is no video, and leads to its page.
func (r *request) embedTrouble(w http.ResponseWriter, err error) error {
	if fault.Is(err, fault.Internal) {
		r.pages.Logger.ErrorContext(r.Context(), "embed failed", "path", r.URL.Path, "error", err)
	}
	page := r.page(r.t.T("error.not-found"))
	if needsPassword(err) {
		view := passwordView{action: r.URL.RequestURI(), isWrong: codeOf(err) == passwordIncorrect}
		page.Title = r.t.T("watch.password-title")
		return r.embedPage(w, http.StatusForbidden, page, embedPassword(r, page, view))
	}
	told := r.troubleOf(fault.KindOf(err))
	page.Title = told.title
	return r.embedPage(w, router.StatusOf(err), page, embedMessage(r, r.absolute("/w/"+url.PathEscape(r.PathValue("id"))), told.title, told.advice))
}

func (r *request) embedPage(w http.ResponseWriter, status int, page ui.Page, content templ.Component) error {
	w.Header().Set("Content-Security-Policy", r.policy(openToFrames))
	return r.document(w, status, ui.EmbedLayout(page), content)
}
