// Package transcode decides what is made of an uploaded video, and has it made.
package transcode

import (
	"slices"
	"time"

	"lucarne/platform/fault"
	"lucarne/video/ffmpeg"
)

// Settings are what the operator wants of every video.
type Settings struct {
	Resolutions    []int // of Resolutions; 0 adds a rendition of sound alone
	AlwaysOriginal bool  // keep the source's resolution even when it is no rung or above them all
	MaxFPS         int   // frame rate cap of all but the top rung; 0 means 60
	HLS            bool  // streaming playlist
	WebVideos      bool  // progressive MP4 files
	SplitAudio     bool  // HLS only: sound as one rendition shared by all resolutions
	AlwaysAudio    bool  // a rendition of sound alone, as the rung 0 has it made
	NoCopy         bool  // encode even what could be copied
	Hardware       string
}

// Rendition is one file to make.
type Rendition struct {
	Resolution    int // as PeerTube counts it; 0 for sound alone
	Width, Height int
	Rate          ffmpeg.Rate
	Video         ffmpeg.VideoOutput
	Audio         ffmpeg.AudioOutput

	// IsProvisional marks a copy of the source that lets people watch before anything is encoded, in a resolution the
	// settings do not want: it is to be deleted when the plan is done.
	IsProvisional bool
}

// FPS is the rate as APIs tell it; 0 for sound alone.
func (r Rendition) FPS() int { return r.Rate.Rounded() }

// HasVideo reports whether the file has a picture.
func (r Rendition) HasVideo() bool { return r.Video.Mode != ffmpeg.Omit }

// HasAudio reports whether the file has sound.
func (r Rendition) HasAudio() bool { return r.Audio.Mode != ffmpeg.Omit }

// IsCopy reports whether nothing of the file is encoded.
func (r Rendition) IsCopy() bool {
	return r.Video.Mode != ffmpeg.Encode && r.Audio.Mode != ffmpeg.Encode
}

// Output is the rendition as ffmpeg makes it at path.
func (r Rendition) Output(path string) ffmpeg.Output {
	return ffmpeg.Output{Path: path, Video: r.Video, Audio: r.Audio}
}

// Pass is one run of ffmpeg: the source is decoded once for all its renditions, and they are ready together.
type Pass struct {
	Renditions []Rendition
}

// Plan says what is made of a source, in order. After the first pass the video can be published.
type Plan struct {
	Passes []Pass

	// Still marks sound that becomes a video with its cover: the first rendition of the first pass is made by
	// ffmpeg.StillVideo instead of ffmpeg.Package.
	Still bool

	// Each rendition is served as HLS, as progressive MP4 or as both; one encode feeds both.
	HLS, WebVideos bool
	Hardware       string // for ffmpeg.HardwareByName
}

// Renditions are those of all passes, in order.
func (p Plan) Renditions() []Rendition {
	var all []Rendition
	for _, pass := range p.Passes {
		all = append(all, pass.Renditions...)
	}
	return all
}

// earlyFrom is the length from which a rendition of its own, made first, is worth decoding the source twice: below it
// the whole ladder is soon ready.
const earlyFrom = 5 * time.Minute

// New plans. It does nothing itself and depends on nothing but its arguments. A source without picture and sound, and
// settings that ask for neither HLS nor web videos, are fault.Invalid.
func New(p ffmpeg.Probe, s Settings) (Plan, error) {
	if !s.HLS && !s.WebVideos {
		return Plan{}, fault.New(fault.Invalid, "Neither HLS nor web videos are enabled")
	}
	plan := Plan{HLS: s.HLS, WebVideos: s.WebVideos, Hardware: s.Hardware}
	video, hasVideo := p.Video()
	audio, hasAudio := p.Audio()
	switch {
	case !hasVideo && !hasAudio:
		return Plan{}, fault.New(fault.Invalid, "The file holds neither picture nor sound")
	case !hasVideo:
		plan.Still = true
		plan.Passes = stillPasses(audio, s)
	default:
		plan.Passes = videoPasses(p, video, s)
	}
	return plan, nil
}

// stillPasses make one video of the sound and its cover: a picture that does not move needs no ladder.
func stillPasses(audio ffmpeg.Stream, s Settings) []Pass {
	still := Rendition{
		Resolution: min(ffmpeg.CoverWidth, ffmpeg.CoverHeight), Width: ffmpeg.CoverWidth, Height: ffmpeg.CoverHeight, Rate: ffmpeg.StillRate,
		Video: ffmpeg.VideoOutput{Mode: ffmpeg.Encode, Width: ffmpeg.CoverWidth, Height: ffmpeg.CoverHeight, Rate: ffmpeg.StillRate, BitRate: ffmpeg.StillBitRate},
		Audio: soundFor(audio),
	}
	sound := soundRendition(audio, s)
	if splits(s) {
		still.Audio = ffmpeg.AudioOutput{}
	}
	return []Pass{{Renditions: append([]Rendition{still}, sound...)}}
}

