package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/chat/rule"
	"lucarne/http/api"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

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
	const bot = `{"enabled":true,"nickname":"Robi","quotes":[{"lines":["Drink water"],"every":600}],"commands":[{"name":"rules","answer":"Be kind"}]}`
	c.expect(t, http.StatusNoContent, "PUT", path, "alice",
		`{"hasRoom":true,"terms":"Be nice","hasRules":true,"defaults":{"mode":"followers","slowMode":5},"rules":`+rules+`,"bot":`+bot+`}`)
	got := c.read(t, path, "alice")
	var want, wantBot any
	for text, value := range map[string]*any{rules: &want, bot: &wantBot} {
		if err := json.Unmarshal([]byte(text), value); err != nil {
			t.Fatal(err)
		}
	}
	hasFields(t, "settings", got, map[string]any{
		"hasRoom": true, "terms": "Be nice", "hasRules": true, "rules": want, "bot": wantBot,
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
		`{"rules":{"words":[{"mode":"pattern","entries":["("]}]}}`, `{"rules":{"capitals":{"percent":101}}}`, `{"bot":{"quotes":[{"lines":["a"],"every":-1}]}}`, `{"bot":{"nickname":"<b>"}}`, `{"bot":{"song":"la"}}`,
		`{"rules":"none"}`, `{"terms":"` + strings.Repeat("a", 401) + `"}`,
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

func TestTheChatIsModeratedByModerators(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	said := c.say(t, "alice", "hello")
	values := strings.NewReplacer("{room}", c.film.UUID.String(), "{messageId}", fmt.Sprint(said.ID), "{person}", "visitor:1", "{accountName}", "root",
		"{channelId}", fmt.Sprint(c.Channel(t, "alice").ID), "{id}", c.film.UUID.String(), "{itemId}", "x", "{overlayId}", "1",
		"{subscriptionId}", c.subscribe(t))
	open := []string{
		"GET /chat/site/list", "GET /chat/channels/{channelId}/list", "GET /chat/channels/{channelId}/emojis", "GET /chat/rooms/{room}", "GET /chat/rooms/{room}/messages", "GET /videos/{id}/chat",
	}
	count := 0
	for _, operation := range api.New(api.Services{Chat: c.chat, Catalogue: api.Catalogue{Videos: c.Videos}}).Operations() {
		method, path, _ := strings.Cut(strings.Replace(operation, api.Prefix, "", 1), " ")
		isOpen := false
		for _, one := range open {
			isOpen = isOpen || one == method+" "+path
		}
		if isOpen || !strings.HasPrefix(path, "/chat/") && path != "/videos/{id}/chat" || strings.HasPrefix(path, "/chat/me/") ||
			strings.HasPrefix(path, "/chat/tokens") {
			continue
		}
		count++
		body := `{"enabled":true,"question":"?","choices":["a","b"],"duration":60,"rules":{},"kind":"note","description":"d","label":"l",
			"list":{"name":"l","words":[]},"url":"https://example.org/list","emojis":[]}`
		c.expect(t, http.StatusUnauthorized, method, values.Replace(path), "", body)
		c.expect(t, http.StatusForbidden, method, values.Replace(path), "bob", body)
	}
	if count < 30 {
		t.Errorf("only %d operations were tried", count)
	}
}

func TestModeratorsShareTasksAndNotes(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	lists := c.rows(t, c.room+"/tasks", "alice")
	if len(lists) != 1 || lists[0]["kind"] != "list" || lists[0]["name"] != c.film.Name {
		t.Fatalf("at first: got %v", lists)
	}
	made := decoded(t, c.expect(t, http.StatusOK, "POST", c.room+"/items", "alice", fmt.Sprintf(`{"kind":"task","listId":%q,"name":"Cut the ads","order":1}`, lists[0]["id"])))
	task := made["item"].(map[string]any)
	hasFields(t, "task", task, map[string]any{
		"id": anything, "kind": "task", "listId": lists[0]["id"], "order": 1.0, "name": "Cut the ads", "description": "", "done": false, "person": nil,
		"nickname": nil, "changedAt": anything,
	})
	one := c.room + "/items/" + task["id"].(string)
	c.expect(t, http.StatusOK, "PUT", one, "root", fmt.Sprintf(`{"kind":"task","listId":%q,"name":"Cut the ads","done":true}`, lists[0]["id"]))
	if tasks := c.rows(t, c.room+"/tasks", "alice"); len(tasks) != 2 || tasks[1]["done"] != true {
		t.Errorf("after it was done: got %v", tasks)
	}
	c.expect(t, http.StatusOK, "POST", c.room+"/items", "alice", `{"kind":"note","description":"spams","person":"visitor:1","nickname":"Joe"}`)
	if notes := c.rows(t, c.room+"/notes", "alice"); len(notes) != 1 || notes[0]["person"] != "visitor:1" || notes[0]["nickname"] != "Joe" {
		t.Errorf("notes: got %v", notes)
	}
	c.expect(t, http.StatusNoContent, "DELETE", one, "alice", "")
	c.expect(t, http.StatusNotFound, "DELETE", one, "alice", "")
	c.expect(t, http.StatusBadRequest, "POST", c.room+"/items", "alice", `{"kind":"song","name":"la"}`)
}

func TestModeratorsSearchAndTheSitesModeratorsListRooms(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	for _, text := range []string{"un café", "tea", "CAFE"} {
		c.say(t, "bob", text)
	}
	path := c.room + "/messages/search"
	if got := bodiesOf(c.rows(t, path+"?search=cafe", "alice")); got != "CAFE, un café" {
		t.Errorf("got %s", got)
	}
	first := c.read(t, path+"?search=cafe&count=1", "alice")
	if got := bodiesOf(c.rows(t, fmt.Sprintf("%s?search=cafe&count=1&before=%.0f", path, first["next"]), "alice")); got != "un café" {
		t.Errorf("after %v: got %s", first, got)
	}
	person := c.rows(t, path+"?search=tea", "alice")[0]["person"].(string)
	if got := bodiesOf(c.rows(t, path+"?person="+person, "alice")); got != "CAFE, tea, un café" {
		t.Errorf("a person: got %s", got)
	}
	c.expect(t, http.StatusBadRequest, "GET", path, "alice", "")
	hasFields(t, "room in the list", c.rows(t, "/chat/rooms", "root")[0], map[string]any{
		"name": c.film.UUID.String(), "title": c.film.Name, "channelId": anything, "isPanic": false, "occupants": 0.0, "lastSaidAt": anything,
		"createdAt": anything,
	})
	c.expect(t, http.StatusForbidden, "GET", "/chat/rooms", "alice", "")
}
