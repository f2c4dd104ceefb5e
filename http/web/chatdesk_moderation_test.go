package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/http/web/webtest"
	"lucarne/video"
)

func (d *desk) moderationPath() string { return "/chat/" + d.room.Name + "/moderation" }

func number(m chat.Message) string { return strconv.FormatInt(int64(m.ID), 10) }

func TestModerationIsForModerators(t *testing.T) {
	d := newDesk(t)
	said := d.say(t, d.visit(t, "Ann"), "hello")
	for _, path := range []string{"", "?dock", "/sanctions", "/log", "/settings", "/person?person=" + url.QueryEscape(string(said.Person))} {
		for who, want := range map[string]int{
			"": http.StatusUnauthorized, "bob": http.StatusForbidden, "alice": http.StatusOK, "judge": http.StatusOK, "root": http.StatusOK,
		} {
			status(t, d.Browser(who).Get(d.moderationPath()+path), want)
		}
	}
	status(t, d.Browser("bob").Get(d.moderationPath()+"/events"), http.StatusForbidden)
	form := func() url.Values {
		return url.Values{
			"reject": {number(said)}, "ban": {number(said)}, "do": {"panic"}, "body": {"stolen"}, "question": {"?"}, "choices": {"a\nb"}, "minutes": {"5"},
			"person": {string(said.Person)}, "duration": {"0"}, "kind": {"ban"}, "slowMode": {"9"}, "delay": {"0"},
		}
	}
	for _, path := range []string{"", "/panic", "/announce", "/poll", "/person", "/sanctions", "/settings"} {
		status(t, forged(d.World, d.moderationPath()+path, form()), http.StatusForbidden)
		status(t, d.Browser("bob").Post(d.moderationPath()+path, form()), http.StatusForbidden)
		status(t, d.Browser("").Post(d.moderationPath()+path, form()), http.StatusUnauthorized)
	}
	room, err := d.Rooms.Get(t.Context(), d.room.ID)
	if err != nil || room.IsPanic || room.Settings.SlowMode != 0 {
		t.Errorf("somebody else changed the room: %+v, %v", room, err)
	}
	for _, name := range []string{"nothing", "channel.99", "channel.1x", d.room.Name + "x"} {
		status(t, d.Browser("root").Get("/chat/"+name+"/moderation"), http.StatusNotFound)
	}
}

func TestInvitedModeratorsModerate(t *testing.T) {
	d := newDesk(t)
	status(t, d.Browser("alice").Post(deskPath+"/moderators", pairs([]string{"username", "bob"})), http.StatusSeeOther)
	status(t, d.Browser("bob").Get(d.moderationPath()), http.StatusOK)
	status(t, d.Browser("bob").Get(deskPath), http.StatusForbidden)
}

func TestMessagesAreModeratedWithoutScript(t *testing.T) {
	d := newDesk(t)
	s := d.room.Settings
	s.HoldLinks = true
	if err := d.Rooms.Configure(t.Context(), d.alice, d.room.ID, s); err != nil {
		t.Fatal(err)
	}
	ann := d.visit(t, "Ann "+hostile[:12])
	plain, held := d.say(t, ann, "hello "+hostile), d.say(t, ann, "look at https://example.org")
	b := d.Browser("alice")
	answer := b.Get(d.moderationPath())
	wantEscaped(t, answer.Body.String())
	page := read(t, b.Get(d.moderationPath()))
	if len(page.all("button", "name", "approve")) != 1 || len(page.all("button", "name", "reject")) != 2 {
		t.Fatalf("got %d to approve and %d to remove, want 1 and 2", len(page.all("button", "name", "approve")), len(page.all("button", "name", "reject")))
	}
	does := func(name string, m chat.Message, want string) {
		t.Helper()
		status(t, b.Post(d.moderationPath(), url.Values{name: {number(m)}}), http.StatusSeeOther)
		wantText(t, b.Get(d.moderationPath()).Body.String(), want)
	}
	does("approve", held, "The message is shown")
	does("pin", held, "The message is pinned")
	does("reject", plain, "The message is removed")
	history, err := d.Rooms.History(t.Context(), d.room, 0, 10)
	if err != nil || len(history) != 1 || history[0].ID != held.ID {
		t.Errorf("got %d messages, %v, want the one that was approved", len(history), err)
	}
	does("mute", held, "Muted for 5 minutes")
	if _, err := d.Rooms.Send(t.Context(), ann, chat.Post{Body: "again"}); err == nil {
		t.Error("who is muted speaks")
	}
	does("lift-mute", held, "Lifted")
	does("ban", held, "Banned")
	wantText(t, b.Get(d.moderationPath()+"/sanctions").Body.String(), "Banned", "For good")
	does("lift-ban", held, "Lifted")
	for _, form := range []url.Values{{}, {"explode": {"1"}}, {"approve": {""}}} {
		status(t, b.Post(d.moderationPath(), form), http.StatusBadRequest)
	}
	for _, id := range []string{"0", "-1", "99999999999999999999", hostile, number(plain)} {
		status(t, b.Post(d.moderationPath(), url.Values{"ban": {id}}), http.StatusNotFound)
	}
}

