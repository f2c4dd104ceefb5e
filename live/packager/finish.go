package packager

import (
	"errors"
	"fmt"
	"math"
	"os"
	"time"
)

// Finish writes out what is pending and ends the playlists. The files then hold their whole duration. What was on air can still be asked
// for, also after the files were renamed, until Close. A second call gives the same recording.
func (p *Packager) Finish() (Recording, error) {
	p.finishing.Do(func() {
		for _, r := range p.onAir() {
			p.passOn(r, r.finish())
		}
		p.recording, p.failure = p.conclude()
	})
	return p.recording, p.failure
}

// finish writes out what is pending, and gives the sound that encoded renditions do not have yet.
func (r *rendition) finish() []frame {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.isClosed {
		r.flush()
		r.isClosed = true
	}
	return r.takeHeard()
}

// conclude ends all playlists and files.
func (p *Packager) conclude() (Recording, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isFinished = true
	var recording Recording
	var failures []error
	for _, r := range append(p.retired[:len(p.retired):len(p.retired)], p.renditions...) {
		for _, f := range r.shown.files {
			failures = append(failures, f.finish())
			if f.frames > 0 {
				recording.Renditions = append(recording.Renditions, f.recorded(r.name))
			} else {
				p.drop(f)
			}
		}
		r.shown.touch()
	}
	recording.sort()
	p.reshape()
	if err := errors.Join(failures...); err != nil {
		return recording, fmt.Errorf("finish a live recording: %w", err)
	}
	return recording, nil
}

func (f *mediaFile) recorded(name int) Recorded {
	made := Recorded{
		Rendition: name, Path: f.path, Size: f.size, Start: f.start, Duration: f.end - f.start, Codecs: f.generation.codecs(), Bandwidth: f.peak,
		IsComplete: !f.isShort, HasAudio: f.generation.sound != nil,
	}
	if t := f.generation.picture; t != nil {
		made.HasVideo, made.Width, made.Height = true, t.Width, t.Height
		made.FrameRate = frameRate(f.frames, made.Duration)
	}
	return made
}

// frameRate is pictures per second, to the thousandth.
func frameRate(frames int, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return math.Round(1000*float64(frames)/d.Seconds()) / 1000
}

// Close lets go of the files. A packager that was not finished leaves them for Recover.
func (p *Packager) Close() error {
	for _, r := range p.onAir() {
		r.mu.Lock()
		r.isClosed = true
		r.mu.Unlock()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isClosed = true
	for _, r := range append(p.retired[:len(p.retired):len(p.retired)], p.renditions...) {
		for _, f := range r.shown.files {
			f.close()
		}
		r.shown.touch()
	}
	p.reshape()
	return nil
}

// Health tells how the renditions do.
func (p *Packager) Health() []RenditionHealth {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]RenditionHealth, 0, len(p.renditions))
	for _, r := range p.renditions {
		s := &r.shown
		h := RenditionHealth{
			Name: r.name, LastPart: s.lastPart, End: s.end(), Bitrate: s.lastRate, ForcedCuts: s.forced, IsInMemory: s.isInMemory,
		}
		if g := s.generation(); g != nil {
			h.Codecs = g.codecs()
			if g.picture != nil {
				h.Width, h.Height, h.FrameRate = g.picture.Width, g.picture.Height, frameRate(s.frames, s.framed)
			}
		}
		all = append(all, h)
	}
	return all
}

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

// close lets go of the file. It may be closed already.
func (f *mediaFile) close() {
	if f.handle != nil {
		_ = f.handle.Close()
		f.handle = nil
	}
}

func createFile(path string) (storage, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
}
