package text

import (
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// message is one text, or one per plural form.
type message struct {
	only  string
	forms map[string]string
}

// UnmarshalJSON accepts a string or an object of plural forms.
func (m *message) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &m.only)
	}
	if err := json.Unmarshal(data, &m.forms); err != nil {
		return err
	}
	if m.forms["other"] == "" {
		return fmt.Errorf("a message with plural forms needs the form %q", "other")
	}
	return nil
}

// MarshalJSON gives back what was read, for the islands.
func (m message) MarshalJSON() ([]byte, error) {
	if m.forms != nil {
		return json.Marshal(m.forms)
	}
	return json.Marshal(m.only)
}

var formNames = map[plural.Form]string{
	plural.Other: "other", plural.Zero: "zero", plural.One: "one",
	plural.Two: "two", plural.Few: "few", plural.Many: "many",
}

// form picks the text for the count n.
func (m message) form(tag language.Tag, n int64) string {
	if m.forms == nil {
		return m.only
	}
	n = max(n, -n)
	// CLDR's rules look at the last digits; beyond 10⁷ the form is that of the remainder.
	digits := n
	if n >= 10_000_000 {
		digits = 10_000_000 + n%1_000_000
	}
	if s, ok := m.forms[formNames[plural.Cardinal.MatchPlural(tag, int(digits), 0, 0, 0, 0)]]; ok {
		return s
	}
	return m.forms["other"]
}

// fill puts the values in place of {name}. A placeholder without a value stays, so that the mistake is seen.
func fill(s string, values map[string]string) string {
	if len(values) == 0 || !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			break
		}
		length := strings.IndexByte(s[open:], '}')
		if length < 0 {
			break
		}
		value, ok := values[s[open+1:open+length]]
		if !ok {
			value = s[open : open+length+1]
		}
		b.WriteString(s[:open])
		b.WriteString(value)
		s = s[open+length+1:]
	}
	b.WriteString(s)
	return b.String()
}
