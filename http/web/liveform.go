package web

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"lucarne/channel"
	"lucarne/http/web/ui"
	"lucarne/live"
	"lucarne/video"
)

// newLiveView is the form of a live that does not exist yet.
type newLiveView struct {
	form         *form
	channels     []channel.Channel
	rules        live.Settings
	canBroadcast bool
}

// liveSettingsView is the form of one that does.
type liveSettingsView struct {
	video video.Details
	form  *form
	rules live.Settings
}

// maxFormDates is how many dates fit into the form; the API takes more.
const maxFormDates = 10

// dateField and zoneField are the two halves of an announced date: when, and on whose clock.
func dateField(i int) string { return "startAt" + strconv.Itoa(i) }

func zoneField(i int) string { return "startZone" + strconv.Itoa(i) }

// liveChange reads what a live is to be like. was is what it is, nil for a new one: what the site does not offer stays as it is.
func (f *form) liveChange(was *live.Live) live.Change {
	rules := f.r.pages.LiveRules()
	permanent, saves := f.has("permanent"), f.has("saveReplay")
	c := live.Change{Permanent: &permanent}
	if rules.AllowReplay || was != nil && was.SaveReplay {
		c.SaveReplay = &saves
	}
	if privacy := video.Privacy(numberOf(f.get("replayPrivacy"))); privacy != 0 && saves {
		c.ReplayPrivacy = &privacy
	}
	if latency := live.Latency(numberOf(f.get("latency"))); rules.UsersChooseLatency && latency != 0 {
		c.Latency = &latency
	}
	if window, ok := readWindow(f.get("dvr")); ok {
		c.DVRWindow = &window
	}
	schedules := f.dates(was)
	c.Schedules = &schedules
	return c
}

// dates are the announced ones. A new one has to be in the future.
func (f *form) dates(was *live.Live) []time.Time {
	list := []time.Time{}
	for i := range maxFormDates {
		if !f.has(dateField(i)) {
			continue
		}
		at, err := readMoment(f.get(dateField(i)), f.get(zoneField(i)))
		switch {
		case err != nil:
			f.refuse(dateField(i), f.r.t.T("problem.date"))
		case was == nil && at.Before(f.r.pages.Clock.Now()):
			f.refuse(dateField(i), f.r.t.T("problem.schedule"))
		default:
			list = append(list, at)
		}
	}
	if was != nil && len(was.Schedules) > maxFormDates {
		list = append(list, was.Schedules[maxFormDates:]...) // those the form could not show
	}
	return list
}

// zone is an offset from UTC as ISO 8601 writes it.
var zone = regexp.MustCompile(`^[+-](0\d|1[0-4]):[0-5]\d$`)

// readMoment reads a date and hour of an input with its offset from UTC.
func readMoment(local, offset string) (time.Time, error) {
	if !zone.MatchString(offset) {
		return time.Time{}, fmt.Errorf("%q is no offset from UTC", clip(offset, 10))
	}
	return time.Parse(minuteLayout+"Z07:00", clip(local, len(minuteLayout))+offset)
}

// zoneOffsets are those in use, in minutes.
var zoneOffsets = []int{
	-720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -120, -60, 0, 60, 120, 180, 210, 240, 270, 300, 330, 345, 360, 390,
	420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780, 840,
}

// zonePlaces remind of where an offset is kept, in its winter.
var zonePlaces = map[int]string{
	-600: "Honolulu", -480: "Los Angeles", -420: "Denver", -360: "Chicago, México", -300: "New York, Lima", -240: "Halifax, Caracas",
	-180: "São Paulo, Buenos Aires", 0: "London, Dakar", 60: "Paris, Berlin, Lagos", 120: "Athina, Cairo", 180: "Istanbul, Nairobi",
	240: "Dubai", 300: "Karachi", 330: "Mumbai", 360: "Dhaka", 420: "Jakarta, Hanoi", 480: "Shanghai, Perth", 540: "Tokyo, Seoul", 600: "Brisbane",
	720: "Auckland",
}

func zoneOptions(chosen string) []ui.Option {
	list := make([]ui.Option, len(zoneOffsets))
	for i, minutes := range zoneOffsets {
		sign, size := "+", minutes
		if minutes < 0 {
			sign, size = "-", -minutes
		}
		value := fmt.Sprintf("%s%02d:%02d", sign, size/60, size%60)
		label := "UTC" + value
		if place := zonePlaces[minutes]; place != "" {
			label += " (" + place + ")"
		}
		list[i] = ui.Option{Value: value, Label: label, Selected: value == chosen || chosen == "" && minutes == 0}
	}
	return list
}

// wholeWindow is as far back as the site allows.
const wholeWindow = "-1"

var windows = []time.Duration{0, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 12 * time.Hour}

func dvrValue(window time.Duration) string {
	if window < 0 {
		return wholeWindow
	}
	return itoa(int64(window / time.Second))
}

func readWindow(value string) (time.Duration, bool) {
	if value == wholeWindow {
		return live.WholeWindow, true
	}
	seconds, err := strconv.ParseInt(value, 10, 32)
	return time.Duration(seconds) * time.Second, err == nil
}

// windowOptions are how far back viewers may go, within what the site allows.
func (r *request) windowOptions(rules live.Settings, chosen string) []ui.Option {
	most := max(rules.MaxDVRWindow, 0)
	list := []ui.Option{{Value: wholeWindow, Label: r.t.T("live.dvr-whole", "time", r.span(most))}}
	for _, window := range windows {
		if window == 0 {
			list = append(list, ui.Option{Value: "0", Label: r.t.T("live.dvr-none")})
		} else if window < most {
			list = append(list, ui.Option{Value: dvrValue(window), Label: r.t.T("live.dvr-span", "time", r.span(window))})
		}
	}
	for i := range list {
		list[i].Selected = list[i].Value == chosen
	}
	return list
}

// span writes a length in its largest whole unit.
func (r *request) span(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return r.t.T("live.hours", "n", int64(d/time.Hour))
	case d >= time.Minute:
		return r.t.T("live.minutes", "n", int64(d/time.Minute))
	}
	return r.t.T("live.seconds", "n", int64(d/time.Second))
}

// latencyOptions say what each choice means for viewers.
func (r *request) latencyOptions(chosen string) []ui.Option {
	list := []ui.Option{
		{Value: itoa(live.SmallLatency), Label: r.t.T("live.latency-small"), Hint: r.t.T("live.latency-small-hint")},
		{Value: itoa(live.DefaultLatency), Label: r.t.T("live.latency-default"), Hint: r.t.T("live.latency-default-hint")},
		{Value: itoa(live.HighLatency), Label: r.t.T("live.latency-high"), Hint: r.t.T("live.latency-high-hint")},
	}
	for i := range list {
		list[i].Selected = list[i].Value == chosen
	}
	return list
}

// replayPrivacyOptions are who may watch a replay: it has no passwords of its own.
func (r *request) replayPrivacyOptions(chosen string) []ui.Option {
	list := []ui.Option{{Value: "", Label: r.t.T("live.replay-as-live"), Selected: chosen == "" || chosen == "0"}}
	for _, o := range r.bulkPrivacies() {
		o.Selected = o.Value == chosen
		list = append(list, o)
	}
	return list
}

// shownDates is how many dates the form has room for: those there are, and one more.
func (f *form) shownDates() int {
	n := 0
	for i := range maxFormDates {
		if f.has(dateField(i)) {
			n = i + 1
		}
	}
	return min(n+1, maxFormDates)
}

func dateHint(r *request, i int) string {
	if i > 0 {
		return ""
	}
	return r.t.T("live.date-hint")
}
