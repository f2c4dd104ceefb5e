package livechat_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

// posted is a configuration as the plugin's client posts it.
const posted = `{
	"bot":{"enabled":true,
		"forbiddenWords":[
			{"entries":["darn","heck"],"label":"mild","reason":"Be kind","comments":"agreed in May"},
			{"enabled":false,"entries":["https?:"],"regexp":true,"applyToModerators":true}],
		"forbidSpecialChars":{"enabled":true,"reason":"no art","tolerance":3,"applyToModerators":false},
		"noDuplicate":{"enabled":true,"reason":"again","delay":90,"applyToModerators":true},
		"nickname":"Robi","quotes":[{"messages":["Drink water","Stretch"],"delay":600}],"commands":[{"command":"rules","message":"Be kind"}]},
	"slowMode":{"duration":15},"mute":{"anonymous":true},"moderation":{"delay":5,"anonymize":true},"terms":"Be nice"}`

func (w *world) channelPath(t *testing.T, owner string) string {
	t.Helper()
	return fmt.Sprintf("/router/api/configuration/channel/%d", w.Channel(t, owner).ID)
}

func TestAConfigurationBecomesSettingsAndIsToldAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		path := w.channelPath(t, "alice")
		if got := w.do("POST", path, "alice", posted); got.Code != http.StatusOK {
			t.Fatalf("got %d %s", got.Code, got.Body)
		}
		settings, err := w.rooms.ChannelSettings(t.Context(), w.users["alice"], w.Channel(t, "alice").ID)
		if err != nil {
			t.Fatal(err)
		}
		want := chat.ChannelSettings{
			Defaults: chat.Settings{Mode: chat.AnonymousMuted, SlowMode: 15 * time.Second, ModerationDelay: 5 * time.Second, AnonymizeModeration: true},
			Terms:    "Be nice", HasRules: true,
			Bot: chat.Bot{
				IsOn: true, Nickname: "Robi", Quotes: []chat.Quotes{{Lines: []string{"Drink water", "Stretch"}, Every: 10 * time.Minute}},
				Commands: []chat.Command{{Name: "rules", Answer: "Be kind"}},
			},
			Rules: rule.Set{
				Words: []rule.WordList{
					{Policy: rule.Policy{Enabled: true, Reason: "Be kind"}, Label: "mild", Entries: []string{"darn", "heck"}, Comments: "agreed in May"},
					{Policy: rule.Policy{AppliesModerators: true}, Mode: rule.Pattern, Entries: []string{"https?:"}},
				},
				SpecialChars: rule.SpecialChars{Policy: rule.Policy{Enabled: true, Reason: "no art"}, Tolerance: 3},
				Repetition:   rule.Repetition{Policy: rule.Policy{Enabled: true, Reason: "again", AppliesModerators: true}, Within: 90 * time.Second},
			},
		}
		if !reflect.DeepEqual(settings, want) {
			t.Errorf("got %+v\nwant %+v", settings, want)
		}
		var got struct {
			Channel struct {
				ID                int64
				Name, DisplayName string
			}
			Configuration any
		}
		w.get(t, path, "mod", &got)
		if got.Channel.Name != "alice_channel" || got.Channel.ID != int64(w.Channel(t, "alice").ID) {
			t.Errorf("the channel: got %+v", got.Channel)
		}
		var wanted any
		if err := json.Unmarshal([]byte(strings.Replace(posted, `{"entries":["darn"`, `{"enabled":true,"entries":["darn"`, 1)), &wanted); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Configuration, wanted) {
			t.Errorf("told again: got %v\nwant %v", got.Configuration, wanted)
		}
	})
}

func TestADefaultConfigurationIsThePlugins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	var got struct{ Configuration any }
	w.get(t, w.channelPath(t, "alice"), "alice", &got)
	const want = `{"bot":{"enabled":false,"forbiddenWords":[],"forbidSpecialChars":{"enabled":false,"reason":"","tolerance":0,"applyToModerators":false},
		"noDuplicate":{"enabled":false,"reason":"","delay":60,"applyToModerators":false},"nickname":"Sepia","quotes":[],"commands":[]},
		"slowMode":{"duration":0},"mute":{"anonymous":false},"moderation":{"delay":0,"anonymize":false}}`
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Configuration, wanted) {
		t.Errorf("got %v\nwant %v", got.Configuration, wanted)
	}
}

