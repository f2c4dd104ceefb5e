package xmpp

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// place is where a text stands, which decides what is replaced in it.
type place int

const (
	inText place = iota
	inAttribute
	inCDATA
)

// decode resolves references and line ends (XML 1.0 §2.11, §3.3.3, §4.6) and refuses what no XML may hold. A text without any of these is
// returned as it is.
func decode(raw string, place place) (string, error) {
	special := false
	for i := 0; i < len(raw); {
		c := raw[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(raw[i:])
			if !isChar(r) {
				return "", ErrNotWellFormed
			}
			i += size
			continue
		}
		if c < ' ' && !isSpace(c) {
			return "", ErrNotWellFormed
		}
		special = special || c == '&' || c == '\r' || place == inAttribute && c < ' '
		i++
	}
	if place == inText && strings.Contains(raw, "]]>") {
		return "", ErrNotWellFormed
	}
	if !special {
		return raw, nil
	}
	return replace(raw, place)
}

func replace(raw string, place place) (string, error) {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '&' && place != inCDATA:
			end := strings.IndexByte(raw[i:], ';')
			if end < 0 {
				return "", ErrNotWellFormed
			}
			r, err := reference(raw[i+1 : i+end])
			if err != nil {
				return "", err
			}
			b.WriteRune(r)
			i += end
		case c == '\r' && i+1 < len(raw) && raw[i+1] == '\n':
			// The line feed that follows stands for both.
		case c == '\r' && place != inAttribute:
			b.WriteByte('\n')
		case isSpace(c) && place == inAttribute:
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// maxReferenceBytes is longer than any reference to a character has to be.
const maxReferenceBytes = 12

// reference reads what stands between "&" and ";". RFC 6120 §11.1: no entities but the five that XML predefines.
func reference(text string) (rune, error) {
	switch text {
	case "amp":
		return '&', nil
	case "lt":
		return '<', nil
	case "gt":
		return '>', nil
	case "quot":
		return '"', nil
	case "apos":
		return '\'', nil
	}
	digits, isNumber := strings.CutPrefix(text, "#")
	if !isNumber {
		return 0, ErrRestrictedXML
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	number, err := strconv.ParseUint(digits, base, 21)
	if err != nil || len(text) > maxReferenceBytes || !isChar(rune(number)) {
		return 0, ErrNotWellFormed
	}
	return rune(number), nil
}

// isChar says what may stand in XML 1.0 (§2.2).
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= utf8.MaxRune
}
