// Package subtitle reads captions as people have them (WebVTT or SRT, in any state) and writes WebVTT as the W3C defines it.
//
// Comments, styles and regions are not kept: they say nothing a player of ours shows, and styles reach outside the file.
package subtitle

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Bounds of what is read. A three-hour film has about 3,000 cues and 200 kB.
const (
	MaxBytes    = 20 << 20
	MaxCues     = 50_000
	MaxCueBytes = 16 << 10
	MaxIDBytes  = 200
	// MaxTime is the latest time a cue may name.
	MaxTime = 1000 * time.Hour
	// maxNesting is how many tags may be open at once; deeper ones are dropped, their text is kept.
	maxNesting = 16
)

// Document is a list of cues, in the order they start.
type Document struct {
	Cues []Cue
}

// Cue is a text shown from Start until End. Times are whole milliseconds.
type Cue struct {
	ID       string // "" for none; the counters of SRT are not ids
	Start    time.Duration
	End      time.Duration
	Settings Settings
	Text     string // WebVTT cue text: escaped, with no other tags than b, i, u, c, v, lang, ruby and rt
}

// Plain is the text without tags and escapes, in lines.
func (c Cue) Plain() string { return plain(c.Text) }

// Plain is everything that is said, one line per cue, for search. A cue that repeats the one before it is left out.
func (d Document) Plain() string {
	var lines []string
	for _, cue := range d.Cues {
		line := strings.Join(strings.Fields(cue.Plain()), " ")
		if len(lines) == 0 || lines[len(lines)-1] != line {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// cleaned is the cue as it may be written, and false when nothing of it can be shown.
func (c Cue) cleaned() (Cue, bool) {
	c.ID = cleanID(c.ID)
	c.Settings = c.Settings.cleaned()
	c.Text = cleanText(c.Text)
	c.Start, c.End = c.Start.Truncate(time.Millisecond), c.End.Truncate(time.Millisecond)
	isShown := c.Start >= 0 && c.Start < c.End && c.End <= MaxTime && strings.TrimSpace(c.Plain()) != ""
	return c, isShown
}

// inOrder sorts by start. WebVTT §1.3: a cue starts no earlier than those written before it.
func inOrder(cues []Cue) {
	slices.SortStableFunc(cues, func(a, b Cue) int { return cmp.Compare(a.Start, b.Start) })
}

// cleanID keeps an id that cannot be taken for a timing line or for the head of another block.
func cleanID(id string) string {
	id = strings.Join(strings.Fields(printable(id)), " ")
	if strings.Contains(id, "-->") || len(id) > MaxIDBytes {
		return ""
	}
	for _, reserved := range []string{"WEBVTT", "NOTE", "STYLE", "REGION"} {
		if strings.HasPrefix(id, reserved) {
			return ""
		}
	}
	return id
}
