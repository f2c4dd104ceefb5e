package audience

import (
	"context"
	"fmt"
	"time"

	"lucarne/account"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// Stats are what the owner of a video learns of its audience, from the viewings that ended.
type Stats struct{ o Options }

// NewStats makes the subject of statistics.
func NewStats(o Options) *Stats { return &Stats{o: o} }

// Period is the time statistics look at: the viewings that began in it. A zero end is open.
type Period struct{ From, To time.Time }

// Overall sums up the audience of a video.
type Overall struct {
	Viewers        int
	WatchSeconds   int
	AverageSeconds int
	Peak           int       // most viewers at one moment
	PeakAt         time.Time // zero without viewers
	Countries      []Share
	Subdivisions   []Share
}

// Share is a part of the audience: a country, a browser.
type Share struct {
	Name    string
	Viewers int
}

// Agents is what the audience watches with.
type Agents struct{ Clients, Devices, Systems []Share }

// Overall sums up the viewings of a period.
func (s *Stats) Overall(ctx context.Context, viewer account.Viewer, ref shortid.Ref, p Period) (Overall, error) {
	of, err := s.manage(ctx, viewer, ref, &p)
	if err != nil {
		return Overall{}, err
	}
	sum, err := overallOf(ctx, s.o.DB, of.ID, p)
	if err == nil {
		sum.Peak, sum.PeakAt, err = peakOf(ctx, s.o.DB, of.ID, p)
	}
	if err == nil {
		sum.Countries, err = sharesOf(ctx, s.o.DB, of.ID, p, "country")
	}
	if err == nil {
		sum.Subdivisions, err = sharesOf(ctx, s.o.DB, of.ID, p, "region")
	}
	if err != nil {
		return Overall{}, fmt.Errorf("statistics of video %d: %w", of.ID, err)
	}
	return sum, nil
}

// Agents tells what was watched with in a period, most frequent first.
func (s *Stats) Agents(ctx context.Context, viewer account.Viewer, ref shortid.Ref, p Period) (Agents, error) {
	of, err := s.manage(ctx, viewer, ref, &p)
	if err != nil {
		return Agents{}, err
	}
	var found Agents
	for column, to := range map[string]*[]Share{"client": &found.Clients, "device": &found.Devices, "os": &found.Systems} {
		if *to, err = sharesOf(ctx, s.o.DB, of.ID, p, column); err != nil {
			return Agents{}, fmt.Errorf("statistics of video %d: %w", of.ID, err)
		}
	}
	return found, nil
}

// maxRetention bounds the seconds that are told: a day of video.
const maxRetention = 24 * 3600

// Retention tells for each second of a video which share of its viewers saw it, in percent.
func (s *Stats) Retention(ctx context.Context, viewer account.Viewer, ref shortid.Ref) ([]float64, error) {
	of, err := s.manage(ctx, viewer, ref, &Period{})
	if err != nil {
		return nil, err
	}
	if of.IsLive {
		return nil, fault.New(fault.Invalid, "Cannot get retention stats of live video")
	}
	viewers, steps, err := retentionOf(ctx, s.o.DB, of.ID)
	if err != nil {
		return nil, fmt.Errorf("retention of video %d: %w", of.ID, err)
	}
	percent := make([]float64, min(of.DurationSeconds, maxRetention)+1)
	watching := 0
	for second := range percent {
		watching += steps[second]
		if viewers > 0 {
			percent[second] = float64(watching*100) / float64(viewers)
		}
	}
	return percent, nil
}

// manage reads the video for those who may know its audience.
func (s *Stats) manage(ctx context.Context, viewer account.Viewer, ref shortid.Ref, p *Period) (video.Details, error) {
	if !p.From.IsZero() && !p.To.IsZero() && p.To.Before(p.From) {
		return video.Details{}, fault.InvalidParams([]fault.Param{{Name: "endDate", Message: "Should be after startDate", Location: "query"}})
	}
	return s.o.Videos.Manage(ctx, viewer, ref)
}
