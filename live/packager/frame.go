package packager

import (
	"time"

	"lucarne/live/stream"
)

// frame is a sample on its way into a part.
type frame struct {
	dts, pts time.Duration
	tick     int64 // dts in the ticks of its track
	isKey    bool
	data     []byte
	track    *stream.Track
	begins   beginning
	cut      cut // of the segment it begins
}

// beginning says what a frame of the leading track begins.
type beginning int

const (
	nothing beginning = iota
	aPart
	aSegment
)

// ticks turns a time into ticks, to the nearest.
func ticks(d time.Duration, scale int64) int64 {
	whole, rest := int64(d/time.Second), int64(d%time.Second)
	return whole*scale + (rest*scale+int64(time.Second)/2)/int64(time.Second)
}

// timeOf turns ticks into a time.
func timeOf(ticks, scale int64) time.Duration {
	return time.Duration(ticks/scale)*time.Second + time.Duration(ticks%scale)*time.Second/time.Duration(scale)
}

func frameOf(s stream.Sample, t *stream.Track) frame {
	return frame{
		dts: s.DTS, pts: s.DTS + s.Offset, tick: ticks(s.DTS, scaleOf(t)), isKey: s.IsKey || !t.Codec.IsVideo(), data: s.Data, track: t,
	}
}
