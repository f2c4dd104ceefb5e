package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"lucarne/http/web/ui"
	"lucarne/live"
	"lucarne/platform/fault"
	"lucarne/video"
)

// liveHealthView is how a live does now.
type liveHealthView struct {
	video     video.Video
	isAiring  bool // something is known of it
	airing    Airing
	viewers   int
	latency   live.Latency
	startsAt  time.Time // zero unless announced
	relays    []relayState
	renewedAt time.Time
}

// relayState is one place a live is also sent to, and how that goes.
type relayState struct {
	name string
	AiringRelay
}

// liveHealthPart answers htmx, which asks every few seconds. Once the live went on or off the air, the whole page is another.
func (p *Pages) liveHealthPart(w http.ResponseWriter, r *request) error {
	of, d, err := r.managedLive()
	if fault.Is(err, fault.NotFound) && r.isPart() {
		return refresh(w)
	}
	if err != nil {
		return err
	}
	if !r.isPart() {
		return r.redirect(w, studioPath(d.Video))
	}
	if r.URL.Query().Get("state") != itoa(d.State) {
		return refresh(w)
	}
	relays, err := p.LiveRelays.List(r.Context(), r.viewer, d.ID)
	if err != nil {
		return err
	}
	return r.part(w, liveHealthPanel(r, r.liveHealth(of, d, relays)))
}

// refresh has htmx load the page anew.
func refresh(w http.ResponseWriter) error {
	w.Header().Set("HX-Refresh", "true")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (r *request) liveHealth(of live.Live, d video.Details, relays []live.Relay) liveHealthView {
	view := liveHealthView{video: d.Video, latency: of.Latency, renewedAt: r.pages.Clock.Now()}
	view.startsAt, _ = r.nextShow(d.Video)
	if r.pages.LiveHealth != nil {
		view.airing, view.isAiring = r.pages.LiveHealth(r.Context(), d.ID)
	}
	if r.pages.Viewers != nil {
		view.viewers = r.pages.Viewers(d.ID)
	}
	for _, state := range view.airing.Relays {
		if i := slices.IndexFunc(relays, func(one live.Relay) bool { return one.ID == state.ID }); i >= 0 {
			view.relays = append(view.relays, relayState{relays[i].Name, state})
		}
	}
	return view
}

// What is worth a word of advice.
const (
	longKeyInterval  = 5 * time.Second // viewers wait that long for the first picture, and segments grow with it
	lowFrameRate     = 15
	lowBitrate       = 400_000
	highBitrate      = 12_000_000
	manyDroppedShare = 50 // one picture in so many
)

// advice is what the owner could do better, the most pressing first.
func (v liveHealthView) advice(r *request) []string {
	a := v.airing
	switch {
	case !v.isAiring:
		return nil
	case !a.IsConnected:
		return []string{r.t.T("live.advice-gone")}
	}
	var list []string
	add := func(is bool, words string) {
		if is {
			list = append(list, words)
		}
	}
	isWhip := a.Protocol == "whip"
	add(a.KeyInterval > longKeyInterval && !isWhip, r.t.T("live.advice-keyframes", "n", int64(a.KeyInterval/time.Second)))
	add(v.dropsMany(), r.t.T("live.advice-dropped"))
	add(a.FrameRate > 0 && a.FrameRate < lowFrameRate, r.t.T("live.advice-frames"))
	add(a.Bitrate > 0 && a.Bitrate < lowBitrate && a.FrameRate > 0, r.t.T("live.advice-low"))
	add(a.Bitrate > highBitrate, r.t.T("live.advice-high"))
	add(len(a.GivenUp) > 0, r.t.T("live.advice-given-up", "list", v.givenUp()))
	add(a.Incomplete, r.t.T("live.advice-incomplete"))
	return list
}

// dropsMany compares the pictures left out with those sent since the live began.
func (v liveHealthView) dropsMany() bool {
	sent := v.airing.FrameRate * v.renewedAt.Sub(v.airing.StartedAt).Seconds()
	return v.airing.Dropped > 0 && !v.airing.StartedAt.IsZero() && float64(v.airing.Dropped)*manyDroppedShare > sent
}

func (v liveHealthView) givenUp() string {
	list := ""
	for i, height := range v.airing.GivenUp {
		if i > 0 {
			list += ", "
		}
		list += strconv.Itoa(height) + "p"
	}
	return list
}

// state is the live in one line.
func (v liveHealthView) state(r *request) (tone ui.Tone, icon, text string) {
	if v.isAiring && !v.airing.IsConnected {
		return ui.Warning, "wifi-off", r.t.T("live.encoder-gone")
	}
	if v.isAiring && v.video.State != video.Published {
		return ui.Warning, "radio", r.t.T("live.starting")
	}
	return r.airBadge(v.video)
}

// delay is how far behind viewers are who watch the newest, in seconds.
func (v liveHealthView) delay() int {
	switch v.latency {
	case live.SmallLatency:
		return 2
	case live.HighLatency:
		return 15
	}
	return 3
}

func (r *request) megabits(bits int64) string {
	return r.t.T("live.megabits", "n", r.t.Decimal(float64(bits)/1e6))
}

func (r *request) frames(rate float64) string {
	return r.t.T("live.frames", "n", int64(rate+0.5))
}

func (r *request) seconds(d time.Duration) string {
	return r.t.T("live.seconds-exact", "n", r.t.Decimal(d.Seconds()))
}

func (r *request) protocol(name string) string {
	switch name {
	case "rtmp", "rtmps":
		return map[string]string{"rtmp": "RTMP", "rtmps": "RTMPS"}[name]
	case "whip":
		return r.t.T("live.from-browser")
	}
	return name
}
