package ingest

import (
	"testing"
	"time"

	"lucarne/live/rtmp"
	"lucarne/live/stream"
	"lucarne/live/streamtest"
)

// order is a sink that holds the converter to the contract of live/stream.
type order struct {
	t      *testing.T
	tracks map[int]stream.Track
	last   map[int]time.Duration
}

func (o *order) Start(tracks []stream.Track) error {
	o.tracks = map[int]stream.Track{}
	for _, track := range tracks {
		if len(track.Config) == 0 || track.Codec.IsVideo() && track.Width*track.Height == 0 || track.Codec.IsVideo() != (track.ID == pictureTrack) {
			o.t.Fatalf("announced %+v", track)
		}
		o.tracks[track.ID] = track
	}
	return nil
}

func (o *order) Write(s stream.Sample) error {
	_, isKnown := o.tracks[s.Track]
	last, isLater := o.last[s.Track]
	switch {
	case !isKnown:
		o.t.Fatalf("a sample of track %d, which is not announced", s.Track)
	case s.DTS < 0 || isLater && s.DTS <= last:
		o.t.Fatalf("a sample at %s after %s", s.DTS, last)
	case s.Offset < 0 || len(s.Data) == 0 || !isLater && !s.IsKey:
		o.t.Fatalf("a sample with offset %s, key %v, of %d bytes", s.Offset, s.IsKey, len(s.Data))
	}
	o.last[s.Track] = s.DTS
	return nil
}

// script reads tags out of the fuzzer's bytes: each in two of which one it is and where its time goes.
func script(data []byte, tags []rtmp.Tag) []rtmp.Tag {
	steps := []int64{0, 1, 21, 33, 40, 100, 500, 1000, 3100, 60_000, -1, -20, -150, -250, -5000, 1<<31 - 1}
	var chosen []rtmp.Tag
	var now int64
	for i := 0; i+1 < len(data); i += 2 {
		tag := tags[int(data[i])%len(tags)]
		now += steps[data[i+1]&15]
		tag.Timestamp = uint32(now)
		tag.Offset = int32(data[i+1]>>4)*40 - 160
		chosen = append(chosen, tag)
	}
	return chosen
}

func FuzzConverter(f *testing.F) {
	first := streamtest.Generate(f, streamtest.Standard)
	second := streamtest.Generate(f, large+" "+shortly+" "+streamtest.H264+" "+streamtest.Opus)
	tags := append(configs(first), configs(second)...)
	tags = append(tags, frames(first, 0)[:8]...)
	tags = append(tags, frames(second, 0)[:8]...)
	tags = append(tags, rtmp.Tag{Kind: rtmp.Metadata, Metadata: rtmp.Object{{Name: "videocodecid", Value: 7.0}}})
	f.Add([]byte{0, 0, 1, 0, 4, 0, 5, 2, 6, 3, 7, 2, 8, 3}, []byte(nil))
	f.Add([]byte{20, 0, 0, 0, 4, 0, 5, 0x99, 6, 14, 2, 0, 12, 3, 3, 0, 13, 3}, []byte{0, 0, 0, 1, 0x65})
	f.Add([]byte{1, 0, 5, 2, 6, 9, 5, 2, 5, 15, 6, 12, 0, 0, 4, 3}, []byte{0xff})
	f.Fuzz(func(t *testing.T, choices, raw []byte) {
		c := newConverter(&order{t: t, last: map[int]time.Duration{}}, defaults())
		own := append(tags[:len(tags):len(tags)], rtmp.Tag{Kind: rtmp.VideoConfig, Codec: rtmp.H264, Data: raw},
			rtmp.Tag{Kind: rtmp.VideoFrame, Codec: rtmp.H264, IsKey: true, Data: raw}, rtmp.Tag{Kind: rtmp.AudioConfig, Codec: rtmp.AAC, Data: raw})
		now := epoch
		for i, tag := range script(choices, own) {
			if c.take(tag, now) != nil {
				return
			}
			now = now.Add(time.Duration(i%5) * 10 * time.Millisecond)
			if c.size > maxPendingBytes+rtmp.MaxVideoBytes {
				t.Fatalf("keeps %d bytes", c.size)
			}
		}
		if err := c.finish(now); err != nil {
			t.Fatal(err)
		}
	})
}
