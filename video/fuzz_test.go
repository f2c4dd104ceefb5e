package video_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"lucarne/video"
)

// FuzzFoldTag holds folding to its promise: the same whatever the case, and folding again changes nothing.
func FuzzFoldTag(f *testing.F) {
	for _, seed := range []string{"", "Été", "ÉTÉ", " spaced ", "ﬁn", "東京", "\xff", "İstanbul", "ß", "e\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		folded := video.FoldTag(tag)
		if !utf8.ValidString(tag) {
			return
		}
		if again := video.FoldTag(folded); again != folded {
			t.Errorf("%q: folded %q, then %q", tag, folded, again)
		}
	})
}

func FuzzParseSort(f *testing.F) {
	for _, seed := range []string{"", "-", "name", "-views", "--views", "random", "match", "v.id; DROP TABLE video"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sort, err := video.ParseSort(text)
		if err == nil && strings.ContainsAny(sort.By, " ;.'\"") {
			t.Errorf("%q gives the order %q", text, sort.By)
		}
	})
}
