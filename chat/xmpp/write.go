package xmpp

import (
	"strconv"
	"unicode/utf8"
)

// Scope is what is declared around an element that is written: the default namespace, and whether the prefix "stream" is.
type Scope struct {
	Default         string
	DeclaresStreams bool
}

// Append writes an element. Every namespace it needs and the scope does not give is declared; what XML cannot hold becomes U+FFFD.
func Append(dst []byte, e *Element, scope Scope) []byte {
	dst, inner := appendOpen(dst, e, scope)
	if len(e.Nodes) == 0 {
		return append(dst, "/>"...)
	}
	dst = append(dst, '>')
	for i := range e.Nodes {
		if child := e.Nodes[i].Element; child != nil {
			dst = Append(dst, child, inner)
			continue
		}
		dst = appendEscaped(dst, e.Nodes[i].Text, false)
	}
	dst = append(dst, "</"...)
	dst = appendTag(dst, e)
	return append(dst, '>')
}

// Marshal writes an element as a document of its own.
func Marshal(e *Element) []byte { return Append(nil, e, Scope{}) }

// String is the element as a document of its own.
func (e *Element) String() string { return string(Marshal(e)) }

// appendTag writes the name. Clients are known to look for "stream:features" by its prefix (strophe.js), so that namespace keeps its
// usual one; all others are defaults.
func appendTag(dst []byte, e *Element) []byte {
	if e.Name.Space == NSStreams {
		dst = append(dst, "stream:"...)
	}
	return append(dst, e.Name.Local...)
}

// appendOpen writes a start tag without its end and gives the scope inside.
func appendOpen(dst []byte, e *Element, scope Scope) ([]byte, Scope) {
	dst = append(dst, '<')
	dst = appendTag(dst, e)
	switch {
	case e.Name.Space == NSStreams:
		if !scope.DeclaresStreams {
			dst = appendAttr(dst, "xmlns:stream", NSStreams)
			scope.DeclaresStreams = true
		}
	case e.Name.Space != scope.Default:
		dst = appendAttr(dst, "xmlns", e.Name.Space)
		scope.Default = e.Name.Space
	}
	for i := range e.Attrs {
		dst = appendQualified(dst, &e.Attrs[i], i)
	}
	return dst, scope
}

func appendQualified(dst []byte, a *Attr, index int) []byte {
	switch a.Name.Space {
	case "":
		return appendAttr(dst, a.Name.Local, a.Value)
	case NSXML:
		return appendAttr(dst, "xml:"+a.Name.Local, a.Value)
	}
	prefix := "n" + strconv.Itoa(index)
	dst = appendAttr(dst, "xmlns:"+prefix, a.Name.Space)
	return appendAttr(dst, prefix+":"+a.Name.Local, a.Value)
}

func appendAttr(dst []byte, name, value string) []byte {
	dst = append(dst, ' ')
	dst = append(dst, name...)
	dst = append(dst, "='"...)
	dst = appendEscaped(dst, value, true)
	return append(dst, '\'')
}

// AppendValue writes what stands between the quotes of an attribute.
func AppendValue(dst []byte, value string) []byte { return appendEscaped(dst, value, true) }

func appendEscaped(dst []byte, text string, isAttribute bool) []byte {
	done := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if escaped := escape(c, isAttribute); escaped != "" {
				dst = append(dst, text[done:i]...)
				dst = append(dst, escaped...)
				done = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isChar(r) || r == utf8.RuneError && size == 1 {
			dst = append(dst, text[done:i]...)
			dst = append(dst, replacement...)
			done = i + size
		}
		i += size
	}
	return append(dst, text[done:]...)
}

const replacement = "\uFFFD"

// escape is what stands for an ASCII character, "" where it stands for itself. Line ends and tabs are kept by reference where a reader
// would change them.
func escape(c byte, isAttribute bool) string {
	switch {
	case c == '&':
		return "&amp;"
	case c == '<':
		return "&lt;"
	case c == '>':
		return "&gt;"
	case c == '\r':
		return "&#xD;"
	case c < ' ' && !isSpace(c):
		return replacement
	case !isAttribute:
		return ""
	case c == '\'':
		return "&apos;"
	case c == '"':
		return "&quot;"
	case c == '\n':
		return "&#xA;"
	case c == '\t':
		return "&#x9;"
	}
	return ""
}
