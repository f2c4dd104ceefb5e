package packager

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lucarne/live/stream"
	"lucarne/live/streamtest"
	"lucarne/video/hls/conformance"
)

// critic reads each playlist of a rendition as it changes, whole and as delta updates.
type critic struct {
	t     *testing.T
	p     *Packager
	name  int
	whole conformance.History
	delta conformance.History
	last  uint64

	read int
}

// look reads the playlist if it changed.
func (c *critic) look() {
	c.t.Helper()
	c.p.mu.Lock()
	r := c.p.find(c.name)
	isNew := r != nil && len(r.shown.segments) > 0 && r.shown.version != c.last
	if isNew {
		c.last = r.shown.version
	}
	c.p.mu.Unlock()
	if !isNew {
		return
	}
	c.read++
	file := fmt.Sprintf("%d.m3u8", c.name)
	whole, err := c.p.Playlist(c.t.Context(), file, Reload{})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, v := range c.whole.Add(whole.Plain) {
		c.t.Fatalf("%s\n%s", v, whole.Plain)
	}
	delta, err := c.p.Playlist(c.t.Context(), file, Reload{Skip: true})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, v := range c.delta.Add(delta.Plain) {
		c.t.Fatalf("%s\n%s", v, delta.Plain)
	}
}

// watched is a sink whose playlists are read after each sample.
type watched struct {
	stream.Sink
	critics []*critic
}

func (w watched) Write(s stream.Sample) error {
	err := w.Sink.Write(s)
	for _, c := range w.critics {
		c.look()
	}
	return err
}

func TestPlaylistsConform(t *testing.T) {
	t.Parallel()
	plain := Options{SegmentTarget: 4 * time.Second, KeepAll: true}
	short := lowLatency
	short.KeepAll, short.Window = false, 0
	wide := Options{PartTarget: 800 * time.Millisecond, SegmentTarget: 2 * time.Second, Window: time.Minute, KeepAll: true}
	slow := strings.Replace(streamtest.Picture, "r=30", "r=8", 1) + " " + streamtest.H264
	cases := []struct {
		name    string
		o       Options
		recipe  string
		perform func(t *testing.T, p *Packager, to stream.Sink, clip streamtest.Clip)
	}{
		{"in parts", lowLatency, streamtest.Standard, onAirFor(40 * time.Second)},
		{"in long parts", wide, streamtest.Standard, onAirFor(100 * time.Second)},
		{"a short window", short, streamtest.Standard, onAirFor(90 * time.Second)},
		{"without parts", plain, streamtest.Standard, onAirFor(60 * time.Second)},
		{"few pictures", lowLatency, slow, onAirFor(30 * time.Second)},
		{"frames out of order", lowLatency, streamtest.Picture + " " + streamtest.Tone + " " + streamtest.BFrames + " " + streamtest.AAC, onAirFor(30 * time.Second)},
		{"sound alone", lowLatency, streamtest.Tone + " " + streamtest.AAC, onAirFor(30 * time.Second)},
		{"pictures alone", lowLatency, streamtest.Picture + " " + streamtest.H264, onAirFor(30 * time.Second)},
		{"keyframes each six seconds", lowLatency, strings.ReplaceAll(streamtest.Standard, " 60 ", " 180 "), onAirFor(40 * time.Second)},
		{"the encoder is gone", lowLatency, streamtest.Standard, func(t *testing.T, p *Packager, to stream.Sink, clip streamtest.Clip) {
			send(t, to, clip)
			for until := clip.Length; until < clip.Length+20*time.Second; until += 250 * time.Millisecond {
				p.Hold(until)
				to.(watched).critics[0].look()
			}
			send(t, to, clip.At(clip.Length+20*time.Second+7*time.Millisecond))
		}},
		{"the tracks change", short, streamtest.Standard, func(t *testing.T, _ *Packager, to stream.Sink, clip streamtest.Clip) {
			other := streamtest.Generate(t, strings.Replace(streamtest.Standard, "160x90", "192x108", 1))
			at := time.Duration(0)
			for i := range 12 {
				next := clip
				if i%2 == 1 {
					next = other
				}
				send(t, to, next.At(at))
				at += clip.Length + 300*time.Millisecond
			}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, source := newPackager(t, c.o)
			reader := &critic{t: t, p: p}
			c.perform(t, p, watched{source, []*critic{reader}}, streamtest.Generate(t, c.recipe))
			if _, err := p.Finish(); err != nil {
				t.Fatal(err)
			}
			reader.look()
			if reader.read < 5 {
				t.Errorf("%d playlists were read", reader.read)
			}
			checkMaster(t, p)
		})
	}
}

func onAirFor(length time.Duration) func(*testing.T, *Packager, stream.Sink, streamtest.Clip) {
	return func(t *testing.T, _ *Packager, to stream.Sink, clip streamtest.Clip) { send(t, to, clip.Loop(length)) }
}

func checkMaster(t *testing.T, p *Packager) {
	t.Helper()
	text := playlist(t, p, "master.m3u8")
	for _, v := range conformance.Multivariant([]byte(text)) {
		t.Errorf("%s\n%s", v, text)
	}
}

func TestRenditionsConformTogether(t *testing.T) {
	t.Parallel()
	p, source := newPackager(t, lowLatency)
	small, err := p.Rendition(1, Encoded)
	if err != nil {
		t.Fatal(err)
	}
	clip := streamtest.Generate(t, streamtest.Standard).Loop(24 * time.Second)
	critics := []*critic{{t: t, p: p}, {t: t, p: p, name: 1}}
	first, second := watched{source, critics}, watched{small, critics}
	pictures := clip.Pictures()
	if err := first.Start(clip.Tracks); err != nil {
		t.Fatal(err)
	}
	if err := second.Start(pictures.Tracks); err != nil {
		t.Fatal(err)
	}
	// The encoder of the rendition is a second behind.
	for at := time.Duration(0); at < 25*time.Second; at += 100 * time.Millisecond {
		if err := clip.Between(at, at+100*time.Millisecond).Send(first); err != nil {
			t.Fatal(err)
		}
		if err := pictures.Between(at-time.Second, at-900*time.Millisecond).Send(second); err != nil {
			t.Fatal(err)
		}
	}
	a, b := playlist(t, p, "0.m3u8"), playlist(t, p, "1.m3u8")
	for _, v := range conformance.Together([]byte(a), []byte(b)) {
		t.Errorf("%s\n%s\n%s", v, a, b)
	}
	if !strings.Contains(a, `#EXT-X-RENDITION-REPORT:URI="1.m3u8",LAST-MSN=`) || critics[1].read < 20 {
		t.Errorf("%d playlists of the rendition; the source's is\n%s", critics[1].read, a)
	}
	checkMaster(t, p)
}
