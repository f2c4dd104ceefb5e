package signature

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// The part of RFC 8941 (structured fields) that signatures are written in: dictionaries of items and of inner lists of strings, with
// parameters. Numbers with a fraction do not occur in them and are refused.

// Bounds on what is read of one field.
const (
	maxFieldBytes = 8 << 10
	maxMembers    = 16
	maxListItems  = 64
	maxParameters = 16
)

// token is a bare word, unlike a quoted string.
type token string

// item is a value with its parameters: string, token, int64, bool or []byte.
type item struct {
	value  any
	params []parameter
}

type parameter struct {
	name  string
	value any
}

// member is one entry of a dictionary: an item, or an inner list with the parameters in item.
type member struct {
	name   string
	isList bool
	list   []item
	item   item
}

func (i item) param(name string) (any, bool) {
	for _, p := range i.params {
		if p.name == name {
			return p.value, true
		}
	}
	return nil, false
}

// parseDictionary reads a whole field (RFC 8941 §4.2.2). A name that is given twice is refused rather than replaced: the senders we know never
// do it, and two readers could disagree on which counts.
func parseDictionary(field string) ([]member, *Refusal) {
	if len(field) > maxFieldBytes {
		return nil, refuse(Malformed, "The signature headers are too long")
	}
	s := &scanner{rest: strings.Trim(field, " ")}
	var members []member
	for s.rest != "" {
		m, ok := s.member()
		if !ok || len(members) == maxMembers || named(members, m.name) {
			return nil, refuse(Malformed, "The signature headers cannot be read")
		}
		members = append(members, m)
		s.rest = strings.TrimLeft(s.rest, " \t")
		if s.rest == "" {
			break
		}
		if !s.skip(',') || strings.TrimLeft(s.rest, " \t") == "" {
			return nil, refuse(Malformed, "The signature headers cannot be read")
		}
		s.rest = strings.TrimLeft(s.rest, " \t")
	}
	return members, nil
}

func named(members []member, name string) bool {
	for _, m := range members {
		if m.name == name {
			return true
		}
	}
	return false
}

func find(members []member, name string) (member, bool) {
	for _, m := range members {
		if m.name == name {
			return m, true
		}
	}
	return member{}, false
}

type scanner struct{ rest string }

func (s *scanner) skip(c byte) bool {
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) member() (member, bool) {
	name, ok := s.key()
	if !ok {
		return member{}, false
	}
	m := member{name: name, item: item{value: true}}
	if s.skip('=') {
		if s.skip('(') {
			m.isList, m.item.value = true, nil
			m.list, ok = s.innerList()
		} else {
			m.item.value, ok = s.bare()
		}
	}
	if ok {
		m.item.params, ok = s.parameters()
	}
	return m, ok
}

func (s *scanner) innerList() ([]item, bool) {
	var list []item
	for {
		s.rest = strings.TrimLeft(s.rest, " ")
		if s.skip(')') {
			return list, true
		}
		value, ok := s.bare()
		if !ok || len(list) == maxListItems {
			return nil, false
		}
		params, ok := s.parameters()
		if !ok || s.rest == "" || s.rest[0] != ' ' && s.rest[0] != ')' {
			return nil, false
		}
		list = append(list, item{value: value, params: params})
	}
}

func (s *scanner) parameters() ([]parameter, bool) {
	var params []parameter
	for s.skip(';') {
		s.rest = strings.TrimLeft(s.rest, " ")
		name, ok := s.key()
		if !ok || len(params) == maxParameters {
			return nil, false
		}
		if _, twice := (item{params: params}).param(name); twice {
			return nil, false
		}
		var value any = true
		if s.skip('=') {
			if value, ok = s.bare(); !ok {
				return nil, false
			}
		}
		params = append(params, parameter{name, value})
	}
	return params, true
}

func (s *scanner) key() (string, bool) {
	if s.rest == "" || !isLower(s.rest[0]) && s.rest[0] != '*' {
		return "", false
	}
	return s.take(func(c byte) bool { return isLower(c) || isDigit(c) || strings.IndexByte("_-.*", c) >= 0 }), true
}

func (s *scanner) take(wanted func(byte) bool) string {
	n := 0
	for n < len(s.rest) && wanted(s.rest[n]) {
		n++
	}
	taken := s.rest[:n]
	s.rest = s.rest[n:]
	return taken
}

func (s *scanner) bare() (any, bool) {
	if s.rest == "" {
		return nil, false
	}
	switch c := s.rest[0]; {
	case c == '"':
		return s.quoted()
	case c == ':':
		return s.bytes()
	case c == '?':
		return s.boolean()
	case c == '-' || isDigit(c):
		return s.integer()
	case isLower(c|0x20) || c == '*':
		return token(s.take(func(c byte) bool {
			return isLower(c|0x20) || isDigit(c) || strings.IndexByte("!#$%&'*+-.^_`|~:/", c) >= 0
		})), true
	}
	return nil, false
}

func (s *scanner) quoted() (any, bool) {
	var text strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return text.String(), true
		case c == '\\':
			i++
			if i == len(s.rest) || s.rest[i] != '"' && s.rest[i] != '\\' {
				return nil, false
			}
			text.WriteByte(s.rest[i])
		case c < 0x20 || c > 0x7e:
			return nil, false
		default:
			text.WriteByte(c)
		}
	}
	return nil, false
}

func (s *scanner) bytes() (any, bool) {
	encoded, after, closed := strings.Cut(s.rest[1:], ":")
	if !closed {
		return nil, false
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, false
	}
	s.rest = after
	return decoded, true
}

func (s *scanner) boolean() (any, bool) {
	if len(s.rest) < 2 || s.rest[1] != '0' && s.rest[1] != '1' {
		return nil, false
	}
	value := s.rest[1] == '1'
	s.rest = s.rest[2:]
	return value, true
}

func (s *scanner) integer() (any, bool) {
	sign := ""
	if s.skip('-') {
		sign = "-"
	}
	digits := s.take(isDigit)
	if len(digits) > 15 || s.rest != "" && s.rest[0] == '.' { // RFC 8941 §3.3.1: fifteen digits
		return nil, false
	}
	n, err := strconv.ParseInt(sign+digits, 10, 64)
	return n, err == nil
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// serialize writes an inner list as RFC 8941 §4.1.1.1 does: the text that goes under the signature.
func (m member) serialize() string {
	var b strings.Builder
	b.WriteByte('(')
	for i, it := range m.list {
		if i > 0 {
			b.WriteByte(' ')
		}
		writeBare(&b, it.value)
		writeParameters(&b, it.params)
	}
	b.WriteByte(')')
	writeParameters(&b, m.item.params)
	return b.String()
}

func writeParameters(b *strings.Builder, params []parameter) {
	for _, p := range params {
		b.WriteString(";" + p.name)
		if p.value != true {
			b.WriteByte('=')
			writeBare(b, p.value)
		}
	}
}

var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func writeBare(b *strings.Builder, value any) {
	switch v := value.(type) {
	case string:
		b.WriteString(`"` + quoting.Replace(v) + `"`)
	case token:
		b.WriteString(string(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case []byte:
		b.WriteString(":" + base64.StdEncoding.EncodeToString(v) + ":")
	case bool:
		if v {
			b.WriteString("?1")
		} else {
			b.WriteString("?0")
		}
	}
}
