package ffmpeg

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// Probe is what a media file holds.
type Probe struct {
	Format    string // the demuxer's names: "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", …
	Duration  time.Duration
	StartTime time.Duration
	BitRate   int64 // bits per second of the whole file; 0 when unknown
	Size      int64 // bytes
	Chapters  []Chapter
	Streams   []Stream

	// KeyframeInterval is the longest time between two keyframes seen in samples of the video; 0 when not looked for,
	// which is for codecs that will be encoded anyway.
	KeyframeInterval time.Duration

	// Raw is ffprobe's own answer without the file's name, numbers as numbers: what PeerTube serves as file metadata.
	Raw json.RawMessage
}

// Chapter is a titled part of the container's table of chapters.
type Chapter struct {
	Title      string
	Start, End time.Duration
}

// Kind is what a stream carries.
type Kind string

// The kinds of stream that are looked at; data and attachments keep ffprobe's word.
const (
	Video    Kind = "video"
	Audio    Kind = "audio"
	Subtitle Kind = "subtitle"
)

// Stream is one elementary stream. Picture is set for videos, Sound for audio.
type Stream struct {
	Index             int // in the file, as ffmpeg's -map counts
	Kind              Kind
	Codec             string // "h264", "aac", …
	Profile           string // "High", "LC", …
	Language          string // as tagged (ISO 639-2 mostly); "" when untagged
	Title             string
	BitRate           int64 // 0 when unknown
	IsDefault         bool
	IsAttachedPicture bool // a cover, not a moving picture
	Picture           Picture
	Sound             Sound
}

// Picture describes a video stream as it is displayed.
type Picture struct {
	Width, Height int // after rotation and with square pixels
	PixelFormat   string
	BitDepth      int
	Rotation      int // degrees clockwise the player turns the coded picture: 0, 90, 180, 270
	HasSquarePixels,
	IsInterlaced,
	HasVariableRate bool
	Rate     Rate     // average frames per second
	RealRate Rate     // lowest rate that represents every timestamp
	Transfer Transfer // light levels
	Level    int      // H.264 level × 10; 0 when unknown
}

// Sound describes an audio stream.
type Sound struct {
	Channels   int
	SampleRate int
}

// Transfer says how code values become light.
type Transfer string

// The transfers that need care; anything else is SDR.
const (
	SDR Transfer = ""
	PQ  Transfer = "pq"  // SMPTE ST 2084
	HLG Transfer = "hlg" // ARIB STD-B67
)

// IsHDR reports whether the picture has to be tone-mapped for ordinary screens.
func (p Picture) IsHDR() bool { return p.Transfer != SDR }

// Video is the moving picture to use: the default one, else the first. It is false when there is none.
func (p Probe) Video() (Stream, bool) {
	return p.choose(func(s Stream) bool { return s.Kind == Video && !s.IsAttachedPicture && s.Picture.Width > 0 })
}

// Audio is the track to use: the one marked default, else the first. It is false when there is none.
func (p Probe) Audio() (Stream, bool) {
	return p.choose(func(s Stream) bool { return s.Kind == Audio && s.Sound.Channels > 0 })
}

// Cover is the picture attached to a sound. It is false when there is none.
func (p Probe) Cover() (Stream, bool) {
	return p.choose(func(s Stream) bool { return s.Kind == Video && s.IsAttachedPicture && s.Picture.Width > 0 })
}

// TextSubtitles are the subtitle streams that can become WebVTT; pictures of text can not.
func (p Probe) TextSubtitles() []Stream {
	var found []Stream
	for _, s := range p.Streams {
		if s.Kind == Subtitle && textSubtitles[s.Codec] {
			found = append(found, s)
		}
	}
	return found
}

var textSubtitles = map[string]bool{"subrip": true, "srt": true, "ass": true, "ssa": true, "mov_text": true, "webvtt": true, "text": true}

func (p Probe) choose(fits func(Stream) bool) (Stream, bool) {
	var chosen Stream
	found := false
	for _, s := range p.Streams {
		if fits(s) && (!found || s.IsDefault && !chosen.IsDefault) {
			chosen, found = s, true
		}
	}
	return chosen, found
}

// Glance reads what a local file says of itself, within the time a request can wait. A duration it does not tell stays 0, and keyframes
// are not looked for.
func (t *Tools) Glance(ctx context.Context, path string) (Probe, error) {
	text, err := t.ffprobe(ctx, path, "-show_format", "-show_streams", "-show_chapters")
	if err != nil && strings.Contains(err.Error(), noIndex) && !startsAsMP4(path) {
		return Probe{}, fault.New(fault.Invalid, notMedia).Because(err)
	}
	if err != nil {
		return Probe{}, err
	}
	p, err := parseProbe(text, t.options.Limits)
	if err == nil {
		err = t.options.Limits.check(p) // before anything is read at length
	}
	if err != nil {
		return Probe{}, err
	}
	return p, nil
}

