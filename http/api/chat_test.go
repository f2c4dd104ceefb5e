package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/chat"
	"lucarne/http/api"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

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
		"title": c.film.Name, "affiliation": "none", "occupants": 0.0,
		"settings": map[string]any{
			"mode": "everybody", "slowMode": 0.0, "moderationDelay": 0.0, "anonymizeModeration": false, "holdLinks": false, "emojiOnly": false,
		},
	})
	hasFields(t, "chat of the video", c.read(t, "/videos/"+id+"/chat", ""), map[string]any{"enabled": true, "room": room})
	for as, affiliation := range map[string]string{"alice": "owner", "root": "owner", "bob": "none"} {
		if got := c.read(t, c.room, as)["affiliation"]; got != affiliation {
			t.Errorf("%s: got %v, want %s", as, got, affiliation)
		}
	}
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
	var all []map[string]any
	export := c.expect(t, http.StatusOK, "GET", "/chat/me/messages/export", "bob", "")
	if err := json.Unmarshal(export.Body.Bytes(), &all); err != nil || bodiesOf(all) != "his too, his" || export.Header().Get("Content-Disposition") == "" {
		t.Errorf("export: got %s, %v, %v", export.Body, export.Header(), err)
	}
	if none := c.expect(t, http.StatusOK, "GET", "/chat/me/messages/export", "root", "").Body.String(); none != "[]" {
		t.Errorf("export of nothing: got %s", none)
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
func TestTokensAndOverlays(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	for _, tt := range []struct{ path, object, as string }{{"/chat/tokens", "token", "bob"}, {c.room + "/overlays", "overlay", "alice"}} {
		t.Run(tt.object, func(t *testing.T) {
			w := c.expect(t, http.StatusOK, "POST", tt.path, tt.as, `{"label":"OBS"}`)
			made := decoded(t, w)[tt.object].(map[string]any)
			hasFields(t, "made", made, map[string]any{"id": anything, "label": "OBS", "secret": anything, "createdAt": anything, "usedAt": nil})
			if len(made["secret"].(string)) < 30 || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("got secret %v, %v", made["secret"], w.Header())
			}
			listed := c.rows(t, tt.path, tt.as)
			if len(listed) != 1 {
				t.Fatalf("got %v", listed)
			}
			hasFields(t, "listed", listed[0], map[string]any{"id": made["id"], "label": "OBS", "createdAt": anything, "usedAt": nil})
			one := fmt.Sprintf("%s/%.0f", tt.path, made["id"])
			c.expect(t, http.StatusNoContent, "DELETE", one, tt.as, "")
			c.expect(t, http.StatusNotFound, "DELETE", one, tt.as, "")
			c.expect(t, http.StatusBadRequest, "POST", tt.path, tt.as, `{}`)
			c.expect(t, http.StatusUnauthorized, "GET", tt.path, "", "")
		})
	}
	c.expect(t, http.StatusForbidden, "GET", c.room+"/overlays", "bob", "")
}

func TestEveryOperationOfTheChatIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/chat-api.md")
	if err != nil {
		t.Fatal(err)
	}
	c := newChatting(t, dbtest.SQLite(t))
	for _, operation := range api.New(api.Services{Chat: c.chat, Catalogue: api.Catalogue{Videos: c.Videos}}).Operations() {
		isOurs := strings.Contains(operation, api.Prefix+"/chat/") || strings.HasSuffix(operation, "/chat")
		if short := strings.Replace(operation, api.Prefix, "", 1); isOurs && !strings.Contains(string(text), "`"+short+"`") {
			t.Errorf("%s is not in docs/chat-api.md", short)
		}
	}
}

func TestEmojiOfAChannel(t *testing.T) {
	t.Parallel()
	c := newChatting(t, dbtest.SQLite(t))
	path := fmt.Sprintf("/chat/channels/%d/emojis", c.Channel(t, "alice").ID)
	if none := c.rows(t, path, ""); len(none) != 0 {
		t.Errorf("at first: got %v", none)
	}
	picture := "data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte(pngOf(20, 20)))
	c.expect(t, http.StatusOK, "PUT", path, "alice", `{"emojis":[{"sn":"frog","url":"`+picture+`","isCategoryEmoji":true}]}`)
	list := c.rows(t, path, "")
	if len(list) != 1 {
		t.Fatalf("got %v", list)
	}
	hasFields(t, "emoji", list[0], map[string]any{"sn": ":frog:", "url": anything, "isCategoryEmoji": true})
	c.expect(t, http.StatusOK, "PUT", path, "alice", fmt.Sprintf(`{"emojis":[{"sn":"toad","url":%q}]}`, list[0]["url"]))
	file := c.expect(t, http.StatusOK, "GET", path+"/export", "alice", "")
	c.expect(t, http.StatusOK, "PUT", path, "alice", `{"emojis":`+file.Body.String()+`}`)
	if again := c.rows(t, path, ""); len(again) != 1 || again[0]["sn"] != ":toad:" || again[0]["url"] == list[0]["url"] {
		t.Errorf("from the exported file: got %v", again)
	}
	for _, body := range []string{`{}`, `{"emojis":{}}`, `{"emojis":[{"sn":"a","url":"https://example.org/a.png"}]}`} {
		c.expect(t, http.StatusBadRequest, "PUT", path, "alice", body)
	}
}
