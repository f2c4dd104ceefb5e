package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lucarne/account"
)

func TestLanguageIsChosen(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	language := func(as, accepted, instance string, chosen ...string) string {
		b := w.Browser(as)
		b.Header.Set("Accept-Language", accepted)
		w.Settings.Language = instance
		for _, value := range chosen {
			b.Post("/preferences/language", url.Values{"value": {value}})
		}
		return attr(read(t, b.Get("/")).all("html")[0], "lang")
	}
	alice.User.Preferences.Language = "fr"
	for _, c := range []struct{ name, got, want string }{
		{"the browser's", language("", "fr-CA, en;q=0.5", "en"), "fr"},
		{"the instance's, when we do not have the browser's", language("", "ja", "fr"), "fr"},
		{"the user's", language("alice", "en", "en"), "fr"},
		{"the one just chosen", language("alice", "fr", "fr", "en"), "en"},
		{"none that we do not have", language("", "en", "en", "xx"), "en"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestThemeIsChosen(t *testing.T) {
	w := newWorld(t)
	b := w.Browser("")
	theme := func() string { return attr(read(t, b.Get("/")).all("html")[0], "data-theme") }
	if got := theme(); got != "" {
		t.Errorf("at first: got %q, want the device's", got)
	}
	w.Settings.Theme = "dark"
	if got := theme(); got != "dark" {
		t.Errorf("of the instance: got %q", got)
	}
	for _, value := range []string{"light", ""} {
		status(t, b.Post("/preferences/theme", url.Values{"value": {value}}), http.StatusSeeOther)
		if got := theme(); got != value {
			t.Errorf("chosen: got %q, want %q", got, value)
		}
	}
	status(t, b.Post("/preferences/theme", url.Values{"value": {"pink"}}), http.StatusBadRequest)
}

func TestFormsLeadToPagesOfOurs(t *testing.T) {
	w := newWorld(t)
	for next, want := range map[string]string{
		"/w/abc?start=3s": "/w/abc?start=3s", "": "/", "https://evil.example/": "/", "//evil.example/x": "/", `/\evil.example`: "/", "javascript:alert(1)": "/",
		"w/abc": "/", "/a%0d%0aSet-Cookie:x": "/a%0d%0aSet-Cookie:x",
	} {
		answer := w.Browser("").Post("/preferences/theme", url.Values{"value": {"dark"}, "next": {next}})
		if got := answer.Header().Get("Location"); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	w := newWorld(t)
	for name, header := range map[string][2]string{"by Sec-Fetch-Site": {"Sec-Fetch-Site", "cross-site"}, "by Origin": {"Origin", "https://evil.example"}} {
		t.Run(name, func(t *testing.T) {
			b := w.Browser("")
			b.Header.Set(header[0], header[1])
			answer := b.Post("/preferences/theme", url.Values{"value": {"dark"}})
			status(t, answer, http.StatusForbidden)
			if len(answer.Result().Cookies()) != 0 {
				t.Error("a cookie is set")
			}
		})
	}
}

func TestFormWithoutTokenIsRefused(t *testing.T) {
	w := newWorld(t)
	w.Join(t, "alice", account.Ordinary)
	r := httptest.NewRequest(http.MethodPost, "/preferences/theme", strings.NewReader("value=dark"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "test_session", Value: "alice"})
	answer := httptest.NewRecorder()
	w.Handler.ServeHTTP(answer, r)
	status(t, answer, http.StatusForbidden)
}

func TestCookiesThatWereTamperedWith(t *testing.T) {
	w := newWorld(t)
	b := w.Browser("")
	b.Header.Set("Cookie", "lucarne_flash=Zm9v; lucarne_language=../../etc; lucarne_theme=%22; lucarne_video_x=1; lucarne_broadcast=%00")
	status(t, b.Get("/"), http.StatusOK)
}
