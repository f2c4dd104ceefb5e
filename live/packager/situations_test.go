package packager

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
	"lucarne/platform/fault"
)

// HEVC and AV1 as encoders send them by Enhanced RTMP.
func TestOtherCodecsAreRemuxed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ encode, codec string }{
		"HEVC": {"-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=60:min-keyint=60:scenecut=0:bframes=2 -tag:v hvc1 -pix_fmt yuv420p", "hvc1."},
		"AV1":  {"-c:v libsvtav1 -preset 12 -g 60 -svtav1-params scd=0 -pix_fmt yuv420p", "av01."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, source := newPackager(t, lowLatency)
			send(t, source, streamtest.Generate(t, streamtest.Picture+" "+streamtest.Tone+" "+c.encode+" "+streamtest.AAC))
			recording, err := p.Finish()
			if err != nil || len(recording.Renditions) != 1 || !strings.HasPrefix(recording.Renditions[0].Codecs, c.codec) {
				t.Fatalf("recorded %+v, %v", recording, err)
			}
			if n := frames(t, p, playlist(t, p, "0.m3u8")); n != 180 {
				t.Errorf("%d pictures of 180 can be watched", n)
			}
			checkRecording(t, recording.Renditions[0], 180)
		})
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	if h := p.Health(); len(h) != 1 || !h[0].LastPart.IsZero() || h[0].Bitrate != 0 {
		t.Errorf("before the first sample: %+v", h)
	}
	send(t, source, streamtest.Generate(t, streamtest.Standard))
	h := p.Health()[0]
	if h.LastPart.IsZero() || h.End < 5*time.Second || h.Bitrate < 10_000 || h.Width != 160 || h.Height != 90 || h.FrameRate < 29 || h.FrameRate > 31 {
		t.Errorf("%+v", h)
	}
	if h.Codecs != "avc1.42c00b,mp4a.40.2" && !strings.HasPrefix(h.Codecs, "avc1.") || h.ForcedCuts != 0 || h.IsInMemory {
		t.Errorf("%+v", h)
	}
}

// A picture without keyframes cannot be shown, and one that lost them is cut anyway. Neither is kept for ever.
func TestMissingKeyframesAreBounded(t *testing.T) {
	t.Parallel()
	clip := streamtest.Generate(t, streamtest.Standard).Loop(50 * time.Second)
	without := func(from time.Duration) streamtest.Clip {
		lost := streamtest.Clip{Tracks: clip.Tracks}
		for _, s := range clip.Samples {
			s.IsKey = s.IsKey && (s.Track != clip.Tracks[0].ID || s.DTS < from)
			lost.Samples = append(lost.Samples, s)
		}
		return lost
	}
	t.Run("never one", func(t *testing.T) {
		t.Parallel()
		p, source := newPackager(t, lowLatency)
		send(t, source, without(0))
		if r := source.(*rendition); len(r.queue) > 0 || len(r.sounds) > 6000 || !p.Health()[0].LastPart.IsZero() {
			t.Errorf("%d pictures and %d sounds wait; %+v", len(r.queue), len(r.sounds), p.Health())
		}
	})
	t.Run("no more", func(t *testing.T) {
		t.Parallel()
		p, source := newPackager(t, lowLatency)
		reader := &critic{t: t, p: p}
		send(t, watched{source, []*critic{reader}}, without(5*time.Second))
		if h := p.Health()[0]; h.ForcedCuts < 10 || h.End < 48*time.Second {
			t.Errorf("%+v", h)
		}
		if text := playlist(t, p, "0.m3u8"); strings.Contains(text, "INDEPENDENT-SEGMENTS") {
			t.Errorf("segments without keyframe are called independent:\n%s", text)
		}
	})
}

