package web

import (
	"fmt"
	"html"
	"time"

	"lucarne/http/web/ui"
	"lucarne/video"
)

// share is how a video is passed on.
type share struct {
	link  string
	embed string // HTML for another site
	start int    // second the link begins at
	asked bool   // the visitor just chose the moment: the panel stays open
}

func (r *request) share(d video.Details) share {
	s := share{start: moment(r.URL.Query().Get("start")), asked: r.URL.Query().Has("share")}
	if d.DurationSeconds > 0 && s.start >= d.DurationSeconds {
		s.start = 0
	}
	query := ""
	if s.start > 0 {
		query = fmt.Sprintf("?start=%ds", s.start)
	}
	s.link = r.absolute(watchPath(d.Video)) + query
	s.embed = fmt.Sprintf(`<iframe title="%s" width="560" height="315" src="%s" style="border:0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>`,
		html.EscapeString(d.Name), html.EscapeString(r.absolute(embedPath(d.Video))+query))
	return s
}

func clockOf(seconds int) string { return ui.Clock(time.Duration(seconds) * time.Second) }
