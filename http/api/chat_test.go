package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/http/api"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// openRooms has the chats work until the test ends.
func (s *studio) openRooms(t *testing.T) *chat.Rooms {
	t.Helper()
	s.chat.Rooms = chat.New(chat.Options{
		DB: s.DB, Clock: s.Clock, Outbox: s.Outbox, Videos: s.Videos, Channels: s.Channels, Lives: s.lives.lives, Logger: slog.New(slog.DiscardHandler),
		Secret: []byte("secret"), Settings: func() chat.SiteSettings { return chat.SiteSettings{AllowPatterns: true} },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.chat.Rooms.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	s.serve()
	return s.chat.Rooms
}

// chatting is a studio where a video of alice's has a chat.
type chatting struct {
	*studio
	film video.Video
	room string // path
}

func newChatting(t *testing.T, d *db.DB) *chatting {
	t.Helper()
	c := &chatting{studio: newStudio(t, d, nil)}
	c.openRooms(t)
	c.film = c.Video(t, c.users["alice"], nil)
	c.room = "/chat/rooms/" + c.film.UUID.String()
	c.expect(t, http.StatusNoContent, "PUT", "/videos/"+c.film.UUID.String()+"/chat", "alice", `{"enabled":true}`)
	return c
}

// expect sends a request and checks the status of the answer.
func (s *studio) expect(t *testing.T, status int, method, path, as, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := s.send(method, path, as, body)
	if w.Code != status {
		t.Fatalf("%s %s as %q: got %d %s, want %d", method, path, as, w.Code, w.Body, status)
	}
	return w
}

// read gives the answer to a GET as JSON.
func (s *studio) read(t *testing.T, path, as string) map[string]any {
	t.Helper()
	return decoded(t, s.expect(t, http.StatusOK, "GET", path, as, ""))
}

func decoded(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &value); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return value
}

// rows are the elements of a list.
func (s *studio) rows(t *testing.T, path, as string) []map[string]any {
	t.Helper()
	var rows []map[string]any
	for _, row := range s.read(t, path, as)["data"].([]any) {
		rows = append(rows, row.(map[string]any))
	}
	return rows
}

// say sends a message as a user.
func (c *chatting) say(t *testing.T, as, text string) chat.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	room, err := c.chat.Rooms.Find(ctx, c.film.UUID.String(), video.Access{})
	if err != nil {
		t.Fatal(err)
	}
	o, _, err := c.chat.Rooms.Join(ctx, room, chat.Entrance{Viewer: c.users[as]})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Leave()
	m, err := c.chat.Rooms.Send(ctx, o, chat.Post{Body: text})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func bodiesOf(rows []map[string]any) string {
	var list []string
	for _, row := range rows {
		list = append(list, row["body"].(string))
	}
	return strings.Join(list, ", ")
}

// hasFields checks that an object has these fields and no others, with the given values; anything stands for any value.
func hasFields(t *testing.T, what string, got, want map[string]any) {
	t.Helper()
	for name, value := range want {
		if there, ok := got[name]; !ok || value != anything && !reflect.DeepEqual(there, value) {
			t.Errorf("%s: %s: got %v, want %v", what, name, there, value)
		}
	}
	for name := range got {
		if _, known := want[name]; !known {
			t.Errorf("%s: an unexpected field %s", what, name)
		}
	}
}

const anything = "\x00anything"

func TestALiveSaysWhetherItHasAChat(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStudio(t, d, nil)
		s.openRooms(t)
		id := s.newLive(t, nil)
		isActive := func(want any) {
			t.Helper()
			data, _ := s.read(t, "/videos/"+id, "")["pluginData"].(map[string]any)
			if data["livechat-active"] != want {
				t.Errorf("got %v, want %v", data, want)
			}
		}
		isActive(true)
		for _, step := range []struct {
			sent string
			want bool
		}{
			{"false", false},
			{"true", true},
			{`"false"`, false},
			{`"true"`, true},
			{"null", false},
			{"true", true},
			{`"null"`, false},
		} {
			s.expect(t, http.StatusNoContent, "PUT", "/videos/"+id, "alice", `{"pluginData":{"livechat-active":`+step.sent+`,"other":1}}`)
			isActive(step.want)
		}
		s.expect(t, http.StatusNoContent, "PUT", "/videos/"+id, "alice", `{"name":"Another name","pluginData":{}}`)
		isActive(false)
		s.expect(t, http.StatusBadRequest, "PUT", "/videos/"+id, "alice", `{"pluginData":{"livechat-active":"perhaps"}}`)
		s.expect(t, http.StatusForbidden, "PUT", "/videos/"+id, "bob", `{"pluginData":{"livechat-active":true}}`)
		isActive(false)
		other := s.newLive(t, map[string]any{"pluginData[livechat-active]": "false"})
		if data := s.read(t, "/videos/"+other, "")["pluginData"]; !reflect.DeepEqual(data, map[string]any{"livechat-active": false}) {
			t.Errorf("a live made without a chat: got %v", data)
		}
		film := s.Video(t, s.users["alice"], nil)
		if data, there := s.read(t, "/videos/"+film.UUID.String(), "")["pluginData"]; there {
			t.Errorf("a video that is no live: got %v", data)
		}
	})
}

