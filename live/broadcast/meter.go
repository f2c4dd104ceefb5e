package broadcast

import (
	"time"

	"lucarne/live/stream"
)

// meterWindow is the time rates are told over, of the stream's own clock.
const meterWindow = 5 * time.Second

// meter measures what an encoder sends. It is not safe for concurrent use.
type meter struct {
	pictures    int // its track; 0 without
	recent      []measured
	lastKey     time.Duration
	hasKey      bool
	keyInterval time.Duration
	step        time.Duration // the usual distance of two pictures
	lastPicture time.Duration
	hasPicture  bool
	dropped     int
	bytes       int64
}

type measured struct {
	at        time.Duration
	size      int
	isPicture bool
}

// maxMeasured bounds the memory of a meter: what a stream of 240 pictures and 100 frames of sound per second needs.
const maxMeasured = 2048

// begin forgets the rates of what was sent before; totals stay.
func (m *meter) begin(tracks []stream.Track) {
	*m = meter{bytes: m.bytes, dropped: m.dropped}
	for _, t := range tracks {
		if t.Codec.IsVideo() {
			m.pictures = t.ID
		}
	}
}

// add notes a sample.
func (m *meter) add(s stream.Sample) {
	m.bytes += int64(len(s.Data))
	isPicture := s.Track == m.pictures
	if isPicture {
		m.addPicture(s)
	}
	m.recent = append(m.recent, measured{s.DTS, len(s.Data), isPicture})
	old := 0
	for old < len(m.recent)-1 && (s.DTS-m.recent[old].at > meterWindow || len(m.recent)-old > maxMeasured) {
		old++
	}
	m.recent = m.recent[old:]
}

// maxGap is how long pictures may be missing to count as dropped: more is a pause.
const maxGap = time.Second

// measure notes the time between two pictures, the usual one or longer by those that are missing.
func (m *meter) measure(step time.Duration) {
	if m.step == 0 {
		m.step = step
	}
	if float64(step) > gapFactor*float64(m.step) {
		m.dropped += int((step+m.step/2)/m.step) - 1
	}
	m.step += (step - m.step) / 8 // an encoder may settle on another rate
}

// gapFactor is how many times its usual distance a picture has to be late for those between to count as dropped.
const gapFactor = 1.8

func (m *meter) addPicture(s stream.Sample) {
	if step := s.DTS - m.lastPicture; m.hasPicture && step > 0 && step < maxGap {
		m.measure(step)
	}
	m.hasPicture = true
	m.lastPicture = s.DTS
	if !s.IsKey {
		return
	}
	if m.hasKey {
		m.keyInterval = s.DTS - m.lastKey
	}
	m.lastKey, m.hasKey = s.DTS, true
}

// rates are bits and pictures per second, lately.
func (m *meter) rates() (bitrate int64, fps float64) {
	if len(m.recent) < 2 {
		return 0, 0
	}
	first, last := m.recent[0].at, m.recent[len(m.recent)-1].at
	for _, r := range m.recent {
		first, last = min(first, r.at), max(last, r.at)
	}
	span := (last - first).Seconds()
	if span < minMeasuredSeconds {
		return 0, 0
	}
	size, pictures := 0, 0
	for _, r := range m.recent {
		size += r.size
		if r.isPicture {
			pictures++
		}
	}
	return int64(float64(size*8) / span), float64(max(0, pictures-1)) / span
}

// minMeasuredSeconds is the least that says something about a rate.
const minMeasuredSeconds = 0.5
