// Package constant holds the closed lists of the API: categories, licences, privacies and languages, with their labels.
package constant

import (
	"iter"
	"slices"

	"golang.org/x/text/language"
)

// Entry is one choice of a list: what the database keeps and what people read.
type Entry[K comparable] struct {
	ID      K
	English string
	French  string
}

// Label is the entry's name in the language; English when the language is neither English nor French.
func (e Entry[K]) Label(in language.Tag) string {
	if base, _ := in.Base(); base == frenchBase {
		return e.French
	}
	return e.English
}

var frenchBase, _ = language.French.Base()

// Table is an ordered list of entries that never changes.
type Table[K comparable] struct {
	entries []Entry[K]
	byID    map[K]int
}

func newTable[K comparable](entries []Entry[K]) Table[K] {
	byID := make(map[K]int, len(entries))
	for i, e := range entries {
		byID[e.ID] = i
	}
	return Table[K]{entries: entries, byID: byID}
}

// All walks the entries in the order they are shown.
func (t Table[K]) All() iter.Seq[Entry[K]] { return slices.Values(t.entries) }

// Len is the number of entries.
func (t Table[K]) Len() int { return len(t.entries) }

// Has reports whether the id is one of the list.
func (t Table[K]) Has(id K) bool {
	_, ok := t.byID[id]
	return ok
}

// Find gives the entry of an id, and false when the list has none.
func (t Table[K]) Find(id K) (Entry[K], bool) {
	i, ok := t.byID[id]
	if !ok {
		return Entry[K]{}, false
	}
	return t.entries[i], true
}

// Label is the name of an id in the language, "" when the list has no such id.
func (t Table[K]) Label(id K, in language.Tag) string {
	entry, ok := t.Find(id)
	if !ok {
		return ""
	}
	return entry.Label(in)
}
