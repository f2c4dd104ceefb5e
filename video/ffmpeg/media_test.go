package ffmpeg_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lucarne/video/ffmpeg"
)

// clips are made once per test run, by ffmpeg itself, and only those a test asks for.
var clips = struct {
	sync.Mutex
	dir  string
	made map[string]*sync.Once
}{made: map[string]*sync.Once{}}

func TestMain(m *testing.M) {
	for _, program := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(program); err != nil {
			println(program + " is missing: apt-get install ffmpeg")
			os.Exit(1)
		}
	}
	dir, err := os.MkdirTemp("", "lucarne-ffmpeg")
	if err != nil {
		panic(err)
	}
	clips.dir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

const (
	picture = "-f lavfi -i testsrc2=s=320x180:r=30:d=3 "
	sound   = "-f lavfi -i sine=d=3:r=44100 "
	h264    = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 30 "
)

// recipes are the ffmpeg arguments behind each clip's name.
var recipes = map[string]string{
	"landscape.mp4":   picture + sound + h264 + "-profile:v high -preset veryfast -c:a aac",
	"portrait.mp4":    "-f lavfi -i testsrc2=s=180x320:r=30:d=2 " + sound + h264 + "-c:a aac -t 2",
	"odd.mkv":         "-f lavfi -i testsrc=s=321x181:r=25:d=2 -c:v ffv1 -pix_fmt yuv444p",
	"anamorphic.mp4":  picture + h264 + "-vf setsar=4/3",
	"interlaced.mkv":  picture + "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -flags +ildct+ilme -x264opts tff=1 -vf setfield=tff",
	"uneven.mp4":      "-f lavfi -i testsrc2=s=320x180:r=60:d=3 -vf select='lt(mod(n\\,30)\\,7)' -vsync vfr " + h264,
	"pq.mkv":          "-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc",
	"hlg.mkv":         "-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v ffv1 -pix_fmt yuv420p10le -color_trc arib-std-b67",
	"tenbit.mp4":      "-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p10le",
	"silent.mp4":      picture + h264,
	"sound.mp3":       sound + "-c:a libmp3lame",
	"languages.mkv":   picture + sound + "-f lavfi -i sine=f=880:d=3:r=48000 -map 0 -map 1 -map 2 " + h264 + "-c:a aac -ac:a:1 2 -disposition:a:0 0 -disposition:a:1 default -metadata:s:a:0 language=eng -metadata:s:a:1 language=fra",
	"black-start.mp4": "-f lavfi -i color=black:s=320x180:r=10:d=2 -f lavfi -i testsrc2=s=320x180:r=10:d=1 -filter_complex [0][1]concat -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
	"black.mp4":       "-f lavfi -i color=black:s=320x180:r=10:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p",
	"cover.png":       "-f lavfi -i testsrc=s=301x301:r=1:d=1 -frames:v 1",
	"nodur.webm":      picture + "-c:v libvpx -deadline realtime -b:v 200k -live 1",
	"hour.mkv":        "-f lavfi -i color=red:s=64x36:r=1:d=1500 -c:v libx264 -preset ultrafast -g 10 -pix_fmt yuv420p",
}

// clip is the path of a generated file.
func clip(t testing.TB, name string) string {
	t.Helper()
	recipe, ok := recipes[name]
	if !ok {
		t.Fatalf("there is no clip %q", name)
	}
	return made(t, name, func(path string) { generate(t, append(strings.Fields(recipe), path)...) })
}

// made calls make for the named file unless it was made before.
func made(t testing.TB, name string, make func(path string)) string {
	t.Helper()
	clips.Lock()
	once := clips.made[name]
	if once == nil {
		once = new(sync.Once)
		clips.made[name] = once
	}
	clips.Unlock()
	path := filepath.Join(clips.dir, name)
	once.Do(func() { make(path) })
	return path
}

func generate(t testing.TB, args ...string) {
	t.Helper()
	args = append([]string{"-v", "error", "-y", "-bitexact"}, args...)
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("make a clip: %v\n%s\n%s", err, args, out)
	}
}

// rotated is the landscape clip that a player turns by a quarter, as phones record.
func rotated(t testing.TB) string {
	from := clip(t, "landscape.mp4")
	return made(t, "rotated.mp4", func(path string) {
		// ffmpeg 5 writes this tag as a display matrix that turns the other way; the option exists from 6 on.
		generate(t, "-i", from, "-c", "copy", "-metadata:s:v:0", "rotate=270", path)
		if p, err := ffmpeg.New(ffmpeg.Options{}).Probe(context.Background(), path); err == nil && p.Streams[0].Picture.Rotation != 0 {
			return
		}
		generate(t, "-display_rotation", "-90", "-i", from, "-c", "copy", path)
	})
}

// album is a sound with its cover inside.
func album(t testing.TB) string {
	mp3, png := clip(t, "sound.mp3"), clip(t, "cover.png")
	return made(t, "album.mp3", func(path string) {
		generate(t, "-i", mp3, "-i", png, "-map", "0", "-map", "1", "-c:a", "copy", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-disposition:v", "attached_pic", path)
	})
}

// written is a file with the given content.
func written(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func probe(t testing.TB, path string) ffmpeg.Probe {
	t.Helper()
	p, err := ffmpeg.New(ffmpeg.Options{}).Probe(t.Context(), path)
	if err != nil {
		t.Fatalf("probe %s: %v", filepath.Base(path), err)
	}
	return p
}

func source(t testing.TB, path string) ffmpeg.Source {
	return ffmpeg.Source{Path: path, Probe: probe(t, path)}
}
