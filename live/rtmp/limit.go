package rtmp

import "time"

// What a peer may make us hold or wait for. The times are defaults, which options change.
const (
	// MaxVideoBytes bounds one picture: a key frame at 4K and 100 Mbit/s is below 4 MiB.
	MaxVideoBytes = 8 << 20
	// MaxAudioBytes bounds one frame of sound.
	MaxAudioBytes = 256 << 10
	// MaxCommandBytes bounds a command, metadata, and any message of a connection that does not publish yet.
	MaxCommandBytes = 64 << 10
	// MaxControlBytes bounds a protocol control message; the longest known has 10 bytes.
	MaxControlBytes = 64
	// MaxPartialBytes bounds the unfinished messages of one connection that does not publish yet.
	MaxPartialBytes = 128 << 10
	// MaxChunkStreams bounds the chunk streams of one connection; encoders use up to six.
	MaxChunkStreams = 16
	// MaxCommands bounds what may be asked before publishing; OBS asks five times.
	MaxCommands = 32

	// SetupTimeout is how long an encoder may take from the first byte to its publish command.
	SetupTimeout = 10 * time.Second
	// IdleTimeout is how long a publishing encoder may send nothing whole.
	IdleTimeout = 30 * time.Second
	// WriteTimeout is how long the peer may refuse to take what we send.
	WriteTimeout = 10 * time.Second
)

const (
	initialChunkSize = 128     // RTMP §5.4.1
	minChunkSize     = 128     // RTMP §5.4.1: "SHOULD be at least 128"; smaller ones only cost us time
	maxChunkSize     = 1 << 24 // a message has no more
	writeChunkSize   = 4096    // what OBS uses, so every server takes it
	windowSize       = 2_500_000
	minWindowSize    = 64 << 10 // a smaller window would make us acknowledge every message

	maxDepth     = 16   // of values within values
	maxValues    = 2048 // in one message
	maxTextShown = 300  // of what the other side says, in our messages
)
