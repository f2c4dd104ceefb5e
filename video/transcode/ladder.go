package transcode

import (
	"math"
	"slices"

	"lucarne/video/ffmpeg"
)

// Resolutions are the rungs a ladder can have, by the smaller side of the picture; 0 is sound alone.
var Resolutions = []int{0, 144, 240, 360, 480, 720, 1080, 1440, 2160}

const (
	usefulResolution = 360  // the lowest at which text and faces are made out: what a first viewer should get
	crowded          = 0.95 // a rung this close to the source's own resolution is not worth encoding beside it
)

// rungs are the resolutions to make below and at the source's, lowest first, without sound alone. There is always one:
// a source below or beside the whole ladder is kept in its own resolution.
func rungs(source int, s Settings) []int {
	var chosen []int
	for _, r := range slices.Sorted(slices.Values(s.Resolutions)) {
		isDuplicate := s.AlwaysOriginal && r != source && float64(r) >= crowded*float64(source)
		if r > 0 && r <= source && !isDuplicate && !slices.Contains(chosen, r) {
			chosen = append(chosen, r)
		}
	}
	if (s.AlwaysOriginal || len(chosen) == 0) && !slices.Contains(chosen, source) {
		chosen = append(chosen, source)
	}
	return chosen
}

// resolutionOf counts a picture's resolution as PeerTube does: its smaller side, so that a portrait of 1080 × 1920 is
// 1080p like the landscape.
func resolutionOf(p ffmpeg.Picture) int { return min(p.Width, p.Height) }

// sizeAt scales a picture so that its smaller side is the resolution, to even sides.
func sizeAt(p ffmpeg.Picture, resolution int) (width, height int) {
	factor := float64(resolution) / float64(resolutionOf(p))
	return even(float64(p.Width) * factor), even(float64(p.Height) * factor)
}

// even rounds to the nearest even number, at least 2: 4:2:0 pictures have no odd sides. A picture is never enlarged for
// it by more than one line.
func even(v float64) int { return max(2, int(math.Round(v/2))*2) }

// Frame rates. The top rung keeps the source's; the others are capped by the setting, and below 720p by lowRate: fast
// motion gains less there than sharpness loses.
const (
	lowRate           = 30
	fullRateFrom      = 720
	maxSourceRate     = 240 // beyond it a container's claim is not believed
	minSourceRate     = 5   // slower sources have frames repeated, so that segments keep their length
	smoothest         = 20  // a division that would go below is replaced by the cap itself
	defaultRate       = 30
	rateSlack         = 1.01 // 60000/1001 and a measured 60.2 are both "60"
	maxVariableSource = 60
)

// sourceRate is the steady rate a source is brought to at its own resolution.
func sourceRate(p ffmpeg.Picture) ffmpeg.Rate {
	rate := p.Rate.Float()
	switch {
	case rate <= 0:
		return ffmpeg.Rate{Num: defaultRate, Den: 1}
	case p.HasVariableRate || rate > maxSourceRate:
		return steadyRate(min(rate, maxVariableSource))
	case rate < minSourceRate:
		return ffmpeg.Rate{Num: minSourceRate, Den: 1}
	}
	return p.Rate
}

// steadyRate is the next common rate that loses no frame of an uneven source, on average.
func steadyRate(average float64) ffmpeg.Rate {
	for _, common := range []int{24, 25, 30, 50} {
		if average <= float64(common)*rateSlack {
			return ffmpeg.Rate{Num: common, Den: 1}
		}
	}
	return ffmpeg.Rate{Num: maxVariableSource, Den: 1}
}

// rateAt is the frame rate of a rung.
func rateAt(source ffmpeg.Rate, resolution int, isTop bool, s Settings) ffmpeg.Rate {
	if isTop {
		return source
	}
	most := maxVariableSource
	if s.MaxFPS > 0 {
		most = s.MaxFPS
	}
	if resolution < fullRateFrom {
		most = min(most, lowRate)
	}
	return capped(source, most)
}

// capped keeps every n-th frame so that motion stays even: 50 becomes 25 and 60 becomes 30 under a cap of 30.
func capped(rate ffmpeg.Rate, most int) ffmpeg.Rate {
	n := int(math.Ceil(rate.Float() / (float64(most) * rateSlack)))
	if n <= 1 {
		return rate
	}
	if divided := rate.Divided(n); divided.Float() >= min(smoothest, float64(most)) {
		return divided
	}
	return ffmpeg.Rate{Num: most, Den: 1}
}

// bitsPerPixel is what H.264 needs for a picture that looks good, per pixel and frame at 30 frames per second. Larger
// pictures need less: neighbouring pixels are more alike.
var bitsPerPixel = []struct {
	upTo int // resolution
	bits float64
}{{240, 0.100}, {360, 0.095}, {480, 0.090}, {720, 0.085}, {1080, 0.080}, {1440, 0.070}, {math.MaxInt, 0.060}}

const (
	minVideoBitRate = 64_000
	minPricedRate   = 15 // still pictures cost what their keyframes cost
)

// videoBitRate is the ceiling for a rung: pixels × frames × bits per pixel, where frames beyond 30 a second count half,
// being more alike.
func videoBitRate(width, height int, rate ffmpeg.Rate) int64 {
	frames := max(minPricedRate, rate.Float())
	frames = min(frames, 30) + max(0, frames-30)/2
	bits := 0.0
	for _, b := range bitsPerPixel {
		if min(width, height) <= b.upTo {
			bits = b.bits
			break
		}
	}
	return max(minVideoBitRate, int64(float64(width*height)*frames*bits))
}

// worth is how many bits of H.264 a source's bits are worth at most; encoding spends no more.
func worth(codec string) float64 {
	switch codec {
	case "hevc", "vp9", "av1", "vvc":
		return 2
	}
	return 1.2
}

// limitedBySource keeps a rung from spending more bits than the source has.
func limitedBySource(bitRate int64, source ffmpeg.Stream) int64 {
	if source.BitRate <= 0 {
		return bitRate
	}
	return max(minVideoBitRate, min(bitRate, int64(float64(source.BitRate)*worth(source.Codec))))
}
