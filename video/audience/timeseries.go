package audience

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lucarne/account"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
)

// Metric is what a series counts, in the API's words.
type Metric string

// The metrics.
const (
	ViewersMetric   Metric = "viewers"            // who watched at some moment of the interval
	WatchTimeMetric Metric = "aggregateWatchTime" // seconds, of the viewings that began in the interval
	DownloadsMetric Metric = "downloads"          // counted by the hour
)

// IsMetric reports whether the text names a metric.
func IsMetric(text string) bool {
	return slices.Contains([]Metric{ViewersMetric, WatchTimeMetric, DownloadsMetric}, Metric(text))
}

// Series is a metric over time, in equal intervals without gaps.
type Series struct {
	Interval string // "10 minutes"
	Points   []Point
}

// Point is the value of the interval that begins at a time.
type Point struct {
	At    time.Time
	Value int
}

// interval is a step of a series. Months are as long as they are; all others are cut from the beginning of UTC days.
type interval struct {
	name  string
	step  time.Duration // 0: a month
	upTo  time.Duration // the longest period it is used for
	grain time.Duration // in which the database groups
}

// intervals are tried in order: a series has between a handful and about two hundred points.
var intervals = []interval{
	{"1 minute", time.Minute, 3 * time.Hour, time.Minute},
	{"10 minutes", 10 * time.Minute, 24 * time.Hour, 10 * time.Minute},
	{"1 hour", time.Hour, 7 * 24 * time.Hour, time.Hour},
	{"6 hours", 6 * time.Hour, 31 * 24 * time.Hour, 6 * time.Hour},
	{"1 day", 24 * time.Hour, 200 * 24 * time.Hour, 24 * time.Hour},
	{"7 days", 7 * 24 * time.Hour, 4 * 365 * 24 * time.Hour, 24 * time.Hour},
	{"1 month", 0, maxPeriod, 24 * time.Hour},
}

// maxPeriod bounds what one series may span.
const maxPeriod = 30 * 366 * 24 * time.Hour

// Series follows a metric through a period, by default from the publication of the video to now.
func (s *Stats) Series(ctx context.Context, viewer account.Viewer, ref shortid.Ref, m Metric, p Period) (Series, error) {
	if !IsMetric(string(m)) {
		return Series{}, fault.InvalidParams([]fault.Param{{Name: "metric", Message: "Invalid value", Value: string(m), Location: "params"}})
	}
	of, err := s.manage(ctx, viewer, ref, &p)
	if err != nil {
		return Series{}, err
	}
	if p.From.IsZero() {
		p.From = of.PublishedAt
	}
	if p.To.IsZero() {
		p.To = s.o.Clock.Now()
	}
	if p.To.Before(p.From) {
		p.From = p.To
	}
	if p.To.Sub(p.From) > maxPeriod {
		return Series{}, fault.InvalidParams([]fault.Param{{Name: "startDate", Message: "The period is too long", Location: "query"}})
	}
	in, read := intervalOf(p, m), cellsOf
	if m == DownloadsMetric {
		read = downloadCellsOf
	}
	cells, err := read(ctx, s.o.DB, of.ID, p, in.grain)
	if err != nil {
		return Series{}, fmt.Errorf("series of video %d: %w", of.ID, err)
	}
	return in.series(p, m, cells), nil
}

// intervalOf is never finer than what the metric is kept in.
func intervalOf(p Period, m Metric) interval {
	for _, in := range intervals {
		if p.To.Sub(p.From) <= in.upTo && (m != DownloadsMetric || in.grain >= time.Hour) {
			return in
		}
	}
	return intervals[len(intervals)-1]
}

// cell is the viewings that began and ended in the same grains of time, or the downloads that began in one.
type cell struct {
	begin, end time.Time
	viewers    int
	amount     int // seconds, or downloads
}

func (in interval) series(p Period, m Metric, cells []cell) Series {
	starts := in.starts(p)
	values := make([]int, len(starts)+1) // of viewers, the differences
	for _, c := range cells {
		from := indexOf(starts, c.begin)
		if m != ViewersMetric {
			values[from] += c.amount
			continue
		}
		values[from] += c.viewers
		values[indexOf(starts, c.end)+1] -= c.viewers
	}
	made := Series{Interval: in.name, Points: make([]Point, len(starts))}
	sum := 0
	for i, at := range starts {
		sum += values[i]
		made.Points[i] = Point{At: at, Value: sum}
		if m != ViewersMetric {
			made.Points[i].Value = values[i]
		}
	}
	return made
}

// starts are the beginnings of the intervals that touch the period.
func (in interval) starts(p Period) []time.Time {
	var starts []time.Time
	for at := in.begin(p.From); !at.After(p.To); at = in.next(at) {
		starts = append(starts, at)
	}
	return starts
}

func (in interval) begin(t time.Time) time.Time {
	t = t.UTC()
	if in.step == 0 {
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	if in.step > 24*time.Hour {
		return t.Truncate(24 * time.Hour)
	}
	return t.Truncate(in.step)
}

func (in interval) next(t time.Time) time.Time {
	if in.step == 0 {
		return t.AddDate(0, 1, 0)
	}
	return t.Add(in.step)
}

// indexOf is the interval a time lies in; times outside belong to the nearest.
func indexOf(starts []time.Time, t time.Time) int {
	i, found := slices.BinarySearchFunc(starts, t, time.Time.Compare)
	if found {
		return i
	}
	return max(i-1, 0)
}
