package encode

import (
	"cmp"
	"math"
	"slices"

	"lucarne/live/stream"
)

// Source is the picture that comes from the encoder.
type Source struct {
	Codec         stream.Codec
	Width, Height int
	FPS           float64 // 0 when unknown
}

// Settings are what the operator wants of every live.
type Settings struct {
	Resolutions []int // enabled, by the smaller side of the picture; 0 (sound alone) is not for us
	MaxFPS      int   // frame rate cap; 0 for none
}

// Rung is one picture to make beside the source's.
type Rung struct {
	Resolution    int // the smaller side, as PeerTube counts it
	Width, Height int // even
	FPS           int // pictures a second at most; 0 for as many as the source has
	Bitrate       int // bits per second at most
}

// maxRungs bounds what one ffmpeg is asked for.
const maxRungs = 8

// Plan says which rungs to make of a source, lowest first: the enabled resolutions below its own and, when not every player can decode
// the source, H.264 in its own resolution. It depends on nothing but its arguments.
func Plan(source Source, s Settings) []Rung {
	own := min(source.Width, source.Height)
	if own < minResolution || max(source.Width, source.Height) > maxSide {
		return nil
	}
	var chosen []int
	for _, r := range s.Resolutions {
		if r >= minResolution && float64(r) < crowded*float64(own) {
			chosen = append(chosen, r)
		}
	}
	if source.Codec != stream.H264 {
		chosen = append(chosen, own)
	}
	slices.Sort(chosen)
	chosen = slices.Compact(chosen)
	rungs := make([]Rung, 0, len(chosen))
	for _, r := range chosen[max(0, len(chosen)-maxRungs):] {
		rungs = append(rungs, rungOf(source, r, s))
	}
	return rungs
}

const (
	minResolution = 64
	maxSide       = 8192
	crowded       = 0.95 // a rung this close to the source's own resolution is not worth encoding beside it
	lowRate       = 30   // below fullRateFrom fast motion gains less than sharpness loses
	fullRateFrom  = 720
)

func rungOf(source Source, resolution int, s Settings) Rung {
	factor := float64(resolution) / float64(min(source.Width, source.Height))
	rung := Rung{
		Resolution: resolution, Width: even(float64(source.Width) * factor), Height: even(float64(source.Height) * factor),
		FPS: rateOf(source.FPS, resolution, s.MaxFPS),
	}
	rung.Bitrate = bitrateOf(rung, source.FPS)
	return rung
}

// even rounds to the nearest even number: 4:2:0 pictures have no odd sides.
func even(v float64) int { return max(2, int(math.Round(v/2))*2) }

// rateOf is the cap of a rung, 0 when the source is known to stay below it.
func rateOf(source float64, resolution, most int) int {
	if resolution < fullRateFrom && (most == 0 || most > lowRate) {
		most = lowRate
	}
	if source > 0 && source <= float64(most) {
		return 0
	}
	return most
}

// bitsPerPixel is what H.264 made without looking ahead needs for a good picture, per pixel and frame. Neighbouring pixels of larger
// pictures are more alike.
var bitsPerPixel = []struct {
	upTo int // resolution
	bits float64
}{{360, 0.105}, {480, 0.100}, {720, 0.090}, {1080, 0.080}, {math.MaxInt, 0.065}}

const (
	minBitrate  = 96_000
	assumedRate = 30 // of sources that do not tell
)

// bitrateOf prices a rung: pixels × frames × bits per pixel, where frames beyond 30 a second count half, being more alike.
func bitrateOf(r Rung, source float64) int {
	frames := cmp.Or(source, assumedRate)
	if r.FPS > 0 {
		frames = min(frames, float64(r.FPS))
	}
	frames = max(15, min(frames, 30)+max(0, min(frames, 120)-30)/2)
	for _, b := range bitsPerPixel {
		if r.Resolution <= b.upTo {
			return max(minBitrate, int(float64(r.Width*r.Height)*frames*b.bits)/1000*1000)
		}
	}
	return minBitrate
}