func TestAConfigurationLeavesWhatItHasNoWordsFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	id := w.Channel(t, "alice").ID
	before := chat.DefaultChannelSettings()
	before.HasRoom, before.HasRules, before.Defaults = true, true, chat.Settings{Mode: chat.FollowersOnly, HoldLinks: true}
	before.Rules.Capitals = rule.Capitals{Policy: rule.Policy{Enabled: true}, Percent: 80}
	before.Rules.Links = rule.Links{Policy: rule.Policy{Enabled: true, Action: rule.Hold}, Allowed: []string{"example.org"}}
	before.Rules.Words = []rule.WordList{{Policy: rule.Policy{Action: rule.Hold}, Label: "mild", Language: "en", Mode: rule.Plain}}
	if err := w.rooms.ConfigureChannel(t.Context(), w.users["alice"], id, before); err != nil {
		t.Fatal(err)
	}
	if got := w.do("POST", w.channelPath(t, "alice"), "alice", posted); got.Code != http.StatusOK {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
	after, err := w.rooms.ChannelSettings(t.Context(), w.users["alice"], id)
	if err != nil {
		t.Fatal(err)
	}
	mild := after.Rules.Words[0]
	if !after.HasRoom || !after.Defaults.HoldLinks || after.Defaults.Mode != chat.FollowersOnly || !reflect.DeepEqual(after.Rules.Capitals, before.Rules.Capitals) ||
		!reflect.DeepEqual(after.Rules.Links, before.Rules.Links) || mild.Language != "en" || mild.Mode != rule.Plain || mild.Action != rule.Hold {
		t.Errorf("got %+v", after)
	}
	off := strings.Replace(posted, `"bot":{"enabled":true,`, `"bot":{"enabled":false,`, 1)
	off = strings.Replace(off, `"darn","heck"`, `"other"`, 1)
	if got := w.do("POST", w.channelPath(t, "alice"), "alice", off); got.Code != http.StatusOK {
		t.Fatalf("got %d %s", got.Code, got.Body)
	}
	kept, err := w.rooms.ChannelSettings(t.Context(), w.users["alice"], id)
	if err != nil {
		t.Fatal(err)
	}
	if kept.HasRules || !reflect.DeepEqual(kept.Rules, after.Rules) {
		t.Errorf("a bot switched off keeps what it was told: got %+v", kept)
	}
}

func TestAWrongConfigurationIsRefusedInThePluginsForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	path := w.channelPath(t, "alice")
	for _, tt := range []struct{ name, body, want string }{
		{"no JSON", `{`, "cannot be read"},
		{"an unknown field", `{"chimera":true}`, "chimera"},
		{"a text for a number", `{"slowMode":{"duration":"soon"}}`, "cannot be read"},
		{"slow mode", `{"slowMode":{"duration":1001}}`, "slowMode.duration"},
		{"slow mode below nothing", `{"slowMode":{"duration":-1}}`, "slowMode.duration"},
		{"slow mode beyond counting", `{"slowMode":{"duration":9223372036854775}}`, "slowMode.duration"},
		{"delay", `{"moderation":{"delay":61}}`, "moderation.delay"},
		{"tolerance", `{"bot":{"enabled":true,"forbidSpecialChars":{"tolerance":11}}}`, "tolerance"},
		{"repetition", `{"bot":{"enabled":true,"noDuplicate":{"delay":86401}}}`, "noDuplicate.delay"},
		{"quotes too often", `{"bot":{"enabled":true,"quotes":[{"messages":["a"],"delay":0}]}}`, "bot.quotes[0].delay"},
		{"quotes beyond counting", `{"bot":{"enabled":true,"quotes":[{"messages":["a"],"delay":9223372036854775}]}}`, "bot.quotes[0].delay"},
		{"command", `{"bot":{"enabled":true,"commands":[{"command":"!a b","message":"c"}]}}`, "bot.commands[0].command"},
		{"nickname", `{"bot":{"enabled":true,"nickname":"<b>"}}`, "bot.nickname"},
		{"terms", `{"terms":"` + strings.Repeat("a", 401) + `"}`, "terms"},
		{"a pattern", `{"bot":{"enabled":true,"forbiddenWords":[{"entries":["("],"regexp":true}]}}`, "missing closing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := w.do("POST", path, "alice", tt.body)
			var told map[string]string
			if err := json.Unmarshal(got.Body.Bytes(), &told); err != nil || got.Code != http.StatusBadRequest {
				t.Fatalf("got %d %s, %v", got.Code, got.Body, err)
			}
			if message := told["validationErrorMessage"]; !strings.Contains(message, tt.want) || len(told) != 1 {
				t.Errorf("got %v, want one with %q", told, tt.want)
			}
		})
	}
}

func TestAConfigurationIsForTheOwnerAndModeratorsOfTheSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for as, want := range map[string]int{
		"": http.StatusForbidden, "bob": http.StatusForbidden, "alice": http.StatusOK, "mod": http.StatusOK, "root": http.StatusOK,
	} {
		for method, body := range map[string]string{"GET": "", "POST": posted} {
			if got := w.do(method, w.channelPath(t, "alice"), as, body); got.Code != want {
				t.Errorf("%s as %q: got %d %s, want %d", method, as, got.Code, got.Body, want)
			}
		}
	}
	for path, want := range map[string]int{"/router/api/configuration/channel/999": http.StatusNotFound, "/router/api/configuration/channel/x": http.StatusBadRequest} {
		if got := w.do("GET", path, "alice", ""); got.Code != want {
			t.Errorf("%s: got %d, want %d", path, got.Code, want)
		}
	}
}
