package xmpp

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// resolve makes the element of the start tag just read: Namespaces in XML 1.0 §3–§6.
func (p *parser) resolve(open string) (*Element, error) {
	declared, err := p.declare()
	if err != nil {
		return nil, err
	}
	prefix, local, err := splitName(open)
	if err != nil {
		return nil, err
	}
	space, ok := p.lookUp(prefix)
	if !ok {
		return nil, ErrNotWellFormed
	}
	e := &Element{Name: Name{space, local}}
	if len(p.raw) == declared {
		return e, nil
	}
	e.Attrs = make([]Attr, 0, len(p.raw)-declared)
	for _, raw := range p.raw {
		if isDeclaration(raw) {
			continue
		}
		name, ok := p.attrName(raw)
		// The limit on attributes keeps this short. RFC 6120 §11.3: none may stand twice, under whatever prefix.
		if _, twice := e.FindAttr(name.Space, name.Local); !ok || twice {
			return nil, ErrNotWellFormed
		}
		e.Attrs = append(e.Attrs, Attr{name, raw.value})
	}
	return e, nil
}

func isDeclaration(raw rawAttr) bool {
	return raw.prefix == "xmlns" || raw.prefix == "" && raw.local == "xmlns"
}

func (p *parser) attrName(raw rawAttr) (Name, bool) {
	if raw.prefix == "" {
		return Name{"", raw.local}, true
	}
	space, ok := p.lookUp(raw.prefix)
	return Name{space, raw.local}, ok
}

// declare takes up the declarations of the start tag and says how many there were.
func (p *parser) declare() (int, error) {
	outer := len(p.scope)
	for _, raw := range p.raw {
		if !isDeclaration(raw) {
			continue
		}
		prefix := raw.local
		if raw.prefix == "" {
			prefix = ""
		}
		if !mayDeclare(prefix, raw.value) || isBound(p.scope[outer:], prefix) {
			return 0, ErrNotWellFormed
		}
		if len(p.scope) >= p.limits.Namespaces {
			return 0, ErrTooLarge
		}
		p.scope = append(p.scope, binding{prefix, raw.value})
	}
	return len(p.scope) - outer, nil
}

func isBound(scope []binding, prefix string) bool {
	for _, b := range scope {
		if b.prefix == prefix {
			return true
		}
	}
	return false
}

// mayDeclare keeps the reserved names (Namespaces in XML 1.0 §3) and refuses to take a prefix back, which version 1.0 does not know.
func mayDeclare(prefix, uri string) bool {
	if prefix == "xml" || uri == NSXML {
		return prefix == "xml" && uri == NSXML
	}
	return prefix != "xmlns" && uri != nsXMLNS && (prefix == "" || uri != "")
}

func (p *parser) lookUp(prefix string) (string, bool) {
	if prefix == "xml" {
		return NSXML, true
	}
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].prefix == prefix {
			return p.scope[i].uri, true
		}
	}
	return "", prefix == ""
}

// name reads a name as it stands, with its prefix.
func (p *parser) name() (string, error) {
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if c == '>' || c == '/' || c == '=' || isSpace(c) {
			break
		}
		if c == '<' || c == '&' || c == '"' || c == '\'' {
			return "", ErrNotWellFormed
		}
		p.at++
	}
	name := p.text[start:p.at]
	if len(name) > maxNameBytes {
		return "", ErrTooLarge
	}
	return name, nil
}

func splitName(name string) (prefix, local string, err error) {
	prefix, local, found := strings.Cut(name, ":")
	if !found {
		prefix, local = "", name
	}
	if !isName(local) || found && !isName(prefix) {
		return "", "", ErrNotWellFormed
	}
	return prefix, local, nil
}

// isName is a narrow reading of XML's NCName: letters, digits, marks, "_", "-" and ".".
func isName(text string) bool {
	if text == "" || text[0] >= '0' && text[0] <= '9' || text[0] == '-' || text[0] == '.' {
		return false
	}
	for i, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-', r == '.':
		case r < utf8.RuneSelf:
			return false
		case unicode.IsLetter(r), i > 0 && (unicode.IsDigit(r) || unicode.IsMark(r)):
		default:
			return false
		}
	}
	return true
}
