package ffmpeg

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"lucarne/platform/fault"
)

// StillRate is enough for a picture that does not move, and keeps such videos tiny.
var StillRate = Rate{Num: 10, Den: 1}

// What the video that plays a sound with its cover is like: 16:9, the cover whole inside it, at a bit rate it never needs.
const (
	CoverWidth   = 1280
	CoverHeight  = 720
	StillBitRate = 500_000
)

// StillVideo makes a fragmented MP4 of a sound and a picture: the file at cover (JPEG, PNG or WebP), else the cover
// inside the sound's file, else plain black.
func StillVideo(src Source, cover, path string, audio AudioOutput) (Command, error) {
	stream, ok := src.Probe.Audio()
	if !ok {
		return Command{}, fault.New(fault.Invalid, "The file holds no sound")
	}
	args, picture, err := stillInputs(src, cover)
	if err != nil {
		return Command{}, err
	}
	v := VideoOutput{Mode: Encode, Width: CoverWidth, Height: CoverHeight, Rate: StillRate, BitRate: StillBitRate}
	args = append(args, "-filter_complex", fmt.Sprintf("[%s]%s[still]", picture, stillFilters(v)), "-map", "[still]", "-tune", "stillimage")
	args = append(args, Software().encoder(v)...)
	args = append(args, audioArgs(stream, audio.Mode, audio)...)
	args = append(args, "-map_metadata", "-1", "-map_chapters", "-1", "-t", seconds(src.Probe.Duration.Seconds()))
	return Command{Args: append(args, fragmented(path, true)...), Duration: src.Probe.Duration}, nil
}

// stillInputs are the sound as input 0 and where the picture comes from.
func stillInputs(src Source, cover string) (args []string, picture string, err error) {
	args = input(src.Path)
	if cover != "" {
		demuxer, err := pictureDemuxer(cover)
		return append(args, "-protocol_whitelist", "file", "-f", demuxer, "-i", "file:"+cover), "1:v", err
	}
	if attached, ok := src.Probe.Cover(); ok {
		return args, streamOf(attached), nil
	}
	return append(args, "-f", "lavfi", "-i", fmt.Sprintf("color=black:s=%dx%d:r=1", CoverWidth, CoverHeight)), "1:v", nil
}

// stillFilters repeat the first picture for ever, whole and centred; -t ends it.
func stillFilters(v VideoOutput) string {
	return fmt.Sprintf("trim=end_frame=1,scale=%[1]d:%[2]d:force_original_aspect_ratio=decrease,pad=%[1]d:%[2]d:-1:-1,setsar=1,format=yuv420p,"+
		"loop=loop=-1:size=1,setpts=N/(%[3]s*TB)", v.Width, v.Height, v.Rate) + ",fps=" + v.Rate.String()
}

// pictureDemuxer tells the picture's format by its first bytes: by name, ffmpeg would take "%d" for a series of files.
func pictureDemuxer(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fault.New(fault.NotFound, "The cover is missing").Because(err)
	}
	defer f.Close()
	head := make([]byte, 12)
	if _, err := io.ReadFull(f, head); err != nil {
		return "", fault.New(fault.Invalid, "The cover is not a picture").Because(err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "jpeg_pipe", nil
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "png_pipe", nil
	case bytes.HasPrefix(head, []byte("RIFF")) && bytes.HasSuffix(head, []byte("WEBP")):
		return "webp_pipe", nil
	}
	return "", fault.New(fault.Invalid, "The cover is not a JPEG, PNG or WebP picture")
}
