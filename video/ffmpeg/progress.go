package ffmpeg

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
)

// Progress is how far a command has come.
type Progress struct {
	OutTime  time.Duration // written so far
	Fraction float64       // of Command.Duration, 0 to 1; 0 when that is unknown
	Speed    float64       // media time per wall time; 0 when not yet known
	FPS      float64       // frames encoded per second
	Frames   int64
	Done     bool // the program has written everything
}

// maxProgressLine bounds a line of the report; longer ones end it.
const maxProgressLine = 4 << 10

// readProgress reads the key=value blocks of ffmpeg's -progress until the end and reports each.
func readProgress(r io.Reader, total time.Duration, report func(Progress)) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 512), maxProgressLine)
	var p Progress
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		if p.set(key, strings.TrimSpace(value), total) {
			report(p)
		}
	}
	// Whatever comes after a malformed line is drained, so that ffmpeg never blocks on its report.
	_, _ = io.Copy(io.Discard, r)
}

// set takes one line and reports whether it closed a block. Values not yet known ("N/A") leave the last ones.
func (p *Progress) set(key, value string, total time.Duration) bool {
	switch key {
	case "frame":
		p.Frames, _ = strconv.ParseInt(value, 10, 64)
	case "fps":
		p.FPS = number(value)
	case "speed":
		p.Speed = number(strings.TrimSuffix(value, "x"))
	case "out_time_us":
		p.setTime(value, total)
	case "progress":
		p.close(value == "end", total)
		return true
	}
	return false
}

func (p *Progress) setTime(value string, total time.Duration) {
	micros, err := strconv.ParseInt(value, 10, 64)
	if err != nil || micros < 0 || micros > int64(maxTime/time.Microsecond) {
		return
	}
	p.OutTime = time.Duration(micros) * time.Microsecond
	if total > 0 {
		p.Fraction = min(1, float64(p.OutTime)/float64(total))
	}
}

func (p *Progress) close(done bool, total time.Duration) {
	p.Done = done
	if done && total > 0 {
		p.Fraction = 1
	}
}

// maxTime is the longest time taken from a program's answer: far more than any media, far less than an overflow.
const maxTime = 100 * 365 * 24 * time.Hour

// number reads a decimal of a program's answer; anything else, infinities included, is 0.
func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v != v || v > 1e15 || v < -1e15 {
		return 0
	}
	return v
}
