package config

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lucarne/platform/fault"
)

// capture is one recorded request to a PeerTube and its answer.
type capture struct {
	Request struct {
		Body json.RawMessage `json:"body"`
	} `json:"request"`
	Response struct {
		Status int             `json:"status"`
		Body   json.RawMessage `json:"body"`
	} `json:"response"`
}

func readCapture(t *testing.T, name string) capture {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var c capture
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// flat lists the leaves of a JSON value by dotted path; a list is a leaf.
func flat(t *testing.T, v any) map[string]any {
	t.Helper()
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	leaves := map[string]any{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		object, ok := v.(map[string]any)
		if !ok {
			leaves[path] = v
			return
		}
		for name, child := range object {
			walk(join(path, name), child)
		}
	}
	walk("", decoded)
	return leaves
}

func open(t *testing.T, sources Sources) *Live {
	t.Helper()
	live, err := Open(sources)
	if err != nil {
		t.Fatal(err)
	}
	return live
}

func edit(t *testing.T, live *Live, body []byte) {
	t.Helper()
	overlay, err := live.Edit(body)
	if err != nil {
		t.Fatal(err)
	}
	if err := live.Apply(overlay); err != nil {
		t.Fatal(err)
	}
}

func TestCustomAnswersWhatPeerTubeAnswered(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"config-custom.json", "config-custom-put.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := flat(t, readCapture(t, name).Response.Body)
			live := open(t, Sources{})
			edit(t, live, readCapture(t, name).Response.Body)
			got := flat(t, live.Current().Custom())
			for path, value := range want {
				if !reflect.DeepEqual(got[path], value) {
					t.Errorf("%s: got %v, want %v", path, got[path], value)
				}
			}
		})
	}
}

func TestCustomHasTheKeysOfNewerVersions(t *testing.T) {
	t.Parallel()
	got := flat(t, Default().Custom())
	for path, want := range map[string]any{
		"theme.customization.primaryColor":                 nil,
		"theme.customization.onPrimaryColor":               nil,
		"instance.defaultLanguage":                         "en",
		"instance.social.blueskyLink":                      "",
		"client.header.hideInstanceName":                   false,
		"client.browseVideos.defaultScope":                 "federated",
		"transcoding.alwaysTranscodePodcastOptimizedAudio": false,
		"live.dvr.maxWindow":                               3600000.0,
		"storyboards.remoteRunners.enabled":                false,
		"followers.channels.enabled":                       true,
		"defaults.publish.licence":                         nil,
		"defaults.player.theme":                            "lucide",
		"email.subject.prefix":                             "[{{instanceName}}] ",
		"videoComments.acceptRemoteComments":               true,
	} {
		value, there := got[path]
		if !there || value != want {
			t.Errorf("%s: got %v (present: %v), want %v", path, value, there, want)
		}
	}
	for path := range got {
		for _, hidden := range []string{"database", "secrets", "lucarne", "listen", "live.rtmp", "import.videos.timeout", "instance.robots"} {
			if strings.HasPrefix(path, hidden) {
				t.Errorf("%s must not be shown in the web administration", path)
			}
		}
	}
}

func TestEditRefusesWhatPeerTubeRefused(t *testing.T) {
	t.Parallel()
	_, err := open(t, Sources{}).Edit(readCapture(t, "err-400-config-custom-put.json").Request.Body)
	want := &fault.Error{
		Kind: fault.Invalid, Message: "Incorrect request parameters: signup.limit",
		Params: []fault.Param{{Name: "signup.limit", Message: `must be a whole number, not "x"`, Value: "x", Rule: "type"}},
	}
	if !reflect.DeepEqual(err, want) {
		t.Fatalf("got %#v, want %#v", err, want)
	}
}

func TestEditNamesEveryRefusedValue(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, want string }{
		{"wrong types", `{"signup":{"enabled":"maybe","limit":1.5},"instance":{"languages":"fr"}}`, "signup.enabled, signup.limit, instance.languages"},
		{"a section that is none", `{"signup":5}`, "signup"},
		{"null where it means nothing", `{"signup":{"enabled":null}}`, "signup.enabled"},
		{"out of range", `{"signup":{"limit":-2},"transcoding":{"concurrency":0}}`, "signup.limit, transcoding.concurrency"},
		{"own names", `{"instance":{"defaultNSFWPolicy":"hide"}}`, "instance.defaultNSFWPolicy"},
		{"not an address", `{"admin":{"email":"nobody"}}`, "admin.email"},
		{"style that leaves its place", `{"theme":{"customization":{"primaryColor":"red;}body{display:none"}}}`, "theme.customization.primaryColor"},
		{"settings that disagree", `{"trending":{"videos":{"algorithms":{"enabled":["hot"],"default":"most-liked"}}}}`, "trending.videos.algorithms.default"},
		{"no rendition at all", `{"transcoding":{"hls":{"enabled":false}}}`, "transcoding.hls.enabled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			live := open(t, Sources{})
			before := live.Current()
			_, err := live.Edit([]byte(tt.body))
			if want := "Incorrect request parameters: " + tt.want; !fault.Is(err, fault.Invalid) || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if !reflect.DeepEqual(live.Current(), before) {
				t.Error("a refused edit changed the configuration")
			}
		})
	}
}

func TestEditStoresOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "config.yaml", "signup:\n  limit: 30\n")
	live := open(t, Sources{File: file})
	tests := []struct{ name, body, want string }{
		{"the whole form untouched", string(mustJSON(t, live.Current().Custom())), `{}`},
		{"one value", `{"instance":{"name":"Here"}}`, `{"instance":{"name":"Here"}}`},
		{"the value is kept by a later form", `{"instance":{"name":"Here"},"signup":{"limit":"40"}}`, `{"instance":{"name":"Here"},"signup":{"limit":40}}`},
		{"durations and sizes", `{"export":{"users":{"exportExpiration":1000,"maxUserVideoQuota":"1GB"}}}`, `{"export":{"users":{"export_expiration":1000,"max_user_video_quota":1073741824}},"instance":{"name":"Here"},"signup":{"limit":40}}`},
		{"back to the file's value", `{"signup":{"limit":30},"export":{"users":{"exportExpiration":172800000,"maxUserVideoQuota":10737418240}}}`, `{"instance":{"name":"Here"}}`},
		{"unknown keys", `{"instance":{"name":"Here","colour":"red"},"plugins":{"x":1}}`, `{"instance":{"name":"Here"}}`},
	}
	for _, tt := range tests { // each starts from what the one before stored
		overlay, err := live.Edit([]byte(tt.body))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if string(overlay) != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, overlay, tt.want)
		}
		if err := live.Apply(overlay); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
	}
}

func TestEditCanBeForbidden(t *testing.T) {
	t.Parallel()
	live := open(t, Sources{Environ: []string{"LUCARNE_WEBADMIN_CONFIGURATION_EDITION_ALLOWED=false"}})
	if _, err := live.Edit([]byte(`{}`)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestEditRefusesBodiesThatAreNoObject(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `[]`, `5`, `{"a":`, `{} {}`, strings.Repeat(`{"a":`, 100)} {
		if _, err := open(t, Sources{}).Edit([]byte(body)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.20q: got %v, want Invalid", body, err)
		}
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOfferedHasAnEffect(t *testing.T) {
	t.Parallel()
	got := flat(t, Default().Offered())
	for _, name := range []string{"instance.name", "signup.limit", "transcoding.resolutions.720p", "live.dvr.maxWindow"} {
		if _, there := got[name]; !there {
			t.Errorf("%s is not offered", name)
		}
	}
	for name := range got {
		if table().byCustom[name].use != "" {
			t.Errorf("%s is offered and has no effect", name)
		}
	}
}

func TestFixedNamesStrongerSources(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "config.yaml", "signup:\n  limit: 30\n")
	got := open(t, Sources{File: file, Environ: []string{"LUCARNE_SIGNUP_ENABLED=true", "LUCARNE_LISTEN_PORT=1"}}).Fixed()
	if want := map[string]string{"signup.enabled": "LUCARNE_SIGNUP_ENABLED"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEditTellsTheRule(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, rule, bound string }{
		{"type", `{"signup":{"limit":"x"}}`, "type", ""},
		{"least", `{"signup":{"limit":-2}}`, "min", "-1"},
		{"most", `{"transcoding":{"concurrency":65}}`, "max", "64"},
		{"an element of a list", `{"instance":{"categories":[0]}}`, "min", "1"},
		{"settings that disagree", `{"transcoding":{"hls":{"enabled":false}}}`, "together", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := open(t, Sources{}).Edit([]byte(tt.body))
			refused, ok := errors.AsType[*fault.Error](err)
			if !ok || len(refused.Params) != 1 {
				t.Fatalf("got %v, want one refused setting", err)
			}
			if p := refused.Params[0]; p.Rule != tt.rule || p.Bound != tt.bound {
				t.Errorf("got %q %q, want %q %q", p.Rule, p.Bound, tt.rule, tt.bound)
			}
		})
	}
}
