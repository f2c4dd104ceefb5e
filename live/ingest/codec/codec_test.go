package codec

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"lucarne/live/stream"
	"lucarne/platform/fault"
)

func decoded(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Configurations of x264, x265 and SVT-AV1, as ffmpeg writes them.
const (
	avcC = "01 42c00d ff e1 0017 6742c00dda0507e8 7c0440000003004000000f23c50aa8 01 0004 68ce0fc8"
	avc  = "6742c00dda05067e7c044000000300400000 0f23c50aa8" // of the pictures 320 × 180
	hvcC = "01 01 60000000 900000000000 3c f000 fc fd f8 f8 0000 0f 03" +
		"a0 0001 0018 40010c01ffff01600000030090000003000003003c959409" +
		"a1 0001 002b 42010101600000030090000003000003003ca00a080c1f3e59595293 0bc05a020000030002000003003c10" +
		"a2 0001 0006 4401c073c189"
	av1C = "81000c00 0a0b000000043cfeccfbf90040"
)

func TestSize(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		codec         stream.Codec
		config        string
		width, height int
	}{
		"HEVC":                     {stream.H265, hvcC, 320, 180},
		"AV1":                      {stream.AV1, av1C, 320, 180},
		"H.264 without parameters": {stream.H264, "01 42c00d ff e0 00", 0, 0},
		"HEVC without parameters":  {stream.H265, "01 01 60000000 900000000000 3c f000 fc fd f8 f8 0000 0f 00", 0, 0},
		"AV1 without a sequence":   {stream.AV1, "81000c00", 0, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := NewVideo(c.codec, decoded(t, c.config))
			if err != nil {
				t.Fatal(err)
			}
			if track := v.Track(); track.Width != c.width || track.Height != c.height || track.Codec != c.codec {
				t.Fatalf("got %+v", track)
			}
		})
	}
}

func TestH264Size(t *testing.T) {
	t.Parallel()
	s, err := h264Size(decoded(t, avc))
	if want := (size{320, 180, 1, 8, 8}); err != nil || s != want {
		t.Fatalf("got %+v, %v", s, err)
	}
}

// units packs NAL units after lengths of so many bytes.
func units(lengthSize int, list ...string) []byte {
	var packed []byte
	for _, unit := range list {
		length := binary.BigEndian.AppendUint32(nil, uint32(len(unit)))
		packed = append(append(packed, length[4-lengthSize:]...), unit...)
	}
	return packed
}

func TestH264Read(t *testing.T) {
	t.Parallel()
	const (
		idr, slice, delimiter, filler = "\x65idr", "\x41slice", "\x09\xf0", "\x0c\xff\x80"
		recovery                      = "\x06\x06\x01\xc4\x80"
		other                         = "\x06\x05\x02ab\x80"
	)
	cases := map[string]struct {
		lengthSize int
		units      []string
		isFlagged  bool
		want       []string // nil: no picture
		isKey      bool
	}{
		"IDR":                         {4, []string{delimiter, other, idr, filler}, false, []string{other, idr}, true},
		"lengths of one byte":         {1, []string{slice}, false, []string{slice}, false},
		"lengths of two":              {2, []string{"", idr}, true, []string{idr}, true},
		"a flag alone":                {4, []string{slice}, true, []string{slice}, false},
		"a recovery point":            {4, []string{recovery, slice}, true, []string{recovery, slice}, true},
		"a recovery point, not a key": {4, []string{recovery, slice}, false, []string{recovery, slice}, false},
		"no picture":                  {4, []string{delimiter, other}, true, nil, false},
		"nothing":                     {4, nil, true, nil, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := newH264([]byte{1, 66, 0, 30, byte(c.lengthSize - 1), 0xe0, 0})
			if err != nil {
				t.Fatal(err)
			}
			got, err := v.Read(units(c.lengthSize, c.units...), c.isFlagged)
			if err != nil || got.IsKey != c.isKey || !bytes.Equal(got.Data, units(4, c.want...)) {
				t.Fatalf("got %q, key %v, %v", got.Data, got.IsKey, err)
			}
		})
	}
}

