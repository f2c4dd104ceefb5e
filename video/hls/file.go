// Package hls describes media for HTTP Live Streaming (RFC 8216): it reads where the segments of a single-file
// fragmented MP4 lie, writes and reads playlists, and computes what peers need to trust and find each other's segments.
package hls

import (
	"fmt"
	"io"
	"math"
	"time"

	"lucarne/platform/fault"
)

// TargetDuration is how long a segment is wanted to be.
const TargetDuration = 4 * time.Second

// ByteRange is a part of a file.
type ByteRange struct {
	Start, Length int64
}

// End is the last byte of the range, as HTTP ranges and segments-sha256.json count.
func (r ByteRange) End() int64 { return r.Start + r.Length - 1 }

// Segment is a part of the media that can be decoded on its own after the initialisation.
type Segment struct {
	Range    ByteRange
	Duration time.Duration
}

// Video is the picture of a file.
type Video struct {
	Codec         string // as RFC 6381 writes it: "avc1.640015"
	Width, Height int    // as displayed
	FrameRate     float64
}

// Audio is the sound of a file.
type Audio struct {
	Codec    string // "mp4a.40.2"
	Channels int
}

// File is where everything lies in one fragmented MP4.
type File struct {
	Size     int64
	Init     ByteRange // ftyp and moov
	Segments []Segment
	Duration time.Duration
	Video    *Video // nil without picture
	Audio    *Audio // nil without sound
}

// Index reads a single-file fragmented MP4. Fragments are joined into segments of about the target duration, each
// starting on a keyframe. Only box headers, moov and moof are read, never the media. What is not such a file, is cut
// or exceeds the limits is fault.Invalid.
func Index(r io.ReaderAt, size int64, target time.Duration) (File, error) {
	w := walker{r: r, size: size}
	if err := w.walk(); err != nil {
		return File{}, fault.New(fault.Invalid, "The file is not a fragmented MP4 that can be streamed").Because(err)
	}
	f := File{Size: size, Init: ByteRange{Length: w.initEnd}, Video: w.tracks.video(), Audio: w.tracks.audio()}
	timescale := w.tracks.reference().timescale
	f.Segments = join(w.fragments, timescale, target)
	for _, s := range f.Segments {
		f.Duration += s.Duration
	}
	if f.Duration <= 0 {
		return File{}, fault.New(fault.Invalid, "The file holds no media")
	}
	if f.Video != nil {
		f.Video.FrameRate = frameRate(w.fragments, timescale)
	}
	return f, nil
}

// frameRate is the number of pictures per second of media, to the thousandth.
func frameRate(fragments []fragment, timescale uint32) float64 {
	var samples, ticks uint64
	for _, f := range fragments {
		samples, ticks = samples+f.samples, ticks+f.duration
	}
	if ticks == 0 {
		return 0
	}
	return math.Round(1000*float64(samples)*float64(timescale)/float64(ticks)) / 1000
}

// Codecs is the value of the CODECS attribute.
func (f File) Codecs() string {
	switch {
	case f.Video == nil && f.Audio == nil:
		return ""
	case f.Video == nil:
		return f.Audio.Codec
	case f.Audio == nil:
		return f.Video.Codec
	}
	return f.Video.Codec + "," + f.Audio.Codec
}

// AverageBandwidth is the AVERAGE-BANDWIDTH of the file's segments, in bits per second.
func (f File) AverageBandwidth() int64 {
	var bytes int64
	for _, s := range f.Segments {
		bytes += s.Range.Length
	}
	return bitRate(bytes, f.Duration)
}

// PeakBandwidth is the BANDWIDTH of RFC 8216 §4.1: the largest bit rate of any run of segments that lasts between 0.5
// and 1.5 times the target duration. A short last segment alone is thus no peak.
func (f File) PeakBandwidth() int64 {
	target := time.Duration(targetDuration(f.Segments)) * time.Second
	peak := f.AverageBandwidth()
	for i := range f.Segments {
		var bytes int64
		var length time.Duration
		for _, s := range f.Segments[i:] {
			bytes, length = bytes+s.Range.Length, length+s.Duration
			if length > target*3/2 {
				break
			}
			if length >= target/2 {
				peak = max(peak, bitRate(bytes, length))
			}
		}
	}
	return peak
}

func bitRate(bytes int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(math.Ceil(float64(bytes) * 8 / d.Seconds()))
}

// targetDuration is the EXT-X-TARGETDURATION: no segment, rounded to whole seconds, is longer (RFC 8216 §4.3.3.1).
func targetDuration(segments []Segment) int {
	longest := 1
	for _, s := range segments {
		longest = max(longest, int(math.Round(s.Duration.Seconds())))
	}
	return longest
}

// join merges fragments into segments. A segment ends where its duration is nearest to the target, before a fragment
// that starts on a keyframe.
func join(fragments []fragment, timescale uint32, target time.Duration) []Segment {
	var segments []Segment
	first := 0
	for i := 1; i <= len(fragments); i++ {
		if i < len(fragments) && !endsBefore(fragments[first:i], fragments[i], timescale, target) {
			continue
		}
		segments = append(segments, segmentOf(fragments[first:i], timescale))
		first = i
	}
	return segments
}

// endsBefore decides whether the fragments gathered so far make a segment, or the next one still joins them.
func endsBefore(gathered []fragment, next fragment, timescale uint32, target time.Duration) bool {
	if !next.startsWithKeyframe {
		return false
	}
	without := lengthOf(gathered, timescale)
	with := without + duration(next.duration, timescale)
	return without >= target || with-target > target-without
}

func lengthOf(fragments []fragment, timescale uint32) time.Duration {
	var ticks uint64
	for _, f := range fragments {
		ticks += f.duration
	}
	return duration(ticks, timescale)
}

func segmentOf(fragments []fragment, timescale uint32) Segment {
	start, end := fragments[0].start, fragments[len(fragments)-1].end
	return Segment{Range: ByteRange{Start: start, Length: end - start}, Duration: lengthOf(fragments, timescale)}
}

// duration turns ticks of a timescale into time, without overflow for what the walker lets through.
func duration(ticks uint64, timescale uint32) time.Duration {
	scale := uint64(timescale)
	return time.Duration(ticks/scale)*time.Second + time.Duration(ticks%scale*uint64(time.Second)/scale)
}

// String names the range as HTTP does, for logs and for the keys of segments-sha256.json.
func (r ByteRange) String() string { return fmt.Sprintf("%d-%d", r.Start, r.End()) }
