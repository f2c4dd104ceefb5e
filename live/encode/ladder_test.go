package encode

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
)

// recorder keeps what it is given.
type recorder struct {
	refuse error

	mu      sync.Mutex
	tracks  [][]stream.Track
	samples []stream.Sample
	more    chan struct{} // has something after each write
}

func newRecorder() *recorder { return &recorder{more: make(chan struct{}, 1)} }

func (r *recorder) Start(tracks []stream.Track) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tracks = append(r.tracks, tracks)
	return r.refuse
}

func (r *recorder) Write(s stream.Sample) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples = append(r.samples, s)
	select {
	case r.more <- struct{}{}:
	default:
	}
	return nil
}

func (r *recorder) all() []stream.Sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.samples
}

// await waits until something is true of what came.
func (r *recorder) await(t *testing.T, what string, is func([]stream.Sample) bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !is(r.all()) {
		select {
		case <-r.more:
		case <-deadline:
			t.Fatalf("waited in vain for %s; %d samples came", what, len(r.all()))
		}
	}
}

func some(s []stream.Sample) bool { return len(s) > 0 }

var twoRungs = []Rung{
	{Resolution: 64, Width: 114, Height: 64, FPS: 15, Bitrate: 100_000}, {Resolution: 72, Width: 128, Height: 72, Bitrate: 200_000},
}

// ladderOf makes a ladder with a recorder for each rung.
func ladderOf(t *testing.T, o Options) (*Ladder, []*recorder) {
	t.Helper()
	if o.Rungs == nil {
		o.Rungs = twoRungs
	}
	o.Logger = slog.New(slog.DiscardHandler)
	var out []*recorder
	for range o.Rungs {
		out = append(out, newRecorder())
	}
	if o.Out == nil {
		o.Out = func(rung int) stream.Sink { return out[rung] }
	}
	l, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l, out
}

// ticks are what renditions are packaged in.
func ticks(d time.Duration) int { return int(math.Round(d.Seconds() * timeScale)) }

// shown gives when the pictures are shown, and of those the keyframes, with when they are decoded.
func shown(samples []stream.Sample) (all, keys map[int]int) {
	all, keys = map[int]int{}, map[int]int{}
	for _, s := range samples {
		all[ticks(s.DTS+s.Offset)] = ticks(s.DTS)
		if s.IsKey {
			keys[ticks(s.DTS+s.Offset)] = ticks(s.DTS)
		}
	}
	return all, keys
}

func TestLadder(t *testing.T) {
	t.Parallel()
	const hevc = "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=60:min-keyint=60:scenecut=0 -pix_fmt yuv420p -tag:v hvc1"
	cases := []struct {
		name, recipe string
		start        time.Duration
	}{
		{"H.264", streamtest.Standard, 0},
		{"B-frames, after a day on air", streamtest.Picture + " " + streamtest.BFrames, 24 * time.Hour},
		{"HEVC of ten bits", strings.Replace(streamtest.Picture, "d=6", "d=2", 1) + " " + strings.Replace(hevc, "yuv420p", "yuv420p10le", 1), time.Second},
		{"AV1", strings.Replace(streamtest.Picture, "d=6", "d=2", 1) + " -c:v libsvtav1 -preset 12 -g 30", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clip := streamtest.Generate(t, c.recipe).At(c.start)
			l, out := ladderOf(t, Options{Threads: 1})
			if err := clip.Play(l); err != nil {
				t.Fatal(err)
			}
			l.Close()
			sent, sentKeys := shown(clip.Pictures().Samples)
			for i, r := range out {
				checkRung(t, r, twoRungs[i], sent, sentKeys)
			}
			if got := len(out[1].all()); got != len(sent) {
				t.Errorf("%d pictures came back of %d", got, len(sent))
			}
			if got := len(out[0].all()); got < len(sent)/2 || got > len(sent)/2+len(sentKeys) {
				t.Errorf("%d pictures came back at half the rate of %d", got, len(sent))
			}
		})
	}
}

// checkRung compares a rung to the source, to the tick.
func checkRung(t *testing.T, r *recorder, rung Rung, sent, sentKeys map[int]int) {
	t.Helper()
	if len(r.tracks) != 1 || len(r.tracks[0]) != 1 {
		t.Fatalf("announced %v", r.tracks)
	}
	track := r.tracks[0][0]
	if track.Codec != stream.H264 || track.Width != rung.Width || track.Height != rung.Height || len(track.Config) == 0 {
		t.Errorf("track %+v", track)
	}
	last := time.Duration(-1)
	for _, s := range r.all() {
		if _, ok := sent[ticks(s.DTS+s.Offset)]; !ok || s.DTS <= last || s.Offset < 0 {
			t.Fatalf("a picture at %s + %s after %s that was not sent", s.DTS, s.Offset, last)
		}
		last = s.DTS
	}
	_, keys := shown(r.all())
	if len(keys) != len(sentKeys) {
		t.Errorf("keyframes at %v, want %v", keys, sentKeys)
	}
	for at, dts := range sentKeys {
		if got, ok := keys[at]; !ok || got != dts {
			t.Errorf("keyframe at %d: DTS %d, %v, want %d", at, got, ok, dts)
		}
	}
	if got := decoded(t, track, r.all()); got != len(r.all()) {
		t.Errorf("of %d pictures %d can be decoded", len(r.all()), got)
	}
}