func TestModeratorsOfAnotherChannelReachNothing(t *testing.T) {
	d := newDesk(t)
	said := d.say(t, d.visit(t, "Ann"), "hello")
	carl := d.Join(t, "carl", account.Ordinary)
	other, err := d.Rooms.Find(t.Context(), d.Film(t, carl, []byte("film"), named("Elsewhere")).UUID.String(), video.Access{})
	if err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"approve", "reject", "pin", "mute", "ban"} {
		status(t, d.Browser("carl").Post("/chat/"+other.Name+"/moderation", url.Values{action: {number(said)}}), http.StatusNotFound)
	}
	status(t, d.Browser("carl").Get("/chat/"+other.Name+"/moderation/person?person="+url.QueryEscape(string(said.Person))), http.StatusNotFound)
}

func TestPanicIsOneClickAndItsUndoToo(t *testing.T) {
	d := newDesk(t)
	b := d.Browser("judge")
	status(t, b.Post(d.moderationPath()+"/panic", url.Values{"do": {"panic"}}), http.StatusSeeOther)
	room, err := d.Rooms.Get(t.Context(), d.room.ID)
	if err != nil || !room.IsPanic || room.Settings.Mode != chat.SignedInOnly || !room.Settings.HoldLinks {
		t.Fatalf("got %+v, %v, want a room that is protected", room.Settings, err)
	}
	wantText(t, b.Get(d.moderationPath()).Body.String(), "The room is protected", "End the protection")
	status(t, b.Post(d.moderationPath()+"/panic", url.Values{"do": {"calm"}}), http.StatusSeeOther)
	if room, err = d.Rooms.Get(t.Context(), d.room.ID); err != nil || room.IsPanic || room.Settings != d.room.Settings {
		t.Errorf("got %+v, %v, want what was before", room.Settings, err)
	}
}

func TestPeopleAreMeasuredOnTheirCard(t *testing.T) {
	d := newDesk(t)
	ann := d.visit(t, "Ann")
	said := d.say(t, ann, "first "+hostile)
	d.say(t, ann, "second")
	b := d.Browser("alice")
	card := d.moderationPath() + "/person?person=" + url.QueryEscape(string(said.Person))
	body := b.Get(card).Body.String()
	wantEscaped(t, body)
	wantText(t, body, "Ann", "second", "Here now", "Without an account")
	form := func(more ...string) url.Values {
		values := url.Values{"person": {string(said.Person)}, "duration": {"3600"}, "reason": {"because " + hostile}, "do": {"mute"}}
		for name, list := range pairs(more) {
			values[name] = list
		}
		return values
	}
	status(t, b.Post(d.moderationPath()+"/person", form("retract", "true")), http.StatusSeeOther)
	body = b.Get(card).Body.String()
	wantEscaped(t, body)
	wantText(t, body, "Muted", "Nothing that is kept")
	wantEscaped(t, b.Get(d.moderationPath()+"/log").Body.String())
	lift := url.Values{"person": {string(said.Person)}, "kind": {"mute"}, "from": {"person"}}
	answer := b.Post(d.moderationPath()+"/sanctions", lift)
	status(t, answer, http.StatusSeeOther)
	if to := answer.Header().Get("Location"); to != strings.ReplaceAll(card, "%3A", "%3A") {
		t.Errorf("got %q, want the card %q", to, card)
	}
	wantText(t, b.Get(d.moderationPath()+"/sanctions").Body.String(), "Nobody is muted or banned")
	for name, more := range map[string][]string{
		"nothing to do": {"do", hostile}, "no time": {"duration", hostile}, "a negative time": {"duration", "-1"}, "an overflow": {"duration", "99999999999"},
		"nobody": {"person", ""}, "a long name": {"person", "jid:" + strings.Repeat("x", 4000)}, "ages": {"duration", "2147483647"},
	} {
		if answer := b.Post(d.moderationPath()+"/person", form(more...)); answer.Code != http.StatusBadRequest {
			t.Errorf("%s: got %d, want it refused", name, answer.Code)
		}
	}
	owner := string(chat.OfAccount(d.alice.AccountID()))
	status(t, d.Browser("judge").Post(d.moderationPath()+"/person", form("person", owner, "do", "ban")), http.StatusForbidden)
	status(t, b.Post(d.moderationPath()+"/sanctions", url.Values{"person": {"x"}, "kind": {hostile}}), http.StatusBadRequest)
	status(t, b.Get(d.moderationPath()+"/person?person=nobody"), http.StatusNotFound)
	status(t, b.Get(d.moderationPath()+"/person"), http.StatusNotFound)
}

