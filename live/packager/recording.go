package packager

import (
	"cmp"
	"slices"
	"time"
)

// Recording is what a session leaves: files that video/hls.Index takes.
type Recording struct {
	Renditions []Recorded // by name, then in the order of time
}

// Recorded is one file. A rendition has several when its tracks changed during the session, or when old ones were deleted.
type Recorded struct {
	Rendition     int
	Path          string
	Size          int64
	Start         time.Duration // of its first sample, on the timeline of the samples
	Duration      time.Duration
	Width, Height int // 0 without pictures
	FrameRate     float64
	Codecs        string // as the CODECS attribute has them
	Bandwidth     int64  // the peak, bits per second
	HasVideo      bool
	HasAudio      bool
	IsComplete    bool // nothing of the time it spans is missing
}

func (r *Recording) sort() {
	slices.SortStableFunc(r.Renditions, func(a, b Recorded) int {
		return cmp.Or(cmp.Compare(a.Rendition, b.Rendition), cmp.Compare(a.Start, b.Start))
	})
}