// videoPasses order the ladder: what needs no encoding, then for long videos the lowest useful rendition, then the rest
// in one pass, lowest first.
func videoPasses(p ffmpeg.Probe, video ffmpeg.Stream, s Settings) []Pass {
	audio, hasAudio := p.Audio()
	var sound []Rendition
	muxed := ffmpeg.AudioOutput{}
	if hasAudio {
		sound = soundRendition(audio, s)
		if !splits(s) {
			muxed = soundFor(audio)
		}
	}
	ladder := encodedLadder(video, muxed, s)
	if !s.NoCopy && RemuxObstacle(p) == "" {
		return remuxFirst(video.Picture, ladder, muxed, sound)
	}
	return earlyFirst(p.Duration, ladder, sound)
}

// encodedLadder is every rung as if all had to be encoded, lowest first.
func encodedLadder(video ffmpeg.Stream, audio ffmpeg.AudioOutput, s Settings) []Rendition {
	source := sourceRate(video.Picture)
	chosen := rungs(resolutionOf(video.Picture), s)
	var ladder []Rendition
	for i, resolution := range chosen {
		width, height := sizeAt(video.Picture, resolution)
		rate := rateAt(source, resolution, i == len(chosen)-1, s)
		bitRate := limitedBySource(videoBitRate(width, height, rate), video)
		ladder = append(ladder, Rendition{
			Resolution: resolution, Width: width, Height: height, Rate: rate, Audio: audio,
			Video: ffmpeg.VideoOutput{Mode: ffmpeg.Encode, Width: width, Height: height, Rate: rate, BitRate: bitRate},
		})
	}
	return ladder
}

// remuxFirst puts a copy of the source first, in the place of the rung of its resolution.
func remuxFirst(p ffmpeg.Picture, ladder []Rendition, audio ffmpeg.AudioOutput, sound []Rendition) []Pass {
	remux := Rendition{
		Resolution: resolutionOf(p), Width: p.Width, Height: p.Height, Rate: p.Rate,
		Video: ffmpeg.VideoOutput{Mode: ffmpeg.Copy}, Audio: audio,
	}
	own := slices.IndexFunc(ladder, func(r Rendition) bool { return r.Resolution == remux.Resolution })
	if own >= 0 {
		ladder = slices.Delete(ladder, own, own+1)
	}
	remux.IsProvisional = own < 0
	passes := []Pass{{Renditions: append([]Rendition{remux}, sound...)}}
	if len(ladder) > 0 {
		passes = append(passes, Pass{Renditions: ladder})
	}
	return passes
}

func earlyFirst(length time.Duration, ladder, sound []Rendition) []Pass {
	if length < earlyFrom || len(ladder) == 1 {
		return []Pass{{Renditions: append(ladder, sound...)}}
	}
	useful := slices.IndexFunc(ladder, func(r Rendition) bool { return r.Resolution >= usefulResolution })
	if useful < 0 {
		useful = len(ladder) - 1
	}
	early := append([]Rendition{ladder[useful]}, sound...)
	return []Pass{{Renditions: early}, {Renditions: slices.Delete(ladder, useful, useful+1)}}
}

// splits reports whether sound is a rendition of its own. Web videos made beside it are muxed from the two.
func splits(s Settings) bool { return s.HLS && s.SplitAudio }

// soundRendition is the rendition of sound alone, when sound is split off or it is wanted in itself.
func soundRendition(audio ffmpeg.Stream, s Settings) []Rendition {
	if !splits(s) && !s.AlwaysAudio && !slices.Contains(s.Resolutions, 0) {
		return nil
	}
	return []Rendition{{Audio: soundFor(audio)}}
}

const (
	maxCopiedSound = 384_000 // bit rate from which AAC is encoded anew rather than copied into every rendition
	monoBitRate    = 96_000
	stereoBitRate  = 160_000
	minSound       = 48_000
)

// soundFor copies AAC that every player knows; anything else becomes mono or stereo, with no more bits than it had.
func soundFor(audio ffmpeg.Stream) ffmpeg.AudioOutput {
	isCommonRate := audio.Sound.SampleRate == 44100 || audio.Sound.SampleRate == 48000
	if audio.Codec == "aac" && audio.Profile == "LC" && audio.Sound.Channels <= 2 && isCommonRate && audio.BitRate <= maxCopiedSound {
		return ffmpeg.AudioOutput{Mode: ffmpeg.Copy}
	}
	out := ffmpeg.AudioOutput{Mode: ffmpeg.Encode, Channels: min(audio.Sound.Channels, 2), BitRate: stereoBitRate}
	if out.Channels == 1 {
		out.BitRate = monoBitRate
	}
	if audio.BitRate > 0 {
		out.BitRate = max(minSound, min(out.BitRate, audio.BitRate))
	}
	return out
}