func TestH264ParametersInThePicture(t *testing.T) {
	t.Parallel()
	v, err := newH264([]byte{1, 66, 0, 30, 3, 0xe0, 0})
	if err != nil {
		t.Fatal(err)
	}
	p, err := v.Read(units(4, string(decoded(t, avc)), "\x68\xce\x0f\xc8", "\x65idr"), true)
	if err != nil || !p.IsKey || !bytes.Equal(p.Data, units(4, "\x65idr")) {
		t.Fatalf("got %q, %v", p.Data, err)
	}
	track := v.Track()
	again, err := NewVideo(stream.H264, track.Config)
	if err != nil || again.Track().Width != 320 || !bytes.Equal(again.Track().Config, track.Config) || track.Width != 320 {
		t.Fatalf("got %+v, %v", track, err)
	}
}

func TestAV1Read(t *testing.T) {
	t.Parallel()
	const delimiter, padding, frame, unsized = "\x12\x00", "\x7a\x01\x80", "\x32\x03abc", "\x30abc"
	cases := map[string]struct {
		data      string
		want      string
		malformed bool
	}{
		"a frame":               {delimiter + frame + padding, frame, false},
		"without a size":        {delimiter + unsized, frame, false},
		"no frame":              {delimiter + padding, "", false},
		"a size beyond the end": {"\x32\x09abc", "", true},
		"an endless size":       {"\x32\xff\xff\xff\xff\xff", "", true},
		"a forbidden bit":       {"\xb2\x00", "", true},
		"a cut extension":       {"\x36", "", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := NewVideo(stream.AV1, decoded(t, av1C))
			if err != nil {
				t.Fatal(err)
			}
			p, err := v.Read([]byte(c.data), true)
			if string(p.Data) != c.want || p.IsKey != (c.want != "") || fault.Is(err, fault.Invalid) != c.malformed {
				t.Fatalf("got %q, key %v, %v", p.Data, p.IsKey, err)
			}
		})
	}
}

func TestSound(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		codec          stream.Codec
		config         string
		rate, channels int
		kind           fault.Kind // of the refusal, Internal for none
	}{
		"AAC-LC":               {stream.AAC, "1190", 48000, 2, fault.Internal},
		"HE-AAC":               {stream.AAC, "2b92 0800", 22050, 2, fault.Internal},
		"a rate in full":       {stream.AAC, "17 80 5d c0 10", 48000, 2, fault.Internal},
		"eight channels":       {stream.AAC, "11b8", 48000, 8, fault.Internal},
		"AAC Main":             {stream.AAC, "0990", 0, 0, fault.Unsupported},
		"xHE-AAC":              {stream.AAC, "f946 40", 0, 0, fault.Unsupported},
		"a layout of its own":  {stream.AAC, "1180", 0, 0, fault.Unsupported},
		"a reserved rate":      {stream.AAC, "1690", 0, 0, fault.Invalid},
		"cut":                  {stream.AAC, "11", 0, 0, fault.Invalid},
		"no AAC configuration": {stream.AAC, "", 0, 0, fault.Invalid},
		"Opus":                 {stream.Opus, "4f70757348656164 01 02 3801 80bb0000 0000 00", 48000, 2, fault.Internal},
		"Opus, surround":       {stream.Opus, "4f70757348656164 01 06 3801 80bb0000 0000 01 04 02 000401020305", 48000, 6, fault.Internal},
		"Opus, cut":            {stream.Opus, "4f70757348656164 01 06 3801 80bb0000 0000 01 04 02", 0, 0, fault.Invalid},
		"Opus, no channel":     {stream.Opus, "4f70757348656164 01 00 3801 80bb0000 0000 00", 0, 0, fault.Invalid},
		"not Opus":             {stream.Opus, "4f707573486561 01 00 3801 80bb0000 0000 00", 0, 0, fault.Invalid},
		"pictures":             {stream.H264, avcC, 0, 0, fault.Unsupported},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			track, err := NewSound(c.codec, decoded(t, c.config))
			if c.kind != fault.Internal {
				if !fault.Is(err, c.kind) {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil || track.SampleRate != c.rate || track.Channels != c.channels || track.Codec != c.codec {
				t.Fatalf("got %+v, %v", track, err)
			}
		})
	}
}

