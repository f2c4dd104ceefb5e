package api

import (
	"net/http"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat"
)

const channelChatPath = "/chat/channels/{channelId}"

func (a *API) chatChannelRoutes() []route {
	const one = channelChatPath
	return []route{
		{method: "GET", pattern: one + "/settings", access: signedIn, do: a.channelChat},
		{method: "PUT", pattern: one + "/settings", access: signedIn, do: a.configureChannelChat},
		{method: "GET", pattern: one + "/moderators", access: signedIn, do: a.listModerators},
		{method: "PUT", pattern: one + "/moderators/{accountName}", access: signedIn, do: a.invite(true)},
		{method: "DELETE", pattern: one + "/moderators/{accountName}", access: signedIn, do: a.invite(false)},
		{method: "POST", pattern: roomPath + "/rules/try", access: signedIn, do: a.tryRules},
	}
}

// channelSettingsJSON is what the rooms of a channel have in common.
type channelSettingsJSON struct {
	HasRoom  bool             `json:"hasRoom"`
	Defaults roomSettingsJSON `json:"defaults"` // of new rooms
	Terms    string           `json:"terms"`
	HasRules bool             `json:"hasRules"`
	Rules    rulesJSON        `json:"rules"`
	Bot      botJSON          `json:"bot"`
}

func (r *request) channelID() (channel.ID, error) {
	id, err := r.pathID("channelId")
	return channel.ID(id), err
}

func (a *API) channelChat(w http.ResponseWriter, r *request) error {
	_, s, err := r.channelSettings()
	if err != nil {
		return err
	}
	return answer(w, r, channelSettingsJSON{
		HasRoom: s.HasRoom, Defaults: roomSettingsOf(s.Defaults), Terms: s.Terms, HasRules: s.HasRules, Rules: rulesOf(s.Rules),
		Bot: botOf(s.Bot),
	})
}

func (r *request) channelSettings() (channel.ID, chat.ChannelSettings, error) {
	id, err := r.channelID()
	if err != nil {
		return id, chat.ChannelSettings{}, err
	}
	s, err := r.api.Rooms.ChannelSettings(r.Context(), r.viewer, id)
	return id, s, err
}

// configureChannelChat changes what was sent. Rules and the bot are replaced whole.
func (a *API) configureChannelChat(w http.ResponseWriter, r *request) error {
	id, s, err := r.channelSettings()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	set(&s.HasRoom, in.optBool("hasRoom"))
	set(&s.HasRules, in.optBool("hasRules"))
	set(&s.Terms, in.optString("terms"))
	if defaults := in.object("defaults"); defaults != nil {
		s.Defaults = readRoomSettings(defaults, s.Defaults)
	}
	if rules := readRules(in, "rules"); rules != nil {
		s.Rules = *rules
	}
	if bot := readBot(in, "bot"); bot != nil {
		s.Bot = *bot
	}
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Rooms.ConfigureChannel(r.Context(), r.viewer, id, s); err != nil {
		return err
	}
	return noContent(w)
}

type moderatorJSON struct {
	AccountID account.ID `json:"accountId"`
	Name      string     `json:"accountName"`
}

func (a *API) listModerators(w http.ResponseWriter, r *request) error {
	id, err := r.channelID()
	if err != nil {
		return err
	}
	invited, err := a.Rooms.Moderators(r.Context(), r.viewer, id)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(invited), invited, func(m chat.Moderator) moderatorJSON { return moderatorJSON(m) }))
}

// invite makes the account of the path a moderator of the channel's rooms, or no longer one.
func (a *API) invite(isInvited bool) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		id, err := r.channelID()
		if err != nil {
			return err
		}
		who, err := a.FindAccount(r.Context(), r.PathValue("accountName"))
		if err != nil {
			return err
		}
		if err := a.Rooms.Invite(r.Context(), r.viewer, id, who, isInvited); err != nil {
			return err
		}
		return noContent(w)
	}
}

// caughtJSON is a message rules would have caught.
type caughtJSON struct {
	Body   string    `json:"body"`
	SentAt timestamp `json:"sentAt"`
	Action string    `json:"action"`
	Rule   string    `json:"rule"`
	Label  *string   `json:"label"`
	Reason *string   `json:"reason"`
}

// tryRules tells what rules would have caught of what was said in the room last.
func (a *API) tryRules(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	in.require("rules", "Should have rules")
	rules := readRules(in, "rules")
	if err := in.err(); err != nil {
		return err
	}
	caught, err := a.Rooms.Try(r.Context(), r.viewer, room.ID, *rules)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(len(caught), caught, caughtOf))
}
