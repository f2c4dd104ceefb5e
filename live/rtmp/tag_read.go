package rtmp

import (
	"encoding/binary"
	"fmt"

	"lucarne/platform/fault"
)

// FLV 10.1 annex E.4.3.1 and E.4.2.1: the numbers of the codecs; the names of those we do not take are for messages.
var (
	videoCodecs = map[byte]Codec{
		2: "Sorenson H.263", 3: "Screen video", 4: "VP6", 5: "VP6 with alpha", 6: "Screen video 2", 7: H264,
		12: H265, // not Adobe's, but what encoders wrote before Enhanced RTMP
	}
	audioCodecs = map[byte]Codec{
		0: "PCM", 1: "ADPCM", 2: "MP3", 3: "PCM", 4: "Nellymoser", 5: "Nellymoser", 6: "Nellymoser", 7: "G.711 A-law", 8: "G.711 µ-law",
		10: AAC, 11: "Speex", 14: "MP3", 15: "device-specific sound",
	}
	videoFourCCs = map[string]Codec{"avc1": H264, "hvc1": H265, "av01": AV1, "vp08": "VP8", "vp09": "VP9", "vvc1": "VVC"}
	audioFourCCs = map[string]Codec{"mp4a": AAC, "Opus": Opus, "ac-3": "AC-3", "ec-3": "E-AC-3", ".mp3": "MP3", "fLaC": "FLAC"}
)

// Enhanced RTMP v1 "Defining Additional Video Codecs", v2 "Enhanced Audio": the packet types. Sound has those of pictures it needs.
const (
	packetSequenceStart = 0
	packetCodedFrames   = 1
	packetCodedFramesX  = 3 // of pictures: without composition time
	packetMultitrack    = 6 // of pictures
	packetAudioTracks   = 5 // multitrack, of sound
	packetModEx         = 7 // v2: more of the header follows
)

const (
	frameKey     = 1
	frameCommand = 5 // no picture, E.4.3.1
	soundExtends = 9 // SoundFormat of Enhanced RTMP
)

func malformed(what string) error {
	return fault.New(fault.Invalid, "The encoder sent a malformed %s tag", what)
}

// parseTag reads a message of media or data; other messages are Ignored tags.
func parseTag(m message) (Tag, error) {
	var tag Tag
	var err error
	switch m.kind {
	case typeVideo:
		tag, err = parseVideo(m.payload)
	case typeAudio:
		tag, err = parseAudio(m.payload)
	case typeData, typeDataAMF3:
		tag, err = parseData(m)
	}
	tag.Timestamp = m.timestamp
	return tag, err
}

func parseVideo(b []byte) (Tag, error) {
	if len(b) == 0 { // some encoders keep the connection alive with these
		return Tag{}, nil
	}
	if b[0]&0x80 != 0 {
		return parseEnhancedVideo(b)
	}
	frame, codec := b[0]>>4, videoCodecs[b[0]&0x0f]
	if codec == "" {
		return Tag{}, malformed("video")
	}
	if frame == frameCommand {
		return Tag{}, nil
	}
	if !codec.IsKnown() {
		return Tag{Kind: VideoFrame, Codec: codec}, nil
	}
	if len(b) < 5 {
		return Tag{}, malformed("video")
	}
	tag := Tag{Codec: codec, IsKey: frame == frameKey, Data: b[5:]}
	switch b[1] {
	case packetSequenceStart:
		tag.Kind = VideoConfig
	case packetCodedFrames:
		tag.Kind, tag.Offset = VideoFrame, int24(b[2:])
	default: // the end of a sequence
		return Tag{}, nil
	}
	return tag, nil
}

