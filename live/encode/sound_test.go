package encode

import (
	"bytes"
	"errors"
	"log/slog"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
)

func soundOf(t *testing.T, o SoundOptions, out stream.Sink) *Sound {
	t.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	s := NewSound(o, out)
	t.Cleanup(s.Close)
	return s
}

const (
	frame      = 1024 * time.Second / soundRate
	opusRecipe = streamtest.Picture + " -f lavfi -i aevalsrc='gt(mod(t,2),1)*sin(2*PI*440*t)':s=48000:d=6 " + streamtest.H264 + " " + streamtest.Opus
)

func TestSound(t *testing.T) {
	t.Parallel()
	clip := streamtest.Generate(t, opusRecipe).At(time.Hour)
	out := newRecorder()
	s := soundOf(t, SoundOptions{}, out)
	if err := clip.Play(s); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if len(out.tracks) != 1 || len(out.tracks[0]) != 2 {
		t.Fatalf("announced %v", out.tracks)
	}
	track := out.tracks[0][1]
	if track.Codec != stream.AAC || track.SampleRate != 48_000 || track.Channels != 2 || track.ID != clip.Tracks[1].ID {
		t.Errorf("track %+v", track)
	}
	pictures, sound := split(out.all(), track.ID)
	if want := len(clip.Pictures().Samples); len(pictures) != want {
		t.Errorf("%d pictures passed, want %d", len(pictures), want)
	}
	checkSound(t, sound, time.Hour, time.Hour+6*time.Second)
	checkTone(t, track, sound, time.Hour)
}

func split(samples []stream.Sample, track int) (others, its []stream.Sample) {
	for _, s := range samples {
		if s.Track == track {
			its = append(its, s)
		} else {
			others = append(others, s)
		}
	}
	return others, its
}

// checkSound wants frames one after the other, from one time to another.
func checkSound(t *testing.T, sound []stream.Sample, from, to time.Duration) {
	t.Helper()
	if len(sound) == 0 {
		t.Fatal("no sound")
	}
	for i := 1; i < len(sound); i++ {
		if step := sound[i].DTS - sound[i-1].DTS; (step-frame).Abs() > time.Microsecond || !sound[i].IsKey {
			t.Fatalf("%s after %s", sound[i].DTS, sound[i-1].DTS)
		}
	}
	if first, last := sound[0].DTS, sound[len(sound)-1].DTS; (first-from).Abs() > 3*frame || (last-to).Abs() > 4*frame {
		t.Errorf("from %s to %s, want %s to %s", first, last, from, to)
	}
}

// checkTone listens: a tone and silence take turns, a second each, the silence first.
func checkTone(t *testing.T, track stream.Track, sound []stream.Sample, start time.Duration) {
	t.Helper()
	const rate = 8000
	level := heard(t, track, sound, rate)
	for i, want := range []bool{false, true, false, true, false, true} {
		// Within a second, whose ends blur.
		from := float64(i) + 0.06 - (sound[0].DTS - start).Seconds()
		var most float64
		for _, v := range level[int(from*rate):int((from+0.88)*rate)] {
			most = max(most, math.Abs(v))
		}
		if (most > 0.1) != want {
			t.Errorf("second %d: a level of %.3f", i, most)
		}
	}
}

// heard decodes to one channel.
func heard(t *testing.T, track stream.Track, sound []stream.Sample, rate int) []float64 {
	t.Helper()
	var file, pcm bytes.Buffer
	m := matroska{to: &file}
	if err := m.writeHeader(track); err != nil {
		t.Fatal(err)
	}
	for _, s := range sound {
		if err := m.write(s.DTS-sound[0].DTS, true, s.Data); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", "-", "-ac", "1", "-ar", "8000", "-f", "s8", "-")
	cmd.Stdin, cmd.Stdout = &file, &pcm
	if err := cmd.Run(); err != nil || pcm.Len() < rate {
		t.Fatalf("decoded %d samples: %v", pcm.Len(), err)
	}
	var level []float64
	for _, b := range pcm.Bytes() {
		level = append(level, float64(int8(b))/128)
	}
	return level
}

func TestSoundWithHoles(t *testing.T) {
	t.Parallel()
	clip := streamtest.Generate(t, opusRecipe).Sound()
	var kept streamtest.Clip
	kept.Tracks = clip.Tracks
	for _, s := range clip.Samples {
		isLost := s.DTS > 2200*time.Millisecond && s.DTS < 2800*time.Millisecond
		if !isLost {
			kept.Samples = append(kept.Samples, s)
		}
	}
	out := newRecorder()
	s := soundOf(t, SoundOptions{}, out)
	if err := kept.Play(s); err != nil {
		t.Fatal(err)
	}
	s.Close()
	checkSound(t, out.all(), 0, 6*time.Second)
	checkTone(t, out.tracks[0][0], out.all(), 0)
}

func TestSoundOfAACPasses(t *testing.T) {
	t.Parallel()
	clip := streamtest.Generate(t, streamtest.Standard)
	out := newRecorder()
	s := soundOf(t, SoundOptions{FFmpeg: "no-such-program", OnRestart: func(err error) { t.Error(err) }}, out)
	if err := clip.Play(s); err != nil {
		t.Fatal(err)
	}
	if got := len(out.all()); got != len(clip.Samples) {
		t.Errorf("%d samples passed of %d", got, len(clip.Samples))
	}
}

func TestSoundIsKilled(t *testing.T) {
	t.Parallel()
	pids := filepath.Join(t.TempDir(), "pids")
	program := wrapped(t, `echo $$ >> `+pids+`; exec ffmpeg "$@"`)
	restarts := make(chan error, 10)
	out := newRecorder()
	s := soundOf(t, SoundOptions{FFmpeg: program, OnRestart: func(err error) { restarts <- err }}, out)
	stop := play(t, streamtest.Generate(t, opusRecipe).Sound(), s)
	out.await(t, "sound", some)
	kill(t, pids, syscall.SIGKILL)
	if err := <-restarts; err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("restarted for %v", err)
	}
	before := len(out.all())
	out.await(t, "more sound", func(s []stream.Sample) bool { return len(s) > before+20 })
	stop()
	s.Close()
	sound := out.all()
	for i := 1; i < len(sound); i++ {
		if step := sound[i].DTS - sound[i-1].DTS; step <= 0 || step > time.Second {
			t.Fatalf("%s after %s", sound[i].DTS, sound[i-1].DTS)
		}
	}
}

// failing takes so many samples.
type failing struct {
	recorder
	left int
	err  error
}

func (f *failing) Write(s stream.Sample) error {
	if f.left--; f.left < 0 {
		return f.err
	}
	return f.recorder.Write(s)
}

func TestSoundRefusedByItsSink(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	out := &failing{recorder: recorder{more: make(chan struct{}, 1)}, left: 3, err: full}
	s := soundOf(t, SoundOptions{}, out)
	clip := streamtest.Generate(t, opusRecipe).Sound()
	if err := clip.Play(s); err != nil && !errors.Is(err, full) {
		t.Fatal(err)
	}
	s.Close()
	if err := s.Write(clip.Samples[0]); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}