func TestTheRoomOfAVideo(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	id := c.film.UUID.String()
	room := c.read(t, c.room, "")
	hasFields(t, "room", room, map[string]any{
		"name": id, "jid": id + "@room.localhost", "videoUUID": id, "channelId": float64(c.Channel(t, "alice").ID), "isPanic": false,
		"pinnedMessageId": nil, "createdAt": anything, "websocketUrl": "ws://localhost:9100/xmpp-websocket", "boshUrl": "http://localhost:9100/http-bind",
		"settings": map[string]any{
			"mode": "everybody", "slowMode": 0.0, "moderationDelay": 0.0, "anonymizeModeration": false, "holdLinks": false, "emojiOnly": false,
		},
	})
	hasFields(t, "chat of the video", c.read(t, "/videos/"+id+"/chat", ""), map[string]any{"enabled": true, "room": room})
	c.expect(t, http.StatusForbidden, "PUT", "/videos/"+id+"/chat", "bob", `{"enabled":false}`)
	c.expect(t, http.StatusBadRequest, "PUT", "/videos/"+id+"/chat", "alice", `{}`)
	c.expect(t, http.StatusNoContent, "PUT", "/videos/"+id+"/chat", "alice", `{"enabled":false}`)
	hasFields(t, "without a chat", c.read(t, "/videos/"+id+"/chat", ""), map[string]any{"enabled": false, "room": nil})
	c.expect(t, http.StatusNotFound, "GET", c.room, "", "")
}

func TestSettingsOfARoomChangeOneByOne(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	for _, mode := range []string{"mute_anonymous", "signed_in", "followers", "read_only", "everybody"} {
		c.expect(t, http.StatusNoContent, "PUT", c.room+"/settings", "alice", `{"mode":"`+mode+`"}`)
		if got := c.read(t, c.room, "")["settings"].(map[string]any)["mode"]; got != mode {
			t.Errorf("got mode %v, want %s", got, mode)
		}
	}
	c.expect(t, http.StatusNoContent, "PUT", c.room+"/settings", "alice", `{"slowMode":30,"holdLinks":true}`)
	c.expect(t, http.StatusNoContent, "PUT", c.room+"/settings", "root", `{"moderationDelay":4,"anonymizeModeration":true,"emojiOnly":true}`)
	hasFields(t, "settings", c.read(t, c.room, "")["settings"].(map[string]any), map[string]any{
		"mode": "everybody", "slowMode": 30.0, "moderationDelay": 4.0, "anonymizeModeration": true, "holdLinks": true, "emojiOnly": true,
	})
	for _, tt := range []struct{ name, body, param string }{
		{"mode", `{"mode":"loud"}`, "mode"},
		{"slow mode", `{"slowMode":1001}`, "slowMode"},
		{"slow mode, text", `{"slowMode":"soon"}`, "slowMode"},
		{"delay", `{"moderationDelay":-1}`, "moderationDelay"},
		{"switch", `{"holdLinks":"perhaps"}`, "holdLinks"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			problem := decoded(t, c.expect(t, http.StatusBadRequest, "PUT", c.room+"/settings", "alice", tt.body))
			if params, _ := problem["invalid-params"].(map[string]any); params[tt.param] == nil {
				t.Errorf("got %v, want %s among what is refused", problem, tt.param)
			}
		})
	}
}

