package transcode

import (
	"slices"
	"strings"
	"time"

	"lucarne/video/ffmpeg"
)

const (
	maxKeyframeInterval = 10 * time.Second // segments can be no shorter: a seek would fetch more than that
	maxRemuxLevel       = 52               // H.264 level 5.2: what browsers' decoders are built for
	maxRemuxRate        = 120
	remuxGenerosity     = 4 // times the ladder's bit rate for its size: beyond it most viewers could not follow
)

// The containers whose timestamps survive a copy, and the H.264 profiles every browser decodes.
var (
	remuxContainers = []string{"mov", "matroska", "flv", "mpegts"}
	remuxProfiles   = []string{"Constrained Baseline", "Baseline", "Main", "High", "Constrained High"}
)

// RemuxObstacle says, for the log, why the picture of a source has to be encoded to be watched in browsers; "" when
// a copy in a new container will do.
func RemuxObstacle(p ffmpeg.Probe) string {
	video, ok := p.Video()
	picture := video.Picture
	switch {
	case !ok:
		return "there is no picture"
	case video.Codec != "h264":
		return "the codec is " + video.Codec
	case !slices.Contains(remuxProfiles, video.Profile):
		return "the H.264 profile is " + video.Profile
	case picture.PixelFormat != "yuv420p" || picture.BitDepth != 8:
		return "the pixel format is " + picture.PixelFormat
	case picture.Level > maxRemuxLevel:
		return "the H.264 level is too high"
	case !slices.ContainsFunc(strings.Split(p.Format, ","), func(name string) bool { return slices.Contains(remuxContainers, name) }):
		return "the container is " + p.Format
	}
	return pictureObstacle(p, video)
}

// pictureObstacle looks at what a player would have to make up for.
func pictureObstacle(p ffmpeg.Probe, video ffmpeg.Stream) string {
	picture := video.Picture
	switch {
	case picture.IsHDR():
		return "the picture is HDR"
	case picture.IsInterlaced:
		return "the picture is interlaced"
	case picture.Rotation != 0:
		return "the picture is rotated" // Media Source Extensions leave the display matrix to chance
	case !picture.HasSquarePixels:
		return "the pixels are not square"
	case p.KeyframeInterval > maxKeyframeInterval:
		return "keyframes are too far apart"
	case picture.Rate.Float() > maxRemuxRate:
		return "the frame rate is too high"
	case bitRateOf(p, video) > remuxGenerosity*videoBitRate(picture.Width, picture.Height, picture.Rate):
		return "the bit rate is too high"
	}
	return ""
}

// bitRateOf is the picture's bit rate, or the whole file's where containers do not tell (Matroska).
func bitRateOf(p ffmpeg.Probe, video ffmpeg.Stream) int64 {
	if video.BitRate > 0 {
		return video.BitRate
	}
	return p.BitRate
}
