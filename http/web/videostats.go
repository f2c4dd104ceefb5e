package web

import (
	"net/http"
	"strconv"
	"time"

	"lucarne/http/web/ui"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/audience"
)

func (p *Pages) videoStatsRoutes() []route {
	return []route{{method: "GET", pattern: "/my/videos/{id}/stats", access: signedIn, do: p.statsPage}}
}

// statsView is who watched a video, and how.
type statsView struct {
	video     video.Details
	days      int // 0 all the time
	overall   audience.Overall
	retention ui.PlotProps
	viewers   ui.PlotProps
	watchTime ui.PlotProps
	agents    audience.Agents
}

// statsPeriods are the spans to choose among, in days; 0 is all the time.
var statsPeriods = []int{7, 30, 365, 0}

func (p *Pages) statsPage(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	view := statsView{video: d, days: 30}
	if n, err := strconv.Atoi(r.URL.Query().Get("days")); err == nil {
		for _, days := range statsPeriods {
			if n == days {
				view.days = n
			}
		}
	}
	if err := r.fillStats(&view); err != nil {
		return err
	}
	return r.show(w, http.StatusOK, r.myPage(r.t.T("videoedit.stats")), statsContent(r, view))
}

func (r *request) fillStats(view *statsView) (err error) {
	ref, period := shortid.Of(view.video.UUID), r.statsPeriod(*view)
	stats := r.pages.Stats
	if view.overall, err = stats.Overall(r.Context(), r.viewer, ref, period); err != nil {
		return err
	}
	if view.agents, err = stats.Agents(r.Context(), r.viewer, ref, period); err != nil {
		return err
	}
	kept, err := stats.Retention(r.Context(), r.viewer, ref)
	if err != nil {
		return err
	}
	view.retention = ui.PlotProps{Title: r.t.T("videostats.retention"), Unit: "%"}
	for i, percent := range kept {
		at := time.Duration(view.video.DurationSeconds*i/max(1, len(kept))) * time.Second
		view.retention.Labels = append(view.retention.Labels, ui.Clock(at))
		view.retention.Values = append(view.retention.Values, percent)
	}
	if view.viewers, err = r.series(ref, audience.ViewersMetric, period); err != nil {
		return err
	}
	view.watchTime, err = r.series(ref, audience.WatchTimeMetric, period)
	return err
}

func (r *request) statsPeriod(view statsView) audience.Period {
	now := r.pages.Clock.Now()
	if view.days == 0 {
		return audience.Period{From: view.video.PublishedAt, To: now}
	}
	from := now.AddDate(0, 0, -view.days)
	if from.Before(view.video.CreatedAt) {
		from = view.video.CreatedAt
	}
	return audience.Period{From: from, To: now}
}

func (r *request) series(ref shortid.Ref, m audience.Metric, period audience.Period) (ui.PlotProps, error) {
	found, err := r.pages.Stats.Series(r.Context(), r.viewer, ref, m, period)
	plot := ui.PlotProps{Title: r.t.T("videostats.viewers"), Unit: r.t.T("videostats.viewers-unit")}
	if m == audience.WatchTimeMetric {
		plot = ui.PlotProps{Title: r.t.T("videostats.watch-time"), Unit: r.t.T("videostats.minutes-unit")}
	}
	for _, point := range found.Points {
		value := float64(point.Value)
		if m == audience.WatchTimeMetric {
			value = float64(point.Value) / 60
		}
		plot.Labels = append(plot.Labels, r.t.DateTime(point.At))
		plot.Values = append(plot.Values, value)
	}
	return plot, err
}

func (r *request) periodLabel(days int) string {
	if days == 0 {
		return r.t.T("videostats.always")
	}
	return r.t.T("videostats.last-days", "n", days)
}

func (r *request) statsTabs(view statsView) []ui.Tab {
	list := make([]ui.Tab, len(statsPeriods))
	for i, days := range statsPeriods {
		list[i] = ui.Tab{URL: editPath(view.video.Video) + "/stats?days=" + itoa(days), Label: r.periodLabel(days), Current: days == view.days}
	}
	return list
}

func shareRows(r *request, shares []audience.Share) []ui.Row {
	rows := make([]ui.Row, len(shares))
	for i, s := range shares {
		rows[i] = ui.Row{ui.Text(nameOr(s.Name, r.t.T("videostats.unknown"))), ui.Text(r.t.Number(int64(s.Viewers)))}
	}
	return rows
}
