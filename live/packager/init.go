package packager

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"

	"lucarne/live/stream"
	"lucarne/platform/fault"
	"lucarne/video/hls"
)

// Track numbers and time scales of our files.
const (
	pictureID    = 1
	soundID      = 2
	pictureScale = 90_000
	movieScale   = 1000
)

// Bounds of what tracks are taken.
const (
	maxConfig     = 64 << 10
	maxDimension  = 16_384
	maxSampleRate = 192_000
)

// generation is a time during which the tracks of a rendition stay as they are: one initialisation, one or more files.
type generation struct {
	number         int
	picture, sound *stream.Track
	init           []byte
	video          *hls.Video
	audio          *hls.Audio
	segments       int // that refer to it; guarded by the packager's lock
}

func newGeneration(number int, picture, sound *stream.Track) (*generation, error) {
	g := &generation{number: number, picture: picture, sound: sound}
	var err error
	if g.init, err = encodeInit(picture, sound); err != nil {
		return nil, err
	}
	g.video, g.audio, err = hls.ReadInit(g.init)
	return g, err
}

// codecs is the CODECS attribute.
func (g *generation) codecs() string { return hls.File{Video: g.video, Audio: g.audio}.Codecs() }

// scaleOf is the time scale of a track.
func scaleOf(t *stream.Track) int64 {
	if t.Codec.IsVideo() {
		return pictureScale
	}
	return int64(t.SampleRate)
}

// checkTrack refuses what cannot be described in a file.
func checkTrack(t stream.Track) error {
	if len(t.Config) == 0 || len(t.Config) > maxConfig {
		return fault.New(fault.Invalid, "The encoder does not describe its %s", t.Codec)
	}
	if t.Codec.IsVideo() && (t.Width <= 0 || t.Height <= 0 || t.Width > maxDimension || t.Height > maxDimension) {
		return fault.New(fault.Invalid, "A picture of %d × %d cannot be taken", t.Width, t.Height)
	}
	if !t.Codec.IsVideo() && (t.SampleRate <= 0 || t.SampleRate > maxSampleRate) {
		return fault.New(fault.Invalid, "Sound at %d Hz cannot be taken", t.SampleRate)
	}
	return nil
}

// encodeInit writes ftyp and moov. A free box keeps the place of the mehd box, which says how long the file is once that is known.
func encodeInit(picture, sound *stream.Track) ([]byte, error) {
	init := mp4.CreateEmptyInit()
	init.Ftyp = mp4.NewFtyp("iso6", 0, []string{"iso6", "mp41", "dash"})
	init.Children[0] = init.Ftyp
	init.Moov.Mvhd.Timescale = movieScale
	init.Moov.Mvex.AddChild(mp4.NewFreeBox(make([]byte, mehdSize-8)))
	for _, t := range []*stream.Track{picture, sound} {
		if t == nil {
			continue
		}
		if err := addTrack(init, t); err != nil {
			return nil, err
		}
	}
	init.Moov.Mvhd.NextTrackID = soundID + 1
	var out bytes.Buffer
	if err := init.Encode(&out); err != nil {
		return nil, fmt.Errorf("write initialisation: %w", err)
	}
	return out.Bytes(), nil
}

func addTrack(init *mp4.InitSegment, t *stream.Track) error {
	media, id := "video", uint32(pictureID)
	if !t.Codec.IsVideo() {
		media, id = "audio", soundID
	}
	init.AddEmptyTrack(uint32(scaleOf(t)), media, "und")
	trak := init.Moov.Traks[len(init.Moov.Traks)-1]
	trak.Tkhd.TrackID = id
	init.Moov.Mvex.Trexs[len(init.Moov.Mvex.Trexs)-1].TrackID = id
	trak.Tkhd.Width, trak.Tkhd.Height = mp4.Fixed32(t.Width<<16), mp4.Fixed32(t.Height<<16)
	entry, err := sampleEntry(t)
	if err != nil {
		return err
	}
	trak.Mdia.Minf.Stbl.Stsd.AddChild(entry)
	return nil
}

// sampleEntry describes the samples: ISO/IEC 14496-15 for H.264 and H.265, the AV1 binding to ISOBMFF.
func sampleEntry(t *stream.Track) (mp4.Box, error) {
	config := func(name string) mp4.Box { return mp4.CreateUnknownBox(name, uint64(8+len(t.Config)), t.Config) }
	switch t.Codec {
	case stream.H264:
		return pictureEntry(t, "avc1", config("avcC")), nil
	case stream.H265:
		return pictureEntry(t, "hvc1", config("hvcC")), nil
	case stream.AV1:
		return pictureEntry(t, "av01", config("av1C")), nil
	case stream.AAC:
		// The field has 16 bits; players take the rate from the configuration (ISO/IEC 14496-12 §12.2.3).
		rate := uint16(min(t.SampleRate, 0xffff))
		return mp4.CreateAudioSampleEntryBox("mp4a", uint16(t.Channels), 16, rate, mp4.CreateEsdsBox(t.Config)), nil
	}
	return nil, fault.New(fault.Unsupported, "%s cannot be broadcast", t.Codec)
}

func pictureEntry(t *stream.Track, name string, config mp4.Box) mp4.Box {
	entry := mp4.CreateVisualSampleEntryBox(name, uint16(t.Width), uint16(t.Height), config)
	entry.CompressorName = ""
	return entry
}

const (
	mehdSize = 20 // of version 1
	// mvhdDuration is where the duration lies after the name of an mvhd box of version 0: flags, two dates and the time scale are before.
	mvhdDuration = 4 + 4 + 4 + 4 + 4
)

// withDuration is the initialisation of a file of known length, of the same size (ISO/IEC 14496-12 §8.2.2, §8.8.2).
func withDuration(init []byte, d time.Duration) []byte {
	patched := bytes.Clone(init)
	mvhd, mvex := bytes.Index(patched, []byte("mvhd")), bytes.Index(patched, []byte("mvex"))
	if mvhd < 0 || mvex < 0 || mvex+4+mehdSize > len(patched) || mvhd+mvhdDuration+4 > len(patched) {
		return patched
	}
	binary.BigEndian.PutUint32(patched[mvhd+mvhdDuration:], uint32(min(d.Milliseconds(), math.MaxUint32)))
	mehd := patched[mvex+4:]
	if name := string(mehd[4:8]); name != "free" && name != "mehd" {
		return patched
	}
	copy(mehd[4:], "mehd\x01\x00\x00\x00")
	binary.BigEndian.PutUint64(mehd[12:], uint64(d.Milliseconds()))
	return patched
}
