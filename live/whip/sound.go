package whip

import (
	"time"

	"lucarne/live/stream"
)

const soundRate = 48000 // RFC 7587 §4.1: of timestamps, whatever the encoder's rate

// opusTrack describes the sound: the content of the box dOps (Encapsulation of Opus in ISO Base Media File Format §4.3.2). RFC 7587 §7:
// the stream may turn from mono to stereo at any packet, so it is announced as stereo, which decodes both.
func opusTrack() stream.Track {
	return stream.Track{
		ID: soundTrack, Codec: stream.Opus, SampleRate: soundRate, Channels: 2,
		// Version 0, 2 channels, nothing to skip (RTP says when each frame is heard), 48,000 Hz, no gain, mapping family 0.
		Config: []byte{0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0},
	}
}

// sound makes the sample of an Opus packet.
func sound(payload []byte, at time.Duration) stream.Sample {
	return stream.Sample{Track: soundTrack, DTS: at, IsKey: true, Data: payload}
}
