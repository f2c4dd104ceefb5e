// Package broadcast keeps what is on air: it lets encoders in by their stream key, hands what they send to the packager, the ladder and the
// relays, carries the show over while an encoder is gone, watches the limits and ends it, down to the recording.
package broadcast
