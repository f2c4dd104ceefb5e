package rtmp

// Kind says what a tag carries.
type Kind int

// The kinds of tags. Ignored ones carry nothing an encoder needs to be heard for: seek commands, colour information, ends of sequences.
const (
	Ignored     Kind = iota
	VideoConfig      // the decoder configuration record: avcC, hvcC, av1C
	VideoFrame       // one access unit
	AudioConfig      // AudioSpecificConfig; for Opus the identification header of RFC 7845 §5.1
	AudioFrame       // one raw frame
	Metadata         // onMetaData
)

// Codec is how a tag's pictures or sound are coded: one of the constants below, or the name of one we do not take, for messages.
type Codec string

// The codecs that can be read and written. H264 and AAC travel in the tags of FLV 10.1, the others in those of Enhanced RTMP.
const (
	H264 Codec = "H.264"
	H265 Codec = "HEVC"
	AV1  Codec = "AV1"
	AAC  Codec = "AAC"
	Opus Codec = "Opus"
)

// IsKnown tells the codecs we take from those we only name.
func (c Codec) IsKnown() bool {
	return c == H264 || c == H265 || c == AV1 || c == AAC || c == Opus
}

// Tag is one audio, video or metadata message, in the terms of FLV.
type Tag struct {
	Kind      Kind
	Codec     Codec
	Timestamp uint32 // DTS in milliseconds, of any origin; wraps after 49 days
	Offset    int32  // PTS − DTS in milliseconds, of VideoFrame
	IsKey     bool   // of VideoFrame
	Data      []byte // the body after all headers
	Metadata  Object // of Metadata
}
