package markdown

import (
	"regexp"
	"strings"
)

const (
	// maxNesting is how many quotes and lists may stand inside one another.
	maxNesting = 12
	// maxMarks is how many signs of emphasis and links are understood: the time they take grows with their square.
	maxMarks = 1500
	marks    = "*_~["
)

// markers are the signs that open quotes and lists at the beginning of a line.
var markers = regexp.MustCompile(`^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t]))+`)

// tamed is a text the parser reads in linear time: bounded, valid, without lines that open quotes within quotes without end.
func tamed(source string) string {
	source = strings.ToValidUTF8(source[:min(len(source), MaxBytes)], "")
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(source)
	var out strings.Builder
	for line := range strings.Lines(source) {
		out.WriteString(shallow(line))
	}
	return plainAfter(out.String(), maxMarks)
}

// plainAfter escapes the marks of a text after the first n.
func plainAfter(source string, n int) string {
	at := 0
	for ; n > 0; n-- {
		next := strings.IndexAny(source[at:], marks)
		if next < 0 {
			return source
		}
		at += next + 1
	}
	return source[:at] + escapedMarks.Replace(source[at:])
}

var escapedMarks = strings.NewReplacer("*", `\*`, "_", `\_`, "~", `\~`, "[", `\[`)

// shallow drops the markers of a line that has too many of them, and indentation beyond what so many levels need.
func shallow(line string) string {
	opening := markers.FindString(line)
	if strings.Count(opening, ">")+len(strings.Fields(strings.ReplaceAll(opening, ">", " "))) > maxNesting {
		return strings.TrimLeft(line[len(opening):], " \t")
	}
	if text := strings.TrimLeft(line, " \t"); len(line)-len(text) > 4*maxNesting {
		return text
	}
	return line
}