// Probe reads what a local file holds. A file that is not media, is cut, holds nothing to play or claims to be beyond
// the limits is refused with a fault that says so.
func (t *Tools) Probe(ctx context.Context, path string) (Probe, error) {
	p, err := t.Glance(ctx, path)
	if err == nil && p.Duration == 0 {
		p.Duration, err = t.measure(ctx, path)
	}
	if err == nil {
		err = p.check(t.options.Limits)
	}
	if err == nil {
		p.KeyframeInterval, err = t.keyframeInterval(ctx, path, p)
	}
	if err != nil {
		return Probe{}, err
	}
	return p, nil
}

func (p Probe) check(limits Limits) error {
	_, hasVideo := p.Video()
	_, hasAudio := p.Audio()
	if !hasVideo && !hasAudio {
		return fault.New(fault.Invalid, "The file holds neither picture nor sound")
	}
	if p.Duration <= 0 {
		return fault.New(fault.Invalid, "The media has no duration")
	}
	return limits.check(p)
}

// ffprobe asks one question about a file.
func (t *Tools) ffprobe(ctx context.Context, path string, question ...string) ([]byte, error) {
	args := []string{"-hide_banner", "-v", "error", "-of", "json", "-max_streams", strconv.Itoa(t.options.Limits.Streams)}
	args = append(append(args, question...), input(path)...)
	out := &bounded{limit: maxProbeBytes}
	if err := run(ctx, process{program: t.options.FFprobe, args: args, stdout: out, timeout: t.options.ProbeTimeout}); err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	return out.text()
}

// startsAsMP4 reports whether the file begins with a box that QuickTime and MP4 files begin with.
func startsAsMP4(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 8)
	if _, err := io.ReadFull(f, head); err != nil {
		return false
	}
	return slices.Contains([]string{"ftyp", "moov", "mdat", "free", "skip", "wide", "pnot", "styp"}, string(head[4:]))
}

// measureTimeout bounds reading a whole file without decoding it.
const measureTimeout = 10 * time.Minute

// measure finds the duration of a file that does not tell it, as browsers record WebM, by reading it through.
func (t *Tools) measure(ctx context.Context, path string) (time.Duration, error) {
	var last time.Duration
	err := t.Run(ctx, Command{
		Args:       append(input(path), "-map", "0:v?", "-map", "0:a?", "-c", "copy", "-f", "null", "-"),
		Timeout:    measureTimeout,
		OnProgress: func(p Progress) { last = p.OutTime },
	})
	return last, err
}

const (
	keyframeSample = 30 * time.Second // how much of the video is looked at, at its start and at its middle
	unknownGap     = 0                // KeyframeInterval when nothing was looked at
)

// keyframeInterval samples the start and the middle of an H.264 video: reading all of a long file would cost more than
// the answer is worth.
func (t *Tools) keyframeInterval(ctx context.Context, path string, p Probe) (time.Duration, error) {
	video, ok := p.Video()
	if !ok || video.Codec != "h264" {
		return unknownGap, nil
	}
	var longest time.Duration
	for _, start := range []time.Duration{0, p.Duration / 2} {
		if start > 0 && p.Duration <= keyframeSample {
			break
		}
		gap, err := t.sampleKeyframes(ctx, path, video.Index, p.StartTime+start)
		if err != nil {
			return unknownGap, err
		}
		longest = max(longest, gap)
	}
	return longest, nil
}

func (t *Tools) sampleKeyframes(ctx context.Context, path string, stream int, start time.Duration) (time.Duration, error) {
	interval := seconds(start.Seconds()) + "%+" + seconds(keyframeSample.Seconds())
	text, err := t.ffprobe(ctx, path, "-select_streams", strconv.Itoa(stream), "-read_intervals", interval, "-show_entries", "packet=dts_time,flags")
	if err != nil {
		return unknownGap, err
	}
	return longestGap(text)
}

// longestGap is the longest time from a keyframe to the next, or to the last packet.
func longestGap(text []byte) (time.Duration, error) {
	var answer struct {
		Packets []struct {
			Time  string `json:"dts_time"`
			Flags string `json:"flags"`
		} `json:"packets"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return unknownGap, fmt.Errorf("read packets: %w", err)
	}
	var longest, key time.Duration
	for i, packet := range answer.Packets {
		at := duration(packet.Time)
		if i == 0 {
			key = at
		}
		longest = max(longest, at-key)
		if strings.HasPrefix(packet.Flags, "K") {
			key = at
		}
	}
	return longest, nil
}
