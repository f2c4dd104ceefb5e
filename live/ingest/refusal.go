package ingest

import (
	"errors"

	"lucarne/live/rtmp"
	"lucarne/platform/fault"
)

// Why connections end, in words for encoders and logs.
var (
	errStopping error = fault.New(fault.Unavailable, "The site is stopping: connect again in a moment")
	errReplaced error = fault.New(fault.Conflict, "The encoder came back on another connection")
	errEnded    error = fault.New(fault.Unavailable, "The broadcast was ended")
	errLost     error = fault.New(fault.Unavailable, "The connection to the encoder was lost")
)

// refusalCode is the code of a publish that is refused: BadName when another key may do, Denied when trying later may.
func refusalCode(err error) string {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.NotFound, fault.Conflict, fault.Invalid:
		return rtmp.BadName
	}
	return rtmp.Denied
}

// words are what the encoder is told of an error.
func words(err error) string {
	var known *fault.Error
	if errors.As(err, &known) && known.Kind != fault.Internal {
		return known.Message
	}
	return "The site cannot take the stream now"
}
