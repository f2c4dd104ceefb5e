//go:build unix

package ffmpeg_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lucarne/video/ffmpeg"
)

var benchLadder = []int{720, 480, 360, 240}

// BenchmarkLadder compares a whole ladder with one bare ffmpeg command that makes the same renditions with the same
// encoder settings, in turns: ratio is wall time, cpu-ratio what the machine computed, which other load disturbs less.
func BenchmarkLadder(b *testing.B) {
	dir := b.TempDir()
	path := filepath.Join(dir, "in.mp4")
	generate(b, strings.Fields("-f lavfi -i testsrc2=s=1280x720:r=30:d=5 -f lavfi -i sine=d=5 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac "+path)...)
	src := source(b, path)
	var ours, bare cost
	for b.Loop() {
		ours.add(func() {
			if err := ffmpeg.New(ffmpeg.Options{}).Run(b.Context(), ladder(src, dir)); err != nil {
				b.Fatal(err)
			}
		})
		bare.add(func() { generate(b, bareLadder(path, dir)...) })
	}
	b.ReportMetric(ours.wall.Seconds()/bare.wall.Seconds(), "ratio")
	b.ReportMetric(ours.cpu.Seconds()/bare.cpu.Seconds(), "cpu-ratio")
}

func ladder(src ffmpeg.Source, dir string) ffmpeg.Command {
	var outputs []ffmpeg.Output
	for _, height := range benchLadder {
		outputs = append(outputs, ffmpeg.Output{
			Path: filepath.Join(dir, fmt.Sprintf("%d.mp4", height)), Audio: ffmpeg.AudioOutput{Mode: ffmpeg.Copy},
			Video: ffmpeg.VideoOutput{Mode: ffmpeg.Encode, Width: height * 16 / 9 / 2 * 2, Height: height, Rate: ffmpeg.Rate{Num: 30, Den: 1}, BitRate: int64(height) * 3000},
		})
	}
	c := ffmpeg.Package(src, outputs, ffmpeg.EncodeSettings{})
	c.OnProgress = func(ffmpeg.Progress) {}
	return c
}

func bareLadder(path, dir string) []string {
	args := []string{"-i", path, "-filter_complex", "[0:v]split=4[0][1][2][3];[0]scale=1280:720[v0];[1]scale=852:480[v1];[2]scale=640:360[v2];[3]scale=426:240[v3]"}
	for i, height := range benchLadder {
		args = append(args, "-map", fmt.Sprintf("[v%d]", i), "-map", "0:a", "-c:a", "copy", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
			"-maxrate", fmt.Sprint(height*3000), "-bufsize", fmt.Sprint(height*6000), "-g", "60", "-sc_threshold", "0", filepath.Join(dir, fmt.Sprintf("bare-%d.mp4", height)))
	}
	return args
}

// cost adds up what programs took.
type cost struct {
	wall, cpu time.Duration
}

func (c *cost) add(work func()) {
	begin, before := time.Now(), childTime()
	work()
	c.wall += time.Since(begin)
	c.cpu += childTime() - before
}

// childTime is the processor time of all programs run so far.
func childTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
