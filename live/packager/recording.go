package packager

import "time"

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

// Recover makes a recording of what a killed process left: a torn end is cut off, durations are filled in. Files that hold no whole
// fragment are deleted. It may be repeated.
func Recover(folder string) (Recording, error) { panic("to come") }
