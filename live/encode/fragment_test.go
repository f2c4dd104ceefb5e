package encode

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
)

// FuzzReadFragments feeds what a broken ffmpeg might write.
func FuzzReadFragments(f *testing.F) {
	for _, recipe := range []string{strings.Replace(streamtest.Picture, "d=6", "d=0.2", 1) + " " + streamtest.H264, strings.Replace(streamtest.Tone, "d=6", "d=0.2", 1) + " " + streamtest.AAC} {
		args := append([]string{"-v", "error"}, strings.Fields(recipe)...)
		made, err := exec.CommandContext(f.Context(), "ffmpeg", append(args, "-f", "mp4", "-movflags", fragmented, "-")...).Output()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(made)
		f.Add(made[:len(made)/2])
	}
	f.Add([]byte("\x00\x00\x00\x08moov"))
	f.Add([]byte("\xff\xff\xff\xffmdat"))
	f.Fuzz(func(t *testing.T, b []byte) {
		isStarted := false
		start := func(stream.Track) error { isStarted = true; return nil }
		_ = readFragments(bytes.NewReader(b), start, func(p piece) error {
			if !isStarted || len(p.data) > len(b) {
				t.Errorf("%d bytes of %d, announced: %v", len(p.data), len(b), isStarted)
			}
			return nil
		})
	})
}