func TestMessagesArePagedBothWays(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	var ids []chat.MessageID
	for _, text := range []string{"one", "two", "three", "four"} {
		ids = append(ids, c.say(t, "alice", text).ID)
		c.Clock.Advance(time.Minute)
	}
	for _, tt := range []struct{ name, query, want string }{
		{"all", "", "one, two, three, four"},
		{"the last ones", "?count=2", "three, four"},
		{"before one", fmt.Sprintf("?count=2&before=%d", ids[2]), "one, two"},
		{"after one", fmt.Sprintf("?count=2&after=%d", ids[0]), "two, three"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := c.read(t, c.room+"/messages"+tt.query, "")
			if got := bodiesOf(c.rows(t, c.room+"/messages"+tt.query, "")); got != tt.want || answer["total"] != 4.0 {
				t.Errorf("got %s of %v, want %s of 4", got, answer["total"], tt.want)
			}
		})
	}
	hasFields(t, "message", c.rows(t, c.room+"/messages?count=1", "")[0], map[string]any{
		"id": float64(ids[3]), "nickname": "Alice", "occupantId": anything, "accountName": "alice", "avatarPath": nil, "affiliation": "owner", "body": "four",
		"kind": nil, "replyTo": nil, "mentions": []any{}, "sentAt": anything, "shownAt": anything, "editedAt": nil, "reactions": []any{},
	})
	for query, want := range map[string]int{"?before=x": http.StatusBadRequest, "?count=1000": http.StatusBadRequest, "?after=999": http.StatusNotFound} {
		c.expect(t, want, "GET", c.room+"/messages"+query, "", "")
	}
}

func TestAModeratorsDay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newChatting(t, d)
		c.expect(t, http.StatusNoContent, "PUT", c.room+"/settings", "alice", `{"holdLinks":true}`)
		kept := c.say(t, "bob", "see https://example.org")
		spam := c.say(t, "bob", "buy at https://example.com")
		held := c.rows(t, c.room+"/held", "alice")
		if bodiesOf(held) != "see https://example.org, buy at https://example.com" || held[0]["rule"] != "links" || held[0]["state"] != "held" {
			t.Fatalf("held: got %v", held)
		}
		bob := held[0]["person"].(string)
		c.expect(t, http.StatusNoContent, "POST", fmt.Sprintf("%s/messages/%d/approve", c.room, kept.ID), "alice", "")
		c.expect(t, http.StatusNoContent, "POST", fmt.Sprintf("%s/messages/%d/reject", c.room, spam.ID), "alice", "")
		if got := bodiesOf(c.rows(t, c.room+"/messages", "")); got != "see https://example.org" {
			t.Errorf("shown: got %s", got)
		}
		c.expect(t, http.StatusNoContent, "PUT", fmt.Sprintf("%s/pinned/%d", c.room, kept.ID), "alice", "")
		if got := c.read(t, c.room, "")["pinnedMessageId"]; got != float64(kept.ID) {
			t.Errorf("pinned: got %v", got)
		}
		c.expect(t, http.StatusNoContent, "DELETE", c.room+"/pinned", "alice", "")
		c.expect(t, http.StatusNoContent, "PUT", c.room+"/panic", "alice", "")
		if room := c.read(t, c.room, ""); room["isPanic"] != true || room["settings"].(map[string]any)["mode"] != "signed_in" || room["pinnedMessageId"] != nil {
			t.Errorf("in panic: got %v", room)
		}
		c.expect(t, http.StatusNoContent, "DELETE", c.room+"/panic", "alice", "")
		person := c.room + "/people/" + bob
		c.expect(t, http.StatusNoContent, "PUT", person+"/mute", "alice", `{"reason":"calm down","duration":600}`)
		c.expect(t, http.StatusNoContent, "PUT", person+"/ban", "alice", `{"reason":"spam","retract":true}`)
		c.expect(t, http.StatusNoContent, "POST", person+"/kick", "alice", `{}`)
		sanctions := c.rows(t, c.room+"/sanctions", "alice")
		if len(sanctions) != 2 {
			t.Fatalf("sanctions: got %v", sanctions)
		}
		for _, s := range sanctions {
			if s["kind"] == "ban" {
				hasFields(t, "sanction", s, map[string]any{"kind": "ban", "person": bob, "nickname": anything, "reason": "spam", "at": anything, "until": nil})
			}
		}
		if got := c.rows(t, c.room+"/messages", ""); len(got) != 0 {
			t.Errorf("what a banned person said: got %v", got)
		}
		card := c.read(t, person, "alice")
		hasFields(t, "card", card, map[string]any{
			"person": bob, "accountName": "bob", "avatarPath": nil, "nicknames": []any{"Bob"}, "isPresent": false, "messages": anything, "removed": anything,
			"firstSeen": anything, "sanctions": anything, "log": anything,
		})
		c.expect(t, http.StatusNoContent, "DELETE", person+"/ban", "alice", "")
		c.expect(t, http.StatusNoContent, "DELETE", person+"/mute", "alice", "")
		if left := c.rows(t, c.room+"/sanctions", "alice"); len(left) != 0 {
			t.Errorf("after lifting: got %v", left)
		}
		var actions []any
		for _, entry := range c.rows(t, c.room+"/log", "alice") {
			actions = append(actions, entry["action"])
		}
		want := []any{"lift mute", "lift ban", "kick", "ban", "mute", "calm", "panic", "pin", "pin", "reject", "approve", "settings"}
		if !reflect.DeepEqual(actions, want) {
			t.Errorf("log: got %v, want %v", actions, want)
		}
	})
}

