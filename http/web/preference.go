package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"lucarne/http/web/text"
	"lucarne/platform/fault"
)

// The cookies of what a visitor chose.
const (
	languageCookie  = "lucarne_language"
	themeCookie     = "lucarne_theme"
	broadcastCookie = "lucarne_broadcast"
)

func (p *Pages) preferenceRoutes() []route {
	return []route{
		{method: "POST", pattern: "/preferences/language", do: p.chooseLanguage},
		{method: "POST", pattern: "/preferences/theme", do: p.chooseTheme},
		{method: "POST", pattern: "/preferences/broadcast", do: p.dismissBroadcast},
	}
}

// language is the one chosen on a page, then the user's, then the browser's, then the instance's.
func (r *request) language() *text.Locale {
	if chosen := r.cookieValue(languageCookie); r.pages.texts.Has(chosen) {
		return r.pages.texts.Locale(chosen)
	}
	own := ""
	if r.viewer.IsSignedIn() {
		own = r.viewer.User.Preferences.Language
	}
	return r.pages.texts.Locale(own, r.Header.Get("Accept-Language"), r.settings.Language)
}

const (
	light    = "light"
	dark     = "dark"
	ofDevice = "auto" // the device's choice, where the instance has another
)

// chosenTheme is "light", "dark", or "" for the device's choice.
func (r *request) chosenTheme() string {
	chosen := r.cookieValue(themeCookie)
	if chosen == "" && r.viewer.IsSignedIn() {
		chosen = r.viewer.User.Preferences.Theme
	}
	switch {
	case isTheme(chosen):
		return chosen
	case chosen != ofDevice && isTheme(r.settings.Theme):
		return r.settings.Theme
	}
	return ""
}

func isTheme(name string) bool { return name == light || name == dark }

func (p *Pages) chooseLanguage(w http.ResponseWriter, r *request) error {
	chosen := r.PostFormValue("value")
	if !p.texts.Has(chosen) {
		return fault.New(fault.Invalid, "There are no pages in this language")
	}
	http.SetCookie(w, r.cookie(languageCookie, chosen, choiceLifetime))
	return r.redirect(w, r.next())
}

func (p *Pages) chooseTheme(w http.ResponseWriter, r *request) error {
	chosen := r.PostFormValue("value")
	if chosen == "" {
		chosen = ofDevice
	}
	if !isTheme(chosen) && chosen != ofDevice {
		return fault.New(fault.Invalid, "There is no such theme")
	}
	http.SetCookie(w, r.cookie(themeCookie, chosen, choiceLifetime))
	return r.redirect(w, r.next())
}

// next is the page a form asks to come back to. Anything but a path of this site is the home page.
func (r *request) next() string {
	wanted := r.PostFormValue("next")
	u, err := url.Parse(wanted)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(wanted, "//") || strings.Contains(wanted, `\`) {
		return "/"
	}
	return u.RequestURI()
}

// broadcastID changes with the message, so that a new one is seen by those who dismissed the last.
func broadcastID(b Broadcast) string {
	sum := sha256.Sum256([]byte(b.Message))
	return hex.EncodeToString(sum[:8])
}

func (r *request) showsBroadcast() bool {
	b := r.settings.Broadcast
	return b.Message != "" && (!b.IsDismissable || r.cookieValue(broadcastCookie) != broadcastID(b))
}

func (p *Pages) dismissBroadcast(w http.ResponseWriter, r *request) error {
	http.SetCookie(w, r.cookie(broadcastCookie, broadcastID(r.settings.Broadcast), choiceLifetime))
	return r.redirect(w, r.next())
}
