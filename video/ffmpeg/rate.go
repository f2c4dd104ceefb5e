package ffmpeg

import (
	"math"
	"strconv"
	"strings"
)

// Rate is a frame rate as a fraction: 30000/1001 has no exact decimal. The zero Rate is unknown.
type Rate struct {
	Num, Den int
}

// IsZero reports whether the rate is unknown.
func (r Rate) IsZero() bool { return r.Num <= 0 || r.Den <= 0 }

// Float is the rate in frames per second, 0 when unknown.
func (r Rate) Float() float64 {
	if r.IsZero() {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}

// Rounded is the rate as APIs tell it, in whole frames per second.
func (r Rate) Rounded() int { return int(math.Round(r.Float())) }

// Divided keeps every n-th frame.
func (r Rate) Divided(n int) Rate { return Rate{Num: r.Num, Den: r.Den * n} }

// String is the rate as ffmpeg reads it: "30000/1001".
func (r Rate) String() string { return strconv.Itoa(r.Num) + "/" + strconv.Itoa(r.Den) }

// parseRate reads "30000/1001"; anything else, "0/0" included, is the zero Rate.
func parseRate(s string) Rate {
	num, den, _ := strings.Cut(s, "/")
	n, d := integer(num), integer(den)
	if n <= 0 || d <= 0 || n > math.MaxInt32 || d > math.MaxInt32 {
		return Rate{}
	}
	return Rate{Num: int(n), Den: int(d)}
}
