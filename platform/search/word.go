package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxWordRunes is how much of a word counts.
const maxWordRunes = 64

// word is a run of letters and digits in lower case, accents kept.
type word struct {
	text          string
	isIdeographic bool // Chinese, Japanese, Korean: no spaces between words
}

// elided are the words French and English shorten at an apostrophe; they mean nothing alone.
var (
	elidedBefore = set("c d j l m n s t qu jusqu lorsqu puisqu quoiqu quelqu presqu aujourd")
	elidedAfter  = set("s t d m ll re ve hui")
	apostrophes  = strings.NewReplacer("\u2019", "'", "\u2018", "'", "\u02BC", "'", "\uFF07", "'", "`", "'", "\u00B4", "'")
	ligatures    = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "þ", "th", "ı", "i")
)

func set(spaced string) map[string]bool {
	all := make(map[string]bool)
	for _, one := range strings.Fields(spaced) {
		all[one] = true
	}
	return all
}

// words cuts a text at everything that is neither letter nor digit, and where a script without spaces begins or ends.
func words(text string) []word {
	text = strings.ToLower(norm.NFKC.String(apostrophes.Replace(text)))
	var found []word
	for _, piece := range strings.FieldsFunc(text, func(r rune) bool { return r != '\'' && !isWordRune(r) }) {
		for _, part := range unelided(strings.Split(piece, "'")) {
			found = append(found, byScript(part)...)
		}
	}
	return found
}

// unelided drops `l` of "l'été" and `s` of "John's".
func unelided(parts []string) []string {
	if len(parts) == 1 {
		return parts
	}
	var kept []string
	for i, part := range parts {
		isElided := i+1 < len(parts) && elidedBefore[part] || i > 0 && elidedAfter[part]
		if !isElided {
			kept = append(kept, part)
		}
	}
	return kept
}

// byScript separates ideographs from the letters around them.
func byScript(text string) []word {
	var found []word
	start, was := 0, false
	flush := func(end int) {
		// Marks alone would fold to nothing, which neither engine takes as a term.
		if clipped := clip(text[start:end]); strings.ContainsFunc(clipped, isLetterOrNumber) {
			found = append(found, word{text: clipped, isIdeographic: was})
		}
		start = end
	}
	for i, r := range text {
		is := isIdeographic(r)
		if is != was && !unicode.IsMark(r) {
			flush(i)
			was = is
		}
	}
	flush(len(text))
	return found
}

func clip(text string) string {
	if len(text) <= maxWordRunes {
		return text
	}
	if runes := []rune(text); len(runes) > maxWordRunes {
		return string(runes[:maxWordRunes])
	}
	return text
}

// fold takes a lower-case word to its bare letters.
func fold(text string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(ligatures.Replace(text)))
	return norm.NFC.String(bare)
}

func isWordRune(r rune) bool { return isLetterOrNumber(r) || unicode.IsMark(r) }

func isLetterOrNumber(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func isIdeographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// isLatin reports whether the stemmers know the letters of a folded word.
func isLatin(folded string) bool {
	for _, r := range folded {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return true
}
