package ingest

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
)

// listen runs a server on the loopback until the test ends.
func listen(t *testing.T, change func(*Options)) (*Server, *air) {
	t.Helper()
	a := newAir()
	o := Options{Address: "127.0.0.1:0", Admitter: a}
	if change != nil {
		change(&o)
	}
	s := New(o)
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return s, a
}

// push has ffmpeg send by a recipe, as fast as it encodes; it gives what ffmpeg says.
func push(t *testing.T, url, recipe string) (string, error) {
	t.Helper()
	args := append([]string{"-v", "error", "-threads", "1"}, strings.Fields(recipe)...)
	said, err := exec.CommandContext(t.Context(), "ffmpeg", append(args, "-f", "flv", url)...).CombinedOutput()
	return string(said), err
}

const (
	picture = "-f lavfi -i testsrc2=s=160x90:r=30:d=3"
	tone    = "-f lavfi -i sine=f=440:r=48000:d=3"
)

func TestFFmpeg(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		recipe       string
		video, sound int // how many samples, at least
		hasOffsets   bool
	}{
		"pictures and sound": {picture + " " + tone + " " + streamtest.H264 + " " + streamtest.AAC, 90, 139, false},
		"B-frames":           {picture + " " + tone + " " + streamtest.BFrames + " " + streamtest.AAC, 90, 135, true},
		"sound only":         {tone + " " + streamtest.AAC, 0, 139, false},
		"pictures only":      {picture + " " + streamtest.H264, 90, 0, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := listen(t, nil)
			if said, err := push(t, "rtmp://"+s.Addr().String()+"/live/"+streamKey, c.recipe); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			show := a.next(t)
			if why := show.ended(t); why != nil {
				t.Fatalf("closed by %v, want a goodbye", why)
			}
			show.check(t)
			video, sound := show.of(1), show.of(2)
			if len(video) < c.video || len(sound) < c.sound {
				t.Errorf("%d pictures, %d frames of sound", len(video), len(sound))
			}
			if len(show.starts) != 1 {
				t.Errorf("announced %d times: %v", len(show.starts), show.starts)
			}
			if c.video > 0 {
				seePictures(t, show.starts[0][0], video, c.hasOffsets)
			}
			if c.sound > 0 {
				hearSound(t, show.starts[0][len(show.starts[0])-1], sound)
			}
		})
	}
}

// What Enhanced RTMP carries, in its own tags over the wire.
func TestEnhancedRTMP(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"HEVC and AAC":   small + " " + shortly + " " + hevc + " " + streamtest.AAC,
		"AV1 and Opus":   small + " " + shortly + " " + av1 + " " + streamtest.Opus,
		"H.264 and Opus": small + " " + shortly + " " + streamtest.H264 + " " + streamtest.Opus,
	}
	for name, recipe := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := listen(t, nil)
			clip := streamtest.Generate(t, recipe)
			p := connect(t, s, streamKey)
			send(t, p, tagsOf(clip))
			_ = p.Close()
			show := a.next(t)
			if why := show.ended(t); why != nil {
				t.Fatal(why)
			}
			show.check(t)
			for i, want := range clip.Tracks {
				compareTrack(t, show.starts[0][i], want)
				compareSamples(t, show.of(want.ID), clip.Only(func(t stream.Track) bool { return t.ID == want.ID }).Samples)
			}
			if r := show.request; r.Protocol != "rtmp" || r.Encoder != "a test" || r.Key != streamKey {
				t.Errorf("asked as %+v", r)
			}
		})
	}
}

func seePictures(t *testing.T, track stream.Track, samples []stream.Sample, hasOffsets bool) {
	t.Helper()
	if track.ID != 1 || track.Codec != stream.H264 || track.Width != 160 || track.Height != 90 || track.Config[0] != 1 {
		t.Errorf("pictures are %+v", track)
	}
	keys := 0
	for _, s := range samples {
		if s.IsKey {
			keys++
		}
		hasOffsets = hasOffsets && s.Offset == 0
	}
	if keys != 2 {
		t.Errorf("%d key pictures in 3 s, want 2", keys)
	}
	if hasOffsets {
		t.Error("no picture is shown later than decoded")
	}
	if last := samples[len(samples)-1].DTS; (last - 2967*time.Millisecond).Abs() > 2*time.Millisecond {
		t.Errorf("the last picture is at %s", last)
	}
}

func hearSound(t *testing.T, track stream.Track, samples []stream.Sample) {
	t.Helper()
	if track.ID != 2 || track.Codec != stream.AAC || track.SampleRate != 48000 || track.Channels != 2 {
		t.Errorf("sound is %+v", track)
	}
	if last := samples[len(samples)-1].DTS; (last - 3*time.Second).Abs() > 80*time.Millisecond { // with B-frames, ffmpeg moves it by two frames
		t.Errorf("the last sound is at %s", last)
	}
}