func TestAnnouncementsAndPolls(t *testing.T) {
	d := newDesk(t)
	ann := d.visit(t, "Ann")
	b := d.Browser("alice")
	status(t, b.Post(d.moderationPath()+"/announce", url.Values{"body": {"We begin " + hostile}, "kind": {"warning"}}), http.StatusSeeOther)
	history, err := d.Rooms.History(t.Context(), d.room, 0, 10)
	if err != nil || len(history) != 1 || history[0].Kind != chat.Warning {
		t.Fatalf("got %+v, %v", history, err)
	}
	for _, form := range []url.Values{{"body": {""}}, {"body": {"x"}, "kind": {hostile}}, {"body": {strings.Repeat("x", 2001)}}} {
		answer := b.Post(d.moderationPath()+"/announce", form)
		status(t, answer, http.StatusUnprocessableEntity)
		wantNoMarkup(t, answer)
	}
	ask := func(more ...string) *httptest.ResponseRecorder {
		form := url.Values{"question": {"Tea " + hostile}, "choices": {"yes\nno " + hostile}, "minutes": {"5"}}
		for name, list := range pairs(more) {
			form[name] = list
		}
		return b.Post(d.moderationPath()+"/poll", form)
	}
	status(t, ask(), http.StatusSeeOther)
	for name, more := range map[string][]string{
		"no question": {"question", ""}, "one choice": {"choices", "yes"}, "many choices": {"choices", "1\n2\n3\n4\n5\n6"}, "no time": {"minutes", "0"},
		"too long": {"minutes", "1441"}, "no number": {"minutes", hostile}, "a long choice": {"choices", "a\n" + strings.Repeat("x", 201)},
	} {
		answer := ask(more...)
		if answer.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d, want it refused", name, answer.Code)
		}
		wantNoMarkup(t, answer)
	}
	_ = ann
}

func TestRoomSettingsOfModerators(t *testing.T) {
	d := newDesk(t)
	b := d.Browser("judge")
	form := url.Values{"mode": {"mute anonymous"}, "slowMode": {"4"}, "delay": {"2"}, "holdLinks": {"true"}}
	status(t, b.Post(d.moderationPath()+"/settings", form), http.StatusSeeOther)
	room, err := d.Rooms.Get(t.Context(), d.room.ID)
	want := chat.Settings{Mode: chat.AnonymousMuted, SlowMode: 4 * time.Second, ModerationDelay: 2 * time.Second, HoldLinks: true}
	if err != nil || room.Settings != want {
		t.Errorf("got %+v, %v, want %+v", room.Settings, err, want)
	}
	status(t, b.Post(d.moderationPath()+"/settings", url.Values{"slowMode": {"-4"}, "delay": {hostile}}), http.StatusUnprocessableEntity)
}

func TestModerationInBothLanguages(t *testing.T) {
	d := newDesk(t)
	said := d.say(t, d.visit(t, "Ann"), "hello")
	b := d.Browser("alice")
	b.Post(d.moderationPath(), url.Values{"ban": {number(said)}})
	b.Post(d.moderationPath(), url.Values{"pin": {number(said)}})
	b.Post(d.moderationPath()+"/panic", url.Values{"do": {"panic"}})
	for _, path := range []string{"", "?dock", "/sanctions", "/log", "/settings", "/person?person=" + url.QueryEscape(string(said.Person))} {
		for _, language := range []string{"en", "fr"} {
			t.Run(path+" "+language, func(t *testing.T) { wholePage(t, d.World, d.moderationPath()+path, language) })
		}
	}
}

