package packager

import (
	"encoding/binary"
	"log/slog"
	"os"
	"testing"
	"time"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
	"lucarne/platform/clock"
	"lucarne/video/hls"
)

// FuzzSamples plays what the input says: samples at any time, changes of tracks, absences. Whatever is sent, nothing breaks, little waits,
// and what was recorded can be read.
func FuzzSamples(f *testing.F) {
	clip := streamtest.Generate(f, streamtest.Standard)
	op := func(kind byte, forward, offset uint16) []byte {
		return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{kind}, forward), offset)
	}
	var usual []byte
	for i := range 200 {
		usual = append(usual, op(byte(i%40/39*4), 33, 0)...)
		usual = append(usual, op(1, 0, 0)...)
	}
	f.Add(usual)
	f.Add(append(append(op(4, 0, 0), op(0, 60_000, 9)...), append(op(4, 40, 0), op(5, 3000, 0)...)...))
	f.Add(append(append(op(4, 10, 0), op(6, 0, 0)...), append(op(4, 2500, 60_000), op(3, 1, 1)...)...))
	f.Fuzz(func(t *testing.T, script []byte) {
		p, err := New(Options{
			Folder: t.TempDir(), PartTarget: 400 * time.Millisecond, SegmentTarget: time.Second, Clock: clock.System{},
			Logger: slog.New(slog.DiscardHandler), KeepAll: len(script)%2 == 0,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		source, err := p.Rendition(0, Source)
		if err != nil {
			t.Fatal(err)
		}
		perform(p, source, clip.Tracks, script[:min(len(script), 600)])
		if r := source.(*rendition); r.bytes < 0 || r.shown.memory != 0 {
			t.Errorf("%d bytes wait, %d are in memory", r.bytes, r.shown.memory)
		}
		recording, err := p.Finish()
		if err != nil {
			t.Fatal(err)
		}
		for _, made := range recording.Renditions {
			checkReadable(t, made)
		}
	})
}

func perform(p *Packager, to stream.Sink, tracks []stream.Track, script []byte) {
	now := time.Duration(0)
	_ = to.Start(tracks)
	for ; len(script) >= 5; script = script[5:] {
		now += time.Duration(binary.BigEndian.Uint16(script[1:])%5000) * time.Millisecond
		offset := time.Duration(binary.BigEndian.Uint16(script[3:])) * time.Millisecond
		switch script[0] % 8 {
		case 0, 1, 4: // a picture, a sound, a keyframe
			_ = to.Write(stream.Sample{Track: tracks[script[0]&1].ID, DTS: now, Offset: offset % (2 * time.Second), IsKey: script[0]&4 > 0, Data: script[:5]})
		case 2:
			_ = to.Write(stream.Sample{Track: tracks[0].ID, DTS: now - offset, IsKey: true, Data: script[:1]})
		case 3:
			_ = to.Write(stream.Sample{Track: tracks[1].ID, DTS: now + offset, Data: script[:1]})
		case 5:
			p.Hold(now)
		case 6:
			_ = to.Start(tracks[offset%2:])
		case 7:
			_ = to.Start([]stream.Track{otherOf(tracks[0]), tracks[1]})
		}
	}
}

func checkReadable(t *testing.T, made Recorded) {
	t.Helper()
	file, err := os.Open(made.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	index, err := hls.Index(file, made.Size, hls.TargetDuration)
	if err != nil || index.Duration <= 0 {
		t.Errorf("recorded %+v, indexed %+v, %v", made, index, err)
	}
}
