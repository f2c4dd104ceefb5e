package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/http/web"
	"lucarne/http/web/ui"
	"lucarne/video"
)

func TestHomeOfAFreshInstance(t *testing.T) {
	w := newWorld(t)
	w.Join(t, "root", account.Administrator)
	w.Join(t, "alice", account.Ordinary)
	for _, c := range []struct{ as, title, link string }{
		{"", "Nothing has been published yet", "/login?next=%2F"},
		{"alice", "Nothing has been published yet", "/publish"},
		{"root", "Your site is running. What now?", "/admin/settings"},
	} {
		t.Run("for "+c.as, func(t *testing.T) {
			answer := w.Browser(c.as).Get("/")
			status(t, answer, http.StatusOK)
			contains(t, answer, c.title, `href="`+c.link+`"`)
		})
	}
}

func TestHomeShowsWhatIsNew(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	w.Video(t, alice, named("First"))
	w.Clock.Advance(1)
	w.Video(t, alice, named("Second"))
	w.Video(t, alice, func(d *video.Draft) { d.Name, d.Privacy = "Hidden", video.Private })
	w.Video(t, alice, func(d *video.Draft) { d.Name, d.NSFW = "Sensitive one", true })
	w.Welcome = "Welcome to <b>our</b> *place*"
	answer := w.Browser("").Get("/")
	contains(t, answer, "<em>place</em>", "&lt;b&gt;our")
	page := read(t, answer)
	if got, want := page.titles(), []string{"Sensitive one", "Second", "First"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := len(page.all("div", "class", "thumb is-sensitive")); n != 1 {
		t.Errorf("%d pictures are blurred, want 1", n)
	}
	w.Settings.NSFWPolicy = "do_not_list"
	if got, want := read(t, w.Browser("").Get("/")).titles(), []string{"Second", "First"}; !slices.Equal(got, want) {
		t.Errorf("not listing sensitive videos: got %q, want %q", got, want)
	}
}

func TestBroadcastIsDismissed(t *testing.T) {
	w := newWorld(t)
	w.Settings.Broadcast = web.Broadcast{Message: "Closed on **Sunday**", Tone: ui.Warning, IsDismissable: true}
	b := w.Browser("")
	contains(t, b.Get("/"), "Closed on <strong>Sunday</strong>")
	status(t, b.Post("/preferences/broadcast", map[string][]string{"next": {"/about/help"}}), http.StatusSeeOther)
	if strings.Contains(b.Get("/").Body.String(), "Closed on") {
		t.Error("the message is still there")
	}
	w.Settings.Broadcast.Message = "Open again"
	contains(t, b.Get("/"), "Open again")
}