// told is one event of a moderator's stream.
type told struct {
	id      string
	changes []struct {
		Do   string `json:"do"`
		ID   int64  `json:"id"`
		HTML string `json:"html"`
	}
}

func (e told) says() string {
	var list []string
	for _, c := range e.changes {
		if c.Do != "count" {
			list = append(list, c.Do)
		}
	}
	return strings.Join(list, " ")
}

// events listens as a moderator does.
type events struct {
	lines *bufio.Scanner
	stop  func()
}

func (d *desk) listen(t *testing.T, as, last string) *events {
	t.Helper()
	server := httptest.NewServer(d.Handler)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+d.moderationPath()+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: webtest.SessionCookie, Value: as})
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	e := &events{lines: lines, stop: func() {
		cancel()
		answer.Body.Close()
		server.Close()
	}}
	t.Cleanup(e.stop)
	return e
}

// next is the next event that changes more than the count of people.
func (e *events) next(t *testing.T) (one told) {
	t.Helper()
	for e.lines.Scan() {
		if id, ok := strings.CutPrefix(e.lines.Text(), "id: "); ok {
			one.id = id
		}
		if data, ok := strings.CutPrefix(e.lines.Text(), "data: "); ok {
			one.changes = nil
			if err := json.Unmarshal([]byte(data), &one.changes); err != nil {
				t.Fatal(err)
			}
			if one.says() != "" {
				return one
			}
		}
	}
	t.Fatalf("the stream ended: %v", e.lines.Err())
	return one
}

func TestModeratorsAreToldWhatHappens(t *testing.T) {
	d := newDesk(t)
	ann := d.visit(t, "Ann")
	first := d.say(t, ann, "hello "+hostile)
	stream := d.listen(t, "alice", "")
	begin := stream.next(t)
	if got := begin.says(); got != "reset panel add" || strings.Contains(begin.changes[2].HTML, "<script>") {
		t.Fatalf("got %q, want all there is", got)
	}
	d.say(t, ann, "again")
	if got := stream.next(t); got.says() != "add" || !strings.Contains(got.changes[0].HTML, "again") {
		t.Fatalf("got %+v, want the message", got)
	}
	if err := d.Rooms.Panic(t.Context(), d.alice, d.room.ID); err != nil {
		t.Fatal(err)
	}
	last := stream.next(t)
	if got := last.says(); got != "panel" || !strings.Contains(last.changes[0].HTML, "End the protection") {
		t.Fatalf("got %+v, want a room that is protected", last)
	}
	stream.stop()
	if err := d.Rooms.Reject(t.Context(), d.alice, d.room.ID, first.ID); err != nil {
		t.Fatal(err)
	}
	back := d.listen(t, "alice", last.id)
	if got := back.next(t); got.says() != "remove panel" || got.changes[0].ID != int64(first.ID) {
		t.Errorf("got %+v, want what was missed", got)
	}
	for _, id := range []string{"999999", "-5", hostile} {
		stranger := d.listen(t, "alice", id)
		if got := stranger.next(t).says(); !strings.HasPrefix(got, "reset") {
			t.Errorf("who comes back with %q is told %q, want all there is", id, got)
		}
		stranger.stop()
	}
}

func TestBusyRoomsAreToldInBatches(t *testing.T) {
	d := newDesk(t)
	stream := d.listen(t, "alice", "")
	stream.next(t)
	const messages = 60
	for i := range messages {
		d.say(t, d.visit(t, "Guest "+strconv.Itoa(i)), "message "+strconv.Itoa(i))
	}
	got, batches := 0, 0
	for ; got < messages; batches++ {
		got += strings.Count(stream.next(t).says(), "add")
	}
	if got != messages || batches > messages/2 {
		t.Errorf("got %d messages in %d batches, want %d in fewer", got, batches, messages)
	}
}

func TestWhoIsNoLongerAModeratorHearsNothingMore(t *testing.T) {
	d := newDesk(t)
	b := d.Browser("alice")
	b.Post(deskPath+"/moderators", pairs([]string{"username", "bob"}))
	stream := d.listen(t, "bob", "")
	stream.next(t)
	status(t, b.Post(deskPath+"/moderators/remove", pairs([]string{"username", "bob"})), http.StatusSeeOther)
	for stream.lines.Scan() {
		if strings.HasPrefix(stream.lines.Text(), "data: ") && strings.Contains(stream.lines.Text(), `"add"`) {
			t.Error("a message was told")
		}
	}
	status(t, d.Browser("bob").Get(d.moderationPath()+"/events"), http.StatusForbidden)
}
