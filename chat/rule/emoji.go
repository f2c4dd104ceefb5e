package rule

import (
	"regexp"
	"unicode"
)

// shortname is how custom emoji are written.
var shortname = regexp.MustCompile(`:[\w-]+:`)

// IsEmojiOnly reports whether a text is made of emoji and white space and nothing else: those of Unicode, and ":name:" of those that
// isCustom knows by name.
func IsEmojiOnly(body string, isCustom func(name string) bool) bool {
	found := false
	rest := shortname.ReplaceAllStringFunc(body, func(written string) string {
		if !isCustom(written[1 : len(written)-1]) {
			return written
		}
		found = true
		return " "
	})
	runes := []rune(rest)
	for i, r := range runes {
		switch {
		case unicode.IsSpace(r), isJoiner(r):
		case isEmoji(r), isKeycap(runes[i:]):
			found = true
		default:
			return false
		}
	}
	return found
}

// isJoiner reports whether a character only shapes the emoji around it: joiners, variation selectors, tags of regional flags.
func isJoiner(r rune) bool {
	return r == 0x200D || r == 0xFE0F || r == 0x20E3 || r >= 0xE0020 && r <= 0xE007F
}

// isKeycap reports whether a digit or sign stands on a key (UTS #51 §1.4.1, emoji keycap sequence).
func isKeycap(text []rune) bool {
	if r := text[0]; r != '#' && r != '*' && (r < '0' || r > '9') {
		return false
	}
	return len(text) > 1 && text[1] == 0x20E3 || len(text) > 2 && text[1] == 0xFE0F && text[2] == 0x20E3
}
