package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/http/web/webtest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

func shelved(t *testing.T, w *webtest.World) {
	t.Helper()
	alice, bob := w.Join(t, "alice", account.Ordinary), w.Join(t, "bob", account.Ordinary)
	for _, one := range []struct {
		owner account.Viewer
		edit  func(*video.Draft)
	}{
		{alice, func(d *video.Draft) {
			d.Name, d.Category, d.Tags, d.DurationSeconds = "Bicycle repair", 13, []string{"bikes"}, 60
		}},
		{bob, func(d *video.Draft) { d.Name, d.Language, d.Licence, d.DurationSeconds = "Le pain", "fr", 2, 600 }},
		{bob, func(d *video.Draft) { d.Name, d.NSFW, d.DurationSeconds = "Anatomy", true, 4000 }},
	} {
		w.Video(t, one.owner, one.edit)
		w.Clock.Advance(1e9)
	}
}

func TestBrowse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := webtest.New(t, d, nil)
		shelved(t, w)
		for _, c := range []struct{ name, query, want string }{
			{"newest first", "", "Anatomy, Le pain, Bicycle repair"},
			{"by title", "?sort=name", "Anatomy, Bicycle repair, Le pain"},
			{"category", "?categoryOneOf=13", "Bicycle repair"},
			{"language", "?languageOneOf=fr", "Le pain"},
			{"licence", "?licenceOneOf=2", "Le pain"},
			{"tags with commas, as the form sends them", "?tagsOneOf=none%2C+Bikes", "Bicycle repair"},
			{"short", "?duration=short", "Bicycle repair"},
			{"medium", "?duration=medium", "Le pain"},
			{"long", "?duration=long", "Anatomy"},
			{"without sensitive", "?nsfw=false", "Le pain, Bicycle repair"},
			{"sensitive only", "?nsfw=true", "Anatomy"},
			{"from here", "?scope=local", "Anatomy, Le pain, Bicycle repair"},
			{"from elsewhere", "?scope=federated", ""},
			{"live", "?live=true", ""},
			{"an empty form", "?sort=&scope=&categoryOneOf=&languageOneOf=&duration=&live=&nsfw=&tagsOneOf=", "Anatomy, Le pain, Bicycle repair"},
			{"nonsense filters nothing", "?sort=;drop&categoryOneOf=999&languageOneOf=%00&duration=x&page=-4&nsfw=maybe", "Anatomy, Le pain, Bicycle repair"},
			{"the order of a search without one", "?sort=-match", "Anatomy, Le pain, Bicycle repair"},
			{"past the end", "?page=50", ""},
		} {
			t.Run(c.name, func(t *testing.T) {
				answer := w.Browser("").Get("/videos/browse" + c.query)
				status(t, answer, http.StatusOK)
				if c.want == "" {
					contains(t, answer, "No video here")
				}
				if got := strings.Join(read(t, answer).titles(), ", "); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		}
	})
}

func TestBrowseInPages(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	w.Settings.PageSize = 2
	for _, name := range []string{"Film a", "Film b", "Film c"} {
		w.Video(t, alice, named(name))
	}
	page := read(t, w.Browser("").Get("/videos/browse?sort=name&scope=local"))
	next := page.all("a", "rel", "next")
	if len(page.titles()) != 2 || len(next) != 1 {
		t.Fatalf("got %q and %d links to the next page", page.titles(), len(next))
	}
	address := attr(next[0], "href")
	if u, err := url.Parse(address); err != nil || u.Query().Get("scope") != "local" || u.Query().Get("sort") != "name" {
		t.Errorf("the next page %q forgets the filters", address)
	}
	if got := read(t, w.Browser("").Get(address)).titles(); !slices.Equal(got, []string{"Film c"}) {
		t.Errorf("second page: got %q", got)
	}
}

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := webtest.New(t, d, nil)
		shelved(t, w)
		for _, c := range []struct{ name, query, videos, channels string }{
			{"a word form", "search=bicycles", "Bicycle repair", ""},
			{"a channel", "search=bob_channel", "", "bob_channel"},
			{"channels alone", "search=alice_channel&resultType=channels", "", "alice_channel"},
			{"with a filter", "search=pain&languageOneOf=en", "", ""},
			{"by tag, as descriptions link to", "tagsOneOf=bikes", "Bicycle repair", ""},
			{"syntax of the engine", `search=%22+OR+NOT+(`, "", ""},
		} {
			t.Run(c.name, func(t *testing.T) {
				answer := w.Browser("").Get("/search?" + c.query)
				status(t, answer, http.StatusOK)
				page := read(t, answer)
				if got := strings.Join(page.titles(), ", "); got != c.videos {
					t.Errorf("got videos %q, want %q", got, c.videos)
				}
				var channels []string
				for _, card := range page.all("article", "class", "channel-card") {
					channels = append(channels, document{Node: card}.first("h3"))
				}
				if got := strings.Join(channels, ", "); got != c.channels {
					t.Errorf("got channels %q, want %q", got, c.channels)
				}
				if page.meta("robots") != "noindex" {
					t.Error("search engines may index searches")
				}
			})
		}
	})
}

func TestSearchEscapesTheQuestion(t *testing.T) {
	w := newWorld(t)
	const hostile = `"><script>alert(1)</script>`
	page := read(t, w.Browser("").Get("/search?search="+url.QueryEscape(hostile)))
	if got := page.first("h1"); got != "Search: "+hostile {
		t.Errorf("got %q", got)
	}
	for _, script := range page.all("script") {
		if strings.Contains(textOf(script), "alert") {
			t.Error("the question runs")
		}
	}
}

func TestOpenSearch(t *testing.T) {
	w := newWorld(t)
	w.Settings.Name = "A <very> long name of a site"
	answer := w.Browser("").Get("/opensearch.xml")
	status(t, answer, http.StatusOK)
	contains(t, answer, "http://localhost:9100/search?search={searchTerms}", "A &lt;very&gt; long ")
}
