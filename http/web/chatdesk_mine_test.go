package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/live"
	"lucarne/video"
)

var secretPattern = regexp.MustCompile(`<code class="secret">([^<]+)</code>`)

func TestChatTokensAreShownOnce(t *testing.T) {
	d := newDesk(t)
	b := d.Browser("bob")
	answer := b.Post("/my/settings/chat/tokens", url.Values{"label": {"Gajim " + hostile}})
	status(t, answer, http.StatusOK)
	wantEscaped(t, answer.Body.String())
	secret := secretPattern.FindStringSubmatch(answer.Body.String())
	if secret == nil || answer.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("got no secret, or one that is kept: %q", answer.Header().Get("Cache-Control"))
	}
	if _, err := d.Tokens.CheckPassword(t.Context(), "bob", secret[1]); err != nil {
		t.Errorf("the token opens nothing: %v", err)
	}
	page := b.Get("/my/settings/chat")
	wantEscaped(t, page.Body.String())
	wantText(t, page.Body.String(), "used", "bob@")
	if strings.Contains(page.Body.String(), secret[1]) {
		t.Error("the secret is shown again")
	}
	for _, label := range []string{"", " ", strings.Repeat("x", 101), "a\x00b"} {
		if answer := b.Post("/my/settings/chat/tokens", url.Values{"label": {label}}); answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q: got %d, want it refused", label, answer.Code)
		}
	}
	status(t, d.Browser("alice").Post("/my/settings/chat/tokens/revoke", url.Values{"id": {"1"}}), http.StatusNotFound)
	status(t, b.Post("/my/settings/chat/tokens/revoke", url.Values{"id": {hostile}}), http.StatusNotFound)
	status(t, b.Post("/my/settings/chat/tokens/revoke", url.Values{"id": {"1"}}), http.StatusSeeOther)
	if _, err := d.Tokens.CheckPassword(t.Context(), "bob", secret[1]); err == nil {
		t.Error("the token still opens the chat")
	}
}

func TestMyChatIsMine(t *testing.T) {
	d := newDesk(t)
	for path, form := range map[string]url.Values{
		"/my/settings/chat/tokens": {"label": {"x"}}, "/my/settings/chat/tokens/revoke": {"id": {"1"}}, "/my/settings/chat/erase": {"confirmed": {"true"}},
	} {
		status(t, d.Browser("").Post(path, form), http.StatusUnauthorized)
		status(t, forged(d.World, path, form), http.StatusForbidden)
	}
	status(t, d.Browser("").Get("/my/settings/chat/messages.json"), http.StatusUnauthorized)
}

func TestMyMessagesAreExportedAndErased(t *testing.T) {
	d := newDesk(t)
	bob := d.Join(t, "carl", account.Ordinary)
	b := d.Browser("carl")
	if got := b.Get("/my/settings/chat/messages.json").Body.String(); strings.TrimSpace(got) != "[]" {
		t.Errorf("got %q, want nothing", got)
	}
	o, _, err := d.Rooms.Join(t.Context(), d.room, chat.Entrance{Viewer: bob})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Leave()
	d.say(t, o, "first")
	d.say(t, o, "second </script>")
	d.say(t, d.visit(t, "Ann"), "not mine")
	answer := b.Get("/my/settings/chat/messages.json")
	var said []struct{ Room, Body, State string }
	if err := json.Unmarshal(answer.Body.Bytes(), &said); err != nil || len(said) != 2 || said[0].Body != "second </script>" || said[0].Room != d.room.Name {
		t.Fatalf("got %+v, %v", said, err)
	}
	if !strings.HasPrefix(answer.Header().Get("Content-Disposition"), "attachment") {
		t.Error("the file is no download")
	}
	status(t, b.Post("/my/settings/chat/erase", url.Values{}), http.StatusUnprocessableEntity)
	status(t, b.Post("/my/settings/chat/erase", url.Values{"confirmed": {"true"}}), http.StatusSeeOther)
	history, err := d.Rooms.History(t.Context(), d.room, 0, 10)
	if err != nil || len(history) != 1 || history[0].Body != "not mine" {
		t.Errorf("got %d messages, %v, want those of others", len(history), err)
	}
}

func TestTranscripts(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	w.Join(t, "judge", account.Moderator)
	show := w.Live(t, alice, live.Change{Permanent: ptr(true)}, named("Show"))
	w.GoOnAir(t, show.ID)
	room, err := w.Rooms.Find(t.Context(), show.UUID.String(), video.Access{Viewer: alice})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{World: w, room: room}
	w.Clock.Advance(90 * time.Second)
	d.say(t, d.visit(t, "Ann & Bo"), "one --> two\n\n<b>three</b>")
	carl := d.visit(t, "Carl")
	for range 120 {
		w.Clock.Advance(time.Second)
		d.say(t, carl, "again "+w.Clock.Now().String())
	}
	b, path := w.Browser("alice"), "/chat/"+room.Name+"/moderation/transcript"
	captions := b.Get(path + ".vtt").Body.String()
	wantText(t, captions, "WEBVTT\n\n00:01:30.000 --> 00:01:36.000\n<v Ann &amp; Bo>one --&gt; two  &lt;b&gt;three&lt;/b&gt;\n\n")
	if got := strings.Count(captions, " --> "); got != 121 {
		t.Errorf("got %d cues, want 121", got)
	}
	if got := strings.Count(b.Get(path+".txt").Body.String(), "<Carl>"); got != 120 {
		t.Errorf("got %d lines, want 120", got)
	}
	var said []map[string]any
	if err := json.Unmarshal(b.Get(path+".json").Body.Bytes(), &said); err != nil || len(said) != 121 {
		t.Errorf("got %d messages, %v, want 121", len(said), err)
	}
	status(t, w.Browser("judge").Get(path+".txt"), http.StatusForbidden)
	status(t, w.Browser("").Get(path+".json"), http.StatusUnauthorized)
}

