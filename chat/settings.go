package chat

import (
	"time"
	"unicode/utf8"

	"lucarne/chat/rule"
	"lucarne/platform/fault"
)

// Mode is who may speak in a room.
type Mode string

// The modes. The zero Mode lets everybody speak.
const (
	Everybody      Mode = ""
	AnonymousMuted Mode = "mute anonymous" // who is not signed in reads
	SignedInOnly   Mode = "signed-in only" // who is not signed in is not let in
	FollowersOnly  Mode = "followers only" // who does not follow the channel or its owner reads
	ReadOnly       Mode = "read only"      // moderators speak
)

// Settings are those of one room.
type Settings struct {
	Mode                Mode
	SlowMode            time.Duration // between two messages of one person; moderators are spared
	ModerationDelay     time.Duration // before others see a message
	AnonymizeModeration bool          // the room is not told which moderator did something
	HoldLinks           bool          // messages with links wait for a moderator
	EmojiOnly           bool          // but for moderators, messages are emoji and nothing else
}

// ChannelSettings are those all rooms of a channel have in common, and what new ones begin with.
type ChannelSettings struct {
	HasRoom  bool     // the channel has a room of its own, beside those of its videos
	Defaults Settings // of new rooms
	Terms    string   // shown to whoever joins
	HasRules bool     // Rules apply
	Rules    rule.Set
	Bot      Bot
}

// SiteSettings are the host's.
type SiteSettings struct {
	Terms             string        // shown to whoever joins any room
	AllVideos         bool          // videos that are no lives have chats too, unless their owner chose otherwise
	HideFromAnonymous bool          // people without an account do not see chats
	AllowPatterns     bool          // regular expressions in forbidden words
	BanAddresses      bool          // bans of people without an account are bans of their address too
	Retention         time.Duration // of messages and polls; not above 0: for good
	LogRetention      time.Duration // of what moderators did; 0: DefaultLogRetention, below: for good
}

// Bounds of settings, and what a panic sets.
const (
	maxSlowMode        = 1000 * time.Second
	maxModerationDelay = 60 * time.Second
	maxTermsRunes      = 400
	panicSlowMode      = 10 * time.Second
	// DefaultRetention is how long messages are kept where nobody chose.
	DefaultRetention = 7 * 24 * time.Hour
	// DefaultLogRetention is how long it is kept what moderators did.
	DefaultLogRetention = 365 * 24 * time.Hour
)

// DefaultChannelSettings are those of a channel whose owner chose nothing.
func DefaultChannelSettings() ChannelSettings {
	return ChannelSettings{Rules: rule.Set{Repetition: rule.Repetition{Within: time.Minute}}}
}

func (s Settings) check() error {
	var params []fault.Param
	switch s.Mode {
	case Everybody, AnonymousMuted, SignedInOnly, FollowersOnly, ReadOnly:
	default:
		params = append(params, fault.Param{Name: "mode", Message: "Unknown mode", Value: string(s.Mode)})
	}
	if s.SlowMode < 0 || s.SlowMode > maxSlowMode {
		params = append(params, fault.Param{Name: "slowMode.duration", Message: "Should be between 0 and 1000 seconds"})
	}
	if s.ModerationDelay < 0 || s.ModerationDelay > maxModerationDelay {
		params = append(params, fault.Param{Name: "moderation.delay", Message: "Should be between 0 and 60 seconds"})
	}
	return fault.InvalidParams(params)
}

func (s ChannelSettings) check() error {
	if err := s.Defaults.check(); err != nil {
		return err
	}
	if utf8.RuneCountInString(s.Terms) > maxTermsRunes {
		return fault.InvalidParam("terms", nil, "Should have at most %d characters", maxTermsRunes)
	}
	if err := s.Bot.check(); err != nil {
		return err
	}
	_, err := rule.Compile(s.Rules, rule.Options{Patterns: true})
	return err
}

// inPanic is what the settings become while a room is under attack.
func (s Settings) inPanic() Settings {
	if s.Mode == Everybody || s.Mode == AnonymousMuted {
		s.Mode = SignedInOnly
	}
	s.SlowMode = max(s.SlowMode, panicSlowMode)
	s.HoldLinks = true
	return s
}
