package api

import (
	"net/http"

	"lucarne/channel"
	"lucarne/chat"
)

// listedRoomJSON is a room in the list of all.
type listedRoomJSON struct {
	Name       string     `json:"name"`
	Title      string     `json:"title"`
	ChannelID  channel.ID `json:"channelId"`
	IsPanic    bool       `json:"isPanic"`
	Occupants  int        `json:"occupants"`
	LastSaidAt timestamp  `json:"lastSaidAt"` // null: nothing is kept
	CreatedAt  timestamp  `json:"createdAt"`
}

// listRooms pages the rooms of the site, the newest first.
func (a *API) listRooms(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	p := r.page(in)
	if err := in.err(); err != nil {
		return err
	}
	rooms, total, err := a.Rooms.List(r.Context(), r.viewer, p.start, p.count)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(total, rooms, func(l chat.Listed) listedRoomJSON {
		return listedRoomJSON{
			Name: l.Name, Title: l.Title, ChannelID: l.ChannelID, IsPanic: l.IsPanic, Occupants: a.Rooms.Occupants(l.ID),
			LastSaidAt: timestamp(l.LastSaidAt), CreatedAt: timestamp(l.CreatedAt),
		}
	}))
}
