package livechat

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"lucarne/chat"
)

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"/plugins/livechat/router/ping", "/plugins/livechat/14.0.4/router/webchat/api/ping", "/plugins/livechat/ws/xmpp-websocket", "/plugins/livechat",
		"/plugins/livechat/router/api/api/", "/plugins/livechat//router//x", "/plugins/livechat/1/ws", "", "/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		place, rest := split(address)
		if strings.Contains(place, "/") || !strings.HasPrefix(rest, "/") {
			t.Errorf("%q: got %q and %q", address, place, rest)
		}
		if place == "router" && unnest(rest) != rest {
			t.Errorf("%q: the name of a router is left in %q", address, rest)
		}
	})
}

// FuzzConfiguration checks that what is told of a configuration can be posted again and changes nothing.
func FuzzConfiguration(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"bot":{"enabled":true,"forbiddenWords":[{"entries":["a"],"regexp":true}],"noDuplicate":{"delay":0},"quotes":[{"messages":["b"],"delay":1}]}}`,
		`{"slowMode":{"duration":5},"mute":{"anonymous":true},"moderation":{"delay":1,"anonymize":true},"terms":"t"}`,
		`{"bot":{"enabled":true,"nickname":"Robi","commands":[{"command":"c","message":"m"}]}}`, `{"slowMode":{"duration":-1}}`, `[]`, `{"bot":null}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var sent configurationJSON
		if json.Unmarshal([]byte(body), &sent) != nil || sent.check() != nil {
			return
		}
		told := configurationOf(sent.over(chat.DefaultChannelSettings()))
		text, err := json.Marshal(told)
		if err != nil {
			t.Fatal(err)
		}
		var again configurationJSON
		if err := json.Unmarshal(text, &again); err != nil || again.check() != nil {
			t.Fatalf("%s cannot be posted again: %v, %v", text, err, again.check())
		}
		if after := configurationOf(again.over(sent.over(chat.DefaultChannelSettings()))); !reflect.DeepEqual(after, told) {
			t.Errorf("got %+v, want %+v", after, told)
		}
	})
}
