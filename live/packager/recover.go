package packager

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/Eyevinn/mp4ff/bits"
	"github.com/Eyevinn/mp4ff/mp4"

	"lucarne/platform/fault"
	"lucarne/video/hls"
)

// Recover makes a recording of what a killed process left: a torn end is cut off, durations are filled in. Files that hold no whole
// fragment are deleted. It may be repeated.
func Recover(folder string) (Recording, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return Recording{}, fmt.Errorf("look for a live recording: %w", err)
	}
	var recording Recording
	var failures []error
	for _, entry := range entries {
		rendition, ok := parseFileName(entry.Name())
		if !ok {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		one, err := recoverFile(path)
		switch {
		case fault.Is(err, fault.Invalid):
			failures = append(failures, os.Remove(path))
		case err != nil:
			failures = append(failures, fmt.Errorf("recover a live recording: %w", err))
		default:
			one.Rendition = rendition
			recording.Renditions = append(recording.Renditions, one)
		}
	}
	recording.sort()
	return recording, errors.Join(failures...)
}

// parseFileName tells whose file it is.
func parseFileName(name string) (rendition int, ok bool) {
	var generation, chunk int
	_, err := fmt.Sscanf(name, "%d-%d-%d.mp4", &rendition, &generation, &chunk)
	return rendition, err == nil && fileName(rendition, generation, chunk) == name
}

// recoverFile cuts what is torn off a file and says in it how long it is. It is fault.Invalid when nothing is left.
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
	whole, err := findWhole(f, stat.Size())
	if err != nil {
		return Recorded{}, err
	}
	if err := f.Truncate(whole.end); err != nil {
		return Recorded{}, err
	}
	index, err := hls.Index(f, whole.end, hls.TargetDuration)
	if err != nil {
		return Recorded{}, err
	}
	one := recordedOf(path, index)
	if err := whole.describe(f, &one); err != nil {
		return Recorded{}, err
	}
	return one, f.Sync()
}

func recordedOf(path string, index hls.File) Recorded {
	one := Recorded{
		Path: path, Size: index.Size, Duration: index.Duration, Codecs: index.Codecs(), Bandwidth: index.PeakBandwidth(),
		HasVideo: index.Video != nil, HasAudio: index.Audio != nil,
	}
	if index.Video != nil {
		one.Width, one.Height, one.FrameRate = index.Video.Width, index.Video.Height, index.Video.FrameRate
	}
	return one
}

// whole is where the whole fragments of a file are.
type whole struct {
	initEnd     int64
	first, last span // moof boxes of whole fragments
	end         int64
}

type span struct{ start, end int64 }

// findWhole walks the boxes of a file.
func findWhole(r io.ReaderAt, size int64) (whole, error) {
	var w whole
	var moof span
	var head [8]byte
	for at := int64(0); at+int64(len(head)) <= size; {
		if _, err := r.ReadAt(head[:], at); err != nil {
			return w, err
		}
		end := at + int64(binary.BigEndian.Uint32(head[:]))
		if end < at+int64(len(head)) || end > size {
			break
		}
		switch string(head[4:]) {
		case "moov":
			w.initEnd = end
		case "moof":
			moof = span{at, end}
		case "mdat":
			if w.first.end == 0 {
				w.first = moof
			}
			w.last, w.end = moof, end
		}
		at = end
	}
	if w.initEnd == 0 || w.last.end == 0 || w.initEnd > maxInit {
		return w, fault.New(fault.Invalid, "The recording holds nothing")
	}
	return w, nil
}

// Bounds of what is read of a file.
const (
	maxInit = 1 << 20
	maxMoof = 8 << 20
)

// describe fills in when the recording starts and how long it is, also in the file. What its fragments do not cover is missing.
func (w whole) describe(f *os.File, one *Recorded) error {
	init := make([]byte, w.initEnd)
	if _, err := f.ReadAt(init, 0); err != nil {
		return err
	}
	scale, err := leadingScale(init)
	if err != nil {
		return err
	}
	first, _, err := readTimes(f, w.first)
	if err != nil {
		return err
	}
	last, length, err := readTimes(f, w.last)
	if err != nil {
		return err
	}
	covered := one.Duration
	one.Start = timeOf(first, scale)
	one.Duration = max(covered, timeOf(last+length, scale)-one.Start)
	one.IsComplete = one.Duration-covered < missingTolerance
	_, err = f.WriteAt(withDuration(init, one.Duration), 0)
	return err
}

// missingTolerance is how much rounding may make of a recording of any length.
const missingTolerance = 250 * time.Millisecond

// leadingScale is the time scale of the picture, else of the sound: the first track of our files.
func leadingScale(init []byte) (int64, error) {
	file, err := mp4.DecodeFileSR(bits.NewFixedSliceReader(init))
	if err != nil || file.Moov == nil || len(file.Moov.Traks) == 0 {
		return 0, fault.New(fault.Invalid, "The recording is not described").Because(err)
	}
	scale := int64(file.Moov.Traks[0].Mdia.Mdhd.Timescale)
	if scale <= 0 {
		return 0, fault.New(fault.Invalid, "The recording has no time")
	}
	return scale, nil
}

// readTimes reads when a fragment's leading track begins and how long it is, in ticks.
func readTimes(r io.ReaderAt, at span) (start, length int64, err error) {
	if at.end-at.start > maxMoof {
		return 0, 0, fault.New(fault.Invalid, "The recording has too large a fragment")
	}
	raw := make([]byte, at.end-at.start)
	if _, err := r.ReadAt(raw, at.start); err != nil {
		return 0, 0, err
	}
	box, err := mp4.DecodeBoxSR(uint64(at.start), bits.NewFixedSliceReader(raw))
	moof, ok := box.(*mp4.MoofBox)
	if err != nil || !ok || len(moof.Trafs) == 0 || moof.Trafs[0].Tfdt == nil || moof.Trafs[0].Trun == nil {
		return 0, 0, fault.New(fault.Invalid, "The recording has a fragment that cannot be read").Because(err)
	}
	traf := moof.Trafs[0]
	return int64(traf.Tfdt.BaseMediaDecodeTime()), int64(traf.Trun.AddSampleDefaultValues(traf.Tfhd, nil)), nil
}
