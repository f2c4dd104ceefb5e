package video

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Bounds of tags; lengths in characters.
const (
	maxTags      = 5
	minTagLength = 2
	maxTagLength = 30
)

func areTags(tags []string) bool {
	if len(tags) > maxTags {
		return false
	}
	for _, tag := range tags {
		if !hasLength(tag, minTagLength, maxTagLength) || strings.TrimSpace(tag) == "" {
			return false
		}
	}
	return true
}

// FoldTag is the form two tags share when readers would call them the same: lower case, without accents.
func FoldTag(tag string) string {
	bare, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), strings.ToLower(strings.TrimSpace(tag)))
	if err != nil {
		return strings.ToLower(tag)
	}
	return bare
}

func foldTags(tags []string) []string {
	folded := make([]string, len(tags))
	for i, tag := range tags {
		folded[i] = FoldTag(tag)
	}
	return folded
}