// decoded has ffmpeg count the pictures it can decode.
func decoded(t *testing.T, track stream.Track, samples []stream.Sample) int {
	t.Helper()
	var file bytes.Buffer
	m := matroska{to: &file}
	if err := m.writeHeader(track); err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		if err := m.write(s.DTS+s.Offset, s.IsKey, s.Data); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", "-")
	cmd.Stdin = &file
	said, err := cmd.CombinedOutput()
	count, convErr := strconv.Atoi(strings.Trim(strings.TrimSpace(string(said)), ","))
	if err != nil || convErr != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return count
}

// wrapped is a program that does something before it becomes ffmpeg.
func wrapped(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// play sends a clip again and again, at about the speed it was made, until the test ends or until stop is closed.
func play(t *testing.T, clip streamtest.Clip, to stream.Sink) (stop func()) {
	t.Helper()
	ending := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		began := time.Now()
		_ = to.Start(clip.Tracks)
		for round := time.Duration(0); ; round++ {
			for _, s := range clip.At(round * clip.Length).Samples {
				select {
				case <-ending:
					return
				case <-time.After(time.Until(began.Add(s.DTS))):
					_ = to.Write(s)
				}
			}
		}
	}()
	stop = sync.OnceFunc(func() { close(ending); <-done })
	t.Cleanup(stop)
	return stop
}

// Half a second between keyframes.
const brisk = streamtest.Picture + " -c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 15 -keyint_min 15 -sc_threshold 0"

func TestLadderIsKilled(t *testing.T) {
	t.Parallel()
	pids := filepath.Join(t.TempDir(), "pids")
	program := wrapped(t, `echo $$ >> `+pids+`; exec ffmpeg "$@"`)
	restarts := make(chan error, 10)
	l, out := ladderOf(t, Options{FFmpeg: program, Threads: 1, OnRestart: func(err error) { restarts <- err }})
	stop := play(t, streamtest.Generate(t, brisk), l)
	out[1].await(t, "pictures", some)
	kill(t, pids, syscall.SIGKILL)
	err := <-restarts
	if err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("restarted for %v", err)
	}
	before := len(out[1].all())
	out[1].await(t, "more pictures", func(s []stream.Sample) bool { return len(s) > before+30 })
	stop()
	l.Close()
	if s := out[1].all()[before]; !s.IsKey {
		t.Error("it goes on without a keyframe")
	}
	if len(out[1].tracks) != 1 {
		t.Errorf("announced %d times", len(out[1].tracks))
	}
	last := time.Duration(-1)
	for _, s := range out[1].all() {
		if s.DTS <= last {
			t.Fatalf("%s after %s", s.DTS, last)
		}
		last = s.DTS
	}
}

// kill sends a signal to the program that began last.
func kill(t *testing.T, pids string, signal syscall.Signal) {
	t.Helper()
	said, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(said))
	pid, err := strconv.Atoi(lines[len(lines)-1])
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
}

func TestLadderHangs(t *testing.T) {
	t.Parallel()
	pids := filepath.Join(t.TempDir(), "pids")
	program := wrapped(t, `echo $$ >> `+pids+`; exec ffmpeg "$@"`)
	restarts := make(chan error, 10)
	l, out := ladderOf(t, Options{FFmpeg: program, Threads: 1, MaxLag: 1500 * time.Millisecond, OnRestart: func(err error) { restarts <- err }})
	play(t, streamtest.Generate(t, heavy), l)
	out[1].await(t, "pictures", some)
	kill(t, pids, syscall.SIGSTOP)
	if err := <-restarts; !errors.Is(err, errLate) {
		t.Errorf("restarted for %v", err)
	}
	before := len(out[1].all())
	out[1].await(t, "more pictures", func(s []stream.Sample) bool { return len(s) > before+10 })
}

// Noise fills the pipes soon.
const heavy = "-f lavfi -i nullsrc=s=160x90:r=30:d=3,geq=random(1)*255:128:128 -c:v libx264 -preset ultrafast -tune zerolatency -qp 4 -pix_fmt yuv420p -g 15 -keyint_min 15 -sc_threshold 0"

