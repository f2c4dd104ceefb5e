package rtmp

import (
	"reflect"
	"strings"
	"testing"

	"lucarne/platform/fault"
)

func TestTagRoundTrip(t *testing.T) {
	t.Parallel()
	tags := map[string]Tag{
		"avcC":          {Kind: VideoConfig, Codec: H264, IsKey: true, Data: []byte("avcC")},
		"B-frame":       {Kind: VideoFrame, Codec: H264, Offset: 66, Data: []byte("nal"), Timestamp: 1 << 31},
		"negative":      {Kind: VideoFrame, Codec: H264, Offset: -40, IsKey: true, Data: []byte("nal")},
		"hvcC":          {Kind: VideoConfig, Codec: H265, IsKey: true, Data: []byte("hvcC")},
		"HEVC":          {Kind: VideoFrame, Codec: H265, Offset: 33, IsKey: true, Data: []byte("nal")},
		"av1C":          {Kind: VideoConfig, Codec: AV1, IsKey: true, Data: []byte("av1C")},
		"AV1":           {Kind: VideoFrame, Codec: AV1, Data: []byte("obu")},
		"AAC config":    {Kind: AudioConfig, Codec: AAC, Data: []byte{0x11, 0x90}},
		"AAC":           {Kind: AudioFrame, Codec: AAC, Data: []byte("raw")},
		"Opus config":   {Kind: AudioConfig, Codec: Opus, Data: []byte("OpusHead")},
		"Opus":          {Kind: AudioFrame, Codec: Opus, Data: []byte("raw")},
		"with metadata": {Kind: Metadata, Metadata: Object{{"width", 1280.0}}},
	}
	for name, want := range tags {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := want.message()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := parseTag(m); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

func TestParseVideo(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		body string
		want Tag
	}{
		"nothing":               {"", Tag{}},
		"end of sequence":       {"\x17\x02\x00\x00\x00", Tag{}},
		"command frame":         {"\x57\x00", Tag{}},
		"VP6":                   {"\x14\x00", Tag{Kind: VideoFrame, Codec: "VP6"}},
		"HEVC before Enhanced":  {"\x1c\x01\x00\x00\x00nal", Tag{Kind: VideoFrame, Codec: H265, IsKey: true, Data: []byte("nal")}},
		"enhanced avc1":         {"\x91avc1\x00\x00\x05nal", Tag{Kind: VideoFrame, Codec: H264, IsKey: true, Offset: 5, Data: []byte("nal")}},
		"coded frames X":        {"\xa3hvc1nal", Tag{Kind: VideoFrame, Codec: H265, Data: []byte("nal")}},
		"colour information":    {"\x94hvc1\x02\x00", Tag{}},
		"enhanced end":          {"\x92hvc1", Tag{}},
		"VP9":                   {"\x91vp09abc", Tag{Kind: VideoFrame, Codec: "VP9", IsKey: true, Data: []byte("abc")}},
		"with nanoseconds":      {"\x97\x02\x00\x00\x01\x01av01obu", Tag{Kind: VideoFrame, Codec: AV1, IsKey: true, Data: []byte("obu")}},
		"with a long extension": {"\x97\xff\x00\x00\x01\x01av01obu", Tag{Kind: VideoFrame, Codec: AV1, IsKey: true, Data: []byte("obu")}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := parseVideo([]byte(c.body)); err != nil || !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

func TestParseAudio(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		body string
		want Tag
	}{
		"nothing":        {"", Tag{}},
		"AAC, empty":     {"\xaf", Tag{}},
		"MP3":            {"\x2fabc", Tag{Kind: AudioFrame, Codec: "MP3"}},
		"Speex":          {"\xb2abc", Tag{Kind: AudioFrame, Codec: "Speex"}},
		"enhanced mp4a":  {"\x91mp4araw", Tag{Kind: AudioFrame, Codec: AAC, Data: []byte("raw")}},
		"FLAC":           {"\x91fLaCraw", Tag{Kind: AudioFrame, Codec: "FLAC", Data: []byte("raw")}},
		"channel layout": {"\x94Opus\x00\x02", Tag{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := parseAudio([]byte(c.body)); err != nil || !reflect.DeepEqual(got, c.want) {
				t.Fatalf("got %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

func TestRefusedTags(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		m    message
		want string
	}{
		"short picture":      {message{kind: typeVideo, payload: []byte("\x17\x01")}, "malformed video"},
		"unknown codec":      {message{kind: typeVideo, payload: []byte("\x1f\x01\x00\x00\x00")}, "malformed video"},
		"short FourCC":       {message{kind: typeVideo, payload: []byte("\x91hv")}, "malformed video"},
		"endless extensions": {message{kind: typeVideo, payload: []byte("\x97\x00\x00\x07\x00\x00\x07")}, "malformed video"},
		"several pictures":   {message{kind: typeVideo, payload: []byte("\x96\x01hvc1")}, "multitrack"},
		"several sounds":     {message{kind: typeAudio, payload: []byte("\x95\x01Opus")}, "multitrack"},
		"metadata":           {message{kind: typeData, payload: []byte{markReference}}, "malformed metadata"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseTag(c.m)
			if err == nil || fault.KindOf(err) == fault.Internal || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

const markReference = 0x07

func FuzzTag(f *testing.F) {
	for _, body := range []string{"\x17\x01\x00\x00\x00nal", "\x91hvc1\x00\x00\x05nal", "\x97\x02\x00\x00\x01\x01av01obu", "\xaf\x01raw", "\x90OpusOpusHead"} {
		f.Add(byte(typeVideo), []byte(body))
		f.Add(byte(typeAudio), []byte(body))
	}
	f.Add(byte(typeData), encodeAMF(nil, "@setDataFrame", "onMetaData", Object{{"width", 1.0}}))
	f.Add(byte(typeDataAMF3), append([]byte{0}, encodeAMF(nil, "onMetaData", Object{})...))
	f.Fuzz(func(t *testing.T, kind byte, payload []byte) {
		tag, err := parseTag(message{kind: kind, payload: payload})
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("no words for %v", err)
			}
			return
		}
		if len(tag.Data) > len(payload) {
			t.Fatal("more data than came")
		}
		if tag.Kind == Ignored || !tag.Codec.IsKnown() && tag.Kind != Metadata {
			return
		}
		if _, err := tag.message(); err != nil {
			t.Fatalf("%+v cannot be sent again: %v", tag, err)
		}
	})
}
