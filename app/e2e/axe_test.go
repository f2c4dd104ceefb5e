package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lucarne/app/apptest"
)

// finding is a violation axe-core reports.
type finding struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

const (
	everyRule = `runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	// What depends on the width and the colours: the rest of a page was looked at in its first look.
	rulesOfLooks = `runOnly: {type: "rule", values: ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable", "aria-hidden-focus"]}`
	runAxe       = `axe.run(document, {resultTypes: ["violations"], %s}).then(r => r.violations)`
	// What sticks out to the right, outside of what scrolls by itself.
	overflow = `(() => {
		const width = document.documentElement.clientWidth
		if (document.documentElement.scrollWidth <= width) return []
		return [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > width + 1).slice(-3).map(e => e.outerHTML.slice(0, 200))
	})()`
)

// sight is a language with the two looks every page is seen in: both languages together are all looks.
type sight struct {
	language string
	looks    [2]apptest.Look
}

var sights = []sight{
	{"en", [2]apptest.Look{{Width: 1440}, {Width: 360, IsDark: true}}},
	{"fr", [2]apptest.Look{{Width: 1440, IsDark: true}, {Width: 360}}},
}

// checkAccessibility looks with axe-core at every page, as a visitor and as the administrator, in both languages, wide and narrow, light
// and dark.
func checkAccessibility(t *testing.T, site *apptest.Instance, browser *apptest.Browser) {
	script, err := os.ReadFile(filepath.Join("..", "..", "http", "web", "assets", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("axe-core is not installed (make web): %v", err)
	}
	film := newest(t, site.Root(t))
	beginChat(t, site, film)
	t.Run("visitor", func(t *testing.T) {
		t.Parallel()
		checkPages(t, browser.Open(t, &site.Server, true), string(script), publicPages(film))
	})
	t.Run("root", func(t *testing.T) {
		t.Parallel()
		page := browser.Open(t, &site.Server, true)
		page.SignIn("root", apptest.RootPassword)
		checkPages(t, page, string(script), append(sharedPages(film), ownPages(film)...))
	})
}

// beginChat lets people talk beside a film.
func beginChat(t *testing.T, site *apptest.Instance, film apptest.Video) {
	t.Helper()
	site.Root(t).Put("/api/v1/videos/"+film.UUID+"/chat", map[string]any{"enabled": true})
	guest := room{Server: &site.Server, jid: film.UUID + "@room.localhost"}.visitor(t, "Camille")
	for _, text := range []string{"Good evening from https://example.org/a/rather/long/address/that/has/to/be/broken", "🎉", "@root when does it begin?"} {
		guest.says(text)
		guest.hears(text)
	}
}

func checkPages(t *testing.T, page *apptest.Page, script string, paths []string) {
	t.Helper()
	rules := everyRule
	for _, s := range sights {
		page.SetLanguage(s.language)
		for _, look := range s.looks {
			page.SetLook(look)
			for _, path := range paths {
				checkPage(t, page, script, rules, path, fmt.Sprintf("%s (%s, %s)", path, s.language, look))
			}
			rules = rulesOfLooks
		}
	}
	if errors := page.Errors(); len(errors) > 0 {
		t.Errorf("scripts failed: %v", errors)
	}
}

func checkPage(t *testing.T, page *apptest.Page, script, rules, path, where string) {
	t.Helper()
	page.Go(path)
	var out []string
	page.Eval(overflow, &out)
	if len(out) > 0 {
		t.Errorf("%s is wider than the screen:\n  %s", where, strings.Join(out, "\n  "))
	}
	page.Eval(script+"; true", nil)
	var found []finding
	page.Eval(fmt.Sprintf(runAxe, rules), &found)
	for _, f := range found {
		if f.ID == "page-has-heading-one" && (strings.HasPrefix(path, "/videos/embed/") || strings.HasSuffix(path, "/embed")) {
			continue // an embed is part of a page that has its heading
		}
		t.Errorf("%s: %s: %s%s", where, f.ID, f.Help, places(f))
	}
}

func places(f finding) (text string) {
	for i, n := range f.Nodes {
		if i == 3 {
			return text + fmt.Sprintf("\n  and %d more", len(f.Nodes)-i)
		}
		text += fmt.Sprintf("\n  %.200s\n    %.300s", n.HTML, n.Summary)
	}
	return text
}

// publicPages are the pages for everybody.
func publicPages(film apptest.Video) []string {
	return []string{
		"/", "/videos/browse", "/search?search=a", "/search?search=nothing-like-it", "/w/" + film.ShortUUID,
		"/videos/embed/" + film.ShortUUID, "/c/root_channel", "/c/root_channel/about", "/a/root", "/a/root/videos",
		"/a/root/about", "/about/instance", "/about/help", "/about/source", "/about/contact", "/login",
		"/signup", "/forgot-password", "/verify-account/ask-send-email", "/no-such-page",
		"/chat/" + film.UUID, "/chat/" + film.UUID + "/embed", "/chat/" + film.UUID + "/popout",
	}
}

// sharedPages are those for everybody that show more to who is signed in.
func sharedPages(film apptest.Video) []string {
	return []string{"/", "/videos/browse", "/search?search=a", "/w/" + film.ShortUUID, "/c/root_channel", "/a/root", "/about/instance", "/no-such-page"}
}

// ownPages are the pages for who is signed in and for the administrator.
func ownPages(film apptest.Video) []string {
	one, talk, talks := "/my/videos/"+film.UUID, "/chat/"+film.UUID+"/moderation", "/my/channels/root_channel/chat"
	return []string{
		"/publish", "/my/videos", one, one + "/captions", one + "/chapters", one + "/files", one + "/stats", "/my/channels", "/my/channels/new",
		"/my/channels/root_channel", "/my/live", "/my/live/new", "/my/history", "/my/settings", "/my/settings/preferences", "/my/settings/security", "/my/settings/delete",
		"/admin", "/admin/users", "/admin/users/new", "/admin/users/1", "/admin/registrations", "/admin/jobs", "/admin/logs",
		"/admin/settings", "/admin/settings?section=about", "/admin/settings?section=messages", "/admin/settings?section=signup",
		"/admin/settings?section=publishing", "/admin/settings?section=transcoding", "/admin/settings?section=live", "/admin/settings?section=chat",
		one + "/chat", talk, talk + "/sanctions", talk + "/log", talk + "/search", talk + "/tasks", talk + "/settings", talk + "/links", talks, talks + "/rules",
		talks + "/words/new", talks + "/bot", talks + "/emoji", talks + "/lists", talks + "/moderators", "/my/settings/chat", "/admin/chats", "/admin/chats/lists",
	}
}
