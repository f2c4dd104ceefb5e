package markdown

import (
	"strings"
	"unicode"
)

// TruncatedLength is the length of PeerTube's truncatedDescription.
const TruncatedLength = 250

const ellipsis = "..."

// Truncate shortens a text to at most n characters, the ellipsis included, ending with a whole word where there is one.
// A text that fits is returned as it is.
func Truncate(source string, n int) string {
	if len(source) <= n || n < 0 {
		return source[:max(0, min(n, len(source)))]
	}
	runes := []rune(source[:min(len(source), 4*n+4)]) // a character has at most four bytes
	if len(runes) <= n {
		return source
	}
	if n <= len(ellipsis) {
		return string(runes[:n])
	}
	kept := runes[:n-len(ellipsis)]
	if end := lastSpace(runes[:len(kept)+1]); end > 0 {
		kept = kept[:end]
	}
	return strings.TrimRightFunc(string(kept), func(r rune) bool { return unicode.IsSpace(r) || r == ',' }) + ellipsis
}

func lastSpace(runes []rune) int {
	for i := len(runes) - 1; i > 0; i-- {
		if unicode.IsSpace(runes[i]) {
			return i
		}
	}
	return 0
}
