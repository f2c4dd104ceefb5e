package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"lucarne/account"
	"lucarne/video"
)

func TestEmbed(t *testing.T) {
	w := newWorld(t)
	film := w.Film(t, w.Join(t, "alice", account.Ordinary), []byte("film"), named("A walk"))
	path := "/videos/embed/" + film.UUID.String()
	answer := w.Browser("").Get(path)
	status(t, answer, http.StatusOK)
	if policy := answer.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors *") {
		t.Errorf("other sites may not frame it: %s", policy)
	}
	if page := read(t, answer); page.first("a", "class", "embed-title") != "A walk" || len(page.all("header")) != 0 {
		t.Error("want the player and its title alone")
	}
	page := read(t, w.Browser("").Get(path+"?title=0&autoplay=1&muted=1&loop=1&start=3s&stop=8s&controls=0"))
	if len(page.all("a", "class", "embed-title")) != 0 {
		t.Error("the title shows")
	}
	player := page.all("video")[0]
	for _, name := range []string{"autoplay", "muted", "loop"} {
		if !strings.Contains(renderedAttributes(player.Attr), name) {
			t.Errorf("%s is not set", name)
		}
	}
	if got := attr(page.all("source")[0], "src"); !strings.HasSuffix(got, "#t=3,8") {
		t.Errorf("a browser without scripts plays %q", got)
	}
	if len(page.all("div", "data-bar", "off")) != 1 {
		t.Error("the bar shows")
	}
}

func TestEmbedIsFound(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	about := func(p video.Privacy) func(*video.Draft) {
		return func(d *video.Draft) {
			d.Description, d.Privacy = "Some **words**.", p
			if p == video.Password {
				d.Passwords = []string{"open sesame"}
			}
		}
	}
	public, locked := w.Film(t, alice, []byte("film"), about(video.Public)), w.Film(t, alice, []byte("film"), about(video.Password))
	page := read(t, w.Browser("").Get("/videos/embed/"+public.UUID.String()))
	if got := page.meta("description"); got != "Some words." {
		t.Errorf("got the description %q, want that of the video", got)
	}
	if got := page.meta("og:platform"); got != "PeerTube" {
		t.Errorf("got the platform %q", got)
	}
	want := "http://localhost:9100/services/oembed?format=json&url=" + url.QueryEscape("http://localhost:9100/w/"+public.ShortUUID())
	if links := page.all("link", "type", "application/json+oembed"); len(links) != 1 || attr(links[0], "href") != want {
		t.Errorf("got %v, want a link to %q", links, want)
	}
	page = read(t, w.Browser("").Get("/videos/embed/"+locked.UUID.String()))
	if page.meta("description") != "" || len(page.all("link", "type", "application/json+oembed")) != 0 {
		t.Error("a locked video tells of itself")
	}
}

func TestEmbedOfWhatMayNotBeSeen(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	private := w.Film(t, alice, []byte("film"), func(d *video.Draft) { d.Privacy = video.Private })
	locked := w.Film(t, alice, []byte("film"), func(d *video.Draft) { d.Privacy, d.Passwords = video.Password, []string{"open sesame"} })
	waiting := w.Video(t, alice, func(d *video.Draft) { d.State = video.ToTranscode })
	for name, want := range map[string]int{
		private.UUID.String(): http.StatusUnauthorized, locked.UUID.String(): http.StatusForbidden, "nothing": http.StatusNotFound, waiting.UUID.String(): http.StatusOK,
	} {
		answer := w.Browser("").Get("/videos/embed/" + name)
		status(t, answer, want)
		if page := read(t, answer); len(page.all("video")) != 0 || page.first("h1") == "" {
			t.Errorf("%s: want a message", name)
		}
	}
	path := "/videos/embed/" + locked.UUID.String()
	status(t, w.Browser("").Post(path, url.Values{"video-password": {"sesame"}}), http.StatusForbidden)
	opened := read(t, w.Browser("").Post(path, url.Values{"video-password": {"open sesame"}}))
	if sources := opened.all("source"); len(sources) != 1 || !strings.Contains(attr(sources[0], "src"), "videoFileToken=") {
		t.Errorf("got %v", sources)
	}
}

func renderedAttributes(list []html.Attribute) string {
	var names []string
	for _, a := range list {
		names = append(names, a.Key)
	}
	return strings.Join(names, " ")
}
