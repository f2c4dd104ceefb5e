package chat

import (
	"context"

	"lucarne/account"
	"lucarne/chat/rule"
)

// Viewer is who the occupant is signed in as here; the zero Viewer of others.
func (o *Occupant) Viewer() account.Viewer { return o.viewer }

// Title is what a room is called: the name of its video or channel.
func (r *Rooms) Title(ctx context.Context, room Room) (string, error) {
	if room.VideoID == 0 {
		of, err := r.o.Channels.Get(ctx, room.ChannelID)
		return of.Name, err
	}
	of, err := r.o.Videos.Get(ctx, room.VideoID)
	return of.Name, err
}

// Occupants counts the connections to a room.
func (r *Rooms) Occupants(id RoomID) (n int) {
	r.inHall(id, func(h *hall) {
		h.mu.Lock()
		defer h.mu.Unlock()
		n = len(h.occupants)
	})
	return n
}

// Present lists whom a room knows of: moderators and speakers.
func (r *Rooms) Present(id RoomID) (list []Presence) {
	r.inHall(id, func(h *hall) {
		h.mu.Lock()
		defer h.mu.Unlock()
		list = h.present()
	})
	return list
}

// PresenceByNick finds who goes by a nickname in the room just now, if the room was told of them.
func (r *Rooms) PresenceByNick(id RoomID, nick string) (who Presence, found bool) {
	r.inHall(id, func(h *hall) {
		h.mu.Lock()
		defer h.mu.Unlock()
		p := h.people[h.nicks[rule.Normal(nick)]]
		if p != nil && p.isKnown && p.presence.Nick == nick {
			who, found = p.presence, true
		}
	})
	return who, found
}
