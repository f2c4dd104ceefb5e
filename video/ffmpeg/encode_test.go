package ffmpeg_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/platform/fault"
	"lucarne/video/ffmpeg"
)

var (
	encodedSound = ffmpeg.AudioOutput{Mode: ffmpeg.Encode, Channels: 2, BitRate: 96_000}
	copied       = ffmpeg.VideoOutput{Mode: ffmpeg.Copy}
)

func encoded(width, height int) ffmpeg.VideoOutput {
	return ffmpeg.VideoOutput{Mode: ffmpeg.Encode, Width: width, Height: height, Rate: ffmpeg.Rate{Num: 25, Den: 1}, BitRate: 300_000}
}

func run(t testing.TB, c ffmpeg.Command) {
	t.Helper()
	if err := ffmpeg.New(ffmpeg.Options{Nice: 5}).Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// TestPackage makes one small output of every kind of source and looks at what came out.
func TestPackage(t *testing.T) {
	cases := []struct {
		name      string
		path      func(testing.TB) string
		video     ffmpeg.VideoOutput
		audio     ffmpeg.AudioOutput
		wantVideo string // codec, profile, pixel format, size, rate
		wantAudio string // codec, channels
	}{
		{"landscape", named("landscape.mp4"), encoded(160, 90), encodedSound, "h264 High yuv420p 160x90 25", "aac 2"},
		{"portrait", named("portrait.mp4"), encoded(90, 160), encodedSound, "h264 High yuv420p 90x160 25", "aac 2"},
		{"rotated", rotated, encoded(90, 160), encodedSound, "h264 High yuv420p 90x160 25", "aac 2"},
		{"odd sides and 4:4:4", named("odd.mkv"), encoded(320, 180), encodedSound, "h264 High yuv420p 320x180 25", ""},
		{"anamorphic", named("anamorphic.mp4"), encoded(214, 90), encodedSound, "h264 High yuv420p 214x90 25", ""},
		{"interlaced", named("interlaced.mkv"), encoded(160, 90), encodedSound, "h264 High yuv420p 160x90 25", ""},
		{"variable rate", named("uneven.mp4"), encoded(160, 90), encodedSound, "h264 High yuv420p 160x90 25", ""},
		{"PQ", named("pq.mkv"), encoded(160, 90), encodedSound, "h264 High yuv420p 160x90 25", ""},
		{"HLG", named("hlg.mkv"), encoded(160, 90), encodedSound, "h264 High yuv420p 160x90 25", ""},
		{"ten bits", named("tenbit.mp4"), encoded(160, 90), encodedSound, "h264 High yuv420p 160x90 25", ""},
		{"default track", named("languages.mkv"), ffmpeg.VideoOutput{}, ffmpeg.AudioOutput{Mode: ffmpeg.Copy}, "", "aac 2"},
		{"sound alone", album, encoded(160, 90), encodedSound, "", "aac 2"},
		{"picture alone", named("landscape.mp4"), encoded(160, 90), ffmpeg.AudioOutput{}, "h264 High yuv420p 160x90 25", ""},
		{"remux", named("landscape.mp4"), copied, ffmpeg.AudioOutput{Mode: ffmpeg.Copy}, "h264 High yuv420p 320x180 30", "aac 1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := source(t, c.path(t))
			out := ffmpeg.Output{Path: filepath.Join(t.TempDir(), "out.mp4"), Video: c.video, Audio: c.audio}
			run(t, ffmpeg.Package(src, []ffmpeg.Output{out}, ffmpeg.EncodeSettings{ToneMap: true, Threads: 1}))
			got := probe(t, out.Path)
			if v := videoLine(got); v != c.wantVideo {
				t.Errorf("video: got %q, want %q", v, c.wantVideo)
			}
			if a := audioLine(got); a != c.wantAudio {
				t.Errorf("audio: got %q, want %q", a, c.wantAudio)
			}
			if d := (got.Duration - src.Probe.Duration).Abs(); d > 200*time.Millisecond {
				t.Errorf("duration: got %s, want %s", got.Duration, src.Probe.Duration)
			}
		})
	}
}

func videoLine(p ffmpeg.Probe) string {
	v, ok := p.Video()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s %s %s %dx%d %d", v.Codec, v.Profile, v.Picture.PixelFormat, v.Picture.Width, v.Picture.Height, v.Picture.Rate.Rounded())
}

