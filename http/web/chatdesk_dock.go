package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// A dock is the moderator's view inside a program that broadcasts, where nobody is signed in: it comes with a long-term token of its user's,
// and keeps it in a cookie that other pages do not get.
const (
	dockCookie   = "lucarne_dock"
	dockLifetime = 400 * 24 * time.Hour
	dockPath     = "/chat/{room}/dock"
)

func (p *Pages) dockRoutes() []route {
	return []route{{method: "GET", pattern: dockPath, group: "login", do: p.enterDock}}
}

// enterDock takes the name and the token out of the address, so that they are in no history, and leads on to the dock.
func (p *Pages) enterDock(w http.ResponseWriter, r *request) error {
	query := r.URL.Query()
	name, secret := query.Get("user"), query.Get("token")
	if _, err := p.Tokens.CheckPassword(r.Context(), name, secret); err != nil {
		return err
	}
	cookie := r.cookie(dockCookie, p.seal.close(dockCookie, name+"\x00"+secret), dockLifetime)
	cookie.Path, cookie.SameSite = "/chat/", http.SameSiteStrictMode
	http.SetCookie(w, cookie)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	return r.redirect(w, "/chat/"+url.PathEscape(r.PathValue("room"))+"/moderation?"+dockParameter)
}

// openDock signs in who comes with the cookie of a dock rather than with a session. The token is looked at each time: it may have been taken
// back. Forms need no token of their own, for other sites' do not come with this cookie.
func (r *request) openDock() error {
	if r.viewer.IsSignedIn() || !r.URL.Query().Has(dockParameter) {
		return nil
	}
	value, isOurs := r.pages.seal.open(dockCookie, r.cookieValue(dockCookie))
	name, secret, isWhole := strings.Cut(value, "\x00")
	if !isOurs || !isWhole {
		return nil
	}
	grant, err := r.pages.Tokens.CheckPassword(r.Context(), name, secret)
	if fault.Is(err, fault.Unauthenticated) {
		return nil
	}
	r.setViewer(grant.Viewer)
	return err
}

// dockURL is what a program that broadcasts is given.
func (r *request) dockURL(m moderation, secret string) string {
	query := url.Values{"user": {strings.ToLower(r.viewer.User.Username)}, "token": {secret}}
	return r.absolute("/chat/" + m.room.Name + "/dock?" + query.Encode())
}