func TestAPollIsAsked(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	w := c.expect(t, http.StatusOK, "POST", c.room+"/polls", "alice", `{"question":"Tea?","choices":["yes","no"],"duration":120}`)
	hasFields(t, "poll", decoded(t, w)["poll"].(map[string]any), map[string]any{
		"id": anything, "question": "Tea?", "endsAt": anything,
		"choices": []any{map[string]any{"label": "yes", "votes": 0.0}, map[string]any{"label": "no", "votes": 0.0}},
	})
	for _, body := range []string{`{}`, `{"question":"Tea?","choices":["yes"],"duration":120}`, `{"question":"Tea?","choices":["yes","no"],"duration":1}`} {
		c.expect(t, http.StatusBadRequest, "POST", c.room+"/polls", "alice", body)
	}
}

func TestRulesOfAChannel(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	path := fmt.Sprintf("/chat/channels/%d/settings", c.Channel(t, "alice").ID)
	const rules = `{"words":[{"enabled":true,"action":"hold","reason":"Be kind","applyToModerators":true,"label":"mild","language":"en","mode":"plain","entries":["darn"],"comments":"c"},
		{"enabled":false,"action":"refuse","reason":"","applyToModerators":false,"label":"","language":"","mode":"pattern","entries":["https?:"],"comments":""}],
		"specialCharacters":{"enabled":true,"action":"refuse","reason":"art","applyToModerators":false,"tolerance":2},
		"capitals":{"enabled":true,"action":"hold","reason":"","applyToModerators":false,"percent":80},
		"repetition":{"enabled":true,"action":"refuse","reason":"","applyToModerators":false,"within":90},
		"flood":{"enabled":true,"action":"refuse","reason":"","applyToModerators":false,"messages":4,"within":20},
		"links":{"enabled":true,"action":"hold","reason":"","applyToModerators":false,"allowed":["example.org"]}}`
	c.expect(t, http.StatusNoContent, "PUT", path, "alice", `{"hasRoom":true,"terms":"Be nice","hasRules":true,"defaults":{"mode":"followers","slowMode":5},"rules":`+rules+`}`)
	got := c.read(t, path, "alice")
	var want any
	if err := json.Unmarshal([]byte(rules), &want); err != nil {
		t.Fatal(err)
	}
	hasFields(t, "settings", got, map[string]any{
		"hasRoom": true, "terms": "Be nice", "hasRules": true, "rules": want,
		"defaults": map[string]any{
			"mode": "followers", "slowMode": 5.0, "moderationDelay": 0.0, "anonymizeModeration": false, "holdLinks": false, "emojiOnly": false,
		},
	})
	settings, err := c.chat.Rooms.ChannelSettings(t.Context(), c.users["alice"], c.Channel(t, "alice").ID)
	if err != nil || settings.Rules.Words[0].Mode != rule.Plain || settings.Rules.Flood.Within != 20*time.Second {
		t.Errorf("kept: got %+v, %v", settings, err)
	}
	c.expect(t, http.StatusNoContent, "PUT", path, "alice", `{"hasRules":false}`)
	if again := c.read(t, path, "alice"); again["hasRules"] != false || !reflect.DeepEqual(again["rules"], want) {
		t.Errorf("after one change: got %v", again)
	}
	for _, body := range []string{
		`{"rules":{"wrods":[]}}`, `{"rules":{"words":[{"mode":"loose"}]}}`, `{"rules":{"words":[{"action":"shout"}]}}`, `{"rules":{"flood":{"within":-1}}}`,
		`{"rules":{"words":[{"mode":"pattern","entries":["("]}]}}`, `{"rules":{"capitals":{"percent":101}}}`, `{"rules":"none"}`, `{"terms":"` + strings.Repeat("a", 401) + `"}`,
	} {
		c.expect(t, http.StatusBadRequest, "PUT", path, "alice", body)
	}
}

