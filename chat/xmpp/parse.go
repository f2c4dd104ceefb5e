package xmpp

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// What is wrong with XML that was refused. RFC 6120 §4.9.3: the peer is told the stream error of the same name.
var (
	ErrNotWellFormed = errors.New("not well-formed XML")
	ErrRestrictedXML = errors.New("XML that streams do not allow")
	ErrTooLarge      = errors.New("element beyond the limits")
)

// ParseElement reads one whole element, as a WebSocket frame or a BOSH body holds it; white space may stand around it.
func ParseElement(data []byte, limits Limits) (*Element, error) {
	return parseIn(data, limits, nil)
}

type binding struct{ prefix, uri string }

// parser reads one element out of a text: names, values and texts are parts of it, nothing is copied but what holds references.
type parser struct {
	text   string
	at     int
	limits Limits
	nodes  int
	scope  []binding
	raw    []rawAttr // of the start tag being read
}

type rawAttr struct{ prefix, local, value string }

// parseIn reads an element where the given namespaces are declared already, by the header of the stream.
func parseIn(data []byte, limits Limits, scope []binding) (*Element, error) {
	p, err := newParser(data, limits, scope)
	if err != nil {
		return nil, err
	}
	p.skipSpace()
	if !p.skip("<") {
		return nil, ErrNotWellFormed
	}
	e, err := p.element(1)
	if err != nil {
		return nil, err
	}
	p.skipSpace()
	if p.at != len(p.text) {
		return nil, p.markupError()
	}
	return e, nil
}

func newParser(data []byte, limits Limits, scope []binding) (*parser, error) {
	limits = limits.filled()
	if len(data) > limits.Bytes {
		return nil, ErrTooLarge
	}
	// RFC 6120 §11.6: UTF-8 only.
	if !utf8.Valid(data) {
		return nil, ErrNotWellFormed
	}
	return &parser{text: string(data), limits: limits, scope: scope[:len(scope):len(scope)]}, nil
}

// markupError tells XML that is forbidden from XML that is broken, at a place where an element was expected.
func (p *parser) markupError() error {
	rest := p.text[p.at:]
	if strings.HasPrefix(rest, "<!") || strings.HasPrefix(rest, "<?") {
		return ErrRestrictedXML
	}
	return ErrNotWellFormed
}

func (p *parser) skip(token string) bool {
	if !strings.HasPrefix(p.text[p.at:], token) {
		return false
	}
	p.at += len(token)
	return true
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func (p *parser) skipSpace() bool {
	start := p.at
	for p.at < len(p.text) && isSpace(p.text[p.at]) {
		p.at++
	}
	return p.at > start
}

// element reads what follows a "<".
func (p *parser) element(depth int) (*Element, error) {
	if depth > p.limits.Depth {
		return nil, ErrTooLarge
	}
	if err := p.count(); err != nil {
		return nil, err
	}
	outer := len(p.scope)
	open, empty, err := p.startTag()
	if err != nil {
		return nil, err
	}
	e, err := p.resolve(open)
	if err != nil {
		return nil, err
	}
	if !empty {
		if err := p.content(e, depth); err != nil {
			return nil, err
		}
		if !p.skip(open) {
			return nil, ErrNotWellFormed
		}
		p.skipSpace()
		if !p.skip(">") {
			return nil, ErrNotWellFormed
		}
	}
	p.scope = p.scope[:outer]
	return e, nil
}

func (p *parser) count() error {
	if p.nodes++; p.nodes > p.limits.Nodes {
		return ErrTooLarge
	}
	return nil
}

// startTag reads name and attributes, and says whether the tag closes itself.
func (p *parser) startTag() (name string, empty bool, err error) {
	p.raw = p.raw[:0]
	if name, err = p.name(); err != nil {
		return "", false, err
	}
	for {
		spaced := p.skipSpace()
		if p.skip(">") {
			return name, false, nil
		}
		if p.skip("/>") {
			return name, true, nil
		}
		if !spaced {
			return "", false, p.markupError()
		}
		if len(p.raw) == p.limits.Attributes {
			return "", false, ErrTooLarge
		}
		if err := p.attribute(); err != nil {
			return "", false, err
		}
	}
}

func (p *parser) attribute() error {
	name, err := p.name()
	if err != nil {
		return err
	}
	p.skipSpace()
	if !p.skip("=") {
		return ErrNotWellFormed
	}
	p.skipSpace()
	if p.at == len(p.text) || p.text[p.at] != '"' && p.text[p.at] != '\'' {
		return ErrNotWellFormed
	}
	quote := p.text[p.at]
	p.at++
	end := strings.IndexByte(p.text[p.at:], quote)
	if end < 0 {
		return ErrNotWellFormed
	}
	value := p.text[p.at : p.at+end]
	p.at += end + 1
	if strings.IndexByte(value, '<') >= 0 {
		return ErrNotWellFormed
	}
	if value, err = decode(value, inAttribute); err != nil {
		return err
	}
	prefix, local, err := splitName(name)
	if err != nil {
		return err
	}
	p.raw = append(p.raw, rawAttr{prefix, local, value})
	return nil
}

// content reads up to "</" of the end tag.
func (p *parser) content(e *Element, depth int) error {
	for {
		start := strings.IndexByte(p.text[p.at:], '<')
		if start < 0 {
			return ErrNotWellFormed
		}
		if err := p.addText(e, p.text[p.at:p.at+start], inText); err != nil {
			return err
		}
		p.at += start
		switch {
		case p.skip("</"):
			return nil
		case p.skip("<![CDATA["):
			if err := p.cdata(e); err != nil {
				return err
			}
		case strings.HasPrefix(p.text[p.at:], "<!"), strings.HasPrefix(p.text[p.at:], "<?"):
			// RFC 6120 §11.1: no comments, processing instructions or declarations.
			return ErrRestrictedXML
		default:
			p.at++
			child, err := p.element(depth + 1)
			if err != nil {
				return err
			}
			e.Nodes = append(e.Nodes, Node{Element: child})
		}
	}
}

func (p *parser) cdata(e *Element) error {
	end := strings.Index(p.text[p.at:], "]]>")
	if end < 0 {
		return ErrNotWellFormed
	}
	text := p.text[p.at : p.at+end]
	p.at += end + len("]]>")
	return p.addText(e, text, inCDATA)
}

// addText appends a text, joined with one that stands right before it.
func (p *parser) addText(e *Element, raw string, place place) error {
	if raw == "" {
		return nil
	}
	text, err := decode(raw, place)
	if err != nil {
		return err
	}
	if last := len(e.Nodes) - 1; last >= 0 && e.Nodes[last].Element == nil {
		// Many sections in a row would be joined in quadratic time: each counts.
		e.Nodes[last].Text += text
		return p.count()
	}
	e.Nodes = append(e.Nodes, Node{Text: text})
	return p.count()
}
