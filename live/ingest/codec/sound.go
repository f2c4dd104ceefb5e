package codec

import (
	"encoding/binary"

	"lucarne/live/stream"
	"lucarne/platform/fault"
)

// ISO/IEC 14496-3 table 1.17.
const (
	aacLC         = 2
	aacSBR        = 5
	aacPS         = 29
	aacEscape     = 31
	explicitRates = 15
)

// samplingRates is ISO/IEC 14496-3 table 1.18.
var samplingRates = []int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

// aacTrack reads an AudioSpecificConfig: ISO/IEC 14496-3 §1.6.2.1. The rate is that of the core, which the frames are counted in.
func aacTrack(config []byte) (stream.Track, error) {
	if len(config) > maxSetBytes {
		return stream.Track{}, malformed("an AAC configuration of %d bytes", len(config))
	}
	r := &bitReader{data: config}
	kind := r.bits(5)
	if kind == aacEscape {
		kind = 32 + r.bits(6)
	}
	rate := samplingRate(r)
	channels := r.bits(4)
	if r.isOver || rate == 0 {
		return stream.Track{}, malformed("an AAC configuration")
	}
	if kind != aacLC && kind != aacSBR && kind != aacPS {
		return stream.Track{}, fault.New(fault.Unsupported, "This profile of AAC is not taken: choose AAC-LC")
	}
	switch {
	case channels == 7:
		channels = 8
	case channels == 0 || channels > 7:
		return stream.Track{}, fault.New(fault.Unsupported, "This layout of sound channels is not taken: choose stereo")
	}
	return stream.Track{Codec: stream.AAC, Config: append([]byte(nil), config...), SampleRate: rate, Channels: channels}, nil
}

// samplingRate is 0 for a reserved index.
func samplingRate(r *bitReader) int {
	index := r.bits(4)
	switch {
	case index == explicitRates:
		if rate := r.bits(24); rate >= 7350 && rate <= 96000 {
			return rate
		}
		return 0
	case index < len(samplingRates):
		return samplingRates[index]
	}
	return 0
}

// opusTrack turns the identification header of RFC 7845 §5.1 into the content of a dOps box ("Encapsulation of Opus in ISO Base Media
// File Format" §4.3.2): the same fields, big endian.
func opusTrack(config []byte) (stream.Track, error) {
	const magic = "OpusHead"
	head := cursor{data: config}
	if string(head.take(len(magic))) != magic || len(head.data) < 11 || len(head.data) > 11+2+255 {
		return stream.Track{}, malformed("an Opus configuration (OpusHead)")
	}
	h := head.data
	channels, family := int(h[1]), h[10]
	if h[0]>>4 != 0 || channels == 0 || family == 0 && channels > 2 || family != 0 && len(h) < 13+channels {
		return stream.Track{}, malformed("an Opus configuration (OpusHead)")
	}
	if channels > 8 {
		return stream.Track{}, fault.New(fault.Unsupported, "This layout of sound channels is not taken: choose stereo")
	}
	dops := []byte{0, h[1]}
	dops = binary.BigEndian.AppendUint16(dops, binary.LittleEndian.Uint16(h[2:]))
	dops = binary.BigEndian.AppendUint32(dops, binary.LittleEndian.Uint32(h[4:]))
	dops = binary.BigEndian.AppendUint16(dops, binary.LittleEndian.Uint16(h[8:]))
	dops = append(dops, family)
	if family != 0 {
		dops = append(dops, h[11:13+channels]...)
	}
	return stream.Track{Codec: stream.Opus, Config: dops, SampleRate: 48000, Channels: channels}, nil
}
