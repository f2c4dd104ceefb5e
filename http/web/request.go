package web

import (
	"crypto/rand"
	"net/http"
	"strings"

	"lucarne/account"
	"lucarne/http/web/text"
	"lucarne/http/web/ui"
)

// request is a request with who asks and how they want to be answered.
type request struct {
	*http.Request
	pages    *Pages
	settings Settings
	viewer   account.Viewer
	t        *text.Locale
	theme    string
	nonce    string
	flashes  []ui.Flash
	origins  []string // addresses of files elsewhere that the page plays
}

func (p *Pages) request(hr *http.Request) *request {
	r := &request{Request: hr, pages: p, settings: p.Settings(), nonce: rand.Text()}
	r.setViewer(account.Viewer{})
	r.flashes = r.readFlashes()
	return r
}

// setViewer notes who asks, and with them the language and theme of the answer.
func (r *request) setViewer(viewer account.Viewer) {
	r.viewer = viewer
	r.t, r.theme = r.language(), r.chosenTheme()
}

// isPart reports whether htmx asks for a part of a page rather than for a whole one.
func (r *request) isPart() bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") == "" && r.Header.Get("HX-History-Restore-Request") == ""
}

// page describes a page to the layout.
func (r *request) page(title string) ui.Page {
	p := ui.Page{
		T: r.t, Title: title, Path: r.URL.RequestURI(), Theme: r.theme, Nonce: r.nonce, Flashes: r.flashes,
		CSRF: r.pages.Forms.CSRF(r.Request), Visitor: r.visitor(),
		Site: ui.Site{Name: r.settings.Name, CanSignUp: r.settings.IsSignupOpen},
	}
	for _, l := range r.pages.texts.Languages() {
		p.Site.Languages = append(p.Site.Languages, ui.Language(l))
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		p.Path = r.backPath()
	}
	return p
}

// backPath is the page a form was on, for answers to it that are pages themselves.
func (r *request) backPath() string {
	path, isOurs := strings.CutPrefix(r.Referer(), r.pages.Site.Origin+"/")
	if !isOurs {
		return "/"
	}
	return "/" + path
}

func (r *request) visitor() *ui.Visitor {
	if !r.viewer.IsSignedIn() {
		return nil
	}
	who := r.viewer.User.Account
	return &ui.Visitor{
		Name: nameOr(who.Name, who.Actor.Username), Handle: r.handle(who.Actor), AvatarURL: avatarURL(who.Actor),
		IsAdmin:      r.viewer.Can(account.ManageUsers),
		CanUpload:    r.viewer.User.VideoQuota != 0 && r.viewer.User.VideoQuotaDaily != 0,
		CanBroadcast: r.pages.canBroadcast(),
	}
}

func nameOr(name, otherwise string) string {
	if strings.TrimSpace(name) == "" {
		return otherwise
	}
	return name
}

// redirect answers a form: the browser goes on to a page of this site, and a reload does not send the form again.
func (r *request) redirect(w http.ResponseWriter, to string) error {
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}
