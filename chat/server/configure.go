package server

import (
	"context"
	"strconv"
	"time"

	"lucarne/chat"
	"lucarne/chat/xmpp"
)

// The fields of the room's form: XEP-0045's and the livechat plugin's.
const (
	fieldSlow      = "muc#roomconfig_slow_mode_duration"
	fieldDelay     = "muc#roomconfig_moderation_delay"
	fieldAnonymize = "muc#roomconfig_anonymize_moderation_actions"
	fieldMute      = "muc#roomconfig_x_peertubelivechat_mute_anonymous"
	fieldEmojiOnly = "muc#roomconfig_x_peertubelivechat_emoji_only_mode"
	fieldMembers   = "muc#roomconfig_membersonly"
	fieldModerated = "muc#roomconfig_moderatedroom"
)

// configure reads and changes the settings of the room by a form (XEP-0045 §10.2).
func (oc *occupancy) configure(ctx context.Context, e, asked *xmpp.Element, isGet bool) error {
	if !oc.o.Affiliation.CanModerate() {
		return refusal{condition: forbidden}
	}
	room, err := oc.s.o.Rooms.Get(ctx, oc.room)
	if err != nil {
		return err
	}
	if isGet {
		oc.peer.send(result(e, xmpp.NewElement(nsMUCOwner, "query", configForm(room.Settings).Element)))
		return nil
	}
	submitted := asked.Child(nsForms, "x")
	if asked.Child(nsMUCOwner, "destroy") != nil {
		return refusal{condition: notAllowed, text: "A room goes with its video or channel"}
	}
	if submitted.Attr("type") == "submit" {
		settings, err := configured(room.Settings, fields(submitted))
		if err != nil {
			return err
		}
		if settings != room.Settings {
			if err := oc.s.o.Rooms.Configure(ctx, oc.o.Viewer(), oc.room, settings); err != nil {
				return err
			}
		}
	}
	oc.peer.send(result(e))
	return nil
}

func configForm(s chat.Settings) form {
	f := newForm("form", nsRoomConfig)
	f.field(fieldSlow, "text-single", "Seconds between two messages of one person (0: off)", seconds(s.SlowMode))
	f.field(fieldDelay, "text-single", "Seconds before others see a message (0: off)", seconds(s.ModerationDelay))
	f.flag(fieldAnonymize, "The room is not told which moderator did something", s.AnonymizeModeration)
	f.flag(fieldMute, "People without an account only read", s.Mode == chat.AnonymousMuted)
	f.flag(fieldMembers, "For people with an account only", s.Mode == chat.SignedInOnly)
	f.flag(fieldModerated, "Only moderators speak", s.Mode == chat.ReadOnly)
	f.flag(fieldEmojiOnly, "Only emoji may be sent", s.EmojiOnly)
	return f
}

// configured applies the fields that are there to the settings.
func configured(s chat.Settings, values map[string]string) (chat.Settings, error) {
	for _, number := range []struct {
		at   *time.Duration
		name string
	}{{&s.SlowMode, fieldSlow}, {&s.ModerationDelay, fieldDelay}} {
		text, found := values[number.name]
		if !found {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return s, refusal{condition: badRequest, text: number.name + " should be a number of seconds"}
		}
		*number.at = time.Duration(n) * time.Second
	}
	for _, flag := range []struct {
		at   *bool
		name string
	}{{&s.AnonymizeModeration, fieldAnonymize}, {&s.EmojiOnly, fieldEmojiOnly}} {
		if text, found := values[flag.name]; found {
			*flag.at = isTrue(text)
		}
	}
	for _, mode := range []struct {
		mode chat.Mode
		name string
	}{{chat.AnonymousMuted, fieldMute}, {chat.SignedInOnly, fieldMembers}, {chat.ReadOnly, fieldModerated}} {
		text, found := values[mode.name]
		switch {
		case found && isTrue(text):
			s.Mode = mode.mode
		case found && s.Mode == mode.mode:
			s.Mode = chat.Everybody
		}
	}
	return s, nil
}

// The fields of the livechat plugin's polls.
const (
	pollQuestion = "muc#roompoll_question"
	pollDuration = "muc#roompoll_duration"
	pollChoice   = "muc#roompoll_choice"
	maxChoices   = 5
)

// askPoll gives the form of a new poll, or begins it.
func (oc *occupancy) askPoll(ctx context.Context, e, asked *xmpp.Element, isGet bool) error {
	if !oc.o.Affiliation.CanModerate() {
		return refusal{condition: forbidden}
	}
	if isGet {
		oc.peer.send(result(e, xmpp.NewElement(nsPolls, "query", pollForm().Element)))
		return nil
	}
	values := fields(asked.Child(nsForms, "x"))
	minutes, err := strconv.ParseInt(values[pollDuration], 10, 32)
	if err != nil {
		return refusal{condition: badRequest, text: "How many minutes should the poll last?"}
	}
	var choices []string
	for i := 1; i <= maxChoices; i++ {
		if choice := values[pollChoice+strconv.Itoa(i)]; choice != "" {
			choices = append(choices, choice)
		}
	}
	if _, err := oc.s.o.Rooms.Ask(ctx, oc.o.Viewer(), oc.room, values[pollQuestion], choices, time.Duration(minutes)*time.Minute); err != nil {
		return err
	}
	oc.peer.send(result(e))
	return nil
}

func pollForm() form {
	f := newForm("form", nsPolls)
	f.field(pollQuestion, "text-single", "Question")
	f.field(pollDuration, "text-single", "Minutes", "5")
	for i := 1; i <= maxChoices; i++ {
		f.field(pollChoice+strconv.Itoa(i), "text-single", "Choice "+strconv.Itoa(i))
	}
	return f
}
