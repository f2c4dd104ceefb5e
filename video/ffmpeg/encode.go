package ffmpeg

import (
	"fmt"
	"strconv"
	"time"
)

// Mode says what becomes of one kind of stream in an output.
type Mode string

// The modes. The zero Mode leaves the stream out.
const (
	Omit   Mode = ""
	Copy   Mode = "copy"   // the same packets in a new container
	Encode Mode = "encode" // decoded and encoded anew
)

// VideoOutput is the picture of one output. Only Mode matters unless it is Encode.
type VideoOutput struct {
	Mode          Mode
	Width, Height int // even
	Rate          Rate
	BitRate       int64 // bits per second: a ceiling for the software encoder, a target for hardware ones
}

// AudioOutput is the sound of one output. Only Mode matters unless it is Encode.
type AudioOutput struct {
	Mode     Mode
	Channels int // 1 or 2
	BitRate  int64
}

// Output is one file to make.
type Output struct {
	Path  string
	Video VideoOutput
	Audio AudioOutput
}

// EncodeSettings are what holds for all outputs of a command.
type EncodeSettings struct {
	Hardware Hardware // the zero value encodes in software
	ToneMap  bool     // ffmpeg has what HDR needs: Capabilities.ToneMaps
	Threads  int      // per decoder, per encoder and of the filters; 0 lets ffmpeg choose
}

// KeyframeInterval is the fixed time between keyframes of everything encoded: the same in every rendition, so that a
// player changes quality at any of them.
const KeyframeInterval = 2 * time.Second

// Package makes all the outputs in one run: the source is read and decoded once, split, scaled per output and encoded.
// Each output is one fragmented MP4 that starts every fragment on a keyframe, with an index of fragments up front, for
// HLS by byte ranges and for plain download alike. Outputs that only copy cost no decoding.
func Package(src Source, outputs []Output, settings EncodeSettings) Command {
	args := append([]string{}, settings.Hardware.deviceArgs...)
	args = append(args, threads(settings.Threads)...)
	args = append(args, input(src.Path)...)
	if graph := ladderGraph(src, outputs, settings); graph != "" {
		args = append(args, filterThreads(settings.Threads)...)
		args = append(args, "-filter_complex", graph)
	}
	for i, out := range outputs {
		args = append(args, outputArgs(src, i, out, settings)...)
	}
	return Command{Args: args, Duration: src.Probe.Duration}
}

// outputArgs are the streams, the codecs and the container of one output.
func outputArgs(src Source, i int, out Output, settings EncodeSettings) []string {
	video, hasVideo := src.Probe.Video()
	audio, hasAudio := src.Probe.Audio()
	// Titles, chapters and data of an upload are none of a viewer's business until its author published them.
	args := []string{"-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"}
	videoMode, audioMode := out.Video.Mode, out.Audio.Mode
	if !hasVideo {
		videoMode = Omit
	}
	if !hasAudio {
		audioMode = Omit
	}
	switch videoMode {
	case Copy:
		args = append(args, "-map", streamOf(video), "-c:v", "copy")
	case Encode:
		args = append(args, "-map", "["+label("out", i)+"]")
		args = append(args, settings.Hardware.encoder(out.Video)...)
		args = append(args, threads(settings.Threads)...)
	}
	args = append(args, audioArgs(audio, audioMode, out.Audio)...)
	return append(args, fragmented(out.Path, videoMode != Omit)...)
}

func audioArgs(audio Stream, mode Mode, out AudioOutput) []string {
	switch mode {
	case Copy:
		return []string{"-map", streamOf(audio), "-c:a", "copy"}
	case Encode:
		return []string{
			"-map", streamOf(audio), "-c:a", "aac", "-b:a", strconv.FormatInt(out.BitRate, 10), "-ac", strconv.Itoa(out.Channels),
			"-ar", strconv.Itoa(sampleRate(audio.Sound.SampleRate)),
		}
	}
	return nil
}

// sampleRate keeps the two rates every player knows and brings the others to 48 kHz.
func sampleRate(source int) int {
	if source == 44100 {
		return source
	}
	return 48000
}

// fragmented writes a fragmented MP4 file. The global sidx lets players seek in the bare file, which holds no other index.
func fragmented(path string, hasVideo bool) []string {
	return append(fragments(hasVideo, "+global_sidx+skip_trailer"), output("mp4", path)...)
}

// fragments cut ISO BMFF fragments: a picture at keyframes at least a second apart; sound alone, which has none, every
// two seconds.
func fragments(hasVideo bool, moreFlags string) []string {
	flags := "+empty_moov+default_base_moof+negative_cts_offsets" + moreFlags
	if hasVideo {
		return []string{"-movflags", flags + "+frag_keyframe", "-min_frag_duration", "1000000"}
	}
	return []string{"-movflags", flags, "-frag_duration", strconv.FormatInt(KeyframeInterval.Microseconds(), 10)}
}

// Progressive copies a fragmented MP4 into one with its index in front and no fragments: what the oldest players and
// PeerTube's web video files expect.
func Progressive(src Source, path string) Command {
	args := append(input(src.Path), "-map", "0:v?", "-map", "0:a?", "-c", "copy", "-map_metadata", "-1", "-movflags", "+faststart")
	return Command{Args: append(args, output("mp4", path)...), Duration: src.Probe.Duration}
}

func streamOf(s Stream) string { return fmt.Sprintf("0:%d", s.Index) }

func label(name string, i int) string { return name + strconv.Itoa(i) }

func threads(n int) []string {
	if n == 0 {
		return nil
	}
	return []string{"-threads", strconv.Itoa(n)}
}

func filterThreads(n int) []string {
	if n == 0 {
		return nil
	}
	return []string{"-filter_complex_threads", strconv.Itoa(n)}
}
