package hls_test

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/platform/fault"
	"lucarne/video/hls"
)

func TestMain(m *testing.M) {
	for _, program := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(program); err != nil {
			println(program + " is missing: apt-get install ffmpeg")
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

const (
	fragmentedByKeyframe = " -movflags +empty_moov+default_base_moof+negative_cts_offsets+global_sidx+skip_trailer+frag_keyframe "
	sound                = " -f lavfi -i sine=d=9:r=48000 "
	h264                 = " -c:v libx264 -preset superfast -profile:v high -level 3.1 -pix_fmt yuv420p -g 20 -sc_threshold 0 "
)

// generate has ffmpeg make a file and gives its path.
func generate(t testing.TB, recipe string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "v-fragmented.mp4")
	args := append([]string{"-v", "error", "-y"}, strings.Fields(recipe)...)
	if out, err := exec.Command("ffmpeg", append(args, path)...).CombinedOutput(); err != nil {
		t.Fatalf("make a clip: %v\n%s", err, out)
	}
	return path
}

func index(t testing.TB, path string) hls.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := hls.Index(f, info.Size(), hls.TargetDuration)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestIndexPlays(t *testing.T) {
	cases := []struct {
		name, recipe string
		codecs       string
		video        *hls.Video
		segments     []time.Duration
	}{
		{
			"landscape", "-f lavfi -i testsrc2=s=160x90:r=10:d=9" + sound + h264 + "-c:a aac" + fragmentedByKeyframe, "avc1.64001f,mp4a.40.2",
			&hls.Video{Codec: "avc1.64001f", Width: 160, Height: 90, FrameRate: 10},
			[]time.Duration{4 * time.Second, 4 * time.Second, time.Second},
		},
		{
			"portrait", "-f lavfi -i testsrc2=s=90x160:r=10:d=5" + sound + h264 + "-t 5 -c:a aac" + fragmentedByKeyframe, "avc1.64001f,mp4a.40.2",
			&hls.Video{Codec: "avc1.64001f", Width: 90, Height: 160, FrameRate: 10},
			[]time.Duration{4 * time.Second, time.Second},
		},
		{
			"no audio, NTSC", "-f lavfi -i testsrc2=s=160x90:r=30000/1001:d=5" + h264 + "-g 60" + fragmentedByKeyframe, "avc1.64001f",
			&hls.Video{Codec: "avc1.64001f", Width: 160, Height: 90, FrameRate: 29.97},
			[]time.Duration{4004 * time.Millisecond, 1001 * time.Millisecond},
		},
		{
			"a fragment per track", "-f lavfi -i testsrc2=s=160x90:r=10:d=5" + sound + h264 + "-t 5 -c:a aac" + strings.Replace(fragmentedByKeyframe, "global_sidx", "separate_moof", 1), "avc1.64001f,mp4a.40.2",
			&hls.Video{Codec: "avc1.64001f", Width: 160, Height: 90, FrameRate: 10},
			[]time.Duration{4 * time.Second, time.Second},
		},
		{
			"segments of their own type", "-f lavfi -i testsrc2=s=160x90:r=10:d=5" + h264 + "-movflags +dash+frag_keyframe", "avc1.64001f",
			&hls.Video{Codec: "avc1.64001f", Width: 160, Height: 90, FrameRate: 10},
			[]time.Duration{4 * time.Second, time.Second},
		},
		{
			"audio only", sound + "-c:a aac -frag_duration 2000000" + strings.Replace(fragmentedByKeyframe, "+frag_keyframe", "", 1), "mp4a.40.2",
			nil,
			[]time.Duration{4010 * time.Millisecond, 4010 * time.Millisecond, 1020 * time.Millisecond},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := generate(t, c.recipe)
			file := index(t, path)
			if got := file.Codecs(); got != c.codecs {
				t.Errorf("codecs: got %q, want %q", got, c.codecs)
			}
			if (file.Video == nil) != (c.video == nil) || file.Video != nil && *file.Video != *c.video {
				t.Errorf("video: got %+v, want %+v", file.Video, c.video)
			}
			checkSegments(t, file, c.segments)
			checkPlays(t, path, file)
		})
	}
}

func checkSegments(t *testing.T, file hls.File, want []time.Duration) {
	t.Helper()
	if len(file.Segments) != len(want) {
		t.Fatalf("segments: got %v, want %v", file.Segments, want)
	}
	end := int64(-1)
	for i, s := range file.Segments {
		if (s.Duration - want[i]).Abs() > 50*time.Millisecond {
			t.Errorf("segment %d: got %s, want %s", i, s.Duration, want[i])
		}
		if s.Range.Start <= end {
			t.Errorf("segment %d starts at %d, the one before ends at %d", i, s.Range.Start, end)
		}
		end = s.Range.End()
	}
	if end >= file.Size || file.Init.Start != 0 || file.Init.End() >= file.Segments[0].Range.Start {
		t.Errorf("out of place: size %d, init %s, last byte %d", file.Size, file.Init, end)
	}
	if file.PeakBandwidth() < file.AverageBandwidth() || file.AverageBandwidth() <= 0 {
		t.Errorf("bandwidth: peak %d, average %d", file.PeakBandwidth(), file.AverageBandwidth())
	}
}

