package web

import (
	"net/http"
	"slices"

	"lucarne/video"
)

// progressView is how far the files of a video are.
type progressView struct {
	steps      []progressStep
	isPlayable bool
	failure    string // why there will be none, for those who manage the video
	hasFailed  bool
}

type progressStep struct {
	label   string
	percent int // negative: waiting for its turn
}

// progress tells of files being made; nil when none are.
func (r *request) progress(d video.Details, isPlayable bool) (*progressView, error) {
	view := progressView{isPlayable: isPlayable, hasFailed: d.State == video.TranscodingFailed || d.State == video.ToImportFailed}
	if view.hasFailed && d.CanManage(r.viewer) {
		view.failure = d.Failure
	}
	if view.hasFailed {
		return &view, nil
	}
	renditions, err := r.pages.Renditions.List(r.Context(), d.ID)
	if err != nil {
		return nil, err
	}
	isWorking := d.State != video.Published && d.State != video.LiveEnded && d.State != video.WaitingForLive
	if !isWorking && !slices.ContainsFunc(renditions, isUnfinished) {
		return nil, nil
	}
	view.add(r, renditions)
	return &view, nil
}

func isUnfinished(one video.Rendition) bool {
	return one.State == video.RenditionWaiting || one.State == video.RenditionRunning
}

// add lists each resolution once, as far as its slowest form, the smallest first: they are made in that order.
func (v *progressView) add(r *request, renditions []video.Rendition) {
	slices.SortStableFunc(renditions, func(a, b video.Rendition) int { return a.Resolution - b.Resolution })
	at := map[int]int{}
	for _, one := range renditions {
		if one.State == video.RenditionFailed {
			continue
		}
		step := progressStep{label: r.resolution(one.Resolution), percent: percentOf(one)}
		i, known := at[one.Resolution]
		if !known {
			at[one.Resolution] = len(v.steps)
			v.steps = append(v.steps, step)
		} else if step.percent < v.steps[i].percent {
			v.steps[i] = step
		}
	}
}

func percentOf(one video.Rendition) int {
	switch one.State {
	case video.RenditionDone:
		return 100
	case video.RenditionWaiting:
		return -1
	}
	return one.Percent
}

// watchProgress answers htmx, which asks again and again: the bars, or, once there is something to play, the whole page anew.
func (p *Pages) watchProgress(w http.ResponseWriter, r *request) error {
	d, err := r.seen()
	if err != nil {
		return err
	}
	if !r.isPart() {
		return r.redirect(w, watchPath(d.Video))
	}
	isPlayable := len(d.WebFiles) > 0 || len(d.Playlists) > 0
	view, err := r.progress(d, isPlayable)
	if err != nil {
		return err
	}
	if view == nil || (isPlayable && r.URL.Query().Get("playable") != "true") {
		w.Header().Set("HX-Refresh", "true")
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return r.part(w, progressPanel(r, d.Video, *view))
}
