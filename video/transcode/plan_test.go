package transcode_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lucarne/platform/fault"
	"lucarne/video/ffmpeg"
	"lucarne/video/transcode"
)

// usual are the settings of most cases.
var usual = transcode.Settings{Resolutions: []int{240, 360, 480, 720, 1080}, AlwaysOriginal: true, MaxFPS: 60, HLS: true}

func with(change func(*transcode.Settings)) transcode.Settings {
	s := usual
	change(&s)
	return s
}

// video is an H.264 source that can be remuxed, of the given size.
func video(width, height, fps int, change ...func(*ffmpeg.Stream)) ffmpeg.Stream {
	s := ffmpeg.Stream{Kind: ffmpeg.Video, Codec: "h264", Profile: "High", Picture: ffmpeg.Picture{
		Width: width, Height: height, PixelFormat: "yuv420p", BitDepth: 8, HasSquarePixels: true,
		Rate: ffmpeg.Rate{Num: fps, Den: 1}, RealRate: ffmpeg.Rate{Num: fps, Den: 1}, Level: 41,
	}}
	for _, c := range change {
		c(&s)
	}
	return s
}

func vp9(s *ffmpeg.Stream) { s.Codec, s.Profile = "vp9", "Profile 0" }

var (
	aac  = ffmpeg.Stream{Index: 1, Kind: ffmpeg.Audio, Codec: "aac", Profile: "LC", Sound: ffmpeg.Sound{Channels: 2, SampleRate: 48000}}
	opus = ffmpeg.Stream{Index: 1, Kind: ffmpeg.Audio, Codec: "opus", Sound: ffmpeg.Sound{Channels: 6, SampleRate: 48000}}
)

func probe(length time.Duration, streams ...ffmpeg.Stream) ffmpeg.Probe {
	return ffmpeg.Probe{Format: "mov,mp4,m4a,3gp,3g2,mj2", Duration: length, KeyframeInterval: 2 * time.Second, Streams: streams}
}

// outline writes a plan in a line per pass.
func outline(p transcode.Plan) string {
	var lines []string
	if p.Still {
		lines = append(lines, "still")
	}
	for _, pass := range p.Passes {
		var words []string
		for _, r := range pass.Renditions {
			words = append(words, describe(r))
		}
		lines = append(lines, strings.Join(words, ", "))
	}
	return strings.Join(lines, "\n")
}

func describe(r transcode.Rendition) string {
	parts := []string{"0p"}
	if r.HasVideo() {
		parts = []string{fmt.Sprintf("%dp %dx%d@%d %s", r.Resolution, r.Width, r.Height, r.FPS(), r.Video.Mode)}
	}
	if r.HasAudio() {
		parts = append(parts, "+"+string(r.Audio.Mode))
	}
	if r.IsProvisional {
		parts = append(parts, "provisional")
	}
	return strings.Join(parts, " ")
}

