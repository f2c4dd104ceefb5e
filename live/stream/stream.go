// Package stream names what an encoder sends, apart from how it travelled: tracks and their coded samples. Ingest makes it, the
// packager, the ladder and the relays take it.
package stream

import "time"

// Codec is how the samples of a track are coded.
type Codec string

// The codecs that are taken.
const (
	H264 Codec = "h264"
	H265 Codec = "h265"
	AV1  Codec = "av1"
	AAC  Codec = "aac"
	Opus Codec = "opus"
)

// IsVideo tells pictures from sound.
func (c Codec) IsVideo() bool { return c == H264 || c == H265 || c == AV1 }

// Track describes one picture or sound. Two tracks are equal when a decoder needs no notice of the change.
type Track struct {
	ID            int // from 1, within its stream
	Codec         Codec
	Config        []byte // avcC, hvcC (ISO/IEC 14496-15), av1C; AudioSpecificConfig (14496-3); for Opus the dOps box's content (RFC 7845 order, big endian)
	Width, Height int    // of pictures, cropped
	SampleRate    int    // of sound, Hz
	Channels      int    // of sound
}

// Sample is one access unit of pictures, or one frame of sound.
type Sample struct {
	Track  int
	DTS    time.Duration // on the timeline of the broadcast, from 0; grows strictly within a track
	Offset time.Duration // PTS − DTS, may be 0, never negative
	IsKey  bool          // decoding can start here; always true of sound
	Data   []byte        // pictures: NAL units each after a 4-byte length, AV1: low-overhead OBUs without temporal delimiter; sound: one raw frame. Not changed after Write
}

// Sink takes a stream. It is called by one goroutine at a time.
type Sink interface {
	// Start announces the tracks before the first sample, and again when they change: at most one picture and one sound.
	Start(tracks []Track) error
	// Write takes the next sample, in the order of DTS within each track, tracks interleaved to within a second. An error ends the stream.
	Write(Sample) error
}
