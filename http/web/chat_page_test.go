package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/http/web/webtest"
	"lucarne/live"
	"lucarne/video"
)

// lounge is a live with its room, somebody who broadcasts it and somebody who watches.
type lounge struct {
	*webtest.World
	owner account.Viewer
	live  video.Video
	room  chat.Room
}

func newLounge(t *testing.T) *lounge {
	t.Helper()
	w := newWorld(t)
	l := &lounge{World: w, owner: w.Join(t, "alice", account.Ordinary)}
	w.Join(t, "bob", account.Ordinary)
	l.live = w.Live(t, l.owner, live.Change{Permanent: ptr(true), SaveReplay: ptr(true)}, named("Evening talk"))
	var err error
	if l.room, err = w.Rooms.Find(t.Context(), l.live.UUID.String(), video.Access{}); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *lounge) path() string { return "/chat/" + l.live.UUID.String() }

// say has the owner say something.
func (l *lounge) say(t *testing.T, body string) chat.Message {
	t.Helper()
	o, _, err := l.Rooms.Join(t.Context(), l.room, chat.Entrance{Viewer: l.owner})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Leave()
	m, err := l.Rooms.Send(t.Context(), o, chat.Post{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// islandOf reads the settings of the chat on a page.
func islandOf(t *testing.T, page document) map[string]any {
	t.Helper()
	found := page.all("lucarne-chat")
	if len(found) != 1 {
		t.Fatalf("got %d chats, want 1", len(found))
	}
	var settings map[string]any
	if err := json.Unmarshal([]byte(document{found[0], 0}.first("script", "type", "application/json")), &settings); err != nil {
		t.Fatal(err)
	}
	return settings
}

func TestChatStandsBesideTheVideo(t *testing.T) {
	l := newLounge(t)
	film := l.Film(t, l.owner, []byte("film"), nil)
	if _, err := l.Rooms.Find(t.Context(), film.UUID.String(), video.Access{}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/w/" + l.live.ShortUUID(), "/w/" + film.ShortUUID()} {
		visitor, user := islandOf(t, read(t, l.Browser("").Get(path))), islandOf(t, read(t, l.Browser("bob").Get(path)))
		if visitor["auth"] != "" || visitor["signIn"] == "" || user["auth"] == "" || user["signIn"] != "" {
			t.Errorf("%s: a visitor signs in at %v and a user at %v", path, visitor["signIn"], user["auth"])
		}
		if visitor["visitorDomain"] != "anon.localhost" || !strings.HasSuffix(fmt.Sprint(visitor["room"]), "@room.localhost") {
			t.Errorf("got the addresses %v and %v", visitor["room"], visitor["visitorDomain"])
		}
	}
	l.ChatRules.AllVideos = false
	if page := read(t, l.Browser("").Get("/w/"+film.ShortUUID())); len(page.all("lucarne-chat")) != 0 {
		t.Error("a video without a room has a chat")
	}
	l.ChatRules.HideFromAnonymous = true
	if page := read(t, l.Browser("").Get("/w/"+l.live.ShortUUID())); len(page.all("lucarne-chat")) != 0 {
		t.Error("a visitor sees a chat that is for people with an account")
	}
}

func TestChatBesideTheVideoCanBeClosed(t *testing.T) {
	l := newLounge(t)
	watch := "/w/" + l.live.ShortUUID()
	b := l.Browser("")
	isClosed := func() bool {
		for _, node := range read(t, b.Get(watch)).all("div", "data-chat", "closed") {
			return strings.Contains(attr(node, "class"), "watch")
		}
		return false
	}
	for _, choice := range []string{"closed", "open"} {
		answer := b.Post("/preferences/chat", url.Values{"value": {choice}, "next": {watch}})
		if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != watch {
			t.Errorf("%s: got %d to %q", choice, answer.Code, answer.Header().Get("Location"))
		}
		if isClosed() != (choice == "closed") {
			t.Errorf("the chat is not %s", choice)
		}
	}
	status(t, b.Post("/preferences/chat", url.Values{"value": {"elsewhere"}}), http.StatusBadRequest)
}

// The page of a video costs a bounded number of queries for its chat, whatever was said.
func TestChatCostsTheWatchPageLittle(t *testing.T) {
	l := newLounge(t)
	film := l.Film(t, l.owner, []byte("film"), nil)
	for name, of := range map[string]video.Video{"live": l.live, "video": film} {
		asked := func() int64 {
			least := int64(1000)
			for range 5 { // the rooms ask for themselves meanwhile
				before := l.DB.Queries()
				status(t, l.Browser("").Get("/w/"+of.ShortUUID()), http.StatusOK)
				least = min(least, l.DB.Queries()-before)
			}
			return least
		}
		l.ChatRules.HideFromAnonymous = true
		without := asked()
		l.ChatRules.HideFromAnonymous = false
		few := asked()
		for n := range 8 {
			l.Clock.Advance(10 * time.Second)
			l.say(t, fmt.Sprint("hello ", n))
		}
		if many := asked(); many != few || few-without > 2 {
			t.Errorf("%s: got %d queries without a chat, %d with one and %d with messages; want at most 2 more", name, without, few, many)
		}
	}
}

func TestChatIsReadAndWrittenWithoutScript(t *testing.T) {
	l := newLounge(t)
	const hostile = `<script>alert(1)</script> & "quotes"`
	l.say(t, hostile)
	if err := l.Rooms.ConfigureChannel(t.Context(), l.owner, l.live.Channel.ID, chat.ChannelSettings{Terms: "Be kind."}); err != nil {
		t.Fatal(err)
	}
	page := read(t, l.Browser("").Get(l.path()))
	if got := page.texts("span", "class", "chat-text"); !slices.Equal(got, []string{hostile}) {
		t.Errorf("got %q, want the message as text", got)
	}
	if got := page.first("p", "class", "chat-terms"); got != "Be kind." {
		t.Errorf("got terms %q", got)
	}
	if forms := page.all("form", "action", l.path()+"/messages"); len(forms) != 0 {
		t.Error("a visitor is offered to write without a script")
	}
	bob := l.Browser("bob")
	if forms := read(t, bob.Get(l.path())).all("form", "action", l.path()+"/messages"); len(forms) != 1 {
		t.Fatalf("got %d forms, want 1", len(forms))
	}
	answer := bob.Post(l.path()+"/messages", url.Values{"body": {"Hello from a plain page"}})
	if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != l.path()+"#end" {
		t.Errorf("got %d to %q", answer.Code, answer.Header().Get("Location"))
	}
	if got := read(t, bob.Get(l.path())).texts("span", "class", "chat-text"); !slices.Contains(got, "Hello from a plain page") {
		t.Errorf("got %q", got)
	}
	framed := bob.Post(l.path()+"/messages", url.Values{"body": {"In a frame"}, "framed": {"true"}})
	if got := framed.Header().Get("Location"); got != l.path()+"/embed#end" {
		t.Errorf("from a frame: got %q", got)
	}
}

func TestChatTellsWhatItRefuses(t *testing.T) {
	l := newLounge(t)
	bob := l.Browser("bob")
	send := func(body string) document { return read(t, bob.Post(l.path()+"/messages", url.Values{"body": {body}})) }
	problem := func(page document) string { return page.first("div", "class", "alert-text") }
	if page := send(strings.Repeat("long ", 500)); page.status != http.StatusUnprocessableEntity || !strings.Contains(problem(page), "2,000") {
		t.Errorf("too long: got %d %q", page.status, problem(page))
	}
	for name, c := range map[string]struct {
		settings chat.Settings
		want     string
	}{
		"read only": {chat.Settings{Mode: chat.ReadOnly}, "Only moderators"}, "followers": {chat.Settings{Mode: chat.FollowersOnly}, "Only followers"},
		"emoji": {chat.Settings{EmojiOnly: true}, "only emoji"},
	} {
		if err := l.Rooms.Configure(t.Context(), l.owner, l.room.ID, c.settings); err != nil {
			t.Fatal(err)
		}
		if page := send("words"); page.status != http.StatusUnprocessableEntity || !strings.Contains(problem(page), c.want) {
			t.Errorf("%s: got %d %q, want %q", name, page.status, problem(page), c.want)
		}
	}
	status(t, l.Browser("").Post(l.path()+"/messages", url.Values{"body": {"x"}}), http.StatusUnauthorized)
	status(t, bob.Post("/chat/channel.999/messages", url.Values{"body": {"x"}}), http.StatusNotFound)
	status(t, forged(l.World, l.path()+"/messages", url.Values{"body": {"forged"}}), http.StatusForbidden)
}

func TestPollIsVotedInWithoutScript(t *testing.T) {
	l := newLounge(t)
	poll, err := l.Rooms.Ask(t.Context(), l.owner, l.room.ID, "Tea?", []string{"Yes", "No"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	bob := l.Browser("bob")
	if got := read(t, bob.Get(l.path())).all("button", "name", "choice"); len(got) != 2 {
		t.Fatalf("got %d choices, want 2", len(got))
	}
	vote := url.Values{"poll": {fmt.Sprint(poll.ID)}, "choice": {"1"}}
	status(t, bob.Post(l.path()+"/vote", vote), http.StatusSeeOther)
	board, err := l.Rooms.Board(t.Context(), l.room)
	if err != nil || board.Poll == nil || !slices.Equal(board.Poll.Votes, []int{0, 1}) {
		t.Errorf("got %+v, %v", board.Poll, err)
	}
	status(t, bob.Post(l.path()+"/vote", url.Values{"poll": {"999"}, "choice": {"1"}}), http.StatusUnprocessableEntity)
}

func TestChatOnOtherSites(t *testing.T) {
	l := newLounge(t)
	for path, c := range map[string]struct{ mode, framedBy string }{
		"": {"room", "'none'"}, "/popout": {"room", "'none'"}, "/embed": {"room", "*"}, "/embed?readonly=1": {"read", "*"},
	} {
		answer := l.Browser("").Get(l.path() + path)
		if policy := answer.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors "+c.framedBy) {
			t.Errorf("%q: got policy %q", path, policy)
		}
		again := l.Browser("")
		again.Header.Set("If-None-Match", answer.Header().Get("ETag"))
		if kept := again.Get(l.path() + path); kept.Code != http.StatusNotModified || kept.Header().Get("Content-Security-Policy") != "" {
			t.Errorf("%q: asked again, got %d with policy %q, which is not that of the page's nonce", path, kept.Code, kept.Header().Get("Content-Security-Policy"))
		}
		if got := islandOf(t, read(t, answer)); got["mode"] != c.mode {
			t.Errorf("%q: got mode %v, want %s", path, got["mode"], c.mode)
		}
	}
	answer := l.Browser("").Get("/chat/7d7b1c1e-3a51-4d8d-9d0e-000000000000/embed")
	status(t, answer, http.StatusNotFound)
	if page := read(t, answer); page.first("h1") != "There is no chat here" || len(page.all("header")) != 0 {
		t.Errorf("got %q in a frame", page.first("h1"))
	}
	status(t, l.Browser("").Get("/chat/nowhere"), http.StatusNotFound)
	if moved := l.Browser("").Get("/chat/" + l.live.ShortUUID()); moved.Header().Get("Location") != l.path() {
		t.Errorf("the short name leads to %q", moved.Header().Get("Location"))
	}
}

func TestOverlayOfAChat(t *testing.T) {
	l := newLounge(t)
	made, err := l.Tokens.CreateOverlay(t.Context(), l.owner, l.room.ID, "OBS")
	if err != nil {
		t.Fatal(err)
	}
	answer := l.Browser("alice").Get("/chat-overlay/" + made.Secret)
	status(t, answer, http.StatusOK)
	if answer.Header().Get("Referrer-Policy") != "no-referrer" || answer.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the address may be told: %v", answer.Header())
	}
	if got := islandOf(t, read(t, answer)); got["mode"] != "overlay" || got["auth"] != "" {
		t.Errorf("got %v, want an overlay that is nobody", got)
	}
	if err := l.Tokens.RevokeOverlay(t.Context(), l.owner, l.room.ID, made.ID); err != nil {
		t.Fatal(err)
	}
	status(t, l.Browser("alice").Get("/chat-overlay/"+made.Secret), http.StatusUnauthorized)
}

func TestChatIsReplayedWithTheRecording(t *testing.T) {
	l := newLounge(t)
	l.say(t, "before the show")
	l.Clock.Advance(time.Minute)
	session := l.GoOnAir(t, l.live.ID)
	for n := range 3 {
		l.Clock.Advance(40 * time.Second)
		l.say(t, fmt.Sprint("at ", 40*(n+1)))
	}
	l.Clock.Advance(time.Second)
	l.LeaveAir(t, session.ID, 0)
	l.Clock.Advance(time.Minute)
	l.say(t, "after the show")
	recorded, err := l.Replays.Prepare(t.Context(), session.ID)
	if err != nil {
		t.Fatal(err)
	}
	l.Publish(t, session.ID)
	page := read(t, l.Browser("").Get("/w/"+recorded.ShortUUID()))
	settings := islandOf(t, page)
	if settings["mode"] != "replay" || settings["replay"] != "/chat/"+recorded.UUID.String()+"/replay" {
		t.Fatalf("got %v %v, want a replay", settings["mode"], settings["replay"])
	}
	type said struct {
		At   float64 `json:"at"`
		Body string  `json:"body"`
	}
	for window, want := range map[string][]said{
		"from=0&to=60": {{40, "at 40"}}, "from=40&to=80": {{40, "at 40"}}, "from=60&to=100000": {{80, "at 80"}, {120, "at 120"}}, "from=500&to=600": {},
	} {
		answer := l.Browser("").Get(fmt.Sprint(settings["replay"], "?", window))
		status(t, answer, http.StatusOK)
		var got struct{ Messages []said }
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || !slices.Equal(got.Messages, want) {
			t.Errorf("%s: got %v, %v; want %v", window, got.Messages, err, want)
		}
	}
	for _, bad := range []string{"", "from=a&to=b", "from=5&to=5", "from=-1&to=5", "from=0&to=1e300", "from=NaN&to=NaN", "from=0&to=9&after=12345"} {
		if answer := l.Browser("").Get(fmt.Sprint(settings["replay"], "?", bad)); answer.Code/100 != 4 {
			t.Errorf("%q: got %d", bad, answer.Code)
		}
	}
	status(t, l.Browser("").Get("/chat/"+l.live.UUID.String()+"/replay?from=0&to=60"), http.StatusNotFound)
}

func TestPinnedMessagesBecomeChapters(t *testing.T) {
	l := newLounge(t)
	session := l.GoOnAir(t, l.live.ID)
	l.Clock.Advance(40 * time.Second)
	m := l.say(t, "The bridge <b>\nand more of it")
	if err := l.Rooms.Pin(t.Context(), l.owner, m.RoomID, m.ID); err != nil {
		t.Fatal(err)
	}
	l.Clock.Advance(time.Minute)
	l.LeaveAir(t, session.ID, 0)
	recorded, err := l.Replays.Prepare(t.Context(), session.ID)
	if err != nil {
		t.Fatal(err)
	}
	l.Publish(t, session.ID)
	path := "/my/videos/" + recorded.UUID.String() + "/chapters"
	b := l.Browser("alice")
	if page := b.Get(path).Body.String(); !strings.Contains(page, "/chapters?from=pinned") || strings.Contains(page, "The bridge") {
		t.Errorf("nothing is offered, or taken over without being asked: %s", page)
	}
	if page := b.Get(path + "?from=pinned").Body.String(); !strings.Contains(page, "0:40 The bridge &lt;b&gt;\n") || strings.Contains(page, "and more") {
		t.Errorf("the proposal: %s", page)
	}
}
