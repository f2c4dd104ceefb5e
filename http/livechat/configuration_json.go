package livechat

import (
	"cmp"
	"fmt"
	"time"

	"lucarne/chat"
	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

// configurationJSON is a channel's configuration as the plugin has it. Times are seconds.
type configurationJSON struct {
	Bot        botJSON        `json:"bot"`
	SlowMode   slowModeJSON   `json:"slowMode"`
	Mute       muteJSON       `json:"mute"`
	Moderation moderationJSON `json:"moderation"`
	Terms      string         `json:"terms,omitempty"`
}

type slowModeJSON struct {
	Duration int `json:"duration"`
}

type muteJSON struct {
	Anonymous bool `json:"anonymous"`
}

type moderationJSON struct {
	Delay     int  `json:"delay"`
	Anonymize bool `json:"anonymize"`
}

type botJSON struct {
	Enabled            bool             `json:"enabled"`
	Nickname           string           `json:"nickname,omitempty"`
	ForbiddenWords     []forbiddenJSON  `json:"forbiddenWords"`
	ForbidSpecialChars specialCharsJSON `json:"forbidSpecialChars"`
	NoDuplicate        noDuplicateJSON  `json:"noDuplicate"`
	Quotes             []quotesJSON     `json:"quotes"`
	Commands           []commandJSON    `json:"commands"`
}

type forbiddenJSON struct {
	Enabled           *bool    `json:"enabled,omitempty"` // missing: true
	Entries           []string `json:"entries"`
	IsPattern         bool     `json:"regexp,omitempty"`
	AppliesModerators bool     `json:"applyToModerators,omitempty"`
	Label             string   `json:"label,omitempty"`
	Reason            string   `json:"reason,omitempty"`
	Comments          string   `json:"comments,omitempty"`
}

type specialCharsJSON struct {
	Enabled           bool   `json:"enabled"`
	Reason            string `json:"reason"`
	Tolerance         int    `json:"tolerance"`
	AppliesModerators bool   `json:"applyToModerators"`
}

type noDuplicateJSON struct {
	Enabled           bool   `json:"enabled"`
	Reason            string `json:"reason"`
	Delay             int    `json:"delay"`
	AppliesModerators bool   `json:"applyToModerators"`
}

type quotesJSON struct {
	Messages []string `json:"messages"`
	Delay    int      `json:"delay"`
}

type commandJSON struct {
	Command string `json:"command"` // without "!"
	Message string `json:"message"`
}

// maxSeconds keeps times countable; the subject's bounds are far below.
const maxSeconds = 1 << 30

// check refuses what the subject cannot judge.
func (c configurationJSON) check() error {
	times := map[string]int{
		"slowMode.duration": c.SlowMode.Duration, "moderation.delay": c.Moderation.Delay, "bot.noDuplicate.delay": c.Bot.NoDuplicate.Delay,
	}
	for i, q := range c.Bot.Quotes {
		times[fmt.Sprintf("bot.quotes[%d].delay", i)] = q.Delay
	}
	for name, n := range times {
		if n < 0 || n > maxSeconds {
			return fault.InvalidParam(name, n, "Should be a number of seconds")
		}
	}
	return nil
}

func inSeconds(d time.Duration) int { return int(d / time.Second) }

// configurationOf is what the plugin's clients are told.
func configurationOf(s chat.ChannelSettings) configurationJSON {
	d := s.Defaults
	return configurationJSON{
		Bot: botOf(s), SlowMode: slowModeJSON{inSeconds(d.SlowMode)}, Mute: muteJSON{d.Mode == chat.AnonymousMuted},
		Moderation: moderationJSON{Delay: inSeconds(d.ModerationDelay), Anonymize: d.AnonymizeModeration}, Terms: s.Terms,
	}
}

func botOf(s chat.ChannelSettings) botJSON {
	special, repeated := s.Rules.SpecialChars, s.Rules.Repetition
	bot := botJSON{
		Enabled: s.HasRules || s.Bot.IsOn, Nickname: cmp.Or(s.Bot.Nickname, chat.DefaultBotNick),
		ForbiddenWords: []forbiddenJSON{}, Quotes: []quotesJSON{}, Commands: []commandJSON{},
		ForbidSpecialChars: specialCharsJSON{special.Enabled, special.Reason, special.Tolerance, special.AppliesModerators},
		NoDuplicate:        noDuplicateJSON{repeated.Enabled, repeated.Reason, inSeconds(repeated.Within), repeated.AppliesModerators},
	}
	if repeated.Within == 0 {
		bot.NoDuplicate.Delay = inSeconds(time.Minute) // what rule.Repetition takes it for
	}
	for _, list := range s.Rules.Words {
		bot.ForbiddenWords = append(bot.ForbiddenWords, forbiddenJSON{
			Enabled: &list.Enabled, Entries: append([]string{}, list.Entries...), IsPattern: list.Mode == rule.Pattern,
			AppliesModerators: list.AppliesModerators, Label: list.Label, Reason: list.Reason, Comments: list.Comments,
		})
	}
	for _, q := range s.Bot.Quotes {
		bot.Quotes = append(bot.Quotes, quotesJSON{Messages: append([]string{}, q.Lines...), Delay: inSeconds(q.Every)})
	}
	for _, c := range s.Bot.Commands {
		bot.Commands = append(bot.Commands, commandJSON{Command: c.Name, Message: c.Answer})
	}
	return bot
}

// over is the settings with what the configuration says of them. A bot that is switched off keeps what it was told before.
func (c configurationJSON) over(s chat.ChannelSettings) chat.ChannelSettings {
	s.Defaults.SlowMode = time.Duration(c.SlowMode.Duration) * time.Second
	s.Defaults.ModerationDelay = time.Duration(c.Moderation.Delay) * time.Second
	s.Defaults.AnonymizeModeration = c.Moderation.Anonymize
	s.Defaults.Mode = c.Mute.over(s.Defaults.Mode)
	s.Terms = c.Terms
	if !c.Bot.Enabled {
		s.HasRules, s.Bot.IsOn = false, false
		return s
	}
	if !s.HasRules && !s.Bot.IsOn { // one switch there, two here
		s.HasRules, s.Bot.IsOn = true, true
	}
	s.Rules, s.Bot = c.Bot.over(s.Rules), c.Bot.bot(s.Bot)
	return s
}

// bot is what the room says by itself.
func (b botJSON) bot(before chat.Bot) chat.Bot {
	bot := chat.Bot{IsOn: before.IsOn || len(b.Quotes) > 0 || len(b.Commands) > 0, Nickname: b.Nickname}
	for _, q := range b.Quotes {
		bot.Quotes = append(bot.Quotes, chat.Quotes{Lines: q.Messages, Every: time.Duration(q.Delay) * time.Second})
	}
	for _, c := range b.Commands {
		bot.Commands = append(bot.Commands, chat.Command{Name: c.Command, Answer: c.Message})
	}
	return bot
}

// over leaves modes the plugin does not have as they are: they mute at least as many.
func (m muteJSON) over(mode chat.Mode) chat.Mode {
	switch {
	case m.Anonymous && mode == chat.Everybody:
		return chat.AnonymousMuted
	case !m.Anonymous && mode == chat.AnonymousMuted:
		return chat.Everybody
	}
	return mode
}

// never is a time in which nobody repeats anything: 0 stands for a minute there.
const never = time.Millisecond

func (b botJSON) over(s rule.Set) rule.Set {
	special, repeated := b.ForbidSpecialChars, b.NoDuplicate
	s.SpecialChars.Enabled, s.SpecialChars.Reason = special.Enabled, special.Reason
	s.SpecialChars.Tolerance, s.SpecialChars.AppliesModerators = special.Tolerance, special.AppliesModerators
	s.Repetition.Enabled, s.Repetition.Reason = repeated.Enabled, repeated.Reason
	s.Repetition.AppliesModerators = repeated.AppliesModerators
	if s.Repetition.Within = time.Duration(repeated.Delay) * time.Second; repeated.Delay == 0 {
		s.Repetition.Within = never
	}
	before := s.Words
	s.Words = nil
	for i, list := range b.ForbiddenWords {
		s.Words = append(s.Words, list.over(listBefore(before, i, list.Label)))
	}
	return s
}

// listBefore finds the list that a list of a configuration changes: the one of its name, or without one the one at its place.
func listBefore(lists []rule.WordList, place int, label string) rule.WordList {
	for _, list := range lists {
		if label != "" && list.Label == label {
			return list
		}
	}
	if place < len(lists) && (label == "" || lists[place].Label == "") {
		return lists[place]
	}
	return rule.WordList{}
}

func (f forbiddenJSON) over(list rule.WordList) rule.WordList {
	list.Enabled = f.Enabled == nil || *f.Enabled
	list.Entries, list.Label, list.Reason, list.Comments = f.Entries, f.Label, f.Reason, f.Comments
	list.AppliesModerators = f.AppliesModerators
	switch {
	case f.IsPattern:
		list.Mode = rule.Pattern
	case list.Mode == rule.Pattern:
		list.Mode = rule.Whole
	}
	return list
}
