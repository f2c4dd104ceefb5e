package chat_test

import (
	"strings"
	"testing"
	"time"

	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

// withBot gives the channel a bot.
func (w *world) withBot(t testing.TB, b chat.Bot) {
	t.Helper()
	b.IsOn = true
	must(t, w.rooms.ConfigureChannel(t.Context(), w.owner, w.Channel(t, "alice").ID, chat.ChannelSettings{Bot: b}))
}

func TestQuotesAreSaidInTurn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.withBot(t, chat.Bot{Quotes: []chat.Quotes{{Lines: []string{"drink water", "be kind"}, Every: time.Minute}}})
		bob, welcome := w.enter(t, visitor("bob"))
		if len(welcome.Present) != 1 || welcome.Present[0].Nick != "Sepia" {
			t.Errorf("present: %+v", welcome.Present)
		}
		w.Clock.Advance(time.Minute)
		if e := expect(t, bob, "posted drink water"); e.Message.Kind != chat.FromBot || e.Message.Nick != "Sepia" || e.Person != chat.BotPerson {
			t.Errorf("said %+v", e.Message)
		}
		w.Clock.Advance(time.Minute) // nobody said anything: the turn passes
		<-time.After(250 * time.Millisecond)
		silent(t, bob)
		w.send(t, bob, "hi")
		expect(t, bob, "posted hi")
		w.stop()
		w.start(t)
		bob, _ = w.enter(t, visitor("bob"))
		w.Clock.Advance(time.Minute)
		expect(t, bob, "posted be kind") // goes on where it was
	})
}

func TestCommandsAreAnswered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.withBot(t, chat.Bot{Nickname: "Robi", Commands: []chat.Command{{Name: "rules", Answer: "Be kind"}, {Name: "site", Answer: "See elsewhere"}}})
		bob, _ := w.enter(t, visitor("bob"))
		asked := w.send(t, bob, "!RULES please")
		expect(t, bob, "posted !RULES please")
		if e := expect(t, bob, "posted Be kind"); e.Message.ReplyTo != asked.ID || e.Message.Nick != "Robi" {
			t.Errorf("answered %+v", e.Message)
		}
		w.Clock.Advance(2 * time.Second)
		w.send(t, bob, "!rules") // again so soon
		expect(t, bob, "posted !rules")
		silent(t, bob)
		w.send(t, bob, "!help")
		expect(t, bob, "posted !help")
		expect(t, bob, "posted !rules !site")
		w.send(t, bob, "!site") // the bot answered just now
		expect(t, bob, "posted !site")
		silent(t, bob)
		for _, text := range []string{"!nothing", "!", "! rules", "site"} {
			w.Clock.Advance(time.Minute)
			w.send(t, bob, text)
			expect(t, bob, "posted "+text)
		}
		silent(t, bob)
		if _, _, err := w.rooms.Join(t.Context(), w.room, visitor("R0bi")); !fault.Is(err, fault.Conflict) {
			t.Errorf("somebody passes for the bot: %v", err)
		}
		_, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: "x", Kind: chat.FromBot})
		refused(t, err, fault.Invalid, "kind")
	})
}

func TestCommandsThatWaitAreAnsweredWhenShown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.withBot(t, chat.Bot{Commands: []chat.Command{{Name: "rules", Answer: "Be kind"}}})
		must(t, w.rooms.Configure(t.Context(), w.owner, w.room.ID, chat.Settings{ModerationDelay: 10 * time.Second}))
		bob, _ := w.enter(t, visitor("bob"))
		w.send(t, bob, "!rules")
		expect(t, bob, "pending !rules")
		silent(t, bob)
		w.Clock.Advance(10 * time.Second)
		expect(t, bob, "posted !rules")
		expect(t, bob, "posted Be kind")
	})
}

func TestTheBotsBounds(t *testing.T) {
	long := strings.Repeat("x", 2001)
	line := []string{"hi"}
	each(t, func(t *testing.T, w *world) {
		for name, b := range map[string]chat.Bot{
			"nickname with signs": {Nickname: "<bot>"}, "long nickname": {Nickname: strings.Repeat("b", 41)}, "turned nickname": {Nickname: "a\u202eb"},
			"reserved nickname": {Nickname: "PeerTube"}, "spaces around": {Nickname: " bot "},
			"too often": {Quotes: []chat.Quotes{{Lines: line}}}, "too rarely": {Quotes: []chat.Quotes{{Lines: line, Every: 6001 * time.Second}}},
			"long line": {Quotes: []chat.Quotes{{Lines: []string{long}, Every: time.Minute}}}, "empty line": {Quotes: []chat.Quotes{{Lines: []string{" "}, Every: time.Minute}}},
			"many lists": {Quotes: make([]chat.Quotes, 21)}, "many lines": {Quotes: []chat.Quotes{{Lines: make([]string, 101), Every: time.Minute}}},
			"command with !": {Commands: []chat.Command{{Name: "!x", Answer: "y"}}}, "of two words": {Commands: []chat.Command{{Name: "x y", Answer: "y"}}},
			"empty command": {Commands: []chat.Command{{Answer: "y"}}}, "same twice": {Commands: []chat.Command{{Name: "x", Answer: "y"}, {Name: "X", Answer: "y"}}},
			"no answer": {Commands: []chat.Command{{Name: "x"}}}, "long answer": {Commands: []chat.Command{{Name: "x", Answer: long}}},
			"many commands": {Commands: make([]chat.Command, 101)},
		} {
			err := w.rooms.ConfigureChannel(t.Context(), w.owner, w.Channel(t, "alice").ID, chat.ChannelSettings{Bot: b})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestRefusalsNameTheRule(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		on := rule.Policy{Enabled: true}
		must(t, w.rooms.ConfigureChannel(t.Context(), w.owner, w.Channel(t, "alice").ID, chat.ChannelSettings{HasRules: true, Rules: rule.Set{
			Words: []rule.WordList{{Policy: on, Label: "mine", Entries: []string{"never"}}}, Capitals: rule.Capitals{Policy: on}, Links: rule.Links{Policy: on},
		}}))
		bob, _ := w.enter(t, visitor("bob"))
		for body, want := range map[string][2]string{
			"never": {"words: mine", "words that are not allowed"}, "SHOUTING LOUDLY": {"capitals", "capitals"}, "https://x.example": {"links", "Links are not allowed"},
		} {
			_, err := w.rooms.Send(t.Context(), bob, chat.Post{Body: body})
			refused(t, err, fault.Forbidden, want[1])
			if f := err.(*fault.Error); f.Code != "rule" || len(f.Params) != 1 || f.Params[0].Name != want[0] {
				t.Errorf("%s: %+v", body, f)
			}
		}
	})
}
