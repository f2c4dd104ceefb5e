package packager

import (
	"fmt"
	"strconv"
	"strings"
)

func initName(rendition, generation int) string {
	return fmt.Sprintf("%d-init-%d.mp4", rendition, generation)
}

func segmentName(rendition int, number int64) string {
	return fmt.Sprintf("%d-%06d.m4s", rendition, number)
}

func partName(rendition int, number int64, part int) string {
	return fmt.Sprintf("%d-%06d.%d.m4s", rendition, number, part)
}

// wanted is what a file name asks for.
type wanted struct {
	rendition  int
	isInit     bool
	generation int
	number     int64
	part       int // -1: the whole segment
}

// parseName reads the name of a file. Each file has one name.
func parseName(file string) (w wanted, ok bool) {
	name, rest, ok := strings.Cut(file, "-")
	if w.rendition, ok = number(name, ok); !ok {
		return w, false
	}
	if generation, isInit := strings.CutPrefix(rest, "init-"); isInit {
		generation, ok = strings.CutSuffix(generation, ".mp4")
		w.isInit = true
		w.generation, ok = number(generation, ok)
		return w, ok && initName(w.rendition, w.generation) == file
	}
	rest, ok = strings.CutSuffix(rest, ".m4s")
	digits, part, hasPart := strings.Cut(rest, ".")
	n, ok := number(digits, ok)
	w.number, w.part = int64(n), -1
	if !hasPart {
		return w, ok && segmentName(w.rendition, w.number) == file
	}
	w.part, ok = number(part, ok)
	return w, ok && partName(w.rendition, w.number, w.part) == file
}

// number reads a number of a name; false when it is none.
func number(text string, ok bool) (int, bool) {
	const maxDigits = 9
	n, err := strconv.Atoi(text)
	return n, ok && err == nil && n >= 0 && len(text) <= maxDigits
}
