package web

import (
	"encoding/json"
	"net/http"
	"time"

	"lucarne/http/web/ui"
	"lucarne/live"
	"lucarne/platform/fault"
	"lucarne/video"
)

func (p *Pages) liveWatchRoutes() []route {
	return []route{
		{method: "GET", pattern: "/w/{id}/live", do: p.liveState},
		{method: "GET", pattern: "/w/{id}/stage", do: p.liveStage},
	}
}

// liveStageView is a live as its viewers see it: what stands where the player is depends on whether it is on air.
type liveStageView struct {
	video    video.Video
	address  string // the page or part that holds the stage, to be asked for when the state changes
	state    string // one of the states below
	startsAt time.Time
	calendar string // "" without dates
	poster   string
	player   ui.PlayerProps
}

// The states of a live, as the script knows them.
const (
	stateWaiting = "waiting"
	stateOnAir   = "onair"
	stateEnded   = "ended"
	stateReplay  = "replay" // a video like others
)

func airState(v video.Video) string {
	switch {
	case !v.IsLive:
		return stateReplay
	case v.State == video.Published:
		return stateOnAir
	case v.State == video.WaitingForLive:
		return stateWaiting
	}
	return stateEnded
}

// liveStageOf is nil for a video that is no live.
func (r *request) liveStageOf(d video.Details, player ui.PlayerProps, address string) *liveStageView {
	if !d.IsLive {
		return nil
	}
	view := &liveStageView{video: d.Video, address: address, state: airState(d.Video), player: player, poster: player.Poster}
	if at, ok := r.nextShow(d.Video); ok {
		view.startsAt, view.calendar = at, calendarPath(d.Video)
	}
	return view
}

func stagePath(v video.Video) string { return watchPath(v) + "/stage" }

// liveState tells a page that cannot hold a socket open what the state of a live is.
func (p *Pages) liveState(w http.ResponseWriter, r *request) error {
	d, err := r.seen()
	if err != nil {
		return err
	}
	answer := struct {
		State   string `json:"state"`
		Viewers int    `json:"viewers"`
	}{State: airState(d.Video)}
	if p.Viewers != nil {
		answer.Viewers = p.Viewers(d.ID)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(answer)
}

// liveStage is what changes on the page of a live when it begins, ends, or becomes a video.
func (p *Pages) liveStage(w http.ResponseWriter, r *request) error {
	d, err := r.seen()
	if err != nil {
		return err
	}
	parts, err := r.playerParts(d)
	if err != nil {
		return err
	}
	player := r.player(d, parts)
	if !d.IsLive {
		return r.part(w, replayStage(r, d.Video, player))
	}
	return r.part(w, liveStagePart(r, *r.liveStageOf(d, player, stagePath(d.Video))))
}

// livePlayback is how the player follows a live on air; nil when the video is none.
func (r *request) livePlayback(d video.Details) (*ui.LivePlayback, error) {
	if airState(d.Video) != stateOnAir {
		return nil, nil
	}
	playback := &ui.LivePlayback{IsLowLatency: true}
	if r.pages.Lives == nil || !d.IsLocal() {
		return playback, nil
	}
	of, err := r.pages.Lives.Get(r.Context(), d.ID)
	if fault.Is(err, fault.NotFound) {
		return playback, nil // it became a video just now
	}
	if err != nil {
		return nil, err
	}
	playback.IsLowLatency, playback.SharesLittle = of.Latency != live.HighLatency, of.Latency == live.SmallLatency
	playback.CanRewind = r.pages.Lives.Window(of) > 0
	return playback, nil
}