// The fields of dOps are those of OpusHead in the other order of bytes.
func TestOpusConfiguration(t *testing.T) {
	t.Parallel()
	track, err := NewSound(stream.Opus, decoded(t, "4f70757348656164 01 02 3801 80bb0000 feff 00"))
	if want := decoded(t, "00 02 0138 0000bb80 fffe 00"); err != nil || !bytes.Equal(track.Config, want) {
		t.Fatalf("got %x, %v", track.Config, err)
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		codec  stream.Codec
		config []byte
	}{
		"nothing":                {stream.H264, nil},
		"another version":        {stream.H264, []byte{2, 66, 0, 30, 3, 0xe0, 0}},
		"lengths of three bytes": {stream.H264, []byte{1, 66, 0, 30, 2, 0xe0, 0}},
		"a cut parameter set":    {stream.H264, []byte{1, 66, 0, 30, 3, 0xe1, 0, 9, 0x67}},
		"an empty parameter set": {stream.H264, []byte{1, 66, 0, 30, 3, 0xe1, 0, 0, 0}},
		"too many":               {stream.H264, append([]byte{1, 66, 0, 30, 3, 0xe0, 255}, manySets()...)},
		"zeros for parameters":   {stream.H264, append([]byte{1, 66, 0, 30, 3, 0xe1, 0, 60}, make([]byte, 61)...)},
		"too long":               {stream.H265, make([]byte, maxConfigBytes+1)},
		"HEVC, cut":              {stream.H265, decoded(t, hvcC)[:60]},
		"HEVC, of counts alone":  {stream.H265, append(decoded(t, hvcC)[:22], 255, 33, 255, 255)},
		"AV1, another version":   {stream.AV1, []byte{1, 0, 0, 0}},
		"AV1, cut":               {stream.AV1, decoded(t, av1C)[:10]},
		"AV1, an empty sequence": {stream.AV1, []byte{0x81, 0, 0, 0, 0x0a, 0}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v, err := NewVideo(c.codec, c.config); !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %+v, %v", v, err)
			}
		})
	}
}

func manySets() []byte {
	var list []byte
	for i := range 255 {
		list = append(list, 0, 2, 0x68, byte(i))
	}
	return list
}

func TestTooManyUnits(t *testing.T) {
	t.Parallel()
	v, err := newH264([]byte{1, 66, 0, 30, 0, 0xe0, 0})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Read(slices.Repeat([]byte{1, 0x41}, maxUnits+1), false); !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
}

func FuzzVideo(f *testing.F) {
	f.Add(uint8(0), decoded(f, avcC), units(4, string(decoded(f, avc)), "\x68\xce\x0f\xc8", "\x65idr"))
	f.Add(uint8(0), []byte{1, 66, 0, 30, 0, 0xe0, 0}, units(1, "\x06\x06\x01\xc4\x80", "\x41slice"))
	f.Add(uint8(1), decoded(f, hvcC), units(4, "\x26\x01idr"))
	f.Add(uint8(2), decoded(f, av1C), []byte("\x12\x00\x32\x03abc"))
	f.Add(uint8(2), decoded(f, "81000c00"), append(decoded(f, av1C)[4:], "\x30abc"...))
	codecs := []stream.Codec{stream.H264, stream.H265, stream.AV1}
	f.Fuzz(func(t *testing.T, which uint8, config, data []byte) {
		v, err := NewVideo(codecs[int(which)%len(codecs)], config)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		p, err := v.Read(data, true)
		track := v.Track()
		if track.Width < 0 || track.Height < 0 || track.Width > maxDimension || track.Height > maxDimension {
			t.Fatalf("pictures of %d × %d", track.Width, track.Height)
		}
		if (track.Width > 0) != (len(track.Config) > 0) {
			t.Fatalf("a size without a configuration, or the other way: %+v", track)
		}
		if err == nil && track.Codec != stream.AV1 {
			if err := splitUnits(p.Data, 4, func([]byte) {}); err != nil {
				t.Fatalf("made of it: %v", err)
			}
		}
		if err == nil && track.Width > 0 {
			if _, err := NewVideo(track.Codec, track.Config); err != nil {
				t.Fatalf("a configuration that cannot be read again: %v", err)
			}
		}
	})
}

func FuzzSound(f *testing.F) {
	f.Add(true, decoded(f, "1190"))
	f.Add(false, decoded(f, "4f70757348656164 01 06 3801 80bb0000 0000 01 04 02 000401020305"))
	f.Fuzz(func(t *testing.T, isAAC bool, config []byte) {
		codec := stream.Opus
		if isAAC {
			codec = stream.AAC
		}
		track, err := NewSound(codec, config)
		if err == nil && (track.SampleRate < 7350 || track.SampleRate > 96000 || track.Channels < 1 || track.Channels > 8) {
			t.Fatalf("got %+v", track)
		}
	})
}
