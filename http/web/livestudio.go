package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"lucarne/http/web/ui"
	"lucarne/live"
	"lucarne/platform/fault"
	"lucarne/video"
)

func (p *Pages) liveStudioRoutes() []route {
	const one = livesPath + "/{id}"
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.liveStudio},
		{method: "GET", pattern: one + "/health", access: signedIn, do: p.liveHealthPart},
		{method: "POST", pattern: one + "/end", access: signedIn, do: p.endLive},
		{method: "POST", pattern: one + "/key", access: signedIn, do: p.renewKey},
		{method: "POST", pattern: one + "/relays", access: signedIn, do: p.addRelay},
		{method: "POST", pattern: one + "/relays/{relay}", access: signedIn, do: p.changeRelay},
	}
}

// liveStudioView is the page a live is managed on.
type liveStudioView struct {
	video    video.Details
	live     live.Live
	ingest   Ingest
	canWhip  bool
	health   liveHealthView
	sessions []live.Session
	relays   []live.Relay
	relay    *form // one more
	canEnd   bool
}

func (p *Pages) liveStudio(w http.ResponseWriter, r *request) error {
	of, d, err := r.managedLive()
	if fault.Is(err, fault.NotFound) {
		return r.toReplay(w, err)
	}
	if err != nil {
		return err
	}
	return r.showStudio(w, of, d, r.newForm())
}

// toReplay leads on to the video a live has become: its studio is still in somebody's history.
func (r *request) toReplay(w http.ResponseWriter, otherwise error) error {
	if r.pages.Lives == nil {
		return otherwise
	}
	d, err := r.managed()
	if err != nil {
		return otherwise
	}
	return r.redirect(w, editPath(d.Video))
}

func (r *request) showStudio(w http.ResponseWriter, of live.Live, d video.Details, relay *form) error {
	view := liveStudioView{video: d, live: of, relay: relay, canEnd: d.State == video.Published && r.pages.EndLive != nil}
	if r.pages.Ingest != nil {
		view.ingest = r.pages.Ingest()
	}
	view.canWhip = r.pages.Whip != nil && r.pages.Whip().Endpoint != ""
	var err error
	if view.relays, err = r.pages.LiveRelays.List(r.Context(), r.viewer, d.ID); err != nil {
		return err
	}
	if _, view.sessions, err = r.pages.LiveSessions.List(r.Context(), d.ID, true); err != nil {
		return err
	}
	view.health = r.liveHealth(of, d, view.relays)
	w.Header().Set("Cache-Control", "no-store") // the page holds the key
	page := r.myPage(r.t.T("live.studio-of", "name", d.Name))
	page.Section = "publish"
	return r.show(w, relay.status(), page, liveStudioContent(r, view))
}

func (p *Pages) endLive(w http.ResponseWriter, r *request) error {
	_, d, err := r.managedLive()
	if err != nil {
		return err
	}
	if p.EndLive == nil || d.State != video.Published {
		r.flash(w, ui.Warning, r.t.T("live.not-on-air"))
		return r.redirect(w, studioPath(d.Video))
	}
	if err := p.EndLive(r.Context(), d.ID); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("live.ending"))
	return r.redirect(w, studioPath(d.Video))
}

func (p *Pages) renewKey(w http.ResponseWriter, r *request) error {
	_, d, err := r.managedLive()
	if err != nil {
		return err
	}
	if _, err := p.Lives.RenewKey(r.Context(), r.viewer, d.ID); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("live.key-renewed"))
	return r.redirect(w, studioPath(d.Video))
}

func (p *Pages) addRelay(w http.ResponseWriter, r *request) error {
	of, d, err := r.managedLive()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	name, address, key := strings.TrimSpace(f.get("name")), strings.TrimSpace(f.get("address")), strings.TrimSpace(f.get("key"))
	_, err = p.LiveRelays.Add(r.Context(), r.viewer, d.ID, live.RelayChange{Name: &name, Address: &address, Key: &key})
	if err != nil {
		if f.take(err, nil) {
			return r.showStudio(w, of, d, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("live.relay-added", "name", name))
	return r.redirect(w, studioPath(d.Video)+"#relays")
}

// changeRelay switches a relay on or off, or forgets it.
func (p *Pages) changeRelay(w http.ResponseWriter, r *request) error {
	_, d, err := r.managedLive()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	id, isOn := live.RelayID(numberOf(r.PathValue("relay"))), f.get("do") == "on"
	switch f.get("do") {
	case "on", "off":
		err = p.LiveRelays.Update(r.Context(), r.viewer, d.ID, id, live.RelayChange{IsEnabled: &isOn})
	case "remove":
		err = p.LiveRelays.Remove(r.Context(), r.viewer, d.ID, id)
	default:
		err = fault.New(fault.Invalid, "Choose what to do with the relay")
	}
	if err != nil {
		return err
	}
	return r.redirect(w, studioPath(d.Video)+"#relays")
}

// command is how ffmpeg sends a file, to try everything out.
func (v liveStudioView) command() string {
	to := v.ingest.RTMP
	if to == "" {
		to = v.ingest.RTMPS
	}
	return "ffmpeg -re -stream_loop -1 -i video.mp4 -c:v libx264 -preset veryfast -b:v 3M -g 60 -pix_fmt yuv420p -c:a aac -f flv " + to + "/" + v.live.Key
}

func (v liveStudioView) takesPrograms() bool { return v.ingest.RTMP != "" || v.ingest.RTMPS != "" }

// sessionColumns and sessionRows are the times on air.
func (r *request) sessionColumns() []ui.Column {
	return []ui.Column{{Label: r.t.T("live.began")}, {Label: r.t.T("live.lasted"), Number: true}, {Label: r.t.T("live.outcome")}, {Label: r.t.T("live.replay")}}
}

func (r *request) sessionRows(sessions []live.Session) []ui.Row {
	rows := make([]ui.Row, len(sessions))
	for i, s := range sessions {
		rows[i] = ui.Row{ui.Moment(r.t, s.StartedAt), ui.Text(r.lasted(s)), ui.Text(r.outcome(s)), sessionReplay(r, s)}
	}
	return rows
}

func (r *request) lasted(s live.Session) string {
	end := s.EndedAt
	if s.IsOnAir() {
		end = r.pages.Clock.Now()
	}
	return ui.Clock(max(end.Sub(s.StartedAt), time.Second))
}

// outcome is how a time on air ended, and what to do about it when it did badly.
func (r *request) outcome(s live.Session) string {
	if s.IsOnAir() {
		return r.t.T("live.is-on-air")
	}
	switch s.Error {
	case 0:
		return r.t.T("live.ended-well")
	case live.BadSocketHealth:
		return r.t.T("live.error-slow")
	case live.DurationExceeded:
		return r.t.T("live.error-duration")
	case live.QuotaExceeded:
		return r.t.T("live.error-quota")
	case live.Blocked:
		return r.t.T("live.error-blocked")
	case live.InvalidInput:
		return r.t.T("live.error-input")
	case live.FFmpegError, live.RunnerJobError, live.RunnerJobCancelled:
		return r.t.T("live.error-encoding")
	}
	return r.t.T("live.error-unknown")
}

func replayPath(s live.Session) templ.SafeURL { return templ.SafeURL("/w/" + s.ReplayUUID.String()) }

// rewinds is how far back viewers may go, in words.
func (r *request) rewinds(of live.Live) string {
	window := r.pages.Lives.Window(of)
	if window == 0 {
		return r.t.T("live.dvr-none")
	}
	return r.t.T("live.dvr-span", "time", r.span(window))
}
