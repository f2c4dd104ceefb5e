// Package timecode reads and writes positions in a video, and finds the chapters an author listed in a description.
package timecode

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// Max is the furthest position that is understood: longer than any recording, far from overflow.
const Max = 9999 * time.Hour

var (
	clockForm = regexp.MustCompile(`^(?:(\d{1,4}):)?(\d{1,4}):([0-5]\d)$`)
	unitForm  = regexp.MustCompile(`^(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$`)
	plainForm = regexp.MustCompile(`^\d{1,8}$`)
)

// Parse reads `1:02:03`, `83` (seconds) or `1h2m3s`, surrounding space ignored. Anything else is fault.Invalid.
func Parse(text string) (time.Duration, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	position, ok := parse(text)
	if !ok || position > Max {
		return 0, fault.New(fault.Invalid, "Should be a time such as 1:02:03, 83 or 1h2m3s")
	}
	return position, nil
}

func parse(text string) (time.Duration, bool) {
	if plainForm.MatchString(text) {
		return sum("", "", text), true
	}
	if m := clockForm.FindStringSubmatch(text); m != nil {
		hasHours := m[1] != ""
		return sum(m[1], m[2], m[3]), !hasHours || (len(m[2]) <= 2 && m[2] < "60")
	}
	if m := unitForm.FindStringSubmatch(text); m != nil && text != "" {
		return sum(m[1], m[2], m[3]), true
	}
	return 0, false
}

// sum adds up digits the patterns have bounded, so that neither parsing nor adding can overflow.
func sum(hours, minutes, seconds string) time.Duration {
	count := func(digits string, unit time.Duration) time.Duration {
		n, _ := strconv.Atoi(digits) // "" counts nothing
		return time.Duration(n) * unit
	}
	return count(hours, time.Hour) + count(minutes, time.Minute) + count(seconds, time.Second)
}

// Clock writes a position as players do: `0:05`, `12:34`, `1:02:03`. Fractions are cut, negative positions are 0:00.
func Clock(position time.Duration) string {
	hours, minutes, seconds := split(position)
	if hours == 0 {
		return fmt.Sprintf("%d:%02d", minutes, seconds)
	}
	return fmt.Sprintf("%d:%02d:%02d", hours, minutes, seconds)
}

// ISO8601 writes a length as an ISO 8601 duration in whole seconds: `PT1M23S`, and `PT0S` for none.
func ISO8601(length time.Duration) string {
	hours, minutes, seconds := split(length)
	text := "PT"
	if hours > 0 {
		text += strconv.Itoa(hours) + "H"
	}
	if minutes > 0 {
		text += strconv.Itoa(minutes) + "M"
	}
	if seconds > 0 || text == "PT" {
		text += strconv.Itoa(seconds) + "S"
	}
	return text
}

func split(d time.Duration) (hours, minutes, seconds int) {
	total := int(max(d, 0) / time.Second)
	return total / 3600, total / 60 % 60, total % 60
}
