package subtitle

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Times as they are found: hours left out, a comma or a full stop, one to nine decimals or none.
const timestamp = `(?:(\d{1,9}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?`

var (
	timing = regexp.MustCompile(`^\s*` + timestamp + `\s*-->\s*` + timestamp + `(?:\s+(.*))?$`)
	// timed is a line that means to be a timing line.
	timed = regexp.MustCompile(`^\s*\d[\d:.,]*\s*-->|-->\s*\d[\d:.,]*\s*$`)
)

// parseTiming reads `start --> end settings`. It gives nil for a line that only has an arrow in it.
func parseTiming(line string, isVTT bool) (*Cue, error) {
	m := timing.FindStringSubmatch(line)
	if m == nil {
		if timed.MatchString(line) {
			return nil, errors.New("the times cannot be read")
		}
		return nil, nil
	}
	start, err := parseTime(m[1:5])
	if err != nil {
		return nil, err
	}
	end, err := parseTime(m[5:9])
	if err != nil {
		return nil, err
	}
	cue := &Cue{Start: start, End: end}
	if isVTT {
		cue.Settings = parseSettings(m[9])
	}
	return cue, nil
}

func parseTime(parts []string) (time.Duration, error) {
	hours, _ := strconv.Atoi(parts[0]) // "" is none; the pattern bounds the digits
	minutes, _ := strconv.Atoi(parts[1])
	seconds, _ := strconv.Atoi(parts[2])
	millis, _ := strconv.Atoi((parts[3] + "000")[:3])
	if minutes > 59 || seconds > 59 {
		return 0, errors.New("minutes and seconds go up to 59")
	}
	if hours >= int(MaxTime/time.Hour) {
		return 0, fmt.Errorf("times go up to %d hours", MaxTime/time.Hour)
	}
	return time.Duration(((hours*60+minutes)*60+seconds)*1000+millis) * time.Millisecond, nil
}

// formatTime writes a time as WebVTT §4.1 has it, hours included.
func formatTime(at time.Duration) string {
	millis := at.Milliseconds()
	seconds := millis / 1000
	return fmt.Sprintf("%02d:%02d:%02d.%03d", seconds/3600, seconds/60%60, seconds%60, millis%1000)
}

// Settings place a cue; each field is the value of the WebVTT setting of that name, "" for none (WebVTT §4.4).
type Settings struct {
	Vertical string
	Line     string
	Position string
	Size     string
	Align    string
}

const percent = `(?:100(?:\.0{1,4})?|\d{1,2}(?:\.\d{1,4})?)%`

var (
	verticalForm = regexp.MustCompile(`^(?:rl|lr)$`)
	lineForm     = regexp.MustCompile(`^(?:` + percent + `|-?\d{1,4})(?:,(?:start|center|end))?$`)
	positionForm = regexp.MustCompile(`^` + percent + `(?:,(?:line-left|center|line-right))?$`)
	sizeForm     = regexp.MustCompile(`^` + percent + `$`)
	alignForm    = regexp.MustCompile(`^(?:start|center|end|left|right)$`)
)

func parseSettings(text string) Settings {
	var s Settings
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, ":")
		if field := s.field(name); field != nil {
			*field = value
		}
	}
	return s.cleaned()
}

func (s *Settings) field(name string) *string {
	switch name {
	case "vertical":
		return &s.Vertical
	case "line":
		return &s.Line
	case "position":
		return &s.Position
	case "size":
		return &s.Size
	case "align":
		return &s.Align
	}
	return nil
}

// cleaned drops every value the standard does not know.
func (s Settings) cleaned() Settings {
	keep := func(value string, form *regexp.Regexp) string {
		if !form.MatchString(value) {
			return ""
		}
		return value
	}
	return Settings{
		Vertical: keep(s.Vertical, verticalForm), Line: keep(s.Line, lineForm), Position: keep(s.Position, positionForm),
		Size: keep(s.Size, sizeForm), Align: keep(s.Align, alignForm),
	}
}

// String writes the settings as they follow the times, with a space before each.
func (s Settings) String() string {
	var out strings.Builder
	for _, name := range []string{"vertical", "line", "position", "size", "align"} {
		if value := *s.field(name); value != "" {
			out.WriteString(" " + name + ":" + value)
		}
	}
	return out.String()
}