// checkPlays has ffmpeg play the generated playlists and compares what it decodes with the file.
func checkPlays(t *testing.T, path string, file hls.File) {
	t.Helper()
	dir := filepath.Dir(path)
	write(t, filepath.Join(dir, "v.m3u8"), file.Playlist(filepath.Base(path)))
	master := filepath.Join(dir, "master.m3u8")
	write(t, master, hls.MasterPlaylist{IndependentSegments: true, Variants: []hls.Variant{file.Variant("v.m3u8")}})
	if got, want := packets(t, master), packets(t, path); got != want || got == "" {
		t.Errorf("packets by the playlist: got %q, the file has %q", got, want)
	}
	out, err := exec.Command("ffmpeg", "-v", "error", "-xerror", "-allowed_extensions", "ALL", "-i", master, "-f", "null", "-").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("play: %v\n%s", err, out)
	}
}

func write(t *testing.T, path string, playlist interface{ MarshalText() ([]byte, error) }) {
	t.Helper()
	text, err := playlist.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func packets(t *testing.T, path string) string {
	t.Helper()
	args := []string{"-v", "error", "-count_packets", "-show_entries", "stream=codec_type,nb_read_packets", "-of", "csv=p=0"}
	if strings.HasSuffix(path, ".m3u8") {
		args = append(args, "-allowed_extensions", "ALL")
	}
	out, err := exec.Command("ffprobe", append(args, path)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	seen, unique := map[string]bool{}, ""
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(strings.TrimSpace(line), ",")
		if line != "" && !seen[line] { // a playlist's streams are told twice: alone and in their program
			seen[line] = true
			unique += line + "\n"
		}
	}
	return unique
}

func TestIndexOfOtherCodecs(t *testing.T) {
	cases := []struct{ name, recipe, codecs string }{
		{"HEVC", "-f lavfi -i testsrc2=s=160x90:r=10:d=1 -c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1" + fragmentedByKeyframe, "hvc1.1.6.L30.90"},
		{"AV1", "-f lavfi -i testsrc2=s=160x90:r=10:d=0.2 -c:v libaom-av1 -cpu-used 8 -usage realtime -pix_fmt yuv420p -movflags +delay_moov+frag_keyframe", "av01.0.00M.08"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := index(t, generate(t, c.recipe)).Codecs(); got != c.codecs {
				t.Errorf("got %q, want %q", got, c.codecs)
			}
		})
	}
}

func TestIndexRefuses(t *testing.T) {
	fragmented, err := os.ReadFile(generate(t, "-f lavfi -i testsrc2=s=160x90:r=10:d=3"+h264+fragmentedByKeyframe))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := os.ReadFile(generate(t, "-f lavfi -i testsrc2=s=160x90:r=10:d=1"+h264))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name    string
		content []byte
	}{
		{"nothing", nil},
		{"text", []byte("this is not an MP4 file")},
		{"not fragmented", plain},
		{"cut inside a box", fragmented[:len(fragmented)-10]},
		{"cut before the first fragment", fragmented[:bytes.Index(fragmented, []byte("sidx"))-4]},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := hls.Index(bytes.NewReader(c.content), int64(len(c.content)), hls.TargetDuration); !fault.Is(err, fault.Invalid) {
				t.Errorf("got %v, want Invalid", err)
			}
		})
	}
}

func TestPeakBandwidth(t *testing.T) {
	segment := func(seconds float64, bytes int64) hls.Segment {
		return hls.Segment{Range: hls.ByteRange{Length: bytes}, Duration: time.Duration(seconds * float64(time.Second))}
	}
	cases := []struct {
		name     string
		segments []hls.Segment
		want     int64
	}{
		{"even", []hls.Segment{segment(4, 4000), segment(4, 4000)}, 8000},
		{"the highest segment", []hls.Segment{segment(4, 4000), segment(4, 8000)}, 16000},
		{"a short rest is no peak", []hls.Segment{segment(4, 4000), segment(0.1, 1000)}, 9757},
		{"alone and short", []hls.Segment{segment(0.1, 1000)}, 80000},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := hls.File{Segments: c.segments}
			for _, s := range c.segments {
				f.Duration += s.Duration
			}
			if got := f.PeakBandwidth(); math.Abs(float64(got-c.want)) > 1 {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func FuzzIndex(f *testing.F) {
	for _, recipe := range []string{
		"-f lavfi -i testsrc2=s=32x32:r=5:d=1" + h264 + fragmentedByKeyframe,
		"-f lavfi -i sine=d=0.2 -c:a aac -frag_duration 100000 -movflags +empty_moov",
	} {
		seed, err := os.ReadFile(generate(f, recipe))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := hls.Index(bytes.NewReader(content), int64(len(content)), hls.TargetDuration)
		if err != nil {
			return
		}
		if file.Duration <= 0 || len(file.Segments) == 0 {
			t.Errorf("accepted without media: %+v", file)
		}
		for _, s := range file.Segments {
			if s.Range.Start < 0 || s.Range.Length <= 0 || s.Range.End() >= file.Size {
				t.Errorf("segment %s in a file of %d bytes", s.Range, file.Size)
			}
		}
	})
}
