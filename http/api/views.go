package api

import (
	"net/http"
	"regexp"

	"lucarne/http/router"
	"lucarne/video"
	"lucarne/video/audience"
)

// Audience is what the API speaks for about those who watch, and about what stands beside the picture.
type Audience struct {
	Audiences *audience.Viewers
	History   *audience.History
	Rates     *audience.Rates
	Stats     *audience.Stats
	Playback  *audience.Playback // nil drops what players report
	Captions  *video.Captions
	Chapters  *video.Chapters
}

func (a *API) audienceRoutes() []route {
	var all []route
	for _, table := range [][]route{
		a.viewRoutes(), a.historyRoutes(), a.rateRoutes(), a.videoStatsRoutes(), a.playbackRoutes(), a.captionRoutes(), a.chapterRoutes(),
	} {
		all = append(all, table...)
	}
	return all
}

func (a *API) viewRoutes() []route {
	if a.Audiences == nil {
		return nil
	}
	return []route{
		{method: "POST", pattern: "/videos/{id}/views", operation: "addView", access: optional, do: a.watch},
		{method: "PUT", pattern: "/videos/{id}/watching", access: optional, do: a.watch}, // the name before version 3.4
	}
}

var sessionForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

func (a *API) watch(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	h := heartbeat(in)
	if err := in.err(); err != nil {
		return err
	}
	h.Video, h.Access = ref, video.Access{Viewer: r.viewer, Password: r.Header.Get(passwordHeader)}
	h.IP, h.UserAgent = router.ClientIP(r.Request), r.UserAgent()
	if err := a.Audiences.Watch(r.Context(), h); err != nil {
		return err
	}
	return noContent(w)
}

// maxPosition keeps a position from overflowing; whether the video is that long is the subject's to say.
const maxPosition = 1 << 31

func heartbeat(in *input) audience.Heartbeat {
	in.require("currentTime", invalidValue)
	isDevice := check[string]{ok: func(name string) bool { return name == "" || audience.IsDevice(name) }, message: invalidValue}
	name := length(0, audience.MaxAgentName)
	return audience.Heartbeat{
		Second:    int(valueOf(in.optFloat("currentTime", between(-maxPosition, float64(maxPosition))))),
		HasSeeked: valueOf(in.optString("viewEvent", oneOf("seek"))) != "",
		Session:   valueOf(in.optString("sessionId", matching(sessionForm))),
		Agent: audience.Agent{
			Client: valueOf(in.optString("client", name)), Device: valueOf(in.optString("device", isDevice)), System: valueOf(in.optString("operatingSystem", name)),
		},
	}
}
