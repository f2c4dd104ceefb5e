package web

import (
	"context"
	"net/http"
	"time"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/live"
	"lucarne/platform/fault"
	"lucarne/video"
)

// StreamKeys gives the key of a live to those who may broadcast it.
type StreamKeys interface {
	// StreamKey fails with fault.NotFound for a video that is no live, and with fault.Forbidden for who may not broadcast it.
	StreamKey(ctx context.Context, viewer account.Viewer, id video.ID) (string, error)
}

// GoLive is what the pages of those who broadcast speak for.
type GoLive struct {
	StreamKeys   StreamKeys
	Lives        *live.Lives // nil: nothing is broadcast here
	LiveSessions *live.Sessions
	LiveRelays   *live.Relays
	LiveRules    func() live.Settings
	// Whip says how browsers broadcast here; nil: they do not.
	Whip func() Whip
	// Ingest says where programs send to; nil: nowhere.
	Ingest func() Ingest
	// LiveHealth tells how a broadcast does; false when it is not on air. nil knows nothing.
	LiveHealth func(ctx context.Context, id video.ID) (Airing, bool)
	// EndLive takes a live off the air, for whoever may manage it; nil cannot.
	EndLive func(ctx context.Context, id video.ID) error
}

// Ingest is where programs such as OBS send a broadcast to, without the key; "" is switched off.
type Ingest struct {
	RTMP  string // "rtmp://example.org:1935/live"
	RTMPS string // "rtmps://example.org:1936/live"
}

// Airing is how a broadcast does, for its owner.
type Airing struct {
	StartedAt   time.Time // zero while nothing can be watched yet
	IsConnected bool      // an encoder sends
	GoneAt      time.Time // since when none does
	Protocol    string    // "rtmp", "rtmps" or "whip"
	Encoder     string    // what it calls itself; may be empty
	Bitrate     int64     // bits per second
	FrameRate   float64
	KeyInterval time.Duration // 0 before two keyframes came
	Dropped     int           // pictures the encoder left out
	Renditions  []AiringRendition
	GivenUp     []int // heights that are not made, since the machine cannot keep up
	Relays      []AiringRelay
	Incomplete  bool // the recording lacks something
}

// AiringRendition is one quality viewers may choose.
type AiringRendition struct {
	Height    int // 0: sound alone
	FrameRate float64
	Bitrate   int64
}

// AiringRelay is how sending to another place goes.
type AiringRelay struct {
	ID        live.RelayID
	IsSending bool
	Problem   string // why it does not, in the words of the other side; may be empty
}

// Whip is how browsers broadcast: RFC 9725.
type Whip struct {
	Endpoint   string // "" while broadcasting is switched off
	Grace      int    // seconds a broken line is mended
	IceServers []ui.IceServer
}

const whipGrace = 60

func (p *Pages) goLiveRoutes() []route {
	return []route{{method: "GET", pattern: "/my/live/{id}/broadcast", access: signedIn, do: p.goLivePage}}
}

// goLiveView is a live about to be broadcast from here.
type goLiveView struct {
	video video.Video
	key   string // "" when browsers cannot broadcast here
	whip  Whip
}

// studioPath is where a live is managed.
func studioPath(v video.Video) string { return livesPath + "/" + v.ShortUUID() }

func (p *Pages) goLivePage(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	if p.StreamKeys == nil {
		return fault.New(fault.NotFound, "Broadcasting is switched off")
	}
	view := goLiveView{video: d.Video}
	key, err := p.StreamKeys.StreamKey(r.Context(), r.viewer, d.ID)
	if err != nil {
		return err
	}
	if p.Whip != nil {
		view.whip = p.Whip()
	}
	if view.whip.Endpoint != "" {
		view.key = key
	}
	w.Header().Set("Cache-Control", "no-store") // the page holds the key
	page := r.myPage(r.t.T("golive.title"))
	page.Section, page.Scripts = "publish", []string{"golive.js"}
	return r.show(w, http.StatusOK, page, goLiveContent(r, view))
}

func (v goLiveView) props() ui.GoLiveProps {
	grace := v.whip.Grace
	if grace == 0 {
		grace = whipGrace
	}
	return ui.GoLiveProps{
		Endpoint: v.whip.Endpoint, Key: v.key, GraceSeconds: grace, IceServers: v.whip.IceServers,
		StudioURL: studioPath(v.video),
	}
}
