package s2s

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

var testSite = Site{Host: "video.example", Origin: "https://video.example"}

var everything = Settings{DirectPort: 5269, WebSocket: true, Publish: true, Visitors: true}

const testKey = "8f7dba31-29a8-4c3f-8a8b-6c7d6fdf1f1f"

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func declared() Declaration {
	return *Declare(testSite, everything, Chat{Key: testKey, CustomEmojisURL: "https://video.example/plugins/livechat/router/emojis/channel/1/definition"})
}

// edit is the whole declaration with some of its fields changed; nil removes one.
func edit(t *testing.T, changes map[string]any) []byte {
	t.Helper()
	data, err := json.Marshal(declared())
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	for path, value := range changes {
		at := fields
		keys := strings.Split(path, ".")
		for _, key := range keys[:len(keys)-1] {
			at = at[key].(map[string]any)
		}
		at[keys[len(keys)-1]] = value
		if value == nil {
			delete(at, keys[len(keys)-1])
		}
	}
	data, err = json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestParseDeclaration(t *testing.T) {
	whole := declared()
	whole.Links = []Link{}
	without := func(change func(*Declaration, *ServerInfos)) Declaration {
		d, server := whole, *whole.Server
		d.Server = &server
		change(&d, &server)
		return d
	}
	noDirect := without(func(_ *Declaration, s *ServerInfos) { s.Direct = nil })
	noSocket := without(func(_ *Declaration, s *ServerInfos) { s.WebSocket = nil })
	noAnonymous := without(func(_ *Declaration, s *ServerInfos) { s.Anonymous = nil })
	noExternal := without(func(_ *Declaration, s *ServerInfos) { s.External = "" })
	noEmojis := without(func(d *Declaration, _ *ServerInfos) { d.CustomEmojisURL = "" })
	cases := []struct {
		name    string
		changes map[string]any
		want    Declaration
	}{
		{"whole", nil, whole},
		{"port as a number", map[string]any{"xmppserver.directs2s.port": 5269}, noDirect},
		{"port with words", map[string]any{"xmppserver.directs2s.port": "5269@evil"}, noDirect},
		{"port 0", map[string]any{"xmppserver.directs2s.port": "0"}, noDirect},
		{"port too high", map[string]any{"xmppserver.directs2s.port": "70000"}, noDirect},
		{"socket elsewhere", map[string]any{"xmppserver.websockets2s.url": "wss://evil.example/x"}, noSocket},
		{"socket one label below", map[string]any{"xmppserver.websockets2s.url": "wss://a.video.example/x"}, noSocket},
		{"socket with a query", map[string]any{"xmppserver.websockets2s.url": "wss://video.example/x?y"}, noSocket},
		{"socket with an empty query", map[string]any{"xmppserver.websockets2s.url": "wss://video.example/x?"}, noSocket},
		{"socket with a user", map[string]any{"xmppserver.websockets2s.url": "wss://video.example@evil.example/"}, noSocket},
		{"socket over HTTP", map[string]any{"xmppserver.websockets2s.url": "https://video.example/x"}, noSocket},
		{"socket of another scheme", map[string]any{"xmppserver.websockets2s.url": "file://video.example/x"}, noSocket},
		{"socket is no text", map[string]any{"xmppserver.websockets2s.url": []string{"x"}}, noSocket},
		{"anonymous host elsewhere", map[string]any{"xmppserver.anonymous.virtualhost": "anon.evil.example"}, noAnonymous},
		{"anonymous is no object", map[string]any{"xmppserver.anonymous": true}, noAnonymous},
		{"external host two labels below", map[string]any{"xmppserver.external": "a.b.video.example"}, noExternal},
		{"external host with a part before", map[string]any{"xmppserver.external": "a@external.video.example"}, noExternal},
		{"emojis elsewhere", map[string]any{"customEmojisUrl": "https://evil.example/x"}, noEmojis},
		{"emojis as a script", map[string]any{"customEmojisUrl": "javascript:alert(1)"}, noEmojis},
		{"the links that repeat it", map[string]any{"links": nil}, whole},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, ok := ParseDeclaration(edit(t, c.changes), "video.example")
			if !ok || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, %+v\nwant %+v", ok, got, c.want)
			}
		})
	}
}

