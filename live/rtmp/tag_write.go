package rtmp

import "lucarne/platform/fault"

// message makes the message of a tag: as FLV 10.1 has it where it can, for the sake of servers that know no other, else Enhanced RTMP's.
func (t Tag) message() (message, error) {
	m := message{timestamp: t.Timestamp}
	switch {
	case t.Kind == Metadata:
		m.kind, m.payload = typeData, encodeAMF(nil, "@setDataFrame", "onMetaData", t.Metadata)
	case (t.Kind == VideoConfig || t.Kind == VideoFrame) && (t.Codec == H264 || t.Codec == H265 || t.Codec == AV1):
		m.kind, m.payload = typeVideo, append(t.videoHeader(), t.Data...)
	case (t.Kind == AudioConfig || t.Kind == AudioFrame) && (t.Codec == AAC || t.Codec == Opus):
		m.kind, m.payload = typeAudio, append(t.audioHeader(), t.Data...)
	default:
		return message{}, fault.New(fault.Unsupported, "%s cannot be sent over RTMP", t.Codec)
	}
	return m, nil
}

func (t Tag) videoHeader() []byte {
	const inter = 2
	frame := byte(inter)
	if t.IsKey || t.Kind == VideoConfig {
		frame = frameKey
	}
	packet := byte(packetCodedFrames)
	if t.Kind == VideoConfig {
		packet = packetSequenceStart
	}
	header := make([]byte, 0, 8+len(t.Data))
	if t.Codec == H264 {
		header = append(header, frame<<4|7, packet)
		return appendUint24(header, uint32(t.Offset))
	}
	header = append(append(header, 0x80|frame<<4|packet), fourCCOf(t.Codec)...)
	if t.Codec == H265 && t.Kind == VideoFrame {
		header = appendUint24(header, uint32(t.Offset))
	}
	return header
}

func (t Tag) audioHeader() []byte {
	const aac = 10<<4 | 0x0f // FLV 10.1 E.4.2.1: always said to be 44 kHz, 16 bit, stereo; the configuration tells
	packet := byte(packetCodedFrames)
	if t.Kind == AudioConfig {
		packet = packetSequenceStart
	}
	header := make([]byte, 0, 5+len(t.Data))
	if t.Codec == AAC {
		return append(header, aac, packet)
	}
	return append(append(header, soundExtends<<4|packet), fourCCOf(t.Codec)...)
}

func fourCCOf(codec Codec) string {
	for _, e := range enhanced {
		if e.codec == codec {
			return e.fourCC
		}
	}
	return ""
}
