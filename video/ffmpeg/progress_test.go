package ffmpeg

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"lucarne/platform/fault"
)

const reportSample = "frame=30\nfps=25.50\nstream_0_0_q=23.0\nbitrate=N/A\nout_time_us=1500000\nout_time=00:00:01.500000\nspeed=1.5x\nprogress=continue\n" +
	"frame=60\nfps=30\nout_time_us=3000000\nspeed=N/A\nprogress=end\n"

func TestReadProgress(t *testing.T) {
	var got []Progress
	readProgress(strings.NewReader(reportSample), 3*time.Second, func(p Progress) { got = append(got, p) })
	want := []Progress{
		{OutTime: 1500 * time.Millisecond, Fraction: 0.5, Speed: 1.5, FPS: 25.5, Frames: 30},
		{OutTime: 3 * time.Second, Fraction: 1, FPS: 30, Frames: 60, Done: true},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func FuzzReadProgress(f *testing.F) {
	f.Add(reportSample, int64(3e9))
	f.Add("out_time_us=-9223372036854775807\nprogress=end\n", int64(0))
	f.Add("speed=NaNx\nfps=inf\nout_time_us=99999999999999999999\nprogress=\n", int64(1))
	f.Fuzz(func(t *testing.T, text string, total int64) {
		readProgress(strings.NewReader(text), time.Duration(total), func(p Progress) {
			if p.Fraction < 0 || p.Fraction > 1 || p.OutTime < 0 || math.IsNaN(p.Speed) || math.IsInf(p.FPS, 0) {
				t.Errorf("unreasonable progress %+v", p)
			}
		})
	})
}

func FuzzParseProbe(f *testing.F) {
	f.Add([]byte(`{"format":{"filename":"/x","format_name":"mov","duration":"3.0","bit_rate":"1"},"streams":[{"index":0,"codec_type":"video","width":320,"height":180,"pix_fmt":"yuv420p10le","avg_frame_rate":"30/1","r_frame_rate":"60/1","side_data_list":[{"rotation":-90}]}],"chapters":[{"start_time":"0","end_time":"1","tags":{"title":"a"}}]}`))
	f.Add([]byte(`{"streams":[{"codec_type":"video","sample_aspect_ratio":"1:0","tags":{"rotate":"1e308"}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		limits := Limits{}.orDefault()
		p, err := parseProbe(text, limits)
		if err != nil {
			return
		}
		if len(p.Chapters) > limits.Chapters {
			t.Errorf("%d chapters", len(p.Chapters))
		}
		for _, s := range p.Streams {
			if s.Picture.Rotation%90 != 0 || s.Picture.Rotation < 0 || s.Picture.Rotation > 270 {
				t.Errorf("rotation %d", s.Picture.Rotation)
			}
		}
	})
}

func TestTailKeepsTheEnd(t *testing.T) {
	said := &tail{limit: 5}
	for _, part := range []string{"abc", "defgh", "i", "a longer one than that"} {
		if _, err := said.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := said.String(), "that"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBoundedRefusesTooMuch(t *testing.T) {
	out := &bounded{limit: 4}
	fmt.Fprint(out, "abcd")
	if text, err := out.text(); err != nil || string(text) != "abcd" {
		t.Errorf("within: got %q, %v", text, err)
	}
	fmt.Fprint(out, "e")
	if _, err := out.text(); err == nil {
		t.Error("beyond: got no error")
	}
}

// TestKillsTheWholeGroup would wait for killGrace if the grandchild, which holds standard output open, survived.
func TestKillsTheWholeGroup(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	err := run(t.Context(), process{program: "sh", args: []string{"-c", "sleep 60 & wait"}, stdout: io.Discard, timeout: 100 * time.Millisecond})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want Unavailable", err)
	}
	if took := time.Since(begin); took >= killGrace {
		t.Errorf("the grandchild outlived its parent: the run took %s", took)
	}
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]string{
		"ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000": "5.1.9",
		"ffmpeg version n7.1 Copyright":                     "n7.1",
		"":                                                  "",
	} {
		if got := parseVersion(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
