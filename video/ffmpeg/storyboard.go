package ffmpeg

import (
	"fmt"
	"math"
	"time"

	"lucarne/platform/fault"
)

// Storyboard is the layout of a sheet of small pictures, one per SpriteDuration, row by row.
type Storyboard struct {
	SpriteWidth, SpriteHeight int
	Columns, Rows             int
	SpriteDuration            time.Duration // whole seconds
}

const (
	storyboardSide    = 192 // the longer side of a sprite
	storyboardColumns = 10
	maxSprites        = 100 // ten rows of ten
)

// StoryboardOf lays out the storyboard of a video: a sprite per second, or less often so that a hundred are enough.
// It is false for a source without picture.
func StoryboardOf(p Probe) (Storyboard, bool) {
	video, ok := p.Video()
	if !ok || p.Duration <= 0 {
		return Storyboard{}, false
	}
	every := max(1, math.Ceil(p.Duration.Seconds()/maxSprites))
	sprites := max(1, int(math.Ceil(p.Duration.Seconds()/every)))
	width, height := fitted(video.Picture.Width, video.Picture.Height, storyboardSide)
	return Storyboard{
		SpriteWidth: width, SpriteHeight: height, SpriteDuration: time.Duration(every) * time.Second,
		Columns: min(sprites, storyboardColumns), Rows: (sprites + storyboardColumns - 1) / storyboardColumns,
	}, true
}

// fitted scales a size so that its longer side is the given one, to even numbers.
func fitted(width, height, side int) (int, int) {
	longer := max(width, height)
	return even(float64(width*side) / float64(longer)), even(float64(height*side) / float64(longer))
}

// even rounds to the nearest even number, at least 2: 4:2:0 pictures have no odd sides.
func even(v float64) int { return max(2, int(math.Round(v/2))*2) }

// sparseFrom is the interval from which keyframes alone are taken to be close enough together to choose sprites from.
const sparseFrom = 10 * time.Second

// fromKeyframes reports whether decoding keyframes alone, many times quicker, gives sprites near enough to their times.
func (s Storyboard) fromKeyframes(p Probe) bool {
	isDense := p.KeyframeInterval > 0 && 2*p.KeyframeInterval <= s.SpriteDuration
	return isDense || s.SpriteDuration >= sparseFrom
}

// Sheet writes the storyboard's sheet as JPEG.
func (s Storyboard) Sheet(src Source, path string) (Command, error) {
	video, ok := src.Probe.Video()
	if !ok {
		return Command{}, fault.New(fault.Invalid, "The file holds no picture")
	}
	var args []string
	if s.fromKeyframes(src.Probe) {
		args = append(args, "-skip_frame", "nokey")
	}
	args = append(append(args, input(src.Path)...), "-map", streamOf(video), "-vf", s.filters(), "-an", "-frames:v", "1")
	args = append(args, "-c:v", "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p")
	return Command{Args: append(args, output("image2pipe", path)...), Duration: src.Probe.Duration}, nil
}

func (s Storyboard) filters() string {
	// Rounded up, the fps filter gives sprite k the last frame shown at k × SpriteDuration, and repeats it over gaps.
	return fmt.Sprintf("fps=fps=1/%g:start_time=0:round=up,scale=%d:%d:flags=bilinear,setsar=1,format=yuv420p,tile=%dx%d",
		s.SpriteDuration.Seconds(), s.SpriteWidth, s.SpriteHeight, s.Columns, s.Rows)
}
