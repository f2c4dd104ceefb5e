// Package packager makes HTTP Live Streaming of what is on air: each rendition's samples become one growing fragmented MP4, whose byte
// ranges are the segments and parts of its playlist (draft-pantos-hls-rfc8216bis), and which is the recording at the end.
package packager

import (
	"log/slog"
	"math"
	"os"
	"sync"
	"time"

	"lucarne/live/stream"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// WholeShow as a Window lets viewers go back to the start.
const WholeShow = time.Duration(math.MaxInt64)

// Options set up the packaging of one session.
type Options struct {
	Folder        string        // exists and is this session's alone; all files are written here
	PartTarget    time.Duration // PART-TARGET of Low-Latency HLS; 0 is plain HLS
	SegmentTarget time.Duration // how long segments are where the encoder's keyframes allow; 0 means 4 s
	Window        time.Duration // how far back viewers can go, the length of the playlist; 0 the least allowed, WholeShow everything
	KeepAll       bool          // one growing file per rendition, for the recording; otherwise files rotate and old ones are deleted
	StartedAt     time.Time     // the wall clock at time 0 of the samples
	MaxMemory     int64         // bytes kept of each rendition while the disk takes nothing; 0 means 32 MiB
	Clock         clock.Clock
	Logger        *slog.Logger
	// OnIncomplete, when set, hears that the disk takes nothing any more, once each time that begins. It is called from a Write and must
	// not call the packager.
	OnIncomplete func(error)
}

// Kind says where a rendition comes from.
type Kind int

const (
	// Source is what the encoder sends. Its keyframes decide where segments begin, of all renditions. There is one.
	Source Kind = iota
	// Encoded pictures are made of the source's, with the same timestamps; they come later, without sound: the source's is added.
	Encoded
)

// Packager packages one session. It is safe for concurrent use; each sink is used by one goroutine at a time.
type Packager struct {
	o Options

	mu         sync.Mutex // guards what follows and what renditions have published; taken after a rendition's own lock
	renditions []*rendition
	retired    []*rendition // removed; their files are part of the recording
	source     *rendition
	pace       pace
	cuts       cuts
	version    uint64        // grows with each change of any playlist
	changed    chan struct{} // closed at the next change of the set of renditions
	isFinished bool
	recording  Recording
	master     cachedBody
	digests    cachedBody
}

// New prepares the packaging of a session. Nothing is written before the first samples.
func New(o Options) (*Packager, error) {
	if o.SegmentTarget == 0 {
		o.SegmentTarget = defaultSegmentTarget
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = defaultMemory
	}
	if o.SegmentTarget < minSegmentTarget || o.SegmentTarget > maxSegmentTarget || o.PartTarget < 0 || o.PartTarget > o.SegmentTarget {
		return nil, fault.New(fault.Invalid, "The lengths of segments and parts do not make sense")
	}
	info, err := os.Stat(o.Folder)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fault.New(fault.Invalid, "The place of a live session is no folder")
	}
	return &Packager{o: o, changed: make(chan struct{})}, nil
}

const (
	defaultSegmentTarget = 4 * time.Second
	minSegmentTarget     = 500 * time.Millisecond
	maxSegmentTarget     = 10 * time.Second
	defaultMemory        = 32 << 20
)

// Rendition adds a rendition and gives where its samples go. Names are 0, 1, 2…: "<name>.m3u8" is its playlist. The source has to be
// added first. A name that was removed may be used again.
func (p *Packager) Rendition(name int, kind Kind) (stream.Sink, error) { panic("to come") }

// Remove takes an encoded rendition off air. Its playlist is no longer found; its file stays part of the recording, as an incomplete one.
func (p *Packager) Remove(name int) { panic("to come") }

// Hold continues every rendition up to a time while the encoder is gone: its last keyframe is shown again and its sound is silent, so
// that players go on without a new initialisation. It is called every few hundred milliseconds until samples come again, whose times
// have to be later.
func (p *Packager) Hold(until time.Duration) { panic("to come") }

// Finish writes out what is pending and ends the playlists. The files then hold their whole duration. What was on air can still be asked
// for, also after the files were renamed, until Close. A second call gives the same recording.
func (p *Packager) Finish() (Recording, error) { panic("to come") }

// Close lets go of the files. A packager that was not finished leaves them for Recover.
func (p *Packager) Close() error { panic("to come") }

// Health tells how the renditions do.
func (p *Packager) Health() []RenditionHealth { panic("to come") }

// RenditionHealth is how one rendition does.
type RenditionHealth struct {
	Name          int
	LastPart      time.Time     // when the last part was published; zero before the first
	End           time.Duration // of what was published, on the timeline of the samples
	Bitrate       int64         // bits per second of the last segment; 0 before it
	Width, Height int
	FrameRate     float64
	Codecs        string
	ForcedCuts    int  // segments cut without a keyframe, since none came in time
	IsInMemory    bool // the disk takes nothing; parts are kept in memory
}
