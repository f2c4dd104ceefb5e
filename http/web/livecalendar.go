package web

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

func (p *Pages) liveCalendarRoutes() []route {
	return []route{{method: "GET", pattern: calendarFolder + "{file}", do: p.liveCalendar}}
}

const (
	calendarFolder    = "/videos/live/"
	calendarExtension = ".ics"
)

// calendarPath is a file with the announced dates of a live, for calendars.
func calendarPath(v video.Video) string { return calendarFolder + v.ShortUUID() + calendarExtension }

func (p *Pages) liveCalendar(w http.ResponseWriter, r *request) error {
	name, isCalendar := strings.CutSuffix(r.PathValue("file"), calendarExtension)
	ref, err := shortid.Parse(name)
	if err != nil || !isCalendar {
		return fault.New(fault.NotFound, "Video not found")
	}
	d, err := p.Videos.See(r.Context(), ref, r.accessTo(ref))
	if err != nil {
		return err
	}
	if len(d.LiveSchedules) == 0 {
		return fault.New(fault.NotFound, "This video has no announced dates")
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+d.ShortUUID()+calendarExtension+`"`)
	w.Header().Set("Cache-Control", "private, no-cache")
	_, err = w.Write([]byte(r.calendar(d.Video)))
	return err
}

// calendarTime is a moment in UTC (RFC 5545 §3.3.5, form 2).
const calendarTime = "20060102T150405Z"

// calendar is an iCalendar object with one event for each announced date. How long a show lasts nobody knows: an hour is set aside.
func (r *request) calendar(v video.Video) string {
	var out strings.Builder
	line := func(name, value string) { foldLine(&out, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Lucarne//Lives//EN")
	line("METHOD", "PUBLISH")
	for _, at := range v.LiveSchedules {
		line("BEGIN", "VEVENT")
		line("UID", v.UUID.String()+"-"+at.UTC().Format(calendarTime)+"@"+r.pages.Site.Host)
		line("DTSTAMP", v.UpdatedAt.UTC().Format(calendarTime))
		line("DTSTART", at.UTC().Format(calendarTime))
		line("DURATION", calendarDuration(time.Hour))
		line("SUMMARY", calendarText(v.Name))
		line("DESCRIPTION", calendarText(plain(v.Description)))
		line("URL", r.absolute(watchPath(v)))
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return out.String()
}

func calendarDuration(d time.Duration) string {
	return "PT" + strings.ToUpper(d.Truncate(time.Second).String())
}

// calendarText escapes a text (RFC 5545 §3.3.11) and leaves out what is no text.
func calendarText(text string) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, ""))
	return strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\n", "\\n").Replace(text)
}

// maxCalendarLine is the longest line in bytes, without its end (RFC 5545 §3.1).
const maxCalendarLine = 75

// foldLine writes a content line, in pieces that begin with a space where it is long, never within a character.
func foldLine(out *strings.Builder, line string) {
	for room := maxCalendarLine; len(line) > room; room = maxCalendarLine - 1 {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		out.WriteString(line[:cut] + "\r\n ")
		line = line[cut:]
	}
	out.WriteString(line + "\r\n")
}
