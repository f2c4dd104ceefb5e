package ffmpeg

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"lucarne/platform/fault"
)

// ThumbnailSpec says which frame to keep.
type ThumbnailSpec struct {
	At     *time.Duration // the frame shown at that time; nil chooses a representative one around the middle
	Frames int            // how many frames to choose among; 0 means 50
	Path   string         // the JPEG to write, in the size of the video
}

// blackLuma is the mean brightness (16 to 235) below which a frame is taken for black.
const blackLuma = 28

// Thumbnail writes one frame of the video. A chosen frame is not black unless all of those looked at are.
func (t *Tools) Thumbnail(ctx context.Context, src Source, spec ThumbnailSpec) error {
	if _, ok := src.Probe.Video(); !ok {
		return fault.New(fault.Invalid, "The file holds no picture")
	}
	for _, attempt := range thumbnailAttempts(src.Probe.Duration, spec) {
		if err := os.Remove(spec.Path); err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("thumbnail: %w", err)
		}
		if err := t.Run(ctx, attempt.command(src, spec)); err != nil {
			return err
		}
		if made, err := os.Stat(spec.Path); err == nil && made.Size() > 0 {
			return nil
		}
	}
	return fault.New(fault.Invalid, "No picture could be taken from the video")
}

// attempt is one place to look at, and how to choose there.
type attempt struct {
	start  time.Duration
	filter string
}

// thumbnailAttempts ends with the very first frame, which every video has: times told by containers may lie.
func thumbnailAttempts(length time.Duration, spec ThumbnailSpec) []attempt {
	if spec.At != nil {
		return []attempt{{start: max(0, *spec.At)}, {}}
	}
	choose := fmt.Sprintf("thumbnail=%d", cmp.Or(spec.Frames, 50))
	lit := fmt.Sprintf("format=yuv420p,signalstats,metadata=mode=select:key=lavfi.signalstats.YAVG:value=%d:function=greater,", blackLuma)
	return []attempt{
		{start: length / 2, filter: lit + choose},
		{start: length / 10, filter: lit + choose},
		{filter: lit + choose},
		{start: length / 2, filter: choose},
		{},
	}
}

// lookAhead bounds how far a choice reads: a long black stretch is left for the next attempt.
const lookAhead = 20 * time.Second

func (a attempt) command(src Source, spec ThumbnailSpec) Command {
	video, _ := src.Probe.Video()
	args := append([]string{"-ss", seconds(a.start.Seconds()), "-t", seconds(lookAhead.Seconds())}, input(src.Path)...)
	args = append(args, "-map", streamOf(video))
	if a.filter != "" {
		args = append(args, "-vf", a.filter)
	}
	args = append(args, "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p")
	return Command{Args: append(args, output("image2pipe", spec.Path)...), Timeout: 5 * time.Minute}
}