func audioLine(p ffmpeg.Probe) string {
	a, ok := p.Audio()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s %d", a.Codec, a.Sound.Channels)
}

func TestPackageLadder(t *testing.T) {
	t.Parallel()
	src := source(t, clip(t, "landscape.mp4"))
	dir := t.TempDir()
	outputs := []ffmpeg.Output{
		{Path: filepath.Join(dir, "copy.mp4"), Video: copied},
		{Path: filepath.Join(dir, "180.mp4"), Video: encoded(320, 180)},
		{Path: filepath.Join(dir, "90.mp4"), Video: encoded(160, 90)},
		{Path: filepath.Join(dir, "sound.mp4"), Audio: encodedSound},
	}
	var reports []ffmpeg.Progress
	command := ffmpeg.Package(src, outputs, ffmpeg.EncodeSettings{})
	command.OnProgress = func(p ffmpeg.Progress) { reports = append(reports, p) }
	run(t, command)
	if last := reports[len(reports)-1]; !last.Done || last.Fraction != 1 || last.OutTime < 2*time.Second {
		t.Errorf("last progress: got %+v", last)
	}
	// Keyframes stand at the same times in every encoded rendition: switching between them is seamless.
	keys := keyframeTimes(t, outputs[1].Path)
	if got, want := strings.Fields(keys), 2; len(got) != want {
		t.Errorf("keyframes: got %v, want %d in 3 s", got, want)
	}
	if other := keyframeTimes(t, outputs[2].Path); other != keys {
		t.Errorf("keyframes differ: %q and %q", keys, other)
	}
}

func TestPackageBoundsThreads(t *testing.T) {
	t.Parallel()
	src := source(t, clip(t, "landscape.mp4"))
	outputs := []ffmpeg.Output{{Path: "360.mp4", Video: encoded(320, 180)}}
	bounded := strings.Join(ffmpeg.Package(src, outputs, ffmpeg.EncodeSettings{Threads: 3}).Args, " ")
	if strings.Count(bounded, "-threads 3") != 2 || !strings.Contains(bounded, "-filter_complex_threads 3") {
		t.Errorf("got %q, want decoder, filters and encoder bound to 3 threads", bounded)
	}
	if free := strings.Join(ffmpeg.Package(src, outputs, ffmpeg.EncodeSettings{}).Args, " "); strings.Contains(free, "threads") {
		t.Errorf("got %q, want no bound", free)
	}
}

func keyframeTimes(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-skip_frame", "nokey", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestProgressive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	src := source(t, clip(t, "landscape.mp4"))
	run(t, ffmpeg.Progressive(src, filepath.Join(dir, "web.mp4")))
	got := probe(t, filepath.Join(dir, "web.mp4"))
	if videoLine(got) != "h264 High yuv420p 320x180 30" || audioLine(got) != "aac 1" {
		t.Errorf("got %q, %q", videoLine(got), audioLine(got))
	}
}

func TestStillVideo(t *testing.T) {
	cases := []struct {
		name, cover string
		path        func(testing.TB) string
	}{
		{"cover inside", "", album},
		{"cover given", "cover.png", named("sound.mp3")},
		{"no cover", "", named("sound.mp3")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cover := c.cover
			if cover != "" {
				cover = clip(t, cover)
			}
			out := filepath.Join(t.TempDir(), "still.mp4")
			command, err := ffmpeg.StillVideo(source(t, c.path(t)), cover, out, encodedSound)
			if err != nil {
				t.Fatal(err)
			}
			run(t, command)
			got := probe(t, out)
			if videoLine(got) != "h264 High yuv420p 1280x720 10" || audioLine(got) != "aac 2" || (got.Duration-3*time.Second).Abs() > 200*time.Millisecond {
				t.Errorf("got %q, %q, %s", videoLine(got), audioLine(got), got.Duration)
			}
		})
	}
}

func TestStillVideoRefuses(t *testing.T) {
	t.Parallel()
	if _, err := ffmpeg.StillVideo(source(t, clip(t, "silent.mp4")), "", "x.mp4", encodedSound); !fault.Is(err, fault.Invalid) {
		t.Errorf("no sound: got %v, want Invalid", err)
	}
	text := written(t, "cover.jpg", "this is not a picture at all")
	if _, err := ffmpeg.StillVideo(source(t, clip(t, "sound.mp3")), text, "x.mp4", encodedSound); !fault.Is(err, fault.Invalid) {
		t.Errorf("text as cover: got %v, want Invalid", err)
	}
}

