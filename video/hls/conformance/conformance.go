// Package conformance checks HTTP Live Streaming playlists, each for itself and as they follow each other, against
// draft-pantos-hls-rfc8216bis. Tests and benches hold what is served against it.
package conformance

import (
	"fmt"
	"time"
)

// Violation is a rule that a playlist breaks.
type Violation struct {
	Section string // of draft-pantos-hls-rfc8216bis: "4.4.3.1"
	Line    int    // from 1; 0 when it is about the whole playlist
	Text    string
}

func (v Violation) String() string {
	if v.Line == 0 {
		return fmt.Sprintf("§%s: %s", v.Section, v.Text)
	}
	return fmt.Sprintf("line %d, §%s: %s", v.Line, v.Section, v.Text)
}

// findings gathers violations.
type findings []Violation

func (f *findings) add(section string, line int, format string, args ...any) {
	*f = append(*f, Violation{Section: section, Line: line, Text: fmt.Sprintf(format, args...)})
}

// require adds a violation unless a rule holds.
func (f *findings) require(holds bool, section string, line int, format string, args ...any) {
	if !holds {
		f.add(section, line, format, args...)
	}
}

// Tolerances of written durations: each is rounded to a few decimals, and the wall clock to milliseconds.
const (
	roundingTolerance = 5 * time.Millisecond
	clockTolerance    = 50 * time.Millisecond
)

// Media checks one media playlist for itself.
func Media(text []byte) []Violation {
	p, found := parse(text)
	found = append(found, checkMedia(p)...)
	return found
}
