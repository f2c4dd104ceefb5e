package xmpp

import "bytes"

// scanner finds where an element ends, without understanding more of it than that takes. It goes on where it stopped when more has come.
type scanner struct {
	at    int // what was scanned
	depth int
	state scanState
	quote byte
}

type scanState int

const (
	inContent scanState = iota
	afterLess           // behind "<": what follows decides
	inMarkup            // behind "<!": a section, or something forbidden
	inSection
	inStartTag
	inEndTag
	inDeclaration
)

const (
	sectionOpen = "[CDATA["
	sectionEnd  = "]]>"
)

// run scans on and says whether the element is complete: it ends before s.at. Without whole a tag is enough.
func (s *scanner) run(text []byte, whole bool, maxDepth int) (bool, error) {
	for s.at < len(text) {
		ended, more, err := s.step(text, whole)
		if err != nil || ended {
			return ended, err
		}
		if s.depth > maxDepth {
			return false, ErrTooLarge
		}
		if more {
			return false, nil
		}
	}
	return false, nil
}

// step scans one piece; more says that its end has not come yet.
func (s *scanner) step(text []byte, whole bool) (ended, more bool, err error) {
	switch s.state {
	case inContent:
		return false, false, s.content(text)
	case afterLess:
		return false, false, s.less(text[s.at], whole)
	case inMarkup:
		more, err := s.markup(text)
		return false, more, err
	case inSection:
		s.section(text)
		return false, s.at == len(text) || s.state == inSection, nil
	case inStartTag:
		ended = s.startTag(text, whole)
	default:
		ended = s.endTag(text)
	}
	return ended, false, nil
}

func (s *scanner) content(text []byte) error {
	next := bytes.IndexByte(text[s.at:], '<')
	if s.depth == 0 && next != 0 {
		return ErrNotWellFormed // text between elements
	}
	if next < 0 {
		s.at = len(text)
		return nil
	}
	s.at += next + 1
	s.state = afterLess
	return nil
}

func (s *scanner) less(c byte, whole bool) error {
	switch {
	case c == '/':
		s.state = inEndTag
		s.depth--
	case c == '?' && !whole:
		s.state = inDeclaration
	case c == '!' && s.depth > 0:
		s.state = inMarkup
	case c == '!', c == '?':
		return ErrRestrictedXML
	default:
		s.state = inStartTag
		return nil
	}
	s.at++
	return nil
}

// markup waits for a section: RFC 6120 §11.1 allows nothing else that begins so.
func (s *scanner) markup(text []byte) (more bool, err error) {
	rest := text[s.at:]
	n := min(len(rest), len(sectionOpen))
	if string(rest[:n]) != sectionOpen[:n] {
		return false, ErrRestrictedXML
	}
	if n < len(sectionOpen) {
		return true, nil
	}
	s.at += n
	s.state = inSection
	return false, nil
}

// section looks for the end, which may be torn: what could be its beginning is looked at again.
func (s *scanner) section(text []byte) {
	if end := bytes.Index(text[s.at:], []byte(sectionEnd)); end >= 0 {
		s.at += end + len(sectionEnd)
		s.state = inContent
		return
	}
	s.at = max(s.at, len(text)-len(sectionEnd)+1)
}

func (s *scanner) startTag(text []byte, whole bool) (ended bool) {
	for ; s.at < len(text); s.at++ {
		c := text[s.at]
		switch {
		case s.quote != 0:
			if c == s.quote {
				s.quote = 0
			}
		case c == '"' || c == '\'':
			s.quote = c
		case c == '>':
			isEmpty := text[s.at-1] == '/'
			s.at++
			s.state = inContent
			if !isEmpty {
				s.depth++
			}
			return !whole || s.depth == 0
		}
	}
	return false
}

// endTag scans an end tag, or the declaration before a header, which ends alike.
func (s *scanner) endTag(text []byte) (ended bool) {
	end := bytes.IndexByte(text[s.at:], '>')
	if end < 0 {
		s.at = len(text)
		return false
	}
	s.at += end + 1
	ended = s.state == inDeclaration || s.depth <= 0
	s.state = inContent
	return ended
}
