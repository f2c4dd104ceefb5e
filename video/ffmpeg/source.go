package ffmpeg

import (
	"strconv"
	"strings"
)

// Source is a probed local file: what builders of commands start from.
type Source struct {
	Path  string
	Probe Probe
}

// demuxers are the containers a source may come in. What is absent matters: hls, dash, concat, imf, image2 and the like
// open other files or addresses named inside the file.
var demuxers = strings.Join([]string{
	"mov", "matroska", "avi", "flv", "live_flv", "asf", "mpegts", "mpeg", "mpegvideo", "m4v", "mxf", "nut", "ogg", "rm", "ivf", "gif", "dv", "h264", "hevc",
	"mp3", "aac", "flac", "wav", "w64", "aiff", "ac3", "eac3", "amr", "ape", "caf", "au", "tta", "wv",
}, ",")

// input names a hostile file to ffmpeg or ffprobe. The file: prefix keeps a name like "concat:a|b" or "-y" a name.
func input(path string) []string {
	return []string{"-protocol_whitelist", "file", "-format_whitelist", demuxers, "-max_pixels", strconv.Itoa(maxDecodedPixels), "-i", "file:" + path}
}

// maxDecodedPixels has decoders refuse a frame before they allocate it; Limits.Pixels is what users are told.
const maxDecodedPixels = 16384 * 16384

// output names a file to write, replacing it.
func output(format, path string) []string { return []string{"-f", format, "-y", "file:" + path} }

// seconds writes a time as ffmpeg reads it.
func seconds(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