func TestNew(t *testing.T) {
	cases := []struct {
		name     string
		probe    ffmpeg.Probe
		settings transcode.Settings
		want     string
	}{
		{
			"landscape that is remuxed", probe(time.Minute, video(1920, 1080, 30), aac), usual,
			"1080p 1920x1080@30 copy +copy\n240p 426x240@30 encode +copy, 360p 640x360@30 encode +copy, 480p 854x480@30 encode +copy, 720p 1280x720@30 encode +copy",
		},
		{
			"portrait counts its width", probe(time.Minute, video(1080, 1920, 30, vp9), aac), with(func(s *transcode.Settings) { s.Resolutions = []int{360, 1080} }),
			"360p 360x640@30 encode +copy, 1080p 1080x1920@30 encode +copy",
		},
		{
			"square", probe(time.Minute, video(600, 600, 25, vp9)), with(func(s *transcode.Settings) { s.Resolutions = []int{360} }),
			"360p 360x360@25 encode, 600p 600x600@25 encode",
		},
		{
			"odd sides become even", probe(time.Minute, video(853, 479, 25, vp9)), with(func(s *transcode.Settings) { s.Resolutions = []int{240} }),
			"240p 428x240@25 encode, 479p 854x480@25 encode",
		},
		{
			"tiny is kept as it is", probe(time.Minute, video(64, 36, 25, vp9)), with(func(s *transcode.Settings) { s.AlwaysOriginal = false }),
			"36p 64x36@25 encode",
		},
		{
			"variable rate is made steady", probe(time.Minute, video(1280, 720, 41, vp9, func(s *ffmpeg.Stream) { s.Picture.HasVariableRate = true })), with(func(s *transcode.Settings) { s.Resolutions = []int{480} }),
			"480p 854x480@25 encode, 720p 1280x720@50 encode",
		},
		{
			"HDR is encoded", probe(time.Minute, video(1280, 720, 25, func(s *ffmpeg.Stream) { s.Codec, s.Picture.Transfer = "hevc", ffmpeg.PQ }), aac), with(func(s *transcode.Settings) { s.Resolutions = nil }),
			"720p 1280x720@25 encode +copy",
		},
		{
			"sound alone", probe(time.Minute, opus), with(func(s *transcode.Settings) { s.Resolutions = []int{0, 720} }),
			"still\n720p 1280x720@10 encode +encode, 0p +encode",
		},
		{
			"sound alone, split", probe(time.Minute, aac), with(func(s *transcode.Settings) { s.SplitAudio = true }),
			"still\n720p 1280x720@10 encode, 0p +copy",
		},
		{
			"picture alone, split", probe(time.Minute, video(640, 360, 30)), with(func(s *transcode.Settings) { s.SplitAudio = true }),
			"360p 640x360@30 copy\n240p 426x240@30 encode",
		},
		{
			"split sound comes with the first pass", probe(time.Minute, video(640, 360, 30), opus), with(func(s *transcode.Settings) { s.SplitAudio = true }),
			"360p 640x360@30 copy, 0p +encode\n240p 426x240@30 encode",
		},
		{
			"sound is not split for web videos alone", probe(time.Minute, video(640, 360, 30), aac), with(func(s *transcode.Settings) { s.SplitAudio, s.HLS, s.WebVideos = true, false, true }),
			"360p 640x360@30 copy +copy\n240p 426x240@30 encode +copy",
		},
		{
			"above the ladder, kept", probe(time.Minute, video(3840, 2160, 30), aac), with(func(s *transcode.Settings) { s.Resolutions = []int{720} }),
			"2160p 3840x2160@30 copy +copy\n720p 1280x720@30 encode +copy",
		},
		{
			"above the ladder, not kept: watched until the ladder is there", probe(time.Minute, video(3840, 2160, 30), aac), with(func(s *transcode.Settings) { s.Resolutions, s.AlwaysOriginal = []int{720}, false }),
			"2160p 3840x2160@30 copy +copy provisional\n720p 1280x720@30 encode +copy",
		},
		{
			"empty ladder", probe(time.Minute, video(1280, 720, 30, vp9), aac), with(func(s *transcode.Settings) { s.Resolutions, s.AlwaysOriginal = nil, false }),
			"720p 1280x720@30 encode +copy",
		},
		{
			"sound alone for podcasts", probe(time.Minute, video(1280, 720, 30, vp9), aac), with(func(s *transcode.Settings) { s.Resolutions, s.AlwaysAudio = nil, true }),
			"720p 1280x720@30 encode +copy, 0p +copy",
		},
		{
			"a rung beside the source is left out", probe(time.Minute, video(1308, 736, 30, vp9)), with(func(s *transcode.Settings) { s.Resolutions = []int{480, 720} }),
			"480p 854x480@30 encode, 736p 1308x736@30 encode",
		},
		{
			"long: the lowest useful rendition first", probe(time.Hour, video(1280, 720, 30, vp9), aac), usual,
			"360p 640x360@30 encode +copy\n240p 426x240@30 encode +copy, 480p 854x480@30 encode +copy, 720p 1280x720@30 encode +copy",
		},
		{
			"long and small: the best there is first", probe(time.Hour, video(426, 240, 30, vp9)), with(func(s *transcode.Settings) { s.Resolutions = []int{144} }),
			"240p 426x240@30 encode\n144p 256x144@30 encode",
		},
		{
			"fast: halved below 720p, capped below the top", probe(time.Minute, video(1920, 1080, 120, vp9)), with(func(s *transcode.Settings) { s.Resolutions = []int{480, 720, 1080} }),
			"480p 854x480@30 encode, 720p 1280x720@60 encode, 1080p 1920x1080@120 encode",
		},
		{
			"50 is halved to 25", probe(time.Minute, video(1280, 720, 50, vp9)), with(func(s *transcode.Settings) { s.Resolutions = []int{480, 720} }),
			"480p 854x480@25 encode, 720p 1280x720@50 encode",
		},
		{
			"35 is capped rather than halved to 17.5", probe(time.Minute, video(1280, 720, 35, vp9)), with(func(s *transcode.Settings) { s.Resolutions = []int{480, 720} }),
			"480p 854x480@30 encode, 720p 1280x720@35 encode",
		},
		{
			"an unbelievable rate", probe(time.Minute, video(640, 360, 90000, vp9)), with(func(s *transcode.Settings) { s.Resolutions = nil }),
			"360p 640x360@60 encode",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			plan, err := transcode.New(c.probe, c.settings)
			if err != nil {
				t.Fatal(err)
			}
			if got := outline(plan); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := transcode.New(probe(time.Minute), usual); !fault.Is(err, fault.Invalid) {
		t.Errorf("no media: got %v, want Invalid", err)
	}
	if _, err := transcode.New(probe(time.Minute, aac), transcode.Settings{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("nothing to make: got %v, want Invalid", err)
	}
}

func TestBitRates(t *testing.T) {
	cases := []struct {
		name   string
		source ffmpeg.Stream
		want   int64
	}{
		{"720p at 30", video(1280, 720, 30, vp9), 2_350_080},
		{"720p at 60: frames beyond 30 count half", video(1280, 720, 60, vp9), 3_525_120},
		{"2160p", video(3840, 2160, 30, vp9), 14_929_920},
		{"never much more than the source", video(1280, 720, 30, func(s *ffmpeg.Stream) { s.Codec, s.BitRate = "mpeg4", 1_000_000 }), 1_200_000},
		{"a better codec's bits are worth more", video(1280, 720, 30, vp9, func(s *ffmpeg.Stream) { s.BitRate = 1_000_000 }), 2_000_000},
		{"never less than the least", video(16, 16, 5, vp9), 64_000},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			plan, err := transcode.New(probe(time.Minute, c.source), with(func(s *transcode.Settings) { s.Resolutions = nil }))
			if err != nil {
				t.Fatal(err)
			}
			if got := plan.Renditions()[0].Video.BitRate; got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestSound(t *testing.T) {
	with := func(change func(*ffmpeg.Stream)) ffmpeg.Stream {
		s := aac
		change(&s)
		return s
	}
	encoded := func(channels int, bitRate int64) ffmpeg.AudioOutput {
		return ffmpeg.AudioOutput{Mode: ffmpeg.Encode, Channels: channels, BitRate: bitRate}
	}
	cases := []struct {
		name   string
		source ffmpeg.Stream
		want   ffmpeg.AudioOutput
	}{
		{"AAC stereo", aac, ffmpeg.AudioOutput{Mode: ffmpeg.Copy}},
		{"HE-AAC", with(func(s *ffmpeg.Stream) { s.Profile = "HE-AAC" }), encoded(2, 160_000)},
		{"surround", opus, encoded(2, 160_000)},
		{"mono at a rare rate", with(func(s *ffmpeg.Stream) { s.Sound = ffmpeg.Sound{Channels: 1, SampleRate: 22050} }), encoded(1, 96_000)},
		{"no more bits than it had", with(func(s *ffmpeg.Stream) { s.Codec, s.BitRate = "mp3", 64_000 }), encoded(2, 64_000)},
		{"lavish", with(func(s *ffmpeg.Stream) { s.BitRate = 512_000 }), encoded(2, 160_000)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			plan, err := transcode.New(probe(time.Minute, video(640, 360, 30), c.source), usual)
			if err != nil {
				t.Fatal(err)
			}
			if got := plan.Renditions()[0].Audio; got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestRemuxObstacle(t *testing.T) {
	change := func(c func(*ffmpeg.Probe, *ffmpeg.Stream)) ffmpeg.Probe {
		p := probe(time.Minute, video(1280, 720, 30), aac)
		c(&p, &p.Streams[0])
		return p
	}
	cases := []struct {
		name  string
		probe ffmpeg.Probe
		want  string
	}{
		{"none", probe(time.Minute, video(1280, 720, 30), aac), ""},
		{"sound", probe(time.Minute, aac), "there is no picture"},
		{"codec", probe(time.Minute, video(1280, 720, 30, vp9)), "the codec is vp9"},
		{"profile", change(func(_ *ffmpeg.Probe, s *ffmpeg.Stream) { s.Profile = "High 4:4:4 Predictive" }), "the H.264 profile is High 4:4:4 Predictive"},
		{"ten bits", change(func(_ *ffmpeg.Probe, s *ffmpeg.Stream) { s.Picture.PixelFormat, s.Picture.BitDepth = "yuv420p10le", 10 }), "the pixel format is yuv420p10le"},
		{"level", change(func(_ *ffmpeg.Probe, s *ffmpeg.Stream) { s.Picture.Level = 62 }), "the H.264 level is too high"},
		{"container", change(func(p *ffmpeg.Probe, _ *ffmpeg.Stream) { p.Format = "avi" }), "the container is avi"},
		{"HDR", change(func(_ *ffmpeg.Probe, s *ffmpeg.Stream) { s.Picture.Transfer = ffmpeg.HLG }), "the picture is HDR"},
		{"interlaced", change(func(_ *ffmpeg.Probe, s *ffmpeg.Stream) { s.Picture.IsInterlaced = true }), "the picture is interlaced"},
		{"rotated", change(func(_ *ffmpeg.Probe, s *ffmpeg.Stream) { s.Picture.Rotation = 90 }), "the picture is rotated"},
		{"pixels", change(func(_ *ffmpeg.Probe, s *ffmpeg.Stream) { s.Picture.HasSquarePixels = false }), "the pixels are not square"},
		{"keyframes", change(func(p *ffmpeg.Probe, _ *ffmpeg.Stream) { p.KeyframeInterval = 11 * time.Second }), "keyframes are too far apart"},
		{"rate", change(func(_ *ffmpeg.Probe, s *ffmpeg.Stream) { s.Picture.Rate.Num = 240 }), "the frame rate is too high"},
		{"bits", change(func(p *ffmpeg.Probe, _ *ffmpeg.Stream) { p.BitRate = 50_000_000 }), "the bit rate is too high"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := transcode.RemuxObstacle(c.probe); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
