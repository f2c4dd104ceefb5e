package relay

import (
	"errors"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// Phase is how far a target is.
type Phase string

// The phases.
const (
	Connecting Phase = "connecting" // or about to, with the first keyframe
	Live       Phase = "live"
	Retrying   Phase = "retrying" // it failed; another attempt follows
	Stopped    Phase = "stopped"  // there is no use in trying
)

// State is how a target does.
type State struct {
	ID     int64
	Phase  Phase
	Reason string    // why it is retried or stopped, in words for the owner, without the key
	Since  time.Time // of the phase; while retrying, since it was live or first tried
	Lost   int       // pictures left out since the connection did not take them
}

// reasonOf puts an error in words for the owner. Some servers repeat the key in what they say.
func reasonOf(err error, t Target) string {
	known := hopeless(err)
	if known == nil && !errors.As(err, &known) {
		return "The connection to the server was lost"
	}
	return redact(known.Message, t)
}

// redact takes the key out of a text.
func redact(text string, t Target) string {
	key := t.Key
	if key == "" {
		path, _, _ := strings.Cut(t.Address, "?")
		key = t.Address[strings.LastIndexByte(path, '/')+1:]
	}
	if key == "" {
		return text
	}
	return strings.ReplaceAll(text, key, "…")
}

// hopeless finds what no further attempt will mend: the address makes no sense or may not be reached, or the server does not take the
// codec. A refusal is none, since the owner may mend it on the other site.
func hopeless(err error) *fault.Error {
	var known *fault.Error
	for errors.As(err, &known) {
		if known.Kind == fault.Invalid || known.Kind == fault.Unsupported {
			return known
		}
		err = known.Unwrap()
	}
	return nil
}
