package web

import (
	"lucarne/channel"
	"lucarne/chat/rule"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
)

// trialView is what rules would have caught of what was said.
type trialView struct {
	caught []rule.Caught // the last ones
	more   int           // not shown
}

// Bounds of trials.
const (
	maxTrial      = 50 // messages shown
	maxTrialRooms = 30 // to choose among
)

// roomOptions are the rooms of a channel rules can be tried in: its own, and those of its last videos.
func (r *request) roomOptions(c channel.Channel, chosen string) ([]ui.Option, error) {
	list := []ui.Option{}
	s, err := r.pages.Rooms.ChannelSettings(r.Context(), r.viewer, c.ID)
	if err != nil {
		return nil, err
	}
	if s.HasRoom {
		list = append(list, ui.Option{Value: "channel." + itoa(c.ID), Label: r.t.T("chatsettings.channel-room")})
	}
	newest := video.Page{Count: maxTrialRooms, Sort: video.Sort{By: "publishedAt", IsDescending: true}}
	found, err := r.pages.Videos.List(r.Context(), r.viewer, video.Filter{Owner: c.Owner.ID, Channels: []channel.ID{c.ID}}, newest)
	for _, v := range found.Videos {
		list = append(list, ui.Option{Value: v.UUID.String(), Label: v.Name})
	}
	for i := range list {
		list[i].Selected = list[i].Value == chosen
	}
	return list, err
}

// try tells what rules would have caught of what was said last in a room of the channel.
func (r *request) try(c channel.Channel, name string, s rule.Set) (*trialView, error) {
	room, err := r.pages.Rooms.Find(r.Context(), name, video.Access{Viewer: r.viewer})
	switch {
	case fault.Is(err, fault.NotFound):
		return &trialView{}, nil // nobody spoke there
	case err != nil:
		return nil, err
	case room.ChannelID != c.ID:
		return nil, fault.New(fault.Forbidden, "This room is of another channel")
	}
	caught, err := r.pages.Rooms.Try(r.Context(), r.viewer, room.ID, s)
	if err != nil {
		return nil, err
	}
	view := &trialView{caught: caught}
	if len(caught) > maxTrial {
		view.caught, view.more = caught[len(caught)-maxTrial:], len(caught)-maxTrial
	}
	return view, nil
}
