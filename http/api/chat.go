package api

import (
	"net/http"
	"strings"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat"
	"lucarne/chat/token"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// Chat is what the API speaks for about chats.
type Chat struct {
	Rooms      *chat.Rooms // nil: there are no chats
	ChatTokens *token.Tokens
}

func (a *API) chatRoutes() []route {
	if a.Rooms == nil {
		return nil
	}
	var all []route
	for _, table := range [][]route{
		a.chatRoomRoutes(), a.chatMessageRoutes(), a.chatModerationRoutes(), a.chatItemRoutes(), a.chatChannelRoutes(), a.chatEmojiRoutes(),
		a.chatListRoutes(), a.chatTokenRoutes(),
	} {
		all = append(all, table...)
	}
	return all
}

const roomPath = "/chat/rooms/{room}"

func (a *API) chatRoomRoutes() []route {
	return []route{
		{method: "GET", pattern: "/videos/{id}/chat", access: optional, do: a.videoChat},
		{method: "PUT", pattern: "/videos/{id}/chat", access: signedIn, do: a.setVideoChat},
		{method: "GET", pattern: "/chat/rooms", access: privileged, right: account.ManageModeration, do: a.listRooms},
		{method: "GET", pattern: roomPath, access: optional, do: a.getRoom},
		{method: "PUT", pattern: roomPath + "/settings", access: signedIn, do: a.configureRoom},
	}
}

// room is the room the path names, for somebody who may see it.
func (r *request) room() (chat.Room, error) {
	return r.api.Rooms.Find(r.Context(), r.PathValue("room"), video.Access{Viewer: r.viewer, Password: r.Header.Get(passwordHeader)})
}

// roomJSON is a room as whoever may see it is told.
type roomJSON struct {
	Name            string           `json:"name"`
	Title           string           `json:"title"` // of the video or channel
	JID             string           `json:"jid"`
	VideoUUID       *string          `json:"videoUUID"` // null: of the channel
	ChannelID       channel.ID       `json:"channelId"`
	Settings        roomSettingsJSON `json:"settings"`
	IsPanic         bool             `json:"isPanic"`
	PinnedMessageID *chat.MessageID  `json:"pinnedMessageId"`
	Affiliation     chat.Affiliation `json:"affiliation"` // of who asks
	Occupants       int              `json:"occupants"`
	CreatedAt       timestamp        `json:"createdAt"`
	WebSocketURL    string           `json:"websocketUrl"`
	BOSHURL         string           `json:"boshUrl"`
}

func (a *API) roomOf(r *request, room chat.Room) (roomJSON, error) {
	domain, _, _ := strings.Cut(a.Site.Host, ":")
	j := roomJSON{
		Name: room.Name, JID: room.Name + "@room." + domain, ChannelID: room.ChannelID, Settings: roomSettingsOf(room.Settings), IsPanic: room.IsPanic,
		CreatedAt: timestamp(room.CreatedAt), WebSocketURL: "ws" + strings.TrimPrefix(a.Site.Origin, "http") + "/xmpp-websocket",
		BOSHURL: a.Site.Origin + "/http-bind", Occupants: a.Rooms.Occupants(room.ID),
	}
	if room.VideoID != 0 {
		j.VideoUUID = &room.Name
	}
	if room.PinnedID != 0 {
		j.PinnedMessageID = &room.PinnedID
	}
	var err error
	if j.Title, err = a.Rooms.Title(r.Context(), room); err != nil {
		return j, err
	}
	j.Affiliation, err = a.Rooms.Affiliation(r.Context(), r.viewer, room.ID)
	return j, err
}

func (a *API) getRoom(w http.ResponseWriter, r *request) error {
	room, err := r.room()
	if err != nil {
		return err
	}
	j, err := a.roomOf(r, room)
	if err != nil {
		return err
	}
	return answer(w, r, j)
}

// videoChatJSON tells whether a video has a chat.
type videoChatJSON struct {
	Enabled bool      `json:"enabled"`
	Room    *roomJSON `json:"room"` // null: none
}

func (a *API) videoChat(w http.ResponseWriter, r *request) error {
	of, err := r.seen()
	if err != nil {
		return err
	}
	isOn, err := a.Rooms.IsOn(r.Context(), of.Video)
	if err != nil {
		return err
	}
	if !isOn {
		return answer(w, r, videoChatJSON{})
	}
	room, err := a.Rooms.Find(r.Context(), of.UUID.String(), video.Access{Viewer: r.viewer, Password: r.Header.Get(passwordHeader)})
	if err != nil {
		return err
	}
	j, err := a.roomOf(r, room)
	if err != nil {
		return err
	}
	return answer(w, r, videoChatJSON{Enabled: true, Room: &j})
}

// setVideoChat chooses whether a video has a chat.
func (a *API) setVideoChat(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	in.require("enabled", "Should have a boolean enabled")
	isOn := in.optBool("enabled")
	if err := in.err(); err != nil {
		return err
	}
	if err := a.chooseChat(r, ref, *isOn); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) chooseChat(r *request, ref shortid.Ref, isOn bool) error {
	of, err := a.Videos.Manage(r.Context(), r.viewer, ref)
	if err != nil {
		return err
	}
	return a.Rooms.SetOnVideo(r.Context(), r.viewer, of.UUID, isOn)
}
