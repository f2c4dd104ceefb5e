package relay

import (
	"encoding/binary"
	"slices"
	"time"

	"lucarne/live/rtmp"
	"lucarne/live/stream"
	"lucarne/platform/fault"
)

// codecs are how they are called on the wire, and their numbers in onMetaData: those of FLV 10.1, or the FourCC (Enhanced RTMP).
var codecs = map[stream.Codec]struct {
	codec  rtmp.Codec
	number float64
}{
	stream.H264: {rtmp.H264, 7}, stream.H265: {rtmp.H265, 0x68766331}, stream.AV1: {rtmp.AV1, 0x61763031},
	stream.AAC: {rtmp.AAC, 10}, stream.Opus: {rtmp.Opus, 0x4f707573},
}

// wire makes tags for one connection.
type wire struct {
	began time.Duration // the DTS of its time 0
}

// announce describes the tracks. It fails with fault.Unsupported when the server said what it takes, and that is not it.
func (w wire) announce(a *announcement, takes []rtmp.Codec, at time.Duration) ([]rtmp.Tag, error) {
	metadata, configs := rtmp.Object{said("encoder", "Lucarne")}, []rtmp.Tag{}
	if v := a.video; v != nil {
		c := codecs[v.Codec]
		metadata = append(metadata, said("width", float64(v.Width)), said("height", float64(v.Height)), said("videocodecid", c.number))
		configs = append(configs, rtmp.Tag{Kind: rtmp.VideoConfig, Codec: c.codec, Timestamp: w.stamp(at), IsKey: true, Data: v.Config})
	}
	if t := a.audio; t != nil {
		c := codecs[t.Codec]
		metadata = append(metadata, said("audiosamplerate", float64(t.SampleRate)), said("stereo", t.Channels > 1), said("audiocodecid", c.number))
		configs = append(configs, rtmp.Tag{Kind: rtmp.AudioConfig, Codec: c.codec, Timestamp: w.stamp(at), Data: soundConfig(t)})
	}
	for _, t := range configs {
		if !isTaken(t.Codec, takes) {
			return nil, fault.New(fault.Unsupported, "The server does not take %s", t.Codec)
		}
	}
	return append([]rtmp.Tag{{Kind: rtmp.Metadata, Timestamp: w.stamp(at), Metadata: metadata}}, configs...), nil
}

func said(name string, value any) rtmp.Property { return rtmp.Property{Name: name, Value: value} }

// isTaken tells what may be sent to a server: everything known where it does not say.
func isTaken(c rtmp.Codec, takes []rtmp.Codec) bool {
	if c == rtmp.H264 || c == rtmp.AAC || len(takes) == 0 {
		return c.IsKnown()
	}
	return slices.Contains(takes, c)
}

// soundConfig is the configuration as it is sent: for Opus the identification header of RFC 7845 §5.1, made from the box that says the
// same with the other order of bytes.
func soundConfig(t *stream.Track) []byte {
	const shortest = 11
	if t.Codec != stream.Opus || len(t.Config) < shortest {
		return t.Config
	}
	head := append([]byte("OpusHead"), 1, t.Config[1])
	head = binary.LittleEndian.AppendUint16(head, binary.BigEndian.Uint16(t.Config[2:]))
	head = binary.LittleEndian.AppendUint32(head, binary.BigEndian.Uint32(t.Config[4:]))
	head = binary.LittleEndian.AppendUint16(head, binary.BigEndian.Uint16(t.Config[8:]))
	return append(head, t.Config[10:]...)
}

// tag makes the tag of a sample; false for what lies before the beginning.
func (w wire) tag(i item) (rtmp.Tag, bool) {
	s := i.sample
	if s.DTS < w.began {
		return rtmp.Tag{}, false
	}
	t := rtmp.Tag{Kind: rtmp.AudioFrame, Timestamp: w.stamp(s.DTS), Data: s.Data}
	if i.kind == sound {
		t.Codec = codecs[i.tracks.audio.Codec].codec
		return t, true
	}
	t.Kind, t.Codec, t.IsKey = rtmp.VideoFrame, codecs[i.tracks.video.Codec].codec, s.IsKey
	t.Offset = int32(w.stamp(s.DTS+s.Offset) - t.Timestamp)
	return t, true
}

// stamp is a time in milliseconds of the connection, which wraps (RTMP §5.3.1).
func (w wire) stamp(at time.Duration) uint32 {
	return uint32((at - w.began).Round(time.Millisecond).Milliseconds())
}
