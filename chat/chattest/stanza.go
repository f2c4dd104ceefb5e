package chattest

import (
	"bytes"
	"strconv"
	"strings"
)

// Stanza is one element as it came over the wire. It is searched, not parsed: a client of thousands has no time for trees. The server
// escapes what people write, so a tag that is found is one.
type Stanza []byte

// Is reports whether the stanza is an element of a name, as written: "message", "stream:features".
func (s Stanza) Is(name string) bool {
	return len(s) > len(name)+1 && s[0] == '<' && string(s[1:1+len(name)]) == name && endsName(s[1+len(name)])
}

func endsName(b byte) bool {
	return b == ' ' || b == '>' || b == '/' || b == '\n' || b == '\t' || b == '\r'
}

// tag is what stands between < and > of the element's beginning.
func (s Stanza) tag() []byte {
	quote := byte(0)
	for i, b := range s {
		switch {
		case quote == 0 && b == '>':
			return s[:i]
		case quote == 0 && (b == '"' || b == '\''):
			quote = b
		case b == quote:
			quote = 0
		}
	}
	return s
}

// raw is the value of an attribute of the element itself, as written; nil when it is not there.
func (s Stanza) raw(name string) []byte {
	tag := s.tag()
	for {
		at := bytes.IndexByte(tag, '=')
		if at < 0 || at+2 > len(tag) {
			return nil
		}
		left, value := tag[:at], tag[at+1:]
		quote := value[0]
		end := bytes.IndexByte(value[1:], quote)
		if end < 0 {
			return nil
		}
		if is, found := bytes.CutSuffix(left, []byte(name)); found && len(is) > 0 && endsName(is[len(is)-1]) {
			return value[1 : 1+end]
		}
		tag = value[end+2:]
	}
}

// Attr is the value of an attribute of the element itself, "" when it is not there.
func (s Stanza) Attr(name string) string { return unescape(s.raw(name)) }

// Number is the value of an attribute that is a number; 0 when it is not there.
func (s Stanza) Number(name string) int64 {
	n, _ := strconv.ParseInt(string(s.raw(name)), 10, 64)
	return n
}

// Child is the first element of a name and a namespace within the stanza, at any depth; the namespace does not matter when it is "". nil
// when there is none. What is given goes on to the end of the stanza.
func (s Stanza) Child(name, space string) Stanza {
	for tag := s.following(); tag != nil; tag = tag.following() {
		if tag.Is(name) && (space == "" || string(tag.raw("xmlns")) == space) {
			return tag
		}
	}
	return nil
}

// following goes on to the next tag; nil after the last.
func (s Stanza) following() Stanza {
	if len(s) == 0 {
		return nil
	}
	at := bytes.IndexByte(s[1:], '<')
	if at < 0 {
		return nil
	}
	return s[1+at:]
}

// Body is what a message says, as written on the wire; nil when it says nothing.
func (s Stanza) Body() []byte { return s.Child("body", "").text() }

// Text is what stands in the element before any other.
func (s Stanza) Text() string { return unescape(s.text()) }

func (s Stanza) text() []byte {
	tag := s.tag()
	if len(tag) == len(s) || len(tag) == 0 || tag[len(tag)-1] == '/' {
		return nil
	}
	text := s[len(tag)+1:]
	if end := bytes.IndexByte(text, '<'); end >= 0 {
		return text[:end]
	}
	return text
}

// ID is the number the room gave the message (XEP-0359), and 0 where there is none or it is no number.
func (s Stanza) ID() int64 { return s.Child("stanza-id", "urn:xmpp:sid:0").Number("id") }

// Seq is the number of the event, for who comes back; 0 elsewhere than in a room of Lucarne.
func (s Stanza) Seq() int64 { return s.Child("event", spaceChat).Number("seq") }

// Refusal is the error of a stanza of type error; nil for others.
func (s Stanza) Refusal() *Refusal {
	if string(s.raw("type")) != "error" {
		return nil
	}
	told := s.Child("error", "")
	r := &Refusal{Type: told.Attr("type"), Text: told.Child("text", spaceStanzas).Text()}
	for tag := told.following(); tag != nil; tag = tag.following() {
		if string(tag.raw("xmlns")) == spaceStanzas && !tag.Is("text") {
			r.Condition = tag.name()
			break
		}
	}
	return r
}

func (s Stanza) name() string {
	end := bytes.IndexFunc(s, func(r rune) bool { return r < 0x80 && endsName(byte(r)) })
	if end < 1 {
		return ""
	}
	return string(s[1:end])
}

// Refusal is what a server does not do, and why (RFC 6120 §8.3).
type Refusal struct{ Type, Condition, Text string }

func (r *Refusal) Error() string {
	if r.Text == "" {
		return r.Condition
	}
	return r.Condition + ": " + r.Text
}

var (
	unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&amp;", "&")
	escaper   = strings.NewReplacer("<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;", "&", "&amp;")
)

func unescape(b []byte) string {
	if bytes.IndexByte(b, '&') < 0 {
		return string(b)
	}
	return unescaper.Replace(string(b))
}

// Escape writes text so that it may stand in an element or in a value.
func Escape(text string) string { return escaper.Replace(text) }
