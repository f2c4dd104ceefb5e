// Package search makes words findable whatever their accents, form or case, in French and English, the same way in both
// database engines: the index column holds Terms, the question is rendered by SQLiteFTS or PostgresTSQuery.
package search

import (
	"slices"
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/french"
)

// Bounds of what is indexed and asked; what lies beyond is not looked at.
const (
	MaxTextBytes  = 256 << 10
	MaxTerms      = 20_000
	MaxTermsBytes = 512 << 10 // PostgreSQL refuses a tsvector of 1 MB
	MaxQueryBytes = 1 << 10
	MaxQueryWords = 16
)

// Terms is the text as its index column holds it: every word folded, and its stems, once each, separated by spaces. Put it
// in an FTS5 table of the unicode61 tokenizer, or through to_tsvector('simple', …).
func Terms(text string) string {
	seen := make(map[string]bool)
	var terms []string
	size := 0
	for _, w := range words(cut(text, MaxTextBytes)) {
		for _, term := range w.indexed() {
			if seen[term] {
				continue
			}
			if size += len(term) + 1; size > MaxTermsBytes || len(terms) == MaxTerms {
				return strings.Join(terms, " ")
			}
			seen[term] = true
			terms = append(terms, term)
		}
	}
	return strings.Join(terms, " ")
}

// indexed are the terms a word is found by.
func (w word) indexed() []string {
	if w.isIdeographic {
		return append(grams(w.text, 1), grams(w.text, 2)...)
	}
	return forms(w.text)
}

// grams are the runs of n characters in a text, none when it is shorter. Scripts without spaces are searched by them.
func grams(text string, n int) []string {
	runes := []rune(text)
	var all []string
	for i := 0; i+n <= len(runes); i++ {
		all = append(all, string(runes[i:i+n]))
	}
	return all
}

// forms are the folded word and its stems, each once. The French stemmer reads accents, which a hurried reader does not
// type: the word is stemmed with and without them.
func forms(text string) []string {
	folded := fold(text)
	all := []string{folded}
	if !isLatin(folded) {
		return all
	}
	for _, stemmed := range []string{fold(stem(text, french.Stem)), stem(folded, french.Stem), stem(folded, english.Stem)} {
		if stemmed != "" && !slices.Contains(all, stemmed) {
			all = append(all, stemmed)
		}
	}
	return all
}

func stem(text string, by func(*snowballstem.Env) bool) string {
	env := snowballstem.NewEnv(text)
	by(env)
	return env.Current()
}

func cut(text string, maxBytes int) string {
	return strings.ToValidUTF8(text[:min(len(text), maxBytes)], " ")
}
