package xmpp

import (
	"bytes"
	"io"
	"strings"
)

// StreamReader reads what a peer sends over TCP (RFC 6120 §4): the header of a stream, then whole elements of its first level. It never
// holds more than one element may be long, and scans every byte once, however thin the slices it comes in. It is not safe for
// concurrent use.
type StreamReader struct {
	source io.Reader
	limits Limits
	buffer []byte
	start  int // of what has not been handed out
	scan   scanner
	open   string // name of the header, as the end of the stream repeats it; "" before the header
	scope  []binding
	err    error
}

// Buffers begin this small and go back to it: many streams say nothing for hours.
const minStreamBuffer = 1 << 10

// NewStreamReader reads streams out of a source. The limits apply to the header and to each element.
func NewStreamReader(source io.Reader, limits Limits) *StreamReader {
	return &StreamReader{source: source, limits: limits.filled()}
}

// Header reads the header that opens a stream: an element without children, in whose scope all that follows is read. An XML declaration may
// stand before it (RFC 6120 §11.5).
func (s *StreamReader) Header() (*Element, error) {
	tag, err := s.token(false)
	if err == nil && isDeclarationOfXML(tag) {
		s.take(len(tag))
		tag, err = s.token(false)
	}
	if err != nil {
		return nil, s.fail(err)
	}
	e, err := s.parseHeader(tag)
	if err != nil {
		return nil, s.fail(err)
	}
	s.take(len(tag))
	return e, nil
}

func isDeclarationOfXML(tag []byte) bool {
	const begin, end = "<?xml", "?>"
	return bytes.HasPrefix(tag, []byte(begin)) && isSpace(tag[len(begin)]) && bytes.HasSuffix(tag, []byte(end))
}

func (s *StreamReader) parseHeader(tag []byte) (*Element, error) {
	if tag[1] == '?' || tag[1] == '!' {
		return nil, ErrRestrictedXML
	}
	p, err := newParser(tag, s.limits, nil)
	if err != nil {
		return nil, err
	}
	p.at++ // the "<"
	open, empty, err := p.startTag()
	if err != nil {
		return nil, err
	}
	if empty || p.at != len(p.text) {
		return nil, ErrNotWellFormed
	}
	e, err := p.resolve(open)
	if err != nil {
		return nil, err
	}
	s.open, s.scope = open, p.scope
	return e, nil
}

// Next reads the next element; white space in between, which keeps lines alive, is passed over (RFC 6120 §4.6.1). It fails with io.EOF when
// the peer has closed the stream, with io.ErrUnexpectedEOF when the line ended without that. After a failure every call fails alike.
func (s *StreamReader) Next() (*Element, error) {
	text, err := s.token(true)
	if err != nil {
		return nil, s.fail(err)
	}
	if bytes.HasPrefix(text, []byte("</")) {
		name := strings.TrimRight(string(text[2:len(text)-1]), " \t\r\n")
		if name != s.open {
			return nil, s.fail(ErrNotWellFormed)
		}
		s.take(len(text))
		return nil, s.fail(io.EOF)
	}
	e, err := parseIn(text, s.limits, s.scope)
	if err != nil {
		return nil, s.fail(err)
	}
	s.take(len(text))
	return e, nil
}

// Restart expects another header on the same line, as after SASL (RFC 6120 §6.4.6). What was sent ahead is kept.
func (s *StreamReader) Restart() { s.open, s.scope = "", nil }

// Limit sets other bounds for what comes next, as when the peer has shown who it is.
func (s *StreamReader) Limit(limits Limits) { s.limits = limits.filled() }

// HasMore says whether bytes have come that were not handed out yet: a part of an element, or more. Where TLS is about to begin there must
// be none (RFC 6120 §5.4.3.3: what was sent before must not be taken for protected).
func (s *StreamReader) HasMore() bool { return len(s.buffer) > s.start }

func (s *StreamReader) fail(err error) error {
	if s.err == nil {
		s.err, s.buffer, s.start = err, nil, 0
	}
	return s.err
}

func (s *StreamReader) take(n int) {
	s.start += n
	s.scan = scanner{}
	if s.start < len(s.buffer) {
		return
	}
	s.start = 0
	if cap(s.buffer) > minStreamBuffer {
		s.buffer = nil
		return
	}
	s.buffer = s.buffer[:0]
}

// token gives the next element, or the next tag alone, without taking it.
func (s *StreamReader) token(whole bool) ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	for {
		s.skipSpace()
		found, err := s.scan.run(s.buffer[s.start:], whole, s.limits.Depth)
		if err != nil {
			return nil, err
		}
		if s.scan.at > s.limits.Bytes {
			return nil, ErrTooLarge
		}
		if found {
			return s.buffer[s.start : s.start+s.scan.at], nil
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

func (s *StreamReader) skipSpace() {
	if s.scan.at > 0 {
		return
	}
	n := 0
	for s.start+n < len(s.buffer) && isSpace(s.buffer[s.start+n]) {
		n++
	}
	if n > 0 {
		s.take(n)
	}
}

// fill reads once, making room first: one element's length and one byte, never more.
func (s *StreamReader) fill() error {
	if s.start > 0 {
		s.buffer = s.buffer[:copy(s.buffer, s.buffer[s.start:])]
		s.start = 0
	}
	if len(s.buffer) > s.limits.Bytes {
		return ErrTooLarge
	}
	if len(s.buffer) == cap(s.buffer) {
		size := min(max(2*cap(s.buffer), minStreamBuffer), s.limits.Bytes+1)
		s.buffer = append(make([]byte, 0, size), s.buffer...)
	}
	n, err := s.source.Read(s.buffer[len(s.buffer):cap(s.buffer)])
	s.buffer = s.buffer[:len(s.buffer)+n]
	if n > 0 || err == nil {
		return nil
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
