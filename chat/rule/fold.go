package rule

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folded is a text in the forms words are looked for in: without case, accents, invisible and look-alike characters; then also with
// digits and signs read as the letters they stand for. "1" is read both ways.
type folded struct {
	readings []reading // the first one leaves digits what they are
}

// reading is a text in one form, with its words.
type reading struct {
	text  string
	words []string // each once
}

func read(text string) reading {
	words := strings.FieldsFunc(text, func(r rune) bool { return !isWordRune(r) })
	slices.Sort(words)
	return reading{text, slices.Compact(words)}
}

var leet = strings.NewReplacer("0", "o", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "@", "a", "$", "s", "€", "e", "!", "i", "+", "t")

func fold(text string) folded {
	plain := Normal(text)
	f := folded{readings: []reading{read(plain)}}
	if asI := lettersOf(plain, "i"); asI != plain {
		f.readings = append(f.readings, read(asI), read(lettersOf(plain, "l")))
	}
	return f
}

func lettersOf(normal, one string) string { return strings.ReplaceAll(leet.Replace(normal), "1", one) }

// Normal gives the form in which texts that look the same are the same: lower case, no accents, nothing invisible, look-alikes of
// other scripts as Latin letters, white space as single spaces. Nicknames are compared in it too.
func Normal(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	space := false
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Me, r), isBlank(r):
			continue
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteString(latin(unicode.ToLower(r)))
	}
	return b.String()
}

// isBlank reports letters and signs that show nothing: Hangul fillers and the empty Braille cell.
func isBlank(r rune) bool {
	return r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || r == 0x2800
}

// pairs are letters that pass for one other.
var pairs = strings.NewReplacer("rn", "m", "vv", "w", "i", "l", "|", "l")

// Skeleton is what is left of a name when all that a hurried reader overlooks is: the same for names one can be taken for the other.
func Skeleton(name string) string {
	letters := strings.Map(func(r rune) rune {
		if r == '|' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, lettersOf(Normal(name), "l"))
	return pairs.Replace(letters)
}

// lookalikes are letters of other scripts, and Latin ones without a decomposition, by the Latin letters they pass for
// (a part of Unicode's confusables, UTS #39).
var lookalikes = map[rune]string{
	'а': "a", 'в': "b", 'с': "c", 'ԁ': "d", 'е': "e", 'һ': "h", 'і': "i", 'ј': "j", 'к': "k", 'ӏ': "l", 'м': "m", 'н': "h", 'о': "o", 'р': "p",
	'ѕ': "s", 'т': "t", 'υ': "u", 'ѵ': "v", 'ԝ': "w", 'х': "x", 'у': "y", 'ԛ': "q",
	'α': "a", 'β': "b", 'ε': "e", 'η': "n", 'ι': "i", 'κ': "k", 'ν': "v", 'ο': "o", 'ρ': "p", 'τ': "t", 'χ': "x", 'γ': "y", 'ω': "w",
	'ø': "o", 'đ': "d", 'ł': "l", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ɑ': "a", 'ɡ': "g", 'ɩ': "i", 'ᴏ': "o",
	'’': "'", '‘': "'", '‐': "-", '‑': "-", '–': "-", '—': "-",
}

func latin(r rune) string {
	if l, ok := lookalikes[r]; ok {
		return l
	}
	return string(r)
}
