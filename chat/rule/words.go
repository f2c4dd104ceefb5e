package rule

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mode is how the entries of a word list are looked for.
type Mode string

// The modes. The zero Mode is Whole.
const (
	Whole   Mode = ""        // as words of their own
	Plain   Mode = "plain"   // anywhere, inside other words too
	Pattern Mode = "pattern" // as RE2 regular expressions, without case
)

// WordList is forbidden words: all of them are looked for without case, accents, look-alikes and digits in place of letters.
type WordList struct {
	Policy
	Label    string
	Language string // "" any
	Mode     Mode
	Entries  []string
	Comments string // for moderators
}

// minLeetRunes spares short words the reading of digits as letters: too many numbers would be words.
const minLeetRunes = 3

// maxSteps bounds the patterns of all lists together, by the instructions of their programs.
const maxSteps = 2000

type matcher struct {
	list     WordList
	entries  []string            // normal form; looked for one by one
	phrases  map[string][]string // of whole words, by the first one
	patterns []*regexp.Regexp
	steps    int // of all patterns
}

func newMatcher(list WordList) (matcher, error) {
	m := matcher{list: list, phrases: make(map[string][]string)}
	if len(list.Entries) > MaxEntries {
		return m, fmt.Errorf("more than %d entries", MaxEntries)
	}
	for _, entry := range list.Entries {
		if err := m.add(strings.TrimSpace(entry)); err != nil {
			return m, err
		}
	}
	return m, nil
}

func (m *matcher) add(entry string) error {
	if utf8.RuneCountInString(entry) > MaxEntryRunes {
		return fmt.Errorf("an entry is longer than %d characters", MaxEntryRunes)
	}
	switch m.list.Mode {
	case Pattern:
		return m.addPattern(entry)
	case Whole, Plain:
		m.addText(Normal(entry))
		return nil
	default:
		return fmt.Errorf("unknown mode %q", m.list.Mode)
	}
}

func (m *matcher) addText(entry string) {
	first := firstWord(entry)
	switch {
	case entry == "":
	case m.list.Mode == Plain || first == "":
		m.entries = append(m.entries, entry)
	default:
		m.phrases[first] = append(m.phrases[first], entry)
	}
}

// firstWord is the word a text begins with, "" when it begins with something else.
func firstWord(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool { return !isWordRune(r) })
	if end < 0 {
		return text
	}
	return text[:end]
}

func (m *matcher) addPattern(entry string) error {
	if entry == "" {
		return nil
	}
	pattern, err := regexp.Compile("(?i)" + entry)
	if err != nil {
		return err
	}
	if m.steps += stepsOf("(?i)" + entry); m.steps > maxSteps {
		return fmt.Errorf("the expressions take too long: the last one was %s", entry)
	}
	if pattern.MatchString("") {
		return errors.New("the expression " + entry + " matches every message")
	}
	m.patterns = append(m.patterns, pattern)
	return nil
}

// stepsOf is how many instructions an expression has, which is what each character of a text costs at worst (RE2).
func stepsOf(expression string) int {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return maxSteps + 1
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return maxSteps + 1
	}
	return len(program.Inst)
}

func (m matcher) matches(body string, text folded) bool {
	for _, p := range m.patterns {
		if p.MatchString(body) || p.MatchString(text.readings[0].text) {
			return true
		}
	}
	for i, reading := range text.readings {
		if m.findsIn(reading, i > 0) {
			return true
		}
	}
	return false
}

// findsIn looks for entries in one reading of a text; short ones are not looked for where digits are read as letters.
func (m matcher) findsIn(r reading, isLeet bool) bool {
	finds := func(entry string) bool {
		return (!isLeet || utf8.RuneCountInString(entry) >= minLeetRunes) && m.finds(r.text, entry)
	}
	if slices.ContainsFunc(m.entries, finds) {
		return true
	}
	for _, word := range r.words {
		if slices.ContainsFunc(m.phrases[word], finds) {
			return true
		}
	}
	return false
}

func (m matcher) finds(text, entry string) bool {
	if m.list.Mode == Plain {
		return strings.Contains(text, entry)
	}
	for from := 0; ; {
		at := strings.Index(text[from:], entry)
		if at < 0 {
			return false
		}
		start, end := from+at, from+at+len(entry)
		if isBorder(text, start) && isBorder(text, end) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[start:])
		from = start + size
	}
}

// isBorder reports whether no word goes on over the place.
func isBorder(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	return !isWordRune(before) || !isWordRune(after) || at == 0 || at == len(text)
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