func TestTranscriptOfAnEmptyRoom(t *testing.T) {
	d := newDesk(t)
	for extension, want := range map[string]string{"txt": "", "json": "[]\n", "vtt": "WEBVTT\n\n"} {
		if got := d.Browser("alice").Get(d.moderationPath() + "/transcript." + extension).Body.String(); got != want {
			t.Errorf("%s: got %q, want %q", extension, got, want)
		}
	}
}

var linkPattern = regexp.MustCompile(`value="(https?://[^"]+)" readonly`)

// madeLink reads the link that is shown once.
func madeLink(t *testing.T, body string) *url.URL {
	t.Helper()
	found := linkPattern.FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("the page shows no link: %.500s", body)
	}
	link, err := url.Parse(strings.ReplaceAll(found[1], "&amp;", "&"))
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func TestOverlayLinks(t *testing.T) {
	d := newDesk(t)
	b := d.Browser("judge")
	answer := b.Post(d.moderationPath()+"/overlays", url.Values{"label": {"OBS " + hostile}})
	status(t, answer, http.StatusOK)
	wantEscaped(t, answer.Body.String())
	secret, isOverlay := strings.CutPrefix(madeLink(t, answer.Body.String()).Path, "/chat-overlay/")
	room, err := d.Tokens.Room(t.Context(), secret)
	if !isOverlay || err != nil || room != d.room.ID {
		t.Fatalf("the link leads to %d, %v, want %d", room, err, d.room.ID)
	}
	if page := b.Get(d.moderationPath() + "/links").Body.String(); strings.Contains(page, secret) {
		t.Error("the link is shown again")
	}
	status(t, b.Post(d.moderationPath()+"/overlays", url.Values{"label": {""}}), http.StatusUnprocessableEntity)
	for _, id := range []string{"", "2", hostile} {
		status(t, b.Post(d.moderationPath()+"/overlays/revoke", url.Values{"id": {id}}), http.StatusNotFound)
	}
	status(t, d.Browser("bob").Post(d.moderationPath()+"/overlays/revoke", url.Values{"id": {"1"}}), http.StatusForbidden)
	status(t, forged(d.World, d.moderationPath()+"/overlays", url.Values{"label": {"x"}}), http.StatusForbidden)
	status(t, b.Post(d.moderationPath()+"/overlays/revoke", url.Values{"id": {"1"}}), http.StatusSeeOther)
	if _, err := d.Tokens.Room(t.Context(), secret); err == nil {
		t.Error("the link is still good")
	}
}

func TestDocksComeWithATokenAndGoWithIt(t *testing.T) {
	d := newDesk(t)
	said := d.say(t, d.visit(t, "Ann"), "hello")
	link := madeLink(t, d.Browser("alice").Post(d.moderationPath()+"/dock", url.Values{}).Body.String())
	obs := d.Browser("")
	answer := obs.Get(link.RequestURI())
	status(t, answer, http.StatusSeeOther)
	to := answer.Header().Get("Location")
	if to != d.moderationPath()+"?dock" || strings.Contains(to, "token") {
		t.Fatalf("got %q, want the dock", to)
	}
	page := obs.Get(to)
	status(t, page, http.StatusOK)
	wantText(t, page.Body.String(), "hello", `data-events="`+d.moderationPath()+`/events?dock"`)
	if strings.Contains(page.Body.String(), `role="search"`) {
		t.Error("the dock has the header of the site")
	}
	status(t, obs.Post(d.moderationPath()+"?dock", url.Values{"reject": {number(said)}}), http.StatusSeeOther)
	status(t, obs.Get(d.moderationPath()), http.StatusUnauthorized)
	status(t, obs.Get("/my/settings"), http.StatusUnauthorized)
	status(t, obs.Post("/my/settings/chat/tokens?dock", url.Values{"label": {"x"}}), http.StatusUnauthorized)
	tokens, err := d.Tokens.List(t.Context(), d.alice)
	if err != nil || len(tokens) != 1 {
		t.Fatalf("got %d tokens, %v, want the dock's", len(tokens), err)
	}
	if err := d.Tokens.Revoke(t.Context(), d.alice, tokens[0].ID); err != nil {
		t.Fatal(err)
	}
	status(t, obs.Get(to), http.StatusUnauthorized)
	for name, query := range map[string]url.Values{
		"a token taken back": link.Query(), "nothing": {}, "a made-up one": {"user": {"alice"}, "token": {"made up"}},
		"a long one": {"user": {"alice"}, "token": {strings.Repeat("x", 5000)}},
	} {
		if answer := d.Browser("").Get(link.Path + "?" + query.Encode()); answer.Code != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want it refused", name, answer.Code)
		}
	}
}

func TestDocksOfStrangersModerateNothing(t *testing.T) {
	d := newDesk(t)
	carl := d.Join(t, "carl", account.Ordinary)
	made, err := d.Tokens.Create(t.Context(), carl, "dock")
	if err != nil {
		t.Fatal(err)
	}
	obs := d.Browser("")
	status(t, obs.Get("/chat/"+d.room.Name+"/dock?user=carl&token="+made.Secret), http.StatusSeeOther)
	status(t, obs.Get(d.moderationPath()+"?dock"), http.StatusForbidden)
}

func TestMyChatInBothLanguages(t *testing.T) {
	d := newDesk(t)
	for _, path := range []string{"/my/settings/chat", d.moderationPath() + "/links"} {
		for _, language := range []string{"en", "fr"} {
			t.Run(path+" "+language, func(t *testing.T) { wholePage(t, d.World, path, language) })
		}
	}
}
