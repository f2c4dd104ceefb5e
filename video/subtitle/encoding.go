package subtitle

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// toUTF8 decodes what editors save: UTF-8, UTF-16 with or without its mark, and Windows-1252 for anything else. The
// result has one kind of line end.
func toUTF8(data []byte) string {
	return strings.NewReplacer("\r\r\n", "\n", "\r\n", "\n", "\r", "\n", "\uFEFF", "").Replace(decoded(data))
}

func decoded(data []byte) string {
	if enc := encodingOf(data); enc != nil {
		text, err := enc.NewDecoder().Bytes(data)
		if err == nil {
			return strings.ToValidUTF8(string(text), "\uFFFD")
		}
	}
	return strings.ToValidUTF8(string(data), "\uFFFD")
}

// encodingOf is nil for UTF-8.
func encodingOf(data []byte) encoding.Encoding {
	sample := data[:min(len(data), 4096)]
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case mostlyZero(sample, 1):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case mostlyZero(sample, 0):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case !utf8.Valid(data):
		return charmap.Windows1252
	}
	return nil
}

// mostlyZero reports whether half of every second byte is zero: digits, spaces and arrows alone make that much of UTF-16.
func mostlyZero(sample []byte, from int) bool {
	zeros := 0
	for i := from; i < len(sample); i += 2 {
		if sample[i] == 0 {
			zeros++
		}
	}
	return zeros > 0 && zeros*4 >= len(sample)
}

// printable drops control characters; tabs and exotic line ends become spaces, so that a line stays a line.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return ' '
		case r == '\n':
			return r
		case r < ' ' || (r >= 0x7F && r < 0xA0) || r == '\uFEFF':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
