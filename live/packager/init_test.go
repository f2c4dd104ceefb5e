package packager

import (
	"testing"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
)

func FuzzDescriptionOfTracks(f *testing.F) {
	for _, t := range streamtest.Generate(f, streamtest.Standard).Tracks {
		f.Add(string(t.Codec), t.Config)
	}
	f.Add("h265", []byte{1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 63, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0})
	f.Add("av1", []byte{0x81, 0, 0x0c, 0})
	f.Fuzz(func(t *testing.T, codec string, config []byte) {
		track := stream.Track{ID: 1, Codec: stream.Codec(codec), Config: config, Width: 160, Height: 90, SampleRate: 48000, Channels: 2}
		if checkTrack(track) != nil {
			return
		}
		picture, sound := &track, (*stream.Track)(nil)
		if !track.Codec.IsVideo() {
			picture, sound = nil, &track
			silenceOf(&track)
		}
		g, err := newGeneration(0, picture, sound)
		if err == nil && g.codecs() == "" {
			t.Errorf("%s of %x has no name", codec, config)
		}
	})
}
