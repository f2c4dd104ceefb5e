package transcode_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/video/ffmpeg"
	"lucarne/video/hls"
	"lucarne/video/transcode"
)

// TestFromTheFileToThePlaylist follows a small video through all the tools: probed, planned, packaged, indexed.
func TestFromTheFileToThePlaylist(t *testing.T) {
	cases := []struct {
		name, recipe string
		settings     transcode.Settings
		want         []string // codecs and size of each rendition, in the order of the plan
	}{
		{
			"remux and ladder", "-f lavfi -i testsrc2=s=320x180:r=30:d=5 -f lavfi -i sine=d=5:r=48000 -c:v libx264 -preset veryfast -profile:v high -pix_fmt yuv420p -g 45 -c:a aac -ac 2",
			transcode.Settings{Resolutions: []int{144}, AlwaysOriginal: true, HLS: true},
			[]string{"avc1.64000d,mp4a.40.2 320x180", "avc1.64000c,mp4a.40.2 256x144"},
		},
		{
			"encoded and split", "-f lavfi -i testsrc2=s=180x320:r=50:d=5 -f lavfi -i sine=d=5 -c:v ffv1 -pix_fmt yuv444p -c:a flac -f matroska",
			transcode.Settings{Resolutions: []int{144}, AlwaysOriginal: true, HLS: true, SplitAudio: true},
			[]string{"avc1.64000c 144x256", "avc1.640015 180x320", "mp4a.40.2"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			src := generated(t, filepath.Join(dir, "source"), c.recipe)
			plan, err := transcode.New(src.Probe, c.settings)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			var cuts string
			for i, file := range made(t, src, plan, dir) {
				got = append(got, summary(file))
				if r := plan.Renditions()[i]; r.Video.Mode != ffmpeg.Encode {
					continue
				}
				if now := durations(file); cuts != "" && now != cuts {
					t.Errorf("segments differ between renditions: %s and %s", cuts, now)
				}
				cuts = durations(file)
			}
			if strings.Join(got, "; ") != strings.Join(c.want, "; ") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func generated(t *testing.T, path, recipe string) ffmpeg.Source {
	t.Helper()
	args := append([]string{"-v", "error", "-y"}, strings.Fields(recipe)...)
	if !strings.Contains(recipe, "-f matroska") {
		args = append(args, "-f", "mp4")
	}
	if out, err := exec.Command("ffmpeg", append(args, path)...).CombinedOutput(); err != nil {
		t.Fatalf("make a clip (apt-get install ffmpeg if it is missing): %v\n%s", err, out)
	}
	probe, err := ffmpeg.New(ffmpeg.Options{}).Probe(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return ffmpeg.Source{Path: path, Probe: probe}
}

// made carries the plan out and indexes each rendition.
func made(t *testing.T, src ffmpeg.Source, plan transcode.Plan, dir string) []hls.File {
	t.Helper()
	var files []hls.File
	for n, pass := range plan.Passes {
		var outputs []ffmpeg.Output
		for i, r := range pass.Renditions {
			outputs = append(outputs, r.Output(filepath.Join(dir, fmt.Sprintf("%d-%d.mp4", n, i))))
		}
		if err := ffmpeg.New(ffmpeg.Options{}).Run(t.Context(), ffmpeg.Package(src, outputs, ffmpeg.EncodeSettings{})); err != nil {
			t.Fatal(err)
		}
		for _, out := range outputs {
			files = append(files, indexed(t, out.Path))
		}
	}
	return files
}

func indexed(t *testing.T, path string) hls.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := hls.Index(f, stat.Size(), hls.TargetDuration)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func summary(f hls.File) string {
	if f.Video == nil {
		return f.Codecs()
	}
	return fmt.Sprintf("%s %dx%d", f.Codecs(), f.Video.Width, f.Video.Height)
}

func durations(f hls.File) string {
	var text []string
	for _, s := range f.Segments {
		text = append(text, s.Duration.Round(10*time.Millisecond).String())
	}
	return strings.Join(text, " ")
}
