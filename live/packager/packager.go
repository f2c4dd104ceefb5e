// Package packager makes HTTP Live Streaming of what is on air: each rendition's samples become one growing fragmented MP4, whose byte
// ranges are the segments and parts of its playlist (draft-pantos-hls-rfc8216bis), and which is the recording at the end.
package packager

import (
	"log/slog"
	"math"
	"os"
	"slices"
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
	FirstNumber   int64         // of segments and initialisations; NumberAt where another session had the same address
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
	o      Options
	create func(path string) (storage, error)

	finishing sync.Once
	recording Recording
	failure   error // of the end

	mu         sync.Mutex // guards what follows and what renditions have published; taken after a rendition's own lock
	renditions []*rendition
	retired    []*rendition // removed; their files are part of the recording
	source     *rendition
	pace       pace
	cuts       cuts
	changed    chan struct{} // closed at the next change of the master playlist
	shape      uint64        // grows with each such change
	closings   uint64        // grows with each segment that is closed
	isFinished bool
	isClosed   bool
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
	if o.FirstNumber < 0 || o.FirstNumber > maxFirstNumber {
		return nil, fault.New(fault.Invalid, "The first number of a live session is out of bounds")
	}
	return &Packager{o: o, create: createFile, changed: make(chan struct{})}, nil
}

// NumberAt is a first number for a session that begins now: it is beyond those of all earlier sessions of the same address, as segments
// last more than a second. Caches thus never take an old file for a new one, and numbers never go back for players that stay.
func NumberAt(now time.Time) int64 {
	return min(max(now.Unix()-numbersSince, 0), maxFirstNumber)
}

const (
	defaultSegmentTarget = 4 * time.Second
	minSegmentTarget     = 500 * time.Millisecond
	maxSegmentTarget     = 10 * time.Second
	defaultMemory        = 32 << 20
	maxRenditions        = 256 // of one session, removed ones included
	maxFirstNumber       = 900_000_000
	numbersSince         = 1_767_225_600 // the first second of 2026
)

// Rendition adds a rendition and gives where its samples go. Names are 0, 1, 2…: "<name>.m3u8" is its playlist. The source has to be
// added first. A name that was removed may be used again.
func (p *Packager) Rendition(name int, kind Kind) (stream.Sink, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isFinished || p.isClosed {
		return nil, errClosed()
	}
	if name < 0 || (kind == Source) != (p.source == nil) {
		return nil, fault.New(fault.Invalid, "Rendition %d is not of a kind that can be added", name)
	}
	if p.find(name) != nil {
		return nil, fault.New(fault.Conflict, "Rendition %d is on air already", name)
	}
	if len(p.renditions)+len(p.retired) >= maxRenditions {
		return nil, fault.New(fault.Unavailable, "The session has too many renditions")
	}
	r := newRendition(p, name, kind)
	r.firstGeneration = int(p.o.FirstNumber)
	for _, old := range p.retired {
		if old.name == name { // files and initialisations of the same name follow each other
			r.firstGeneration = max(r.firstGeneration, old.shown.lastGeneration+1)
		}
	}
	if kind == Source {
		p.source = r
	}
	p.renditions = append(p.renditions, r)
	slices.SortFunc(p.renditions, func(a, b *rendition) int { return a.name - b.name })
	p.reshape()
	return r, nil
}

// find gives a rendition that is on air; nil when there is none of the name. p.mu is held.
func (p *Packager) find(name int) *rendition {
	for _, r := range p.renditions {
		if r.name == name {
			return r
		}
	}
	return nil
}

// reshape wakes those who wait for the master playlist. p.mu is held.
func (p *Packager) reshape() {
	p.shape++
	close(p.changed)
	p.changed = make(chan struct{})
}

// Remove takes an encoded rendition off air. Its playlist is no longer found; its file stays part of the recording, as an incomplete one.
func (p *Packager) Remove(name int) {
	p.mu.Lock()
	r := p.find(name)
	p.mu.Unlock()
	if r == nil || r.kind == Source {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isClosed {
		return
	}
	r.flush()
	r.isClosed = true
	p.retire(r)
}

func (p *Packager) retire(r *rendition) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.renditions = slices.DeleteFunc(p.renditions, func(other *rendition) bool { return other == r })
	p.retired = append(p.retired, r)
	for _, f := range r.shown.files {
		f.isShort = true
		if !p.o.KeepAll {
			p.drop(f)
		}
	}
	r.shown.touch()
	p.reshape()
}

// drop deletes a file that is no part of a recording. p.mu is held.
func (p *Packager) drop(f *mediaFile) {
	f.close()
	if err := os.Remove(f.path); err != nil && !os.IsNotExist(err) {
		p.o.Logger.Warn("delete an old live file", "error", err)
	}
}

// onAir gives the renditions, the source first.
func (p *Packager) onAir() []*rendition {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []*rendition
	if p.source != nil {
		found = append(found, p.source)
	}
	for _, r := range p.renditions {
		if r != p.source {
			found = append(found, r)
		}
	}
	return found
}

// passOn gives the source's sound to the encoded renditions.
func (p *Packager) passOn(from *rendition, heard []frame) {
	if len(heard) == 0 {
		return
	}
	for _, r := range p.onAir() {
		if r == from {
			continue
		}
		if err := r.receive(heard); err != nil {
			p.o.Logger.Error("add sound to a live rendition", "rendition", r.name, "error", err)
		}
	}
}

// Hold continues every rendition up to a time while the encoder is gone: its last keyframe is shown again and its sound is silent, so
// that players go on without a new initialisation. It is called every few hundred milliseconds until samples come again, whose times
// have to be later.
func (p *Packager) Hold(until time.Duration) {
	for _, r := range p.onAir() {
		heard, err := r.hold(until)
		if err != nil {
			p.o.Logger.Error("continue a live without its encoder", "rendition", r.name, "error", err)
		}
		p.passOn(r, heard)
	}
}
