package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"lucarne/account"
)

func TestChannelPage(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	w.Video(t, alice, named("Bicycle repair"))
	w.Video(t, w.Join(t, "bob", account.Ordinary), named("Bicycle race"))
	page := read(t, w.Browser("").Get("/c/alice_channel"))
	if page.first("h1") != "alice_channel" || !slices.Equal(page.titles(), []string{"Bicycle repair"}) {
		t.Errorf("got %q with %q", page.first("h1"), page.titles())
	}
	if got := page.first("span", "class", "handle"); got != "@alice_channel@localhost:9100" {
		t.Errorf("got handle %q", got)
	}
	if page.meta("og:type") != "profile" || len(page.all("link", "type", "application/feed+json")) != 1 {
		t.Error("other sites and feed readers are not told")
	}
	for search, want := range map[string]string{"bicycles": "Bicycle repair", "race": ""} {
		found := read(t, w.Browser("").Get("/c/alice_channel?search="+search))
		if got := strings.Join(found.titles(), ", "); got != want {
			t.Errorf("search within for %q: got %q, want %q", search, got, want)
		}
	}
	contains(t, w.Browser("").Get("/c/ALICE_channel@localhost:9100/about"), "This channel has not described itself.", "/a/alice")
}

func TestAccountPage(t *testing.T) {
	w := newWorld(t)
	w.Video(t, w.Join(t, "alice", account.Ordinary), named("Bicycle repair"))
	w.Join(t, "bob", account.Ordinary)
	if got := read(t, w.Browser("").Get("/a/alice")); got.first("h1") != "Alice" || !slices.Equal(got.texts("h3"), []string{"alice_channel"}) {
		t.Errorf("got %q with channels %q", got.first("h1"), got.texts("h3"))
	}
	if got := read(t, w.Browser("").Get("/a/alice/videos")).titles(); !slices.Equal(got, []string{"Bicycle repair"}) {
		t.Errorf("got %q", got)
	}
	contains(t, w.Browser("").Get("/a/bob/videos"), "No video yet")
	contains(t, w.Browser("").Get("/a/bob/about"), "has not written anything")
}

func TestAboutShowsWhatIsWritten(t *testing.T) {
	w := newWorld(t)
	w.Settings.Description, w.Settings.Terms = "A *place* <script>x</script>", "Be civil."
	answer := w.Browser("").Get("/about/instance")
	contains(t, answer, "<em>place</em>", "Terms", "Be civil.", "Active this month", "812")
	if strings.Contains(answer.Body.String(), "Code of conduct") {
		t.Error("a heading without text")
	}
}

func TestLetterToTheAdministrators(t *testing.T) {
	w := newWorld(t)
	b := w.Browser("")
	wrong := b.Post("/about/contact", url.Values{"fromName": {"Zoë"}, "fromEmail": {"nowhere"}, "subject": {"Hello"}, "body": {"<b>Good</b> day"}})
	status(t, wrong, http.StatusBadRequest)
	contains(t, wrong, "Write a mail address", `value="Zoë"`, "&lt;b&gt;Good")
	sent := b.Post("/about/contact", url.Values{"fromName": {"Zoë"}, "fromEmail": {"zoe@example.org"}, "subject": {"Hello"}, "body": {"Good day"}})
	status(t, sent, http.StatusSeeOther)
	if len(w.Letters) != 1 || w.Letters[0].Body != "Good day" || w.Letters[0].IP == "" {
		t.Errorf("got %+v", w.Letters)
	}
	contains(t, b.Get("/about/instance"), "Your message is on its way.")
	if again := b.Get("/about/instance"); strings.Contains(again.Body.String(), "on its way") {
		t.Error("the message is said twice")
	}
	w.Settings.HasContactForm = false
	status(t, b.Get("/about/contact"), http.StatusNotFound)
}
