package ffmpeg_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"lucarne/platform/fault"
	"lucarne/video/ffmpeg"
)

func TestProbePicture(t *testing.T) {
	cases := []struct {
		name string
		path func(testing.TB) string
		want ffmpeg.Picture
	}{
		{"landscape", named("landscape.mp4"), ffmpeg.Picture{Width: 320, Height: 180, PixelFormat: "yuv420p", BitDepth: 8, Rate: ffmpeg.Rate{Num: 30, Den: 1}, HasSquarePixels: true}},
		{"portrait", named("portrait.mp4"), ffmpeg.Picture{Width: 180, Height: 320, PixelFormat: "yuv420p", BitDepth: 8, Rate: ffmpeg.Rate{Num: 30, Den: 1}, HasSquarePixels: true}},
		{"rotated is told as displayed", rotated, ffmpeg.Picture{Width: 180, Height: 320, PixelFormat: "yuv420p", BitDepth: 8, Rotation: 90, Rate: ffmpeg.Rate{Num: 30, Den: 1}, HasSquarePixels: true}},
		{"odd sides", named("odd.mkv"), ffmpeg.Picture{Width: 321, Height: 181, PixelFormat: "yuv444p", BitDepth: 8, Rate: ffmpeg.Rate{Num: 25, Den: 1}, HasSquarePixels: true}},
		{"wide pixels are told as displayed", named("anamorphic.mp4"), ffmpeg.Picture{Width: 427, Height: 180, PixelFormat: "yuv420p", BitDepth: 8, Rate: ffmpeg.Rate{Num: 30, Den: 1}}},
		{"interlaced", named("interlaced.mkv"), ffmpeg.Picture{Width: 320, Height: 180, PixelFormat: "yuv420p", BitDepth: 8, Rate: ffmpeg.Rate{Num: 30, Den: 1}, HasSquarePixels: true, IsInterlaced: true}},
		{"PQ", named("pq.mkv"), ffmpeg.Picture{Width: 320, Height: 180, PixelFormat: "yuv420p10le", BitDepth: 10, Rate: ffmpeg.Rate{Num: 25, Den: 1}, HasSquarePixels: true, Transfer: ffmpeg.PQ}},
		{"HLG", named("hlg.mkv"), ffmpeg.Picture{Width: 320, Height: 180, PixelFormat: "yuv420p10le", BitDepth: 10, Rate: ffmpeg.Rate{Num: 25, Den: 1}, HasSquarePixels: true, Transfer: ffmpeg.HLG}},
		{"ten bits", named("tenbit.mp4"), ffmpeg.Picture{Width: 320, Height: 180, PixelFormat: "yuv420p10le", BitDepth: 10, Rate: ffmpeg.Rate{Num: 25, Den: 1}, HasSquarePixels: true}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			video, ok := probe(t, c.path(t)).Video()
			if !ok {
				t.Fatal("no video found")
			}
			got := video.Picture
			got.RealRate, got.Level = ffmpeg.Rate{}, 0
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func named(name string) func(testing.TB) string {
	return func(t testing.TB) string { return clip(t, name) }
}

func TestProbeVariableRate(t *testing.T) {
	t.Parallel()
	video, _ := probe(t, clip(t, "uneven.mp4")).Video()
	if !video.Picture.HasVariableRate {
		t.Errorf("average %s, real %s: not taken for variable", video.Picture.Rate, video.Picture.RealRate)
	}
}

func TestProbeFile(t *testing.T) {
	t.Parallel()
	p := probe(t, clip(t, "landscape.mp4"))
	if p.Format != "mov,mp4,m4a,3gp,3g2,mj2" || math.Abs(p.Duration.Seconds()-3) > 0.1 || p.Size == 0 || p.BitRate == 0 {
		t.Errorf("format %q, duration %s, %d bytes, %d bit/s", p.Format, p.Duration, p.Size, p.BitRate)
	}
	if got, want := p.KeyframeInterval, time.Second; (got - want).Abs() > 50*time.Millisecond {
		t.Errorf("keyframe interval: got %s, want %s", got, want)
	}
	audio, ok := p.Audio()
	if want := (ffmpeg.Sound{Channels: 1, SampleRate: 44100}); !ok || audio.Codec != "aac" || audio.Profile != "LC" || audio.Sound != want {
		t.Errorf("audio: got %+v", audio)
	}
}

func TestProbeRaw(t *testing.T) {
	t.Parallel()
	path := clip(t, "landscape.mp4")
	var got struct {
		Format  map[string]any   `json:"format"`
		Streams []map[string]any `json:"streams"`
		Chapter []any            `json:"chapters"`
	}
	raw := probe(t, path).Raw
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), path) {
		t.Error("the path on disk is told")
	}
	if _, ok := got.Format["duration"].(float64); !ok {
		t.Errorf("format.duration: got %T, want a number", got.Format["duration"])
	}
	if rate := got.Streams[0]["avg_frame_rate"]; rate != "30/1" {
		t.Errorf("avg_frame_rate: got %v, want 30/1", rate)
	}
	if got.Chapter == nil {
		t.Error("chapters: got null, want []")
	}
}

func TestProbeChoosesTheDefaultTrack(t *testing.T) {
	t.Parallel()
	p := probe(t, clip(t, "languages.mkv"))
	audio, _ := p.Audio()
	if audio.Index != 2 || audio.Language != "fra" || audio.Sound.Channels != 2 {
		t.Errorf("got %+v, want the French stereo track", audio)
	}
}

func TestProbeSound(t *testing.T) {
	t.Parallel()
	p := probe(t, album(t))
	if video, ok := p.Video(); ok {
		t.Errorf("the cover is taken for a video: %+v", video)
	}
	cover, ok := p.Cover()
	if !ok || cover.Picture.Width != 301 || cover.Picture.Height != 301 {
		t.Errorf("cover: got %+v", cover)
	}
	if _, ok := p.Audio(); !ok {
		t.Error("no audio found")
	}
}

func TestProbeMeasuresWhatTellsNoDuration(t *testing.T) {
	t.Parallel()
	if got := probe(t, clip(t, "nodur.webm")).Duration; math.Abs(got.Seconds()-3) > 0.1 {
		t.Errorf("got %s, want 3s", got)
	}
}

func TestProbeChapters(t *testing.T) {
	t.Parallel()
	meta := written(t, "chapters.txt", ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=Début\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=3000\ntitle=Suite\n")
	path := t.TempDir() + "/chapters.mkv"
	generate(t, "-i", clip(t, "landscape.mp4"), "-i", meta, "-map_metadata", "1", "-c", "copy", path)
	want := "[{Début 0s 1s} {Suite 1s 3s}]"
	if got := fmt.Sprint(probe(t, path).Chapters); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestProbeRefuses(t *testing.T) {
	whole, err := os.ReadFile(clip(t, "landscape.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, file, content string
		kind                fault.Kind
		message             string
	}{
		{"a text", "song.mp4", "no, not at all", fault.Invalid, "is not a video"},
		{"nothing", "empty.mp4", "", fault.Invalid, "is not a video"},
		{"a cut file", "cut.mp4", string(whole[:len(whole)/2]), fault.Invalid, "incomplete"},
		{"an HLS playlist", "list.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/etc/passwd\n#EXT-X-ENDLIST\n", fault.Unsupported, "kind of file"},
		{"a concat script", "list.mkv", "ffconcat version 1.0\nfile /etc/passwd\n", fault.Unsupported, "kind of file"},
		{"a DASH manifest", "list.webm", `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static"><Period><AdaptationSet><Representation id="0"><BaseURL>file:///etc/passwd</BaseURL></Representation></AdaptationSet></Period></MPD>`, fault.Unsupported, "kind of file"},
		{"a huge picture", "huge.gif", "GIF89a\xff\xff\xff\xff\x00\x00\x00\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x44\x01\x00\x3b", fault.TooLarge, "too large"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ffmpeg.New(ffmpeg.Options{}).Probe(t.Context(), written(t, c.file, c.content))
			if !fault.Is(err, c.kind) || !strings.Contains(err.Error(), c.message) {
				t.Errorf("got %v (%v), want %v: …%s…", err, fault.KindOf(err), c.kind, c.message)
			}
		})
	}
}

func TestProbeLimits(t *testing.T) {
	cases := []struct {
		name    string
		limits  ffmpeg.Limits
		message string
	}{
		{"side", ffmpeg.Limits{Side: 319}, "too large: 320 × 180"},
		{"pixels", ffmpeg.Limits{Pixels: 320*180 - 1}, "too large: 320 × 180"},
		{"duration", ffmpeg.Limits{Duration: time.Second}, "too long"},
		{"streams", ffmpeg.Limits{Streams: 1}, "too many streams"},
	}
	path := clip(t, "landscape.mp4")
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := ffmpeg.New(ffmpeg.Options{Limits: c.limits}).Probe(t.Context(), path)
			if !fault.Is(err, fault.TooLarge) || !strings.Contains(err.Error(), c.message) {
				t.Errorf("got %v, want …%s…", err, c.message)
			}
		})
	}
}

func TestProbeMissing(t *testing.T) {
	t.Parallel()
	if _, err := ffmpeg.New(ffmpeg.Options{}).Probe(t.Context(), "/does/not/exist.mp4"); !fault.Is(err, fault.NotFound) {
		t.Errorf("missing file: got %v, want NotFound", err)
	}
	_, err := ffmpeg.New(ffmpeg.Options{FFprobe: "no-such-ffprobe"}).Version(t.Context())
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "install") {
		t.Errorf("missing program: got %v, want Unavailable with what to install", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ffmpeg.New(ffmpeg.Options{}).Probe(cancelled, clip(t, "landscape.mp4")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("cancelled: got %v, want Unavailable", err)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	version, err := ffmpeg.New(ffmpeg.Options{}).Version(t.Context())
	if err != nil || version == "" || strings.ContainsAny(version, " -") {
		t.Errorf("got %q, %v", version, err)
	}
}