func TestMux(t *testing.T) {
	t.Parallel()
	var both, sound bytes.Buffer
	path := clip(t, "landscape.mp4")
	for w, video := range map[*bytes.Buffer]string{&both: path, &sound: ""} {
		command, err := ffmpeg.Mux(video, path, w)
		if err != nil {
			t.Fatal(err)
		}
		run(t, command)
	}
	got := probe(t, written(t, "both.mp4", both.String()))
	if videoLine(got) != "h264 High yuv420p 320x180 30" || audioLine(got) != "aac 1" {
		t.Errorf("both: got %q, %q", videoLine(got), audioLine(got))
	}
	if got := probe(t, written(t, "sound.mp4", sound.String())); videoLine(got) != "" || audioLine(got) != "aac 1" {
		t.Errorf("sound: got %q, %q", videoLine(got), audioLine(got))
	}
	if _, err := ffmpeg.Mux("", "", &both); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing: got %v, want Invalid", err)
	}
}

func TestCaptions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	srt := written(t, "in.srt", "1\n00:00:00,500 --> 00:00:02,000\nBonsoir\n")
	generate(t, "-i", clip(t, "silent.mp4"), "-i", srt, "-map", "0", "-map", "1", "-c", "copy", "-metadata:s:s:0", "language=fra", dir+"/in.mkv")
	src := source(t, dir+"/in.mkv")
	subtitles := src.Probe.TextSubtitles()
	if len(subtitles) != 1 || subtitles[0].Language != "fra" {
		t.Fatalf("subtitles: got %+v", subtitles)
	}
	command, err := ffmpeg.Captions(src, subtitles[0], dir+"/out.vtt")
	if err != nil {
		t.Fatal(err)
	}
	run(t, command)
	text, err := os.ReadFile(dir + "/out.vtt")
	if want := "WEBVTT\n\n00:00.500 --> 00:02.000\nBonsoir\n"; err != nil || strings.TrimSpace(string(text)) != strings.TrimSpace(want) {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	if _, err := ffmpeg.Captions(src, ffmpeg.Stream{Codec: "dvd_subtitle"}, ""); !fault.Is(err, fault.Unsupported) {
		t.Errorf("pictures of text: got %v, want Unsupported", err)
	}
}

func TestRunIsKilled(t *testing.T) {
	endless := ffmpeg.Command{Args: []string{"-re", "-f", "lavfi", "-i", "testsrc2=s=64x36", "-f", "null", "-"}}
	t.Run("with its context", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		c := endless
		c.OnProgress = func(ffmpeg.Progress) { cancel() }
		if err := ffmpeg.New(ffmpeg.Options{}).Run(ctx, c); err != context.Canceled {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
	t.Run("after its time", func(t *testing.T) {
		t.Parallel()
		c := endless
		c.Timeout = 200 * time.Millisecond
		err := ffmpeg.New(ffmpeg.Options{}).Run(t.Context(), c)
		if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "too long") {
			t.Errorf("got %v, want Unavailable: took too long", err)
		}
	})
}

func TestRunKeepsWhatFFmpegSaid(t *testing.T) {
	t.Parallel()
	err := ffmpeg.New(ffmpeg.Options{}).Run(t.Context(), ffmpeg.Command{Args: []string{"-no-such-option"}})
	if !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "no-such-option") {
		t.Errorf("got %v, want an internal fault that names the option", err)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	tools := ffmpeg.New(ffmpeg.Options{})
	if err := tools.Detect(t.Context(), ffmpeg.Software()); err != nil {
		t.Errorf("software: %v", err)
	}
	if err := tools.Detect(t.Context(), ffmpeg.VAAPI("/dev/null")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a device that is none: got %v, want Unavailable", err)
	}
}

func TestHardwareByName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"software", "vaapi", "nvenc", "qsv"} {
		if h, err := ffmpeg.HardwareByName(name, ""); err != nil || h.Name != name {
			t.Errorf("%s: got %q, %v", name, h.Name, err)
		}
	}
	if _, err := ffmpeg.HardwareByName("abacus", ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("unknown: got %v, want Invalid", err)
	}
}
