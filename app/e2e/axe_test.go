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

const runAxe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => r.violations)`

// checkAccessibility looks with axe-core at every page, as a visitor and as the administrator.
func checkAccessibility(t *testing.T, site *apptest.Instance, browser *apptest.Browser) {
	script, err := os.ReadFile(filepath.Join("..", "..", "http", "web", "assets", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("axe-core is not installed (make web): %v", err)
	}
	film := newest(t, site.Root(t))
	visitor, root := browser.Open(t, &site.Server, true), browser.Open(t, &site.Server, true)
	root.SignIn("root", apptest.RootPassword)
	for _, path := range publicPages(film) {
		checkPage(t, visitor, string(script), "a visitor", path)
	}
	for _, path := range publicPages(film) {
		checkPage(t, root, string(script), "root", path)
	}
	for _, path := range ownPages(film) {
		checkPage(t, root, string(script), "root", path)
	}
	for _, page := range []*apptest.Page{visitor, root} {
		if errors := page.Errors(); len(errors) > 0 {
			t.Errorf("scripts failed: %v", errors)
		}
	}
}

func checkPage(t *testing.T, page *apptest.Page, script, who, path string) {
	t.Helper()
	page.Go(path)
	page.Eval(script+"; true", nil)
	var found []finding
	page.Eval(runAxe, &found)
	for _, f := range found {
		if f.ID == "page-has-heading-one" && strings.HasPrefix(path, "/videos/embed/") {
			continue // an embed is part of a page that has its heading
		}
		t.Errorf("%s for %s: %s: %s%s", path, who, f.ID, f.Help, places(f))
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
	}
}

// ownPages are the pages for who is signed in and for the administrator.
func ownPages(film apptest.Video) []string {
	one := "/my/videos/" + film.UUID
	return []string{
		"/publish", "/my/videos", one, one + "/captions", one + "/chapters", one + "/files", one + "/stats", "/my/channels", "/my/channels/new",
		"/my/channels/root_channel", "/my/history", "/my/settings", "/my/settings/preferences", "/my/settings/security", "/my/settings/delete",
		"/admin", "/admin/users", "/admin/users/new", "/admin/users/1", "/admin/registrations", "/admin/jobs", "/admin/settings", "/admin/logs",
	}
}
