package whip

import (
	"bufio"
	"strings"

	"lucarne/platform/fault"
)

// Bounds of a fragment.
const (
	maxFragmentBytes = 16 << 10
	maxFragmentLines = 200
)

// readFragment finds the credentials in the body of a PATCH: application/trickle-ice-sdpfrag, RFC 8840 §9. Its candidates are not looked
// at, see withoutCandidates.
func readFragment(text string) (credentials, error) {
	if len(text) > maxFragmentBytes {
		return credentials{}, fault.New(fault.TooLarge, "The candidates take more than %d bytes", maxFragmentBytes)
	}
	var found credentials
	lines := bufio.NewScanner(strings.NewReader(text))
	for count := 0; lines.Scan(); count++ {
		line := strings.TrimRight(lines.Text(), "\r")
		if line != "" && (len(line) < 2 || line[1] != '=') || count == maxFragmentLines {
			return credentials{}, fault.New(fault.Invalid, "The candidates are not a fragment of a session description")
		}
		if value, is := strings.CutPrefix(line, "a=ice-ufrag:"); is && found.fragment == "" {
			found.fragment = value
		}
		if value, is := strings.CutPrefix(line, "a=ice-pwd:"); is && found.password == "" {
			found.password = value
		}
	}
	if lines.Err() != nil || !found.isValid() {
		return credentials{}, fault.New(fault.Invalid, "The candidates have no ICE credentials (ice-ufrag, ice-pwd)")
	}
	return found, nil
}

// writeFragment is what an answer says about ICE: the body that answers a restart.
func writeFragment(answer string) string {
	var b strings.Builder
	hasMedium := false
	for line := range strings.SplitSeq(answer, "\r\n") {
		switch {
		case strings.HasPrefix(line, "m="):
			if hasMedium { // all media are bundled with the first
				return b.String()
			}
			hasMedium = true
		case strings.HasPrefix(line, "a=ice-"), strings.HasPrefix(line, "a=mid:"), strings.HasPrefix(line, "a=candidate:"), line == "a=end-of-candidates":
		default:
			continue
		}
		b.WriteString(line + "\r\n")
	}
	return b.String()
}
