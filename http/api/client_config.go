package api

import (
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// languageCookie tells the pages which language a browser asked for.
const (
	languageCookie   = "clientLanguage"
	languageLifetime = 365 * 24 * time.Hour
)

func (a *API) clientConfigRoutes() []route {
	return []route{
		{method: "POST", pattern: "/client-config/update-interface-language", operation: "updateClientInterfaceLanguage", do: a.updateLanguage},
		{method: "POST", pattern: "/client-config/update-language", operation: "updateClientLanguage", do: a.updateLanguage},
	}
}

// updateLanguage remembers the interface's language in the browser; null forgets it.
func (a *API) updateLanguage(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	in.optString("language", check[string]{ok: isLanguage, message: "Should have a valid language"})
	if !in.has("language") {
		in.refuse("language", nil, "Should have a valid language")
	}
	if err := in.err(); err != nil {
		return err
	}
	cookie := http.Cookie{Name: languageCookie, Value: in.text("language"), Path: "/", SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(a.Site.Origin, "https:")}
	cookie.MaxAge = int(languageLifetime.Seconds())
	if cookie.Value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, &cookie)
	return noContent(w)
}

// isLanguage accepts a BCP 47 tag of sensible length.
func isLanguage(text string) bool {
	if text == "" {
		return true
	}
	_, err := language.Parse(text)
	return err == nil && len(text) <= 35
}
