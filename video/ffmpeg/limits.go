package ffmpeg

import (
	"cmp"
	"time"

	"lucarne/platform/fault"
)

// Limits bound what a source may claim, before anything is allocated or encoded for it.
type Limits struct {
	Side     int           // width or height, in pixels; 0 means 16384
	Pixels   int           // width × height; 0 means 8192 × 8192
	Duration time.Duration // 0 means 72 hours
	Streams  int           // 0 means 64
	Chapters int           // chapters beyond it are left out; 0 means 1000
}

// maxProbeBytes bounds what ffprobe may answer: tags are as long as the file's author likes.
const maxProbeBytes = 4 << 20

func (l Limits) orDefault() Limits {
	return Limits{
		Side:     cmp.Or(l.Side, 16384),
		Pixels:   cmp.Or(l.Pixels, 8192*8192),
		Duration: cmp.Or(l.Duration, 72*time.Hour),
		Streams:  cmp.Or(l.Streams, 64),
		Chapters: cmp.Or(l.Chapters, 1000),
	}
}

// check refuses a source beyond the limits.
func (l Limits) check(p Probe) error {
	if len(p.Streams) > l.Streams {
		return fault.New(fault.TooLarge, "The file holds too many streams: %d, at most %d are accepted", len(p.Streams), l.Streams)
	}
	if p.Duration > l.Duration {
		return fault.New(fault.TooLarge, "The media is too long: %s, at most %s are accepted", p.Duration.Round(time.Second), l.Duration)
	}
	for _, s := range p.Streams {
		if err := l.checkPicture(s.Picture); err != nil {
			return err
		}
	}
	return nil
}

func (l Limits) checkPicture(p Picture) error {
	// Compared by division: claimed sizes may be large enough to overflow a product.
	if p.Width <= l.Side && p.Height <= l.Side && (p.Height == 0 || p.Width <= l.Pixels/p.Height) {
		return nil
	}
	return fault.New(fault.TooLarge, "The picture is too large: %d × %d pixels", p.Width, p.Height)
}