// parseEnhancedVideo reads an ExVideoTagHeader.
func parseEnhancedVideo(b []byte) (Tag, error) {
	frame := b[0] >> 4 & 7
	packet, rest, err := skipModEx(b[0]&0x0f, b[1:], "video")
	if err != nil {
		return Tag{}, err
	}
	if packet == packetMultitrack {
		return Tag{}, fault.New(fault.Unsupported, "Several pictures in one stream (multitrack) are not taken: switch multitrack off")
	}
	if frame == frameCommand && packet != packetSequenceStart {
		return Tag{}, nil
	}
	codec, rest, err := fourCC(rest, videoFourCCs, "video")
	if err != nil {
		return Tag{}, err
	}
	tag := Tag{Kind: VideoFrame, Codec: codec, IsKey: frame == frameKey, Data: rest}
	switch packet {
	case packetSequenceStart:
		tag.Kind = VideoConfig
	case packetCodedFramesX:
	case packetCodedFrames:
		if codec != H264 && codec != H265 { // the others have no composition time
			return tag, nil
		}
		if len(rest) < 3 {
			return Tag{}, malformed("video")
		}
		tag.Offset, tag.Data = int24(rest), rest[3:]
	default: // the end of a sequence, colour information
		return Tag{}, nil
	}
	return tag, nil
}

func parseAudio(b []byte) (Tag, error) {
	if len(b) == 0 {
		return Tag{}, nil
	}
	if b[0]>>4 == soundExtends {
		return parseEnhancedAudio(b)
	}
	codec := audioCodecs[b[0]>>4]
	if codec == "" {
		return Tag{}, malformed("audio")
	}
	if !codec.IsKnown() {
		return Tag{Kind: AudioFrame, Codec: codec}, nil
	}
	if len(b) < 2 {
		return Tag{}, nil // what GStreamer sends at the end
	}
	tag := Tag{Kind: AudioFrame, Codec: codec, Data: b[2:]}
	if b[1] == 0 {
		tag.Kind = AudioConfig
	}
	return tag, nil
}

// parseEnhancedAudio reads an ExAudioTagHeader.
func parseEnhancedAudio(b []byte) (Tag, error) {
	packet, rest, err := skipModEx(b[0]&0x0f, b[1:], "audio")
	if err != nil {
		return Tag{}, err
	}
	if packet == packetAudioTracks {
		return Tag{}, fault.New(fault.Unsupported, "Several sounds in one stream (multitrack) are not taken: choose one audio track")
	}
	codec, rest, err := fourCC(rest, audioFourCCs, "audio")
	if err != nil {
		return Tag{}, err
	}
	switch packet {
	case packetSequenceStart:
		return Tag{Kind: AudioConfig, Codec: codec, Data: rest}, nil
	case packetCodedFrames:
		return Tag{Kind: AudioFrame, Codec: codec, Data: rest}, nil
	}
	return Tag{}, nil
}

// skipModEx passes over the header extensions of Enhanced RTMP v2 (nanoseconds), of which we need none: a size, less one, in one byte or,
// when that is 255, in two more; the extension; four bits of its type and four of the next packet type.
func skipModEx(packet byte, b []byte, what string) (byte, []byte, error) {
	for packet == packetModEx {
		if len(b) < 3 {
			return 0, nil, malformed(what)
		}
		size, at := int(b[0])+1, 1
		if size == 256 {
			size, at = int(binary.BigEndian.Uint16(b[1:]))+1, 3
		}
		if len(b) < at+size+1 {
			return 0, nil, malformed(what)
		}
		packet, b = b[at+size]&0x0f, b[at+size+1:]
	}
	return packet, b, nil
}

func fourCC(b []byte, codecs map[string]Codec, what string) (Codec, []byte, error) {
	if len(b) < 4 {
		return "", nil, malformed(what)
	}
	codec := codecs[string(b[:4])]
	if codec == "" {
		codec = Codec(fmt.Sprintf("%q", b[:4]))
	}
	return codec, b[4:], nil
}

// parseData reads onMetaData, which encoders wrap in @setDataFrame; other data is Ignored.
func parseData(m message) (Tag, error) {
	values, err := decodeAMF(m.amf())
	if err != nil {
		return Tag{}, fault.New(fault.Invalid, "The encoder sent malformed metadata").Because(err)
	}
	if len(values) > 0 && values[0] == "@setDataFrame" {
		values = values[1:]
	}
	if len(values) < 2 || values[0] != "onMetaData" {
		return Tag{}, nil
	}
	metadata, _ := values[1].(Object)
	return Tag{Kind: Metadata, Metadata: metadata}, nil
}

func int24(b []byte) int32 { return int32(uint24(b)<<8) >> 8 }