func TestRulesAreTriedOnWhatWasSaid(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	c.say(t, "bob", "well darn it")
	c.say(t, "bob", "all is well")
	w := c.expect(t, http.StatusOK, "POST", c.room+"/rules/try", "alice", `{"rules":{"words":[{"enabled":true,"action":"hold","label":"mild","entries":["darn"]}]}}`)
	caught := decoded(t, w)["data"].([]any)
	if len(caught) != 1 {
		t.Fatalf("got %v", caught)
	}
	hasFields(t, "caught", caught[0].(map[string]any), map[string]any{
		"body": "well darn it", "sentAt": anything, "action": "hold", "rule": "words", "label": "mild", "reason": nil,
	})
	c.expect(t, http.StatusBadRequest, "POST", c.room+"/rules/try", "alice", `{}`)
}

func TestModeratorsAreInvited(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	path := fmt.Sprintf("/chat/channels/%d/moderators", c.Channel(t, "alice").ID)
	c.expect(t, http.StatusForbidden, "GET", c.room+"/held", "bob", "")
	c.expect(t, http.StatusNoContent, "PUT", path+"/bob", "alice", "")
	hasFields(t, "moderator", c.rows(t, path, "alice")[0], map[string]any{"accountId": float64(c.users["bob"].AccountID()), "accountName": "bob"})
	c.expect(t, http.StatusOK, "GET", c.room+"/held", "bob", "")
	c.expect(t, http.StatusForbidden, "GET", path, "bob", "")
	c.expect(t, http.StatusForbidden, "PUT", path+"/root", "bob", "")
	c.expect(t, http.StatusNoContent, "DELETE", path+"/bob", "alice", "")
	c.expect(t, http.StatusForbidden, "GET", c.room+"/held", "bob", "")
	c.expect(t, http.StatusNotFound, "PUT", path+"/nobody", "alice", "")
}

func TestOnesOwnWordsAreReadAndErased(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	c.say(t, "alice", "hers")
	c.say(t, "bob", "his")
	c.say(t, "bob", "his too")
	own := c.rows(t, "/chat/me/messages", "bob")
	if bodiesOf(own) != "his too, his" || own[0]["room"] != c.film.UUID.String() {
		t.Fatalf("got %v", own)
	}
	if older := c.rows(t, fmt.Sprintf("/chat/me/messages?before=%.0f", own[0]["id"]), "bob"); bodiesOf(older) != "his" {
		t.Errorf("before the last: got %v", older)
	}
	c.expect(t, http.StatusNoContent, "DELETE", "/chat/me/messages", "bob", "")
	if left := c.rows(t, "/chat/me/messages", "bob"); len(left) != 0 {
		t.Errorf("after erasing: got %v", left)
	}
	if got := bodiesOf(c.rows(t, c.room+"/messages", "")); got != "hers" {
		t.Errorf("shown: got %s", got)
	}
	c.expect(t, http.StatusUnauthorized, "GET", "/chat/me/messages", "", "")
}

// Every operation of the chat that is not for all refuses who is not signed in, and who is but does not moderate.
func TestTheChatIsModeratedByModerators(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	said := c.say(t, "alice", "hello")
	values := strings.NewReplacer("{room}", c.film.UUID.String(), "{messageId}", fmt.Sprint(said.ID), "{person}", "visitor:1", "{accountName}", "root",
		"{channelId}", fmt.Sprint(c.Channel(t, "alice").ID), "{id}", c.film.UUID.String())
	open := []string{"GET /chat/rooms/{room}", "GET /chat/rooms/{room}/messages", "GET /videos/{id}/chat"}
	count := 0
	for _, operation := range api.New(api.Services{Chat: c.chat, Catalogue: api.Catalogue{Videos: c.Videos}}).Operations() {
		method, path, _ := strings.Cut(strings.Replace(operation, api.Prefix, "", 1), " ")
		isOpen := false
		for _, one := range open {
			isOpen = isOpen || one == method+" "+path
		}
		if isOpen || !strings.HasPrefix(path, "/chat/") && path != "/videos/{id}/chat" || strings.HasPrefix(path, "/chat/me/") {
			continue
		}
		count++
		body := `{"enabled":true,"question":"?","choices":["a","b"],"duration":60,"rules":{}}`
		c.expect(t, http.StatusUnauthorized, method, values.Replace(path), "", body)
		c.expect(t, http.StatusForbidden, method, values.Replace(path), "bob", body)
	}
	if count < 20 {
		t.Errorf("only %d operations were tried", count)
	}
}
