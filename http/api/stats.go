package api

import (
	"net/http"

	"lucarne/video/audience"
)

func (a *API) videoStatsRoutes() []route {
	if a.Stats == nil {
		return nil
	}
	const all = "/videos/{id}/stats"
	return []route{
		{method: "GET", pattern: all + "/overall", access: signedIn, do: a.overallStats},
		{method: "GET", pattern: all + "/user-agent", access: signedIn, do: a.agentStats},
		{method: "GET", pattern: all + "/retention", access: signedIn, do: a.retentionStats},
		{method: "GET", pattern: all + "/timeseries/{metric}", access: signedIn, do: a.seriesStats},
	}
}

// period reads the time statistics look at.
func (r *request) period() (audience.Period, error) {
	in, err := r.query()
	if err != nil {
		return audience.Period{}, err
	}
	p := audience.Period{
		From: valueOf(in.optTime("startDate", "Should have a start date that conforms to ISO 8601")),
		To:   valueOf(in.optTime("endDate", "Should have a end date that conforms to ISO 8601")),
	}
	return p, in.err()
}

type overallJSON struct {
	TotalWatchTime   int           `json:"totalWatchTime"`
	AverageWatchTime int           `json:"averageWatchTime"`
	TotalViewers     int           `json:"totalViewers"`
	ViewersPeak      int           `json:"viewersPeak"`
	ViewersPeakDate  timestamp     `json:"viewersPeakDate"`
	Countries        []countryJSON `json:"countries"`
	Subdivisions     []shareJSON   `json:"subdivisions"`
}

type countryJSON struct {
	ISOCode string `json:"isoCode"`
	Viewers int    `json:"viewers"`
}

type shareJSON struct {
	Name    string `json:"name"`
	Viewers int    `json:"viewers"`
}

func shares(list []audience.Share) []shareJSON {
	return listOf(0, list, func(s audience.Share) shareJSON { return shareJSON{s.Name, s.Viewers} }).Data
}

func (a *API) overallStats(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	p, err := r.period()
	if err != nil {
		return err
	}
	sum, err := a.Stats.Overall(r.Context(), r.viewer, ref, p)
	if err != nil {
		return err
	}
	return answer(w, r, overallJSON{
		TotalWatchTime: sum.WatchSeconds, AverageWatchTime: sum.AverageSeconds, TotalViewers: sum.Viewers, ViewersPeak: sum.Peak,
		ViewersPeakDate: timestamp(sum.PeakAt), Subdivisions: shares(sum.Subdivisions),
		Countries: listOf(0, sum.Countries, func(s audience.Share) countryJSON { return countryJSON{s.Name, s.Viewers} }).Data,
	})
}

func (a *API) agentStats(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	p, err := r.period()
	if err != nil {
		return err
	}
	found, err := a.Stats.Agents(r.Context(), r.viewer, ref, p)
	if err != nil {
		return err
	}
	return answer(w, r, map[string][]shareJSON{
		"clients": shares(found.Clients), "devices": shares(found.Devices), "operatingSystems": shares(found.Systems),
	})
}

type retentionJSON struct {
	Second           int     `json:"second"`
	RetentionPercent float64 `json:"retentionPercent"`
}

func (a *API) retentionStats(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	percent, err := a.Stats.Retention(r.Context(), r.viewer, ref)
	if err != nil {
		return err
	}
	data := make([]retentionJSON, len(percent))
	for second, p := range percent {
		data[second] = retentionJSON{second, p}
	}
	return answer(w, r, map[string][]retentionJSON{"data": data})
}

type seriesJSON struct {
	GroupInterval string      `json:"groupInterval"`
	Data          []pointJSON `json:"data"`
}

type pointJSON struct {
	Date  timestamp `json:"date"`
	Value int       `json:"value"`
}

func (a *API) seriesStats(w http.ResponseWriter, r *request) error {
	ref, err := r.ref("id")
	if err != nil {
		return err
	}
	p, err := r.period()
	if err != nil {
		return err
	}
	found, err := a.Stats.Series(r.Context(), r.viewer, ref, audience.Metric(r.PathValue("metric")), p)
	if err != nil {
		return err
	}
	return answer(w, r, seriesJSON{
		GroupInterval: found.Interval,
		Data:          listOf(0, found.Points, func(p audience.Point) pointJSON { return pointJSON{timestamp(p.At), p.Value} }).Data,
	})
}