func TestARenditionMayComeAgain(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	clip := streamtest.Generate(t, streamtest.Standard)
	if err := source.Start(clip.Tracks); err != nil {
		t.Fatal(err)
	}
	whole := clip.Loop(24 * time.Second)
	for i := range 2 {
		from := time.Duration(i) * 12 * time.Second
		small, err := p.Rendition(1, Encoded)
		if err != nil {
			t.Fatal(err)
		}
		part := whole.Between(from, from+12*time.Second)
		if err := part.Send(source); err != nil {
			t.Fatal(err)
		}
		send(t, small, part.Pictures())
		if _, err := p.Rendition(1, Encoded); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second of the same name: %v", err)
		}
		if text := playlist(t, p, "1.m3u8"); frames(t, p, text) < 200 {
			t.Errorf("listed the %d. time:\n%s", i+1, text)
		}
		p.Remove(1)
		if err := small.Write(part.Samples[0]); !fault.Is(err, fault.Unavailable) {
			t.Errorf("written after its end: %v", err)
		}
	}
	recording, err := p.Finish()
	if err != nil || len(recording.Renditions) != 3 {
		t.Fatalf("recorded %+v, %v", recording, err)
	}
	for _, r := range recording.Renditions[1:] {
		if r.IsComplete || r.Rendition != 1 {
			t.Errorf("recorded %+v", r)
		}
	}
}

// What a rendition missed is a gap: its other segments keep their numbers.
func TestARenditionThatFellBehindHasGaps(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	small, err := p.Rendition(1, Encoded)
	if err != nil {
		t.Fatal(err)
	}
	whole := streamtest.Generate(t, streamtest.Standard).Loop(20 * time.Second)
	send(t, source, whole)
	pictures := whole.Pictures()
	send(t, small, pictures.Between(0, 5*time.Second))
	if err := small.Start([]stream.Track{otherOf(pictures.Tracks[0])}); err != nil { // its encoder was begun anew, otherwise
		t.Fatal(err)
	}
	later := pictures.Between(9*time.Second, 20*time.Second)
	if err := later.Send(small); err != nil {
		t.Fatal(err)
	}
	text := playlist(t, p, "1.m3u8")
	if !strings.Contains(text, "#EXT-X-GAP\n") || strings.Count(text, "#EXT-X-MAP") != 2 {
		t.Errorf("listed\n%s", text)
	}
	recording, err := p.Finish()
	if err != nil || len(recording.Renditions) != 3 || recording.Renditions[2].IsComplete {
		t.Errorf("recorded %+v, %v", recording, err)
	}
}

// otherOf is a track that looks like another one to a decoder.
func otherOf(t stream.Track) stream.Track {
	t.Width += 2
	return t
}

func TestManyWatchAtOnce(t *testing.T) {
	t.Parallel()
	o := lowLatency
	o.KeepAll, o.Window = false, 0
	p, source := newPackager(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	var viewers sync.WaitGroup
	for range 20 {
		viewers.Go(func() {
			q := Reload{}
			for ctx.Err() == nil {
				body, err := p.Playlist(ctx, "0.m3u8", q)
				if err != nil {
					if !fault.Is(err, fault.Unavailable) {
						t.Error(err)
					}
					return
				}
				next := nextPart(string(body.Plain))
				if s, err := p.Open(ctx, next); err == nil {
					_ = s.Close()
				}
				q = Reload{Skip: true}
			}
		})
	}
	send(t, source, streamtest.Generate(t, streamtest.Standard).Loop(2*time.Minute))
	cancel()
	viewers.Wait()
	if _, err := p.Finish(); err != nil {
		t.Error(err)
	}
}

func nextPart(text string) string {
	_, rest, _ := strings.Cut(text, `TYPE=PART,URI="`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

func TestWaitingEndsWithTheBroadcast(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	send(t, source, streamtest.Generate(t, streamtest.Standard))
	next := nextPart(playlist(t, p, "0.m3u8"))
	ended := make(chan error, 2)
	go func() {
		_, err := p.Playlist(context.Background(), "0.m3u8", Reload{HasMSN: true, MSN: 3})
		ended <- err
	}()
	go func() {
		_, err := p.Open(context.Background(), next)
		ended <- err
	}()
	if _, err := p.Finish(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-ended; err != nil {
			t.Errorf("who waited at the end: %v", err)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Playlist(t.Context(), "0.m3u8", Reload{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("after all was closed: %v", err)
	}
	if _, err := p.Rendition(1, Encoded); !fault.Is(err, fault.Unavailable) {
		t.Errorf("another rendition: %v", err)
	}
}