func TestLadderOnASlowMachine(t *testing.T) {
	t.Parallel()
	// As long as there are two outputs, input is read at a fifth of the speed.
	program := wrapped(t, `case "$*" in *pipe:4*) exec ffmpeg -readrate 0.2 "$@";; esac; exec ffmpeg "$@"`)
	dropped := make(chan int, 10)
	l, out := ladderOf(t, Options{
		FFmpeg: program, Threads: 1, MaxLag: time.Second,
		OnDropped: func(rung int, why string) {
			if why != tooSlow {
				t.Errorf("dropped: %s", why)
			}
			dropped <- rung
		},
	})
	stop := play(t, streamtest.Generate(t, heavy), l)
	if rung := <-dropped; rung != 1 {
		t.Fatalf("dropped rung %d", rung)
	}
	if got := l.Rungs(); len(got) != 1 || got[0] != 0 {
		t.Errorf("still made: %v", got)
	}
	before, top := len(out[0].all()), len(out[1].all())
	out[0].await(t, "the lower one", func(s []stream.Sample) bool { return len(s) > before+15 })
	stop()
	l.Close()
	if got := len(out[1].all()); got != top {
		t.Errorf("the dropped one went on: %d", got-top)
	}
	if len(dropped) > 0 {
		t.Errorf("dropped rung %d as well", <-dropped)
	}
}

func TestLadderWithoutFFmpeg(t *testing.T) {
	t.Parallel()
	restarts := make(chan error, 100)
	l, _ := ladderOf(t, Options{FFmpeg: "no-such-program", OnRestart: func(err error) { restarts <- err }})
	if err := streamtest.Generate(t, brisk).Play(l); err != nil {
		t.Fatal(err)
	}
	if err := <-restarts; !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	began := time.Now()
	l.Close()
	if took := time.Since(began); took > time.Second {
		t.Errorf("closing took %s", took)
	}
}

func TestLadderRefusedByItsSink(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	dropped := make(chan string, 10)
	good := newRecorder()
	l, _ := ladderOf(t, Options{
		Threads: 1, OnDropped: func(rung int, why string) { dropped <- strconv.Itoa(rung) + " " + why },
		Out: func(rung int) stream.Sink {
			if rung == 0 {
				return &recorder{refuse: full}
			}
			return good
		},
	})
	play(t, streamtest.Generate(t, brisk), l)
	if got := <-dropped; got != "0 "+refused {
		t.Errorf("got %s", got)
	}
	before := len(good.all())
	good.await(t, "the other", func(s []stream.Sample) bool { return len(s) > before+10 })
}

func TestLadderFollowsTheSource(t *testing.T) {
	t.Parallel()
	first := streamtest.Generate(t, brisk).Between(0, time.Second)
	larger := streamtest.Generate(t, strings.Replace(brisk, "160x90", "320x180", 1)).Between(0, time.Second).At(3 * time.Second)
	l, out := ladderOf(t, Options{Threads: 1})
	for _, clip := range []streamtest.Clip{first, first.At(time.Second), larger} {
		if err := clip.Play(l); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	want, wantKeys := shown(first.Samples)
	for _, clip := range []streamtest.Clip{first.At(time.Second), larger} {
		sent, keys := shown(clip.Samples)
		maps.Copy(want, sent)
		maps.Copy(wantKeys, keys)
	}
	checkRung(t, out[1], twoRungs[1], want, wantKeys)
	if got := len(out[1].all()); got != len(want) {
		t.Errorf("%d pictures came back of %d", got, len(want))
	}
}

func TestLadderOfSoundAlone(t *testing.T) {
	t.Parallel()
	l, out := ladderOf(t, Options{FFmpeg: "no-such-program", OnRestart: func(err error) { t.Error(err) }})
	if err := streamtest.Generate(t, streamtest.Standard).Sound().Play(l); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if len(out[0].tracks) > 0 {
		t.Error("something was made")
	}
}

func TestUnknownHardware(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{Hardware: "abacus"}); err == nil {
		t.Fatal("accepted")
	}
}

// Nothing is left of a ladder: neither goroutines nor open files.
func TestLadderLeavesNothing(t *testing.T) {
	clip := streamtest.Generate(t, brisk)
	run := func() {
		l, _ := ladderOf(t, Options{Threads: 1})
		_ = clip.Play(l)
		l.Close()
	}
	run()
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	for range 3 {
		run()
	}
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > goroutines && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if g, f := runtime.NumGoroutine(), openFiles(t); g > goroutines || f > files {
		t.Errorf("%d goroutines and %d files, before %d and %d", g, f, goroutines, files)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc")
	}
	return len(entries)
}
