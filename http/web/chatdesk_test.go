package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/http/web/webtest"
	"lucarne/video"
)

// desk is a world with a video of alice's, its room, and people around it.
type desk struct {
	*webtest.World
	alice account.Viewer
	film  video.Video
	room  chat.Room
}

func newDesk(t *testing.T) *desk {
	d := &desk{World: newWorld(t)}
	d.alice = d.Join(t, "alice", account.Ordinary)
	d.Join(t, "bob", account.Ordinary)
	d.Join(t, "judge", account.Moderator)
	d.Join(t, "root", account.Administrator)
	d.film = d.Film(t, d.alice, []byte("film"), named("A walk"))
	var err error
	if d.room, err = d.Rooms.Find(t.Context(), d.film.UUID.String(), video.Access{}); err != nil {
		t.Fatal(err)
	}
	return d
}

// visit lets a visitor into the room.
func (d *desk) visit(t *testing.T, nick string) *chat.Occupant {
	t.Helper()
	o, _, err := d.Rooms.Join(t.Context(), d.room, chat.Entrance{Visitor: "secret of " + nick, Nick: nick, Address: netip.MustParseAddr("198.51.100.7")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.Leave)
	return o
}

func (d *desk) say(t *testing.T, o *chat.Occupant, body string) chat.Message {
	t.Helper()
	m, err := d.Rooms.Send(t.Context(), o, chat.Post{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// rules are those of alice's channel.
func (d *desk) rules(t *testing.T) chat.ChannelSettings {
	t.Helper()
	s, err := d.Rooms.ChannelSettings(t.Context(), d.alice, d.film.Channel.ID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const deskPath = "/my/channels/alice_channel/chat"

// rulesForm has all rules as they are without a choice, but for what is said.
func rulesForm(more ...string) url.Values {
	form := pairs([]string{
		"repetition.within", "60", "flood.messages", "5", "flood.within", "10", "capitals.percent", "70", "special.tolerance", "0",
	})
	for name, values := range pairs(more) {
		form[name] = values
	}
	return form
}

func TestChatSettingsAreForTheOwner(t *testing.T) {
	d := newDesk(t)
	film := "/my/videos/" + d.film.ShortUUID() + "/chat"
	for _, path := range []string{deskPath, deskPath + "/rules", deskPath + "/words/new", deskPath + "/moderators", film} {
		for who, want := range map[string]int{"": http.StatusUnauthorized, "bob": http.StatusForbidden, "alice": http.StatusOK, "root": http.StatusOK} {
			status(t, d.Browser(who).Get(path), want)
		}
	}
	before := d.rules(t)
	for _, path := range []string{
		deskPath, deskPath + "/rules", deskPath + "/words/new", deskPath + "/words/0/delete", deskPath + "/moderators", deskPath + "/moderators/remove", film,
		film + "/switch",
	} {
		form := rulesForm("hasRoom", "true", "slowMode", "5", "delay", "0", "username", "bob", "do", "off", "hasRules", "true")
		status(t, forged(d.World, path, form), http.StatusForbidden)
		status(t, d.Browser("bob").Post(path, form), http.StatusForbidden)
	}
	if after := d.rules(t); after.HasRoom != before.HasRoom || after.HasRules != before.HasRules {
		t.Error("somebody else changed the chat")
	}
}

// forged is a form of alice's browser that another site made up.
func forged(w *webtest.World, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()+"&csrf=made+up"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: webtest.SessionCookie, Value: "alice"})
	answer := httptest.NewRecorder()
	w.Handler.ServeHTTP(answer, r)
	return answer
}

// wantNoMarkup checks that nothing that was sent is markup.
func wantNoMarkup(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	if strings.Contains(answer.Body.String(), "<script>alert") {
		t.Error("what was sent is markup on the page")
	}
}

func TestChatSettings(t *testing.T) {
	d := newDesk(t)
	b := d.Browser("alice")
	answer := b.Post(deskPath, pairs([]string{
		"hasRoom", "true", "mode", "followers only", "slowMode", "5", "delay", "3", "holdLinks", "true", "terms", "Be kind. " + hostile,
	}))
	status(t, answer, http.StatusSeeOther)
	got := d.rules(t)
	want := chat.Settings{Mode: chat.FollowersOnly, SlowMode: 5 * time.Second, ModerationDelay: 3 * time.Second, HoldLinks: true}
	if !got.HasRoom || got.Defaults != want || got.Terms != "Be kind. "+hostile {
		t.Errorf("got %+v, want %+v", got, want)
	}
	body := b.Get(deskPath).Body.String()
	wantEscaped(t, body)
	wantText(t, body, `value="5"`, "The settings of the chat are saved")
	for name, form := range map[string][]string{
		"too slow":        {"slowMode", "1001", "delay", "0"},
		"no number":       {"slowMode", hostile, "delay", "0"},
		"a negative one":  {"slowMode", "0", "delay", "-1"},
		"an overflow":     {"slowMode", "99999999999999999999", "delay", "0"},
		"an unknown mode": {"slowMode", "0", "delay", "0", "mode", hostile},
		"long terms":      {"slowMode", "0", "delay", "0", "terms", strings.Repeat("x", 401)},
	} {
		answer := b.Post(deskPath, pairs(form))
		status(t, answer, http.StatusUnprocessableEntity)
		wantNoMarkup(t, answer)
		if strings.Contains(answer.Body.String(), "problem.") {
			t.Errorf("%s: a message is missing", name)
		}
	}
	if again := d.rules(t); again.Defaults != want {
		t.Errorf("what was refused was saved: %+v", again.Defaults)
	}
}

func TestRulesAreTriedBeforeTheyAreSaved(t *testing.T) {
	d := newDesk(t)
	ann := d.visit(t, "Ann")
	d.say(t, ann, "see https://spam.example "+hostile)
	d.say(t, ann, "see https://example.org/page")
	b := d.Browser("alice")
	form := rulesForm("hasRules", "true", "links.enabled", "true", "links.action", "hold", "links.allowed", "example.org\n\n", "room", d.room.Name)
	form.Set("do", "try")
	answer := b.Post(deskPath+"/rules", form)
	status(t, answer, http.StatusOK)
	wantEscaped(t, answer.Body.String())
	wantText(t, answer.Body.String(), "1 message would have been caught", "spam.example", "Your changes are not saved yet")
	if d.rules(t).HasRules {
		t.Fatal("a trial was saved")
	}
	form.Del("do")
	status(t, b.Post(deskPath+"/rules", form), http.StatusSeeOther)
	got := d.rules(t)
	if !got.HasRules || !got.Rules.Links.Enabled || got.Rules.Links.Action != rule.Hold || !slices.Equal(got.Rules.Links.Allowed, []string{"example.org"}) {
		t.Errorf("got %+v", got.Rules.Links)
	}
	if m := d.say(t, ann, "again https://spam.example"); m.State != chat.HeldBack {
		t.Errorf("got %q, want the message held", m.State)
	}
	for name, more := range map[string][]string{
		"a huge flood":    {"flood.messages", "31"},
		"no number":       {"capitals.percent", hostile},
		"too much":        {"special.tolerance", "11"},
		"a long reason":   {"links.reason", strings.Repeat("x", 301)},
		"too many hosts":  {"links.allowed", strings.Repeat("a.example\n", 201)},
		"a negative time": {"repetition.within", "-5"},
	} {
		answer := b.Post(deskPath+"/rules", rulesForm(more...))
		if answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want it refused", name, answer.Code)
		}
		wantNoMarkup(t, answer)
	}
}

func TestTrialsStayInTheChannel(t *testing.T) {
	d := newDesk(t)
	bob := d.Join(t, "carl", account.Ordinary)
	other := d.Film(t, bob, []byte("film"), named("Elsewhere"))
	form := rulesForm("do", "try", "room", other.UUID.String())
	status(t, d.Browser("alice").Post(deskPath+"/rules", form), http.StatusForbidden)
	form.Set("room", "../"+hostile)
	status(t, d.Browser("alice").Post(deskPath+"/rules", form), http.StatusOK)
}

func TestWordLists(t *testing.T) {
	d := newDesk(t)
	b := d.Browser("alice")
	page := b.Get(deskPath + "/words/new?starter=fr")
	status(t, page, http.StatusOK)
	starters := rule.Starters()
	french := starters[slices.IndexFunc(starters, func(l rule.WordList) bool { return l.Language == "fr" })]
	wantText(t, page.Body.String(), "Insults (French)", french.Entries[0])

	list := func(more ...string) url.Values {
		form := pairs([]string{"label", "Mine " + hostile, "language", "fr", "entries", "zut\r\n flûte \r\n\r\n", "list.enabled", "true", "list.action", "refuse"})
		for name, values := range pairs(more) {
			form[name] = values
		}
		return form
	}
	d.say(t, d.visit(t, "Ann"), "oh Z\u200bÛT alors")
	trial := b.Post(deskPath+"/words/new", list("do", "try", "room", d.room.Name))
	wantText(t, trial.Body.String(), "1 message would have been caught")
	if len(d.rules(t).Rules.Words) != 0 {
		t.Fatal("a trial was saved")
	}
	status(t, b.Post(deskPath+"/words/new", list()), http.StatusSeeOther)
	saved := d.rules(t).Rules.Words
	if len(saved) != 1 || !slices.Equal(saved[0].Entries, []string{"zut", "flûte"}) || saved[0].Action != rule.Refuse || !saved[0].Enabled {
		t.Fatalf("got %+v", saved)
	}
	wantEscaped(t, b.Get(deskPath+"/rules").Body.String())
	wantEscaped(t, b.Get(deskPath+"/words/0").Body.String())
	for name, more := range map[string][]string{
		"no name":           {"label", " "},
		"no words":          {"entries", "\n \n"},
		"a broken pattern":  {"mode", "pattern", "entries", "("},
		"one for all":       {"mode", "pattern", "entries", "a*"},
		"unknown mode":      {"mode", hostile},
		"unknown language":  {"language", hostile},
		"too many words":    {"entries", strings.Repeat("a\n", 2001)},
		"a long word":       {"entries", strings.Repeat("a", 201)},
		"a long note":       {"comments", strings.Repeat("a", 1001)},
		"changed meanwhile": {"original", "another"},
	} {
		more = append(more, "original", "Mine "+hostile)
		answer := b.Post(deskPath+"/words/0", list(more...))
		if answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want it refused", name, answer.Code)
		}
		wantNoMarkup(t, answer)
	}
	for _, path := range []string{"/words/1", "/words/-1", "/words/01", "/words/x"} {
		status(t, b.Get(deskPath+path), http.StatusNotFound)
	}
	status(t, b.Post(deskPath+"/words/0/delete", pairs([]string{"original", "another"})), http.StatusConflict)
	status(t, b.Post(deskPath+"/words/0/delete", pairs([]string{"original", "Mine " + hostile})), http.StatusSeeOther)
	if len(d.rules(t).Rules.Words) != 0 {
		t.Error("the list is still there")
	}
}

func TestModeratorsAreInvitedAndRemoved(t *testing.T) {
	d := newDesk(t)
	b := d.Browser("alice")
	invited := func() string {
		list, err := d.Rooms.Moderators(t.Context(), d.alice, d.film.Channel.ID)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range list {
			names = append(names, m.Name)
		}
		return strings.Join(names, " ")
	}
	for _, name := range []string{"nobody", hostile, "bob@elsewhere.example", ""} {
		answer := b.Post(deskPath+"/moderators", pairs([]string{"username", name}))
		status(t, answer, http.StatusUnprocessableEntity)
		wantNoMarkup(t, answer)
	}
	status(t, b.Post(deskPath+"/moderators", pairs([]string{"username", " bob "})), http.StatusSeeOther)
	if got := invited(); got != "bob" {
		t.Fatalf("got %q, want bob", got)
	}
	wantText(t, b.Get(deskPath+"/moderators").Body.String(), `href="/a/bob"`, "bob moderates the chats")
	status(t, b.Post(deskPath+"/moderators/remove", pairs([]string{"username", "bob"})), http.StatusSeeOther)
	if got := invited(); got != "" {
		t.Errorf("got %q, want nobody", got)
	}
}

func TestChatOfAVideo(t *testing.T) {
	d := newDesk(t)
	b := d.Browser("alice")
	path := "/my/videos/" + d.film.ShortUUID() + "/chat"
	wantText(t, b.Get(path).Body.String(), "/chat/"+d.room.Name+"/moderation", "Close the chat")
	status(t, b.Post(path, pairs([]string{"mode", "read only", "slowMode", "7", "delay", "0", "anonymize", "true"})), http.StatusSeeOther)
	room, err := d.Rooms.Get(t.Context(), d.room.ID)
	want := chat.Settings{Mode: chat.ReadOnly, SlowMode: 7 * time.Second, AnonymizeModeration: true}
	if err != nil || room.Settings != want {
		t.Errorf("got %+v, %v, want %+v", room.Settings, err, want)
	}
	status(t, b.Post(path, pairs([]string{"slowMode", "7", "delay", "61"})), http.StatusUnprocessableEntity)
	status(t, b.Post(path+"/switch", pairs([]string{"do", "off"})), http.StatusSeeOther)
	wantText(t, b.Get(path).Body.String(), "This video has no chat")
	status(t, b.Post(path, pairs([]string{"slowMode", "7", "delay", "0"})), http.StatusNotFound)
	status(t, b.Post(path+"/switch", pairs([]string{"do", "on"})), http.StatusSeeOther)
	wantText(t, b.Get(path).Body.String(), "The chat is open", `value="7"`)
}

func TestChatPagesInBothLanguages(t *testing.T) {
	d := newDesk(t)
	d.Browser("alice").Post(deskPath+"/words/new", pairs([]string{"label", "Mine", "entries", "zut", "list.enabled", "true"}))
	for _, path := range []string{
		deskPath, deskPath + "/rules", deskPath + "/words/new", deskPath + "/words/new?starter=de", deskPath + "/words/0", deskPath + "/moderators",
		"/my/videos/" + d.film.ShortUUID() + "/chat",
	} {
		for _, language := range []string{"en", "fr"} {
			t.Run(path+" "+language, func(t *testing.T) { wholePage(t, d.World, path, language) })
		}
	}
}

var untold = regexp.MustCompile(`[>"]\s*(chat[a-z]+|moderation|mychat|problem|site)\.[a-z-]+[<"]|\{(n|name|label|language|least|most|when|time)\}<`)

// wholePage checks what holds for every page.
func wholePage(t *testing.T, w *webtest.World, path, language string) {
	t.Helper()
	b := w.Browser("alice")
	b.Header.Set("Accept-Language", language)
	answer := b.Get(path)
	status(t, answer, http.StatusOK)
	if found := untold.FindString(answer.Body.String()); found != "" {
		t.Errorf("a message is missing: %s", found)
	}
	page := read(t, answer)
	if got := attr(page.all("html")[0], "lang"); got != language || len(page.all("h1")) != 1 {
		t.Errorf("got language %q and %d h1, want %q and 1", got, len(page.all("h1")), language)
	}
	ids := map[string]bool{}
	for node := range page.Descendants() {
		if id := attr(node, "id"); id != "" {
			if ids[id] {
				t.Errorf("two elements are called %q", id)
			}
			ids[id] = true
		}
	}
}
