package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"lucarne/account"
	"lucarne/http/web/webtest"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

func newWorld(t *testing.T) *webtest.World {
	t.Helper()
	t.Parallel()
	return webtest.New(t, dbtest.SQLite(t), nil)
}

// document is a page as a browser reads it.
type document struct {
	*html.Node
	status int
}

func read(t *testing.T, answer *httptest.ResponseRecorder) document {
	t.Helper()
	root, err := html.Parse(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return document{root, answer.Code}
}

// all finds the elements of a name, with an attribute of a value when one is named.
func (d document) all(name string, attribute ...string) []*html.Node {
	var found []*html.Node
	for node := range d.Descendants() {
		if node.Type == html.ElementNode && node.Data == name && (len(attribute) == 0 || attr(node, attribute[0]) == attribute[1]) {
			found = append(found, node)
		}
	}
	return found
}

func attr(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(node *html.Node) string {
	var out strings.Builder
	for part := range node.Descendants() {
		if part.Type == html.TextNode {
			out.WriteString(part.Data)
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// texts are those of the elements of a name.
func (d document) texts(name string, attribute ...string) []string {
	var list []string
	for _, node := range d.all(name, attribute...) {
		list = append(list, textOf(node))
	}
	return list
}

func (d document) first(name string, attribute ...string) string {
	if list := d.texts(name, attribute...); len(list) > 0 {
		return list[0]
	}
	return ""
}

// meta is the content of a meta element.
func (d document) meta(name string) string {
	for _, key := range []string{"name", "property"} {
		if found := d.all("meta", key, name); len(found) > 0 {
			return attr(found[0], "content")
		}
	}
	return ""
}

// titles are those of the video cards.
func (d document) titles() []string { return d.texts("h3", "class", "video-card-title") }

func status(t *testing.T, answer *httptest.ResponseRecorder, want int) {
	t.Helper()
	if answer.Code != want {
		t.Errorf("got status %d, want %d: %.300s", answer.Code, want, answer.Body)
	}
}

func contains(t *testing.T, answer *httptest.ResponseRecorder, wanted ...string) {
	t.Helper()
	for _, one := range wanted {
		if !strings.Contains(answer.Body.String(), one) {
			t.Errorf("the page does not hold %q: %.2000s", one, answer.Body)
		}
	}
}

func named(name string) func(*video.Draft) { return func(d *video.Draft) { d.Name = name } }

func TestPagesAreWhole(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	film := w.Film(t, alice, []byte("film"), named("A walk"))
	w.Settings.Description, w.Settings.Terms = "A **site**.", "Be civil."
	for name, path := range map[string]string{
		"home": "/", "browse": "/videos/browse", "search": "/search?search=walk", "nothing to search": "/search", "channels": "/search?search=alice&resultType=channels",
		"watch": "/w/" + film.ShortUUID(), "channel": "/c/alice_channel", "about a channel": "/c/alice_channel/about", "account": "/a/alice",
		"videos of an account": "/a/alice/videos", "about an account": "/a/alice/about", "about": "/about/instance", "help": "/about/help",
		"source": "/about/source", "contact": "/about/contact",
	} {
		for _, language := range []string{"en", "fr"} {
			t.Run(name+" "+language, func(t *testing.T) {
				b := w.Browser("")
				b.Header.Set("Accept-Language", language)
				answer := b.Get(path)
				status(t, answer, http.StatusOK)
				body := answer.Body.String()
				page := read(t, answer)
				if got := attr(page.all("html")[0], "lang"); got != language {
					t.Errorf("got language %q, want %q", got, language)
				}
				if n := len(page.all("h1")); n != 1 {
					t.Errorf("got %d h1, want 1", n)
				}
				if len(page.all("main")) != 1 || len(page.all("title")) != 1 {
					t.Error("want one main and one title")
				}
				for _, untold := range []string{"watch.", "browse.", "channel.", "about.", "home.", "error."} {
					if strings.Contains(body, ">"+untold) {
						t.Errorf("a message of %s is missing", untold)
					}
				}
				if answer.Header().Get("Content-Security-Policy") == "" {
					t.Error("no policy")
				}
			})
		}
	}
}

func TestErrorsArePages(t *testing.T) {
	w := newWorld(t)
	w.Join(t, "alice", account.Ordinary)
	for _, c := range []struct{ name, path, language, title string }{
		{"no such page", "/nothing", "en", "This page is not here"},
		{"no such page, in French", "/rien", "fr", "Cette page n’est pas ici"},
		{"no such video", "/w/7V8Q9xyT5k2ZbNdPwRsUeA", "en", "This page is not here"},
		{"no such video, in the old form", "/w/9c9de5e8-0a1e-484a-b099-e80766180a6d", "en", "This page is not here"},
		{"what names no video", "/w/..%2f..%2fetc", "en", "This page is not here"},
		{"no such channel", "/c/nobody", "en", "This page is not here"},
		{"no such account", "/a/nobody", "en", "This page is not here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := w.Browser("")
			b.Header.Set("Accept-Language", c.language)
			page := read(t, b.Get(c.path))
			if page.status != http.StatusNotFound || page.first("h1") != c.title {
				t.Errorf("got %d %q, want 404 %q", page.status, page.first("h1"), c.title)
			}
			if page.meta("robots") != "noindex" {
				t.Error("search engines may keep it")
			}
		})
	}
}

func TestPolicyAndCaching(t *testing.T) {
	w := newWorld(t)
	b := w.Browser("")
	first, second := b.Get("/"), b.Get("/")
	tag := first.Header().Get("ETag")
	if tag == "" || tag != second.Header().Get("ETag") {
		t.Fatalf("got tags %q and %q, want the same", tag, second.Header().Get("ETag"))
	}
	if first.Header().Get("Content-Security-Policy") == second.Header().Get("Content-Security-Policy") {
		t.Error("two answers share a nonce")
	}
	policy := first.Header().Get("Content-Security-Policy")
	for _, script := range read(t, first).all("script", "type", "module") {
		if nonce := attr(script, "nonce"); nonce == "" || !strings.Contains(policy, "'nonce-"+nonce+"'") {
			t.Errorf("the nonce %q of a script is not in %s", nonce, policy)
		}
	}
	if !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("pages may be framed: %s", policy)
	}
	b.Header.Set("If-None-Match", tag)
	again := b.Get("/")
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 || again.Header().Get("Content-Security-Policy") != "" {
		t.Errorf("got %d with %d bytes and policy %q, want 304 alone", again.Code, again.Body.Len(), again.Header().Get("Content-Security-Policy"))
	}
}

func TestMovedPages(t *testing.T) {
	w := newWorld(t)
	for from, to := range map[string]string{
		"/videos/trending": "/videos/browse?sort=-trending", "/videos/local": "/videos/browse?scope=local",
		"/videos/recently-added":                 "/videos/browse?sort=-publishedAt",
		"/videos/recently-added?languageOneOf=f": "/videos/browse?sort=-publishedAt&languageOneOf=f",
		"/videos/watch/abc?start=5s":             "/w/abc?start=5s", "/accounts/alice": "/a/alice", "/accounts/alice@example.org/videos": "/a/alice@example.org",
		"/video-channels/films": "/c/films", "/about": "/about/instance", "/browse": "/videos/browse", "/video-channels/%2F%2Fevil.example": "/c/%2F%2Fevil.example",
	} {
		t.Run(from, func(t *testing.T) {
			answer := w.Browser("").Get(from)
			if answer.Code != http.StatusMovedPermanently || answer.Header().Get("Location") != to {
				t.Errorf("got %d to %q, want 301 to %q", answer.Code, answer.Header().Get("Location"), to)
			}
		})
	}
}