func TestParseDeclarationDropsAll(t *testing.T) {
	cases := []struct {
		name    string
		changes map[string]any
		host    string
	}{
		{"other type", map[string]any{"type": "matrix"}, "video.example"},
		{"no address", map[string]any{"jid": nil}, "video.example"},
		{"address of no room", map[string]any{"jid": "room.video.example"}, "video.example"},
		{"address of an occupant", map[string]any{"jid": testKey + "@room.video.example/x"}, "video.example"},
		{"room elsewhere", map[string]any{"jid": testKey + "@room.evil.example"}, "video.example"},
		{"host elsewhere", map[string]any{"xmppserver.host": "evil.example"}, "video.example"},
		{"host that only ends alike", map[string]any{"xmppserver.host": "evilvideo.example"}, "video.example"},
		{"no rooms", map[string]any{"xmppserver.muc": nil}, "video.example"},
		{"rooms two labels below", map[string]any{"xmppserver.muc": "a.room.video.example", "jid": "x@a.room.video.example"}, "video.example"},
		{"rooms with an empty label", map[string]any{"xmppserver.muc": ".video.example"}, "video.example"},
		{"server is no object, and links are no server", map[string]any{"xmppserver": "x", "jid": "x@video.example"}, "video.example"},
		{"the video is of another host", nil, "other.example"},
		{"a host without a dot", map[string]any{"xmppserver.host": "localhost", "xmppserver.muc": "room.localhost", "jid": "x@room.localhost"}, "localhost"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := ParseDeclaration(edit(t, c.changes), c.host); ok {
				t.Errorf("got %+v", got)
			}
		})
	}
	for _, text := range []string{"", "false", "null", "[]", `"xmpp"`, "{", `{"type":"xmpp","jid":"` + strings.Repeat("x", maxDeclarationBytes) + `"}`} {
		if got, ok := ParseDeclaration([]byte(text), "video.example"); ok {
			t.Errorf("%.40s: got %+v", text, got)
		}
	}
}

func TestParseDeclarationOfOldVersions(t *testing.T) {
	const old = `{"type":"xmpp","jid":"x@room.video.example","links":[
		{"type":"xmpp-bosh-anonymous","url":"https://video.example/http-bind","jid":"anon.video.example"},
		{"type":"xmpp-websocket-anonymous","url":"wss://evil.example/ws","jid":"anon.video.example"}, 7]}`
	got, ok := ParseDeclaration([]byte(old), "video.example")
	want := Declaration{Type: "xmpp", JID: "x@room.video.example", Links: []Link{}, Server: &ServerInfos{
		Host: "video.example", MUC: "room.video.example",
		Anonymous: &AnonymousIn{VirtualHost: "anon.video.example", BOSH: "https://video.example/http-bind"},
	}}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %+v\nwant %+v", ok, got, want)
	}
}

func TestDeclare(t *testing.T) {
	cases := []struct {
		name     string
		settings Settings
		want     string
	}{
		{"everything", everything, `{"type":"xmpp","jid":"k@room.video.example","links":[` +
			`{"type":"xmpp-bosh-anonymous","url":"https://video.example/plugins/livechat/router/http-bind","jid":"anon.video.example"},` +
			`{"type":"xmpp-websocket-anonymous","url":"wss://video.example/plugins/livechat/ws/xmpp-websocket","jid":"anon.video.example"}],` +
			`"xmppserver":{"host":"video.example","muc":"room.video.example","external":"external.video.example","directs2s":{"port":"5269"},` +
			`"websockets2s":{"url":"wss://video.example/plugins/livechat/ws/xmpp-websocket-s2s"},` +
			`"anonymous":{"virtualhost":"anon.video.example","bosh":"https://video.example/plugins/livechat/router/http-bind",` +
			`"websocket":"wss://video.example/plugins/livechat/ws/xmpp-websocket"}}}`},
		{"the least", Settings{Publish: true}, `{"type":"xmpp","jid":"k@room.video.example","links":[],` +
			`"xmppserver":{"host":"video.example","muc":"room.video.example","external":"external.video.example"}}`},
		{"nothing", Settings{DirectPort: 5269, WebSocket: true, Visitors: true}, "null"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := json.Marshal(Declare(testSite, c.settings, Chat{Key: "k", Name: "Chat"}))
			if err != nil || string(got) != c.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestAttachments(t *testing.T) {
	want := []Attachment{
		{"Link", "Chat", "discussion", "https://video.example/plugins/livechat/router/webchat/room/k"},
		{"Link", "Chat", "discussion", "xmpp://k@room.video.example?join"},
	}
	if got := Attachments(testSite, everything, Chat{Key: "k", Name: "Chat"}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Attachments(testSite, Settings{Publish: true}, Chat{Key: "k", Name: "Chat"}); !reflect.DeepEqual(got, want[:1]) {
		t.Errorf("got %v, want %v", got, want[:1])
	}
	if got := Attachments(testSite, Settings{DirectPort: 5269}, Chat{Key: "k"}); got != nil {
		t.Errorf("got %v", got)
	}
	context, err := json.Marshal(Context())
	if err != nil || string(context) != `{"peertubeLiveChat":{"@id":"ptlc:peertubeLiveChat","@type":"@json"},"ptlc":"urn:peertube-plugin-livechat"}` {
		t.Errorf("got %s, %v", context, err)
	}
}

// FuzzParseDeclaration checks that whatever is declared, nothing of another host comes out.
func FuzzParseDeclaration(f *testing.F) {
	data, err := json.Marshal(declared())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"type":"xmpp","jid":"x@room.video.example","links":[{"type":"xmpp-bosh-anonymous","url":"https://video.example/","jid":"anon.video.example"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, ok := ParseDeclaration(data, "video.example")
		if !ok {
			return
		}
		again, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := ParseDeclaration(again, "video.example"); !ok || !reflect.DeepEqual(got, d) {
			t.Fatalf("%+v was read again as %v, %+v", d, ok, got)
		}
		for host := range d.Server.ways() {
			if host != "video.example" && !strings.HasSuffix(host, ".video.example") {
				t.Fatalf("a way to %s", host)
			}
		}
	})
}
