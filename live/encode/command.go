package encode

import (
	"fmt"
	"strconv"
	"strings"
)

// command is what ffmpeg is told: what it reads from its standard input and what it makes of it.
type command struct {
	encoder encoder
	rungs   []Rung
	threads int // 0 lets ffmpeg choose
}

// quiet are the options all our runs begin with. Timestamps are kept, and what is to be known of the input stands in its header.
func quiet(threads int) []string {
	args := []string{"-hide_banner", "-nostdin", "-nostats", "-v", "error", "-copyts", "-probesize", "32", "-analyzeduration", "0"}
	if threads > 0 {
		args = append(args, "-threads", strconv.Itoa(threads))
	}
	return append(args, "-protocol_whitelist", "pipe", "-f", "matroska")
}

// firstOutput is the descriptor of the first output.
const firstOutput = 3

func (c command) args() []string {
	args := append(quiet(c.threads), "-i", "pipe:0")
	args = append(append([]string{}, c.encoder.device...), args...)
	if c.threads > 0 {
		args = append(args, "-filter_complex_threads", strconv.Itoa(c.threads))
	}
	args = append(args, "-filter_complex", c.graph())
	for i, rung := range c.rungs {
		args = append(args, c.output(i, rung)...)
	}
	return args
}

// graph scales the source to each rung. Pictures are left out rather than resampled, so that the others keep their timestamps.
func (c command) graph() string {
	var graph strings.Builder
	fmt.Fprintf(&graph, "[0:v]split=%d", len(c.rungs))
	for i := range c.rungs {
		fmt.Fprintf(&graph, "[in%d]", i)
	}
	for i, rung := range c.rungs {
		fmt.Fprintf(&graph, ";[in%d]%sscale=%d:%d:flags=bicubic,setsar=1,format=yuv420p%s[out%d]",
			i, thinned(rung.FPS), rung.Width, rung.Height, c.encoder.upload, i)
	}
	return graph.String()
}

// earliness is how much of the wanted distance pictures may be closer: timestamps in whole milliseconds are never even.
const earliness = 0.1

// thinned leaves out pictures that follow another too closely, keyframes excepted.
func thinned(fps int) string {
	if fps == 0 {
		return ""
	}
	return fmt.Sprintf("select='isnan(prev_selected_t)+key+gte(t-prev_selected_t,%.6f)',", (1-earliness)/float64(fps))
}

const (
	timeScale   = 90_000
	maxInterval = 600 // pictures between keyframes, should the source have none for so long
)

// output encodes a rung into a fragmented MP4 whose fragments are single pictures.
func (c command) output(i int, rung Rung) []string {
	rate := strconv.Itoa(rung.Bitrate)
	args := append([]string{"-map", fmt.Sprintf("[out%d]", i), "-c:v"}, c.encoder.codec...)
	if c.encoder.paces {
		args = append(args, "-b:v", rate)
	}
	if c.threads > 0 {
		args = append(args, "-threads", strconv.Itoa(c.threads))
	}
	return append(args,
		"-maxrate", rate, "-bufsize", rate, "-g", strconv.Itoa(maxInterval), "-force_key_frames", "source",
		"-fps_mode", "passthrough", "-enc_time_base", fmt.Sprintf("1:%d", timeScale), "-video_track_timescale", strconv.Itoa(timeScale),
		"-map_metadata", "-1", "-f", "mp4", "-movflags", fragmented, "-use_editlist", "0", "-avoid_negative_ts", "disabled", "-flush_packets", "1",
		fmt.Sprintf("pipe:%d", firstOutput+i))
}

// fragmented has times begin where the input's do (frag_discont), and ffmpeg keep no list of fragments (skip_trailer).
const fragmented = "frag_every_frame+empty_moov+default_base_moof+frag_discont+skip_trailer"
