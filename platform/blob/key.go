package blob

import (
	"strings"
	"unicode/utf8"

	"lucarne/platform/fault"
)

const (
	maxKeyBytes     = 900 // S3 allows 1024 together with the prefix of the bucket
	maxSegmentBytes = 255 // NAME_MAX of the usual file systems
)

// ValidateKey says whether key may name a file: a relative slash-separated path in UTF-8, without empty segments, without
// segments that begin with a dot ("..", hidden files, our own staging folder), backslashes or control characters.
func ValidateKey(key string) error {
	if key == "" || len(key) > maxKeyBytes || !utf8.ValidString(key) {
		return invalidKey()
	}
	for segment := range strings.SplitSeq(key, "/") {
		if !isSegment(segment) {
			return invalidKey()
		}
	}
	return nil
}

func isSegment(s string) bool {
	if s == "" || len(s) > maxSegmentBytes || s[0] == '.' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\\' })
}

func validateListing(prefix string) error {
	if prefix == "" {
		return nil
	}
	return ValidateKey(prefix)
}

// The message does not repeat the key: it may come from outside.
func invalidKey() error { return fault.New(fault.Invalid, "This is not a valid file name") }
