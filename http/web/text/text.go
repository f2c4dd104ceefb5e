// Package text gives every page its words: catalogues of messages, with plurals, numbers and dates as each language writes them.
//
// A catalogue is a folder named by a BCP 47 code, one file per page or subject: en/watch.json holds the keys watch.*.
// To add a message, add its key to the same file of every language, and use it whole in code, T("watch.views", "n", 3),
// so that it can be searched for. A value is a string with {placeholders}, or one string per plural form chosen by {n}:
//
//	"views": { "one": "{n} view", "other": "{n} views" }
//
// To add a language, copy en/ to a folder of its code, translate, and name the language in its site.json under "language".
// The tests tell of missing keys, differing placeholders, missing plural forms and keys nobody uses.
package text

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"lucarne/platform/clock"
)

//go:embed */*.json
var files embed.FS

// fallback is the language of a visitor who reads none of ours, and of a key another language misses.
const fallback = "en"

// Catalogues holds the messages of every language. It is safe for use by several goroutines.
type Catalogues struct {
	locales map[string]*Locale
	codes   []string
	matcher language.Matcher
}

// Language is one language a visitor may choose, by its code and its own name.
type Language struct{ Code, Name string }

// Load reads the embedded catalogues. It fails only when one of them is malformed.
func Load(c clock.Clock) (*Catalogues, error) { return load(files, c) }

func load(fsys fs.FS, c clock.Clock) (*Catalogues, error) {
	folders, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	all := &Catalogues{locales: map[string]*Locale{}}
	for _, folder := range folders {
		l, err := loadLocale(fsys, folder.Name(), c)
		if err != nil {
			return nil, fmt.Errorf("text %s: %w", folder.Name(), err)
		}
		all.locales[folder.Name()] = l
		all.codes = append(all.codes, folder.Name())
	}
	return all, all.link()
}

// link sets what depends on all the languages: their order, the matcher, and where a missing key is looked for.
func (c *Catalogues) link() error {
	base := c.locales[fallback]
	if base == nil {
		return fmt.Errorf("text: no catalogue for %q", fallback)
	}
	slices.SortFunc(c.codes, func(a, b string) int {
		if (a == fallback) != (b == fallback) {
			return map[bool]int{true: -1, false: 1}[a == fallback]
		}
		return strings.Compare(a, b)
	})
	tags := make([]language.Tag, 0, len(c.codes))
	for _, code := range c.codes {
		tags = append(tags, c.locales[code].tag)
		if code != fallback {
			c.locales[code].base = base
		}
	}
	c.matcher = language.NewMatcher(tags)
	return nil
}

// Languages lists the languages there are, the fallback first.
func (c *Catalogues) Languages() []Language {
	list := make([]Language, 0, len(c.codes))
	for _, code := range c.codes {
		list = append(list, Language{Code: code, Name: c.locales[code].T("site.language")})
	}
	return list
}

// Has tells whether there is a catalogue of that very code.
func (c *Catalogues) Has(code string) bool { return c.locales[code] != nil }

// Locale returns the language nearest to the wishes, the first that is understood winning. A wish is a code or a whole
// Accept-Language header (RFC 9110 §12.5.4); what cannot be parsed is passed over.
func (c *Catalogues) Locale(wishes ...string) *Locale {
	for _, wish := range wishes {
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := c.matcher.Match(tags...); confidence != language.No {
			return c.locales[c.codes[i]]
		}
	}
	return c.locales[fallback]
}

func loadLocale(fsys fs.FS, code string, c clock.Clock) (*Locale, error) {
	tag, err := language.Parse(code)
	if err != nil {
		return nil, err
	}
	l := newLocale(code, tag, c)
	names, err := fs.Glob(fsys, code+"/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := l.read(fsys, name); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *Locale) read(fsys fs.FS, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var messages map[string]message
	if err := json.Unmarshal(data, &messages); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	subject := strings.TrimSuffix(path.Base(name), ".json")
	for key, m := range messages {
		l.messages[subject+"."+key] = m
	}
	return nil
}
