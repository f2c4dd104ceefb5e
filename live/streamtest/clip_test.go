package streamtest_test

import (
	"slices"
	"testing"
	"time"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
)

func TestGenerate(t *testing.T) {
	cases := []struct {
		name, recipe string
		codecs       []stream.Codec
	}{
		{"H.264 and AAC", streamtest.Standard, []stream.Codec{stream.H264, stream.AAC}},
		{"B-frames", streamtest.Picture + " " + streamtest.BFrames, []stream.Codec{stream.H264}},
		{"Opus", streamtest.Tone + " " + streamtest.Opus, []stream.Codec{stream.Opus}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			clip := streamtest.Generate(t, c.recipe)
			var codecs []stream.Codec
			for _, track := range clip.Tracks {
				codecs = append(codecs, track.Codec)
				if len(track.Config) == 0 || track.Codec.IsVideo() != (track.Width == 160) || track.Codec.IsVideo() == (track.SampleRate == 48000) {
					t.Errorf("track %+v", track)
				}
			}
			if !slices.Equal(codecs, c.codecs) {
				t.Errorf("got %v, want %v", codecs, c.codecs)
			}
			if clip.Length < 6*time.Second || clip.Length > 6200*time.Millisecond {
				t.Errorf("it lasts %s", clip.Length)
			}
			last := map[int]time.Duration{}
			for _, s := range clip.Loop(13 * time.Second).Samples {
				if before, ok := last[s.Track]; ok && s.DTS <= before || s.DTS < 0 || s.Offset < 0 || len(s.Data) == 0 {
					t.Fatalf("sample of track %d at %s+%s of %d bytes after %s", s.Track, s.DTS, s.Offset, len(s.Data), before)
				}
				last[s.Track] = s.DTS
			}
		})
	}
}
