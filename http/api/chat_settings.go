package api

import (
	"net/http"
	"time"

	"lucarne/chat"
)

// chatModes are the modes of a room by their names in the API.
var chatModes = map[string]chat.Mode{
	"everybody": chat.Everybody, "mute_anonymous": chat.AnonymousMuted, "signed_in": chat.SignedInOnly, "followers": chat.FollowersOnly,
	"read_only": chat.ReadOnly,
}

func modeName(mode chat.Mode) string {
	for name, one := range chatModes {
		if one == mode {
			return name
		}
	}
	return string(mode)
}

// roomSettingsJSON are the settings of a room; times are seconds.
type roomSettingsJSON struct {
	Mode                string `json:"mode"`
	SlowMode            int    `json:"slowMode"`
	ModerationDelay     int    `json:"moderationDelay"`
	AnonymizeModeration bool   `json:"anonymizeModeration"`
	HoldLinks           bool   `json:"holdLinks"`
	EmojiOnly           bool   `json:"emojiOnly"`
}

func wholeSeconds(d time.Duration) int { return int(d / time.Second) }

func roomSettingsOf(s chat.Settings) roomSettingsJSON {
	return roomSettingsJSON{
		Mode: modeName(s.Mode), SlowMode: wholeSeconds(s.SlowMode), ModerationDelay: wholeSeconds(s.ModerationDelay),
		AnonymizeModeration: s.AnonymizeModeration, HoldLinks: s.HoldLinks, EmojiOnly: s.EmojiOnly,
	}
}

// Bounds of the settings, told by name before the subject looks at them.
const (
	maxSlowSeconds  = 1000
	maxDelaySeconds = 60
)

// readRoomSettings is the settings with what the fields say of them.
func readRoomSettings(in *input, s chat.Settings) chat.Settings {
	known := check[string]{ok: func(name string) bool { _, ok := chatModes[name]; return ok }, message: "Unknown mode"}
	if mode := in.optString("mode", known); mode != nil {
		s.Mode = chatModes[*mode]
	}
	slow := between(0, maxSlowSeconds).saying("Should be between 0 and %d seconds", maxSlowSeconds)
	if n := in.optInt("slowMode", slow); n != nil {
		s.SlowMode = time.Duration(*n) * time.Second
	}
	delay := between(0, maxDelaySeconds).saying("Should be between 0 and %d seconds", maxDelaySeconds)
	if n := in.optInt("moderationDelay", delay); n != nil {
		s.ModerationDelay = time.Duration(*n) * time.Second
	}
	set(&s.AnonymizeModeration, in.optBool("anonymizeModeration"))
	set(&s.HoldLinks, in.optBool("holdLinks"))
	set(&s.EmojiOnly, in.optBool("emojiOnly"))
	return s
}

// set changes a value where another one was sent.
func set[T any](value *T, sent *T) {
	if sent != nil {
		*value = *sent
	}
}

// configureRoom changes what was sent of a room's settings.
func (a *API) configureRoom(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	wanted := readRoomSettings(in, room.Settings)
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Rooms.Configure(r.Context(), r.viewer, room.ID, wanted); err != nil {
		return err
	}
	return noContent(w)
}
