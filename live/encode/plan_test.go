package encode_test

import (
	"slices"
	"testing"

	"lucarne/live/encode"
	"lucarne/live/stream"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	all := []int{0, 144, 240, 360, 480, 720, 1080, 1440, 2160}
	cases := []struct {
		name     string
		source   encode.Source
		settings encode.Settings
		want     []encode.Rung // without bit rates
	}{
		{
			"below the source only",
			encode.Source{stream.H264, 1280, 720, 30},
			encode.Settings{Resolutions: []int{1080, 720, 480, 0, 240}},
			[]encode.Rung{{Resolution: 240, Width: 426, Height: 240}, {Resolution: 480, Width: 854, Height: 480}},
		},
		{
			"60 a second",
			encode.Source{stream.H264, 1920, 1080, 60},
			encode.Settings{Resolutions: []int{360, 720}},
			[]encode.Rung{{Resolution: 360, Width: 640, Height: 360, FPS: 30}, {Resolution: 720, Width: 1280, Height: 720}},
		},
		{
			"capped",
			encode.Source{stream.H264, 1920, 1080, 60},
			encode.Settings{Resolutions: []int{720}, MaxFPS: 25},
			[]encode.Rung{{Resolution: 720, Width: 1280, Height: 720, FPS: 25}},
		},
		{
			"unknown rate",
			encode.Source{Codec: stream.H264, Width: 1920, Height: 1080},
			encode.Settings{Resolutions: []int{240, 720}, MaxFPS: 50},
			[]encode.Rung{{Resolution: 240, Width: 426, Height: 240, FPS: 30}, {Resolution: 720, Width: 1280, Height: 720, FPS: 50}},
		},
		{
			"upright",
			encode.Source{stream.H264, 1080, 1920, 25},
			encode.Settings{Resolutions: []int{720}},
			[]encode.Rung{{Resolution: 720, Width: 720, Height: 1280}},
		},
		{
			"HEVC for players without it",
			encode.Source{stream.H265, 1280, 720, 25},
			encode.Settings{Resolutions: []int{360, 720}},
			[]encode.Rung{{Resolution: 360, Width: 640, Height: 360}, {Resolution: 720, Width: 1280, Height: 720}},
		},
		{
			"AV1 in an uncommon size, nothing enabled",
			encode.Source{stream.AV1, 801, 451, 25},
			encode.Settings{},
			[]encode.Rung{{Resolution: 451, Width: 802, Height: 452}},
		},
		{"too close to the source", encode.Source{stream.H264, 1300, 730, 25}, encode.Settings{Resolutions: []int{720}}, nil},
		{"below all", encode.Source{stream.H264, 160, 90, 25}, encode.Settings{Resolutions: all}, nil},
		{"no picture", encode.Source{}, encode.Settings{Resolutions: all}, nil},
		{"absurdly long", encode.Source{stream.H265, 100_000, 100, 25}, encode.Settings{Resolutions: all}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := encode.Plan(c.source, c.settings)
			last := 0
			for i := range got {
				if got[i].Bitrate <= last {
					t.Errorf("rung %d has %d bit/s, the one below %d", got[i].Resolution, got[i].Bitrate, last)
				}
				last, got[i].Bitrate = got[i].Bitrate, 0
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestPlanBitrate(t *testing.T) {
	t.Parallel()
	rungs := encode.Plan(encode.Source{stream.H264, 3840, 2160, 60}, encode.Settings{Resolutions: []int{144, 720, 1080}})
	bounds := [][2]int{{96_000, 200_000}, {2_500_000, 4_500_000}, {5_000_000, 9_000_000}}
	for i, r := range rungs {
		if r.Bitrate < bounds[i][0] || r.Bitrate > bounds[i][1] {
			t.Errorf("%dp: %d bit/s", r.Resolution, r.Bitrate)
		}
	}
}
