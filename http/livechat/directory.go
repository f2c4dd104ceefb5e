package livechat

import (
	"net/http"

	"lucarne/channel"
	"lucarne/chat"
)

// listedJSON is a room in the list of all.
type listedJSON struct {
	JID           string      `json:"jid"`
	LocalPart     string      `json:"localpart"`
	Name          string      `json:"name"`
	Language      string      `json:"lang"`
	Description   string      `json:"description"`
	LastTimestamp int64       `json:"lasttimestamp,omitempty"` // of the last message, in seconds
	Channel       channelJSON `json:"channel"`
}

// maxListed rooms are told at a time: the plugin has no pages.
const maxListed = 1000

// rooms lists the rooms of the site.
func (s *surface) rooms(w http.ResponseWriter, r *request) error {
	rooms, _, err := s.o.Rooms.List(r.Context(), r.viewer, 0, maxListed)
	if err != nil {
		return err
	}
	channels := make(map[channel.ID]channelJSON)
	list := make([]listedJSON, len(rooms))
	for i, room := range rooms {
		of, known := channels[room.ChannelID]
		if !known {
			found, err := s.o.Channels.Get(r.Context(), room.ChannelID)
			if err != nil {
				return err
			}
			of = channelOf(found)
			channels[room.ChannelID] = of
		}
		list[i] = s.listedOf(room, of)
	}
	return answer(w, r, map[string]any{"ok": true, "rooms": list})
}

func (s *surface) listedOf(room chat.Listed, of channelJSON) listedJSON {
	j := listedJSON{
		JID: s.roomJID(room.Name), LocalPart: room.Name, Name: room.Title, Language: room.Language, Description: room.Description, Channel: of,
	}
	if !room.LastSaidAt.IsZero() {
		j.LastTimestamp = room.LastSaidAt.Unix()
	}
	return j
}
