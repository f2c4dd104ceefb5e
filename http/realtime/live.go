package realtime

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"lucarne/account"
	"lucarne/video"
)

// LiveVideos is the namespace that tells who watches a live how it goes on. Nobody has to sign in.
const LiveVideos = "/live-videos"

// LiveAudience says who may follow a live, and how many watch it.
type LiveAudience interface {
	MayFollow(ctx context.Context, viewer account.Viewer, id video.ID) bool
	Viewers(id video.ID) int
}

// The events of lives, as PeerTube names them.
const (
	eventState   = "state-change"
	eventViewers = "views-change"
	eventEnd     = "force-end"
)

// liveEvent is what each of them carries.
type liveEvent struct {
	State   video.State `json:"state,omitempty"`
	Viewers *int        `json:"viewers,omitempty"`
}

// StateChanged tells who follows a live what its state is now.
func (s *Server) StateChanged(id video.ID, state video.State) error {
	return s.toRoom(room{LiveVideos, int64(id)}, eventState, liveEvent{State: state})
}

// ForceEnded tells who follows a live that it was taken off the air.
func (s *Server) ForceEnded(id video.ID) error {
	return s.toRoom(room{LiveVideos, int64(id)}, eventEnd, liveEvent{})
}

// tellViewers tells who follows a live how many watch it, whenever that changed, until ctx ends.
func (s *Server) tellViewers(ctx context.Context) {
	ticker := time.NewTicker(s.o.ViewersInterval)
	defer ticker.Stop()
	told := make(map[room]int)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			told = s.tellChangedViewers(told)
		}
	}
}

func (s *Server) tellChangedViewers(before map[room]int) (now map[room]int) {
	now = make(map[room]int)
	for _, r := range s.liveRooms() {
		n := s.o.Lives.Viewers(video.ID(r.id))
		now[r] = n
		if last, isKnown := before[r]; isKnown && last == n {
			continue
		}
		_ = s.toRoom(r, eventViewers, liveEvent{Viewers: &n}) // a number has JSON
	}
	return now
}

func (s *Server) liveRooms() []room {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []room
	for r := range s.rooms {
		if r.namespace == LiveVideos {
			list = append(list, r)
		}
	}
	return list
}

// Bounds of what one client may ask of lives: how many it follows at one time, and how often it asks.
const (
	maxFollowed  = 50
	maxFollowing = 500
)

// onLiveEvent takes subscribe and unsubscribe; others, and lives that are none of the client's, are passed over, as PeerTube does.
func (c *client) onLiveEvent(ctx context.Context, p packet) (mayStay bool) {
	name, id := followed(p.data)
	switch {
	case id == 0:
	case name == "unsubscribe":
		c.server.leave(c, room{LiveVideos, int64(id)})
	case name == "subscribe":
		if c.asked.Add(1) > maxFollowing {
			return false
		}
		c.follow(ctx, id)
	}
	return true
}

func (c *client) follow(ctx context.Context, id video.ID) {
	s := c.server
	if s.o.Lives == nil || s.countRooms(c) >= maxFollowed {
		return
	}
	var viewer account.Viewer
	if c.handshakeToken != "" {
		viewer, _ = s.o.Auth.ByToken(ctx, c.handshakeToken, c.origin) // a bad one is nobody's
	}
	if s.o.Lives.MayFollow(ctx, viewer, id) {
		s.enter(c, room{LiveVideos, int64(id)})
	}
}

func (s *Server) countRooms(c *client) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(c.rooms)
}

// followed reads `["subscribe", {"videoId": 7}]`; the id may be a text. Zero stands for none.
func followed(data json.RawMessage) (name string, id video.ID) {
	var event []json.RawMessage
	var what struct {
		VideoID any `json:"videoId"`
	}
	if json.Unmarshal(data, &event) != nil || len(event) < 2 || json.Unmarshal(event[0], &name) != nil || json.Unmarshal(event[1], &what) != nil {
		return "", 0
	}
	switch v := what.VideoID.(type) {
	case float64:
		if v >= 1 && v < 1<<53 && v == float64(int64(v)) {
			return name, video.ID(v)
		}
	case string:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && n > 0 {
			return name, video.ID(n)
		}
	}
	return name, 0
}
