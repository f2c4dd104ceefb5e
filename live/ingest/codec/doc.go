// Package codec reads what decoders are configured with, and brings pictures into the form the rest of live expects of them: it tells the
// size of pictures, whether decoding can start at one, and when an encoder changed its parameters in passing.
package codec

import (
	"fmt"

	"lucarne/live/stream"
	"lucarne/platform/fault"
)

// Bounds of what encoders may ask to be kept. Parameter sets of cameras have some 30 bytes.
const (
	maxConfigBytes = 16 << 10
	maxSetBytes    = 4 << 10
	maxSets        = 16   // of each kind
	maxUnits       = 4096 // in one picture
)

// Video reads the pictures of one configuration and those that follow it in passing.
type Video interface {
	// Track describes the pictures. Its ID is 0; its size is 0 until known.
	Track() stream.Track
	// Read takes one access unit as the encoder packed it. A picture without data is none: it held parameters only.
	Read(data []byte, isKey bool) (Picture, error)
}

// Picture is one access unit as live/stream wants it.
type Picture struct {
	Data  []byte
	IsKey bool // decoding can start here
}

// NewVideo reads a decoder configuration record: avcC, hvcC or av1C.
func NewVideo(c stream.Codec, config []byte) (Video, error) {
	if len(config) > maxConfigBytes {
		return nil, malformed("%s configuration of %d bytes", c, len(config))
	}
	switch c {
	case stream.H264:
		return newH264(config)
	case stream.H265:
		return newH265(config)
	case stream.AV1:
		return newAV1(config)
	}
	return nil, fault.New(fault.Unsupported, "Pictures coded as %s are not taken", c)
}

// NewSound reads an AudioSpecificConfig or, for Opus, the identification header of RFC 7845 §5.1. The ID of the track is 0.
func NewSound(c stream.Codec, config []byte) (stream.Track, error) {
	switch c {
	case stream.AAC:
		return aacTrack(config)
	case stream.Opus:
		return opusTrack(config)
	}
	return stream.Track{}, fault.New(fault.Unsupported, "Sound coded as %s is not taken", c)
}

func malformed(format string, args ...any) error {
	return fault.New(fault.Invalid, "The encoder sent something malformed: %s", fmt.Sprintf(format, args...))
}
