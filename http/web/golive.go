package web

import (
	"context"
	"net/http"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
)

// StreamKeys gives the key of a live to those who may broadcast it.
type StreamKeys interface {
	// StreamKey fails with fault.NotFound for a video that is no live, and with fault.Forbidden for who may not broadcast it.
	StreamKey(ctx context.Context, viewer account.Viewer, id video.ID) (string, error)
}

// GoLive is what the page that broadcasts from the browser speaks for.
type GoLive struct {
	StreamKeys StreamKeys
	// Whip says how browsers broadcast here; nil: they do not.
	Whip func() Whip
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
func studioPath(v video.Video) string { return "/my/live/" + v.ShortUUID() }

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
