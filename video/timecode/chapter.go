package timecode

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// MaxTitleLength is how many characters of a chapter's title are kept.
	MaxTitleLength = 100
	// MaxChapters is how many chapters are kept, the first ones.
	MaxChapters = 1000
	// minChapters is what tells a table of contents from a time that happens to begin a line.
	minChapters = 2
)

// Entry is one chapter: where it starts and what it is called.
type Entry struct {
	Start time.Duration
	Title string
}

// chapterLine is a line that starts with a timecode, maybe after a list marker or in brackets, and goes on with a title.
var chapterLine = regexp.MustCompile(`^[ \t]*(?:[-*+•][ \t]+)?[(\[]?((?:\d{1,4}:)?\d{1,2}:[0-5]\d)[)\]]?(?:[ \t]*[-–—:|][ \t]+|[ \t]+)(\S.*)$`)

// Chapters finds the chapters listed in a description, one line each. A line that is not later than the one before it or that
// lies at or past the duration is left out; a duration of zero means unknown. Fewer than two chapters are none: the result is nil.
func Chapters(description string, duration time.Duration) []Entry {
	var found []Entry
	for line := range strings.Lines(description) {
		entry, ok := chapterOf(line)
		if !ok || (duration > 0 && entry.Start >= duration) {
			continue
		}
		if len(found) > 0 && entry.Start <= found[len(found)-1].Start {
			continue
		}
		found = append(found, entry)
		if len(found) == MaxChapters {
			break
		}
	}
	if len(found) < minChapters {
		return nil
	}
	return found
}

func chapterOf(line string) (Entry, bool) {
	m := chapterLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
	if m == nil {
		return Entry{}, false
	}
	start, err := Parse(m[1])
	title := titleOf(m[2])
	return Entry{Start: start, Title: title}, err == nil && title != ""
}

func titleOf(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if utf8.RuneCountInString(text) > MaxTitleLength {
		text = string([]rune(text)[:MaxTitleLength])
	}
	return strings.TrimSpace(text)
}
