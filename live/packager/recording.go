package packager

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"lucarne/video/hls"
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

// sort puts the files in order.
func (r *Recording) sort() {
	slices.SortStableFunc(r.Renditions, func(a, b Recorded) int {
		return cmp.Or(cmp.Compare(a.Rendition, b.Rendition), cmp.Compare(a.Start, b.Start))
	})
}

// Recover makes a recording of what a killed process left: a torn end is cut off, durations are filled in. Files that hold no whole
// fragment are deleted. It may be repeated.
func Recover(folder string) (Recording, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.mp4"))
	if err != nil {
		return Recording{}, fmt.Errorf("look for recordings: %w", err)
	}
	type found struct {
		path                         string
		rendition, generation, chunk int
	}
	var files []found
	for _, path := range paths {
		f := found{path: path}
		if _, err := fmt.Sscanf(filepath.Base(path), "%d-%d-%d.mp4", &f.rendition, &f.generation, &f.chunk); err == nil {
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.rendition, b.rendition), cmp.Compare(a.generation, b.generation), cmp.Compare(a.chunk, b.chunk))
	})
	var recording Recording
	var failed error
	ends := make(map[int]time.Duration)
	for _, f := range files {
		one, err := recoverFile(f.path)
		if err != nil {
			failed = errors.Join(failed, err, os.Remove(f.path))
			continue
		}
		one.Rendition, one.Start = f.rendition, ends[f.rendition]
		ends[f.rendition] += one.Duration
		recording.Renditions = append(recording.Renditions, one)
	}
	return recording, failed
}

// recoverFile cuts what is torn off a file and says in it how long it is.
func recoverFile(path string) (Recorded, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return Recorded{}, err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return Recorded{}, err
	}
	size, initSize := wholeFragments(f, stat.Size())
	if size <= initSize || initSize > maxInit {
		return Recorded{}, fmt.Errorf("%s holds no whole fragment", path)
	}
	if err := f.Truncate(size); err != nil {
		return Recorded{}, err
	}
	index, err := hls.Index(f, size, hls.TargetDuration)
	if err != nil {
		return Recorded{}, fmt.Errorf("%s: %w", path, err)
	}
	init := make([]byte, initSize)
	if _, err := f.ReadAt(init, 0); err != nil {
		return Recorded{}, err
	}
	if _, err := f.WriteAt(withDuration(init, index.Duration), 0); err != nil {
		return Recorded{}, err
	}
	one := Recorded{
		Path: path, Size: size, Duration: index.Duration, Codecs: index.Codecs(), Bandwidth: index.PeakBandwidth(),
		HasVideo: index.Video != nil, HasAudio: index.Audio != nil, IsComplete: true,
	}
	if index.Video != nil {
		one.Width, one.Height, one.FrameRate = index.Video.Width, index.Video.Height, index.Video.FrameRate
	}
	return one, f.Sync()
}

// maxInit bounds what is read of an initialisation.
const maxInit = 1 << 20

// wholeFragments walks the boxes and gives where the last whole fragment ends, and where the initialisation does.
func wholeFragments(f *os.File, size int64) (end, initEnd int64) {
	const header = 8
	var head [header]byte
	for at := int64(0); at+header <= size; {
		if _, err := f.ReadAt(head[:], at); err != nil {
			return end, initEnd
		}
		length := int64(head[0])<<24 | int64(head[1])<<16 | int64(head[2])<<8 | int64(head[3])
		if length < header || at+length > size {
			return end, initEnd
		}
		at += length
		switch string(head[4:]) {
		case "moov":
			end, initEnd = at, at
		case "mdat":
			end = at
		}
	}
	return end, initEnd
}
