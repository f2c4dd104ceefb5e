package broadcast

import (
	"testing"
	"time"

	"lucarne/live/stream"
)

func TestMeter(t *testing.T) {
	tracks := []stream.Track{{ID: 1, Codec: stream.H264}, {ID: 2, Codec: stream.AAC}}
	// send gives pictures at times rounded to milliseconds, as RTMP has them, but for those left out.
	send := func(m *meter, isLeftOut func(int) bool) {
		for i := range 300 {
			at := (time.Duration(i) * time.Second / 30).Round(time.Millisecond)
			if !isLeftOut(i) {
				m.add(stream.Sample{Track: 1, DTS: at, IsKey: i%60 == 0, Data: make([]byte, 10_000)})
			}
			m.add(stream.Sample{Track: 2, DTS: at, Data: make([]byte, 500)})
		}
	}
	cases := []struct {
		name      string
		isLeftOut func(int) bool
		dropped   int
		fps       float64
	}{
		{"steady", func(int) bool { return false }, 0, 30},
		{"one in fifty is missing", func(i int) bool { return i%50 == 49 }, 5, 29.4},
		{"a pause is no lack", func(i int) bool { return i > 120 && i < 180 }, 0, 24},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var m meter
			m.begin(tracks)
			send(&m, c.isLeftOut)
			bitrate, fps := m.rates()
			if m.dropped != c.dropped || fps < c.fps-1.5 || fps > c.fps+1.5 || m.keyInterval != 2*time.Second {
				t.Errorf("dropped %d, %.1f fps, a keyframe each %v; want %d, %.1f, 2s", m.dropped, fps, m.keyInterval, c.dropped, c.fps)
			}
			if want := fps * 10_000 * 8; float64(bitrate) < want || float64(bitrate) > want*1.2 {
				t.Errorf("%d bit/s at %.1f fps", bitrate, fps)
			}
		})
	}
}
