package broadcast

import (
	"time"

	"lucarne/live/packager"
	"lucarne/live/relay"
)

// Health is how a broadcast does, for its owner.
type Health struct {
	StartedAt   time.Time     // zero while nothing can be watched yet
	IsConnected bool          // an encoder sends
	ConnectedAt time.Time     // since when
	GoneAt      time.Time     // since when none does
	Protocol    string        // of the latest encoder: "rtmp", "rtmps" or "whip"
	Encoder     string        // what it calls itself; may be empty
	Bitrate     int64         // bits per second, lately
	FrameRate   float64       // pictures per second, lately
	KeyInterval time.Duration // between the last two keyframes; 0 before
	Dropped     int           // pictures the encoder left out
	Renditions  []packager.RenditionHealth
	Left        []Left        // renditions that are not made, since the machine cannot keep up
	Relays      []relay.State // by the ids of live.Relay
	Incomplete  error         // why the recording lacks something; nil when it does not
}

// Left is a rendition that was given up.
type Left struct {
	Resolution int // as PeerTube counts it
	Why        string
}

func (b *Broadcast) health() Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := Health{
		StartedAt: b.startedAt, Protocol: b.from.Protocol, Encoder: b.from.Encoder, KeyInterval: b.meter.keyInterval, Dropped: b.meter.dropped,
	}
	if err := b.incomplete.Load(); err != nil {
		h.Incomplete = *err
	}
	if b.encoder != nil {
		h.IsConnected, h.ConnectedAt = true, b.encoder.connectedAt
		if !b.encoder.isSilent(b.o.Clock.Now()) {
			h.Bitrate, h.FrameRate = b.meter.rates()
		}
	} else {
		h.GoneAt = b.goneAt
	}
	if b.line != nil {
		h.Renditions, h.Left, h.Relays = b.line.packager.Health(), b.line.givenUp(), b.line.relay.States()
	}
	return h
}
