package ingest

import (
	"context"
	"net/netip"

	"lucarne/live/stream"
)

// Request is an encoder asking to go on air.
type Request struct {
	Key      string // the stream key, as sent: hostile, of any content
	Protocol string // "rtmp", "rtmps" or "whip"
	Remote   netip.Addr
	Encoder  string // what it calls itself, cut to a sane length; may be empty
}

// Admitter decides who goes on air. It is safe for concurrent use.
//
// The message of the error is shown to the encoder: fault.Forbidden for an unknown or wrong key (one answer for both), fault.Conflict
// when another encoder is sending, fault.Unavailable when a limit is reached.
type Admitter interface {
	Admit(ctx context.Context, r Request) (Publication, error)
}

// Publication is one encoder on air, from its admission to Close. Start and Write are called by one goroutine at a time; Close is called
// once, after the last of them.
type Publication interface {
	stream.Sink
	// Done is closed when the broadcast was ended by us (force end, limit, blocked): the ingest then closes the connection.
	Done() <-chan struct{}
	// Reason tells why Done was closed, in words for the encoder; nil before.
	Reason() error
	// Close says that the encoder is gone: nil when it said goodbye, otherwise why it dropped.
	Close(err error)
}
