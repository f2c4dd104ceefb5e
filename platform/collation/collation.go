// Package collation orders names as readers of French and English expect, in any database.
package collation

import (
	"encoding/hex"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// maxRunes is how much of a name counts: later differences leave the order open.
const maxRunes = 200

// collators are pooled: one is not safe for concurrent use, and making one reads a table.
var collators = sync.Pool{New: func() any { return collate.New(language.Und, collate.Numeric) }}

// Key is a text whose bytewise order (BINARY in SQLite, COLLATE "C" in PostgreSQL) is the order of names: letters first,
// then accents, then case, and numbers by value. Equal keys are names no reader tells apart. It is safe for concurrent use.
func Key(name string) string {
	collator := collators.Get().(*collate.Collator)
	defer collators.Put(collator)
	var buffer collate.Buffer
	return hex.EncodeToString(collator.KeyFromString(&buffer, bounded(name)))
}

// bounded is the part of a name that is sorted by, without what surrounds it or cannot be seen.
func bounded(name string) string {
	name = name[:min(len(name), 16*maxRunes)] // so that a megabyte is not decoded for its first words
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if runes := []rune(name); len(runes) > maxRunes {
		name = string(runes[:maxRunes])
	}
	return name
}
