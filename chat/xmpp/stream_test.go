package xmpp

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

const testHeader = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='u' to='a.test' version='1.0'>"

func newTestStream(text string) *StreamReader {
	return NewStreamReader(strings.NewReader(text), Limits{})
}

// readAll reads elements until the stream ends, and says how.
func readAll(s *StreamReader) (list []*Element, err error) {
	if _, err = s.Header(); err != nil {
		return nil, err
	}
	for {
		e, err := s.Next()
		if err != nil {
			return list, err
		}
		list = append(list, e)
	}
}

func TestStreamReader(t *testing.T) {
	cases := []struct {
		name, text string
		want       []*Element
	}{
		{"nothing but its end", "</stream:stream>", nil},
		{"two elements", "<a/><b>x</b></stream:stream>", []*Element{NewElement(NSServer, "a"), NewText(NSServer, "b", "x")}},
		{"white space between", " \n<a/>\n\n <b/> </stream:stream >", []*Element{NewElement(NSServer, "a"), NewElement(NSServer, "b")}},
		{"prefix of the header", "<db:a><b/></db:a></stream:stream>", []*Element{NewElement("u", "a", NewElement(NSServer, "b"))}},
		{"end of a tag in an attribute", "<a b='/>' c=\"'>/a>\"/></stream:stream>", []*Element{NewElement(NSServer, "a").Set("b", "/>").Set("c", "'>/a>")}},
		{"tags in a section", "<a><![CDATA[</a>]]]></a></stream:stream>", []*Element{NewText(NSServer, "a", "</a>]")}},
		{"deep", "<a><a><a/></a><a></a></a></stream:stream>", []*Element{NewElement(NSServer, "a", NewElement(NSServer, "a", NewElement(NSServer, "a")), NewElement(NSServer, "a"))}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			thin := NewStreamReader(iotest.OneByteReader(strings.NewReader(testHeader+c.text)), Limits{})
			for _, s := range []*StreamReader{newTestStream(testHeader + c.text), thin} {
				got, err := readAll(s)
				if err != io.EOF || !reflect.DeepEqual(got, c.want) {
					t.Errorf("got %v, %v; want %v", got, err, c.want)
				}
			}
		})
	}
}

func TestStreamReaderRefuses(t *testing.T) {
	cases := []struct {
		name, text string
		want       error
	}{
		{"nothing", "", io.ErrUnexpectedEOF},
		{"half a header", "<stream:stream to='", io.ErrUnexpectedEOF},
		{"header that closes itself", "<a/>", ErrNotWellFormed},
		{"header with an unknown prefix", "<stream:stream>", ErrNotWellFormed},
		{"end without a beginning", "</a>", ErrNotWellFormed},
		{"document type before the header", "<!DOCTYPE a [<!ENTITY b 'c'>]>" + testHeader, ErrRestrictedXML},
		{"declaration twice", "<?xml version='1.0'?>" + testHeader, ErrRestrictedXML},
		{"other instruction before the header", "<?php x?>" + testHeader[21:], ErrRestrictedXML},
		{"text before the header", "GET / HTTP/1.1\r\n\r\n", ErrNotWellFormed},
		{"line cut", testHeader, io.ErrUnexpectedEOF},
		{"half a stanza", testHeader + "<a><b></b>", io.ErrUnexpectedEOF},
		{"other end", testHeader + "</stream>", ErrNotWellFormed},
		{"text between elements", testHeader + "<a/>x<b/>", ErrNotWellFormed},
		{"comment between elements", testHeader + "<!-- x -->", ErrRestrictedXML},
		{"comment inside", testHeader + "<a><!-- x --></a>", ErrRestrictedXML},
		{"torn comment inside", testHeader + "<a><!-", ErrRestrictedXML},
		{"instruction inside", testHeader + "<a><?x", ErrRestrictedXML},
		{"document type between elements", testHeader + "<!DOCTYPE a>", ErrRestrictedXML},
		{"entity", testHeader + "<a>&lol;</a>", ErrRestrictedXML},
		{"elements that cross", testHeader + "<a><b></a></b>", ErrNotWellFormed},
		{"too deep, before any end has come", testHeader + strings.Repeat("<a>", maxElementDepth+1), ErrTooLarge},
		{"too long, before any end has come", testHeader + "<a>" + strings.Repeat("x", MaxElementBytes), ErrTooLarge},
		{"too long a header", "<a b='" + strings.Repeat("x", MaxElementBytes), ErrTooLarge},
		{"too long and complete", testHeader + "<a>" + strings.Repeat("x", MaxElementBytes-6) + "</a>", ErrTooLarge},
		{"too wide", testHeader + "<a>" + strings.Repeat("<b/>", maxElementNodes) + "</a>", ErrTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newTestStream(c.text)
			if got, err := readAll(s); !errors.Is(err, c.want) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
			if _, err := s.Next(); !errors.Is(err, c.want) {
				t.Errorf("asked again: got %v, want %v", err, c.want)
			}
		})
	}
}

func TestStreamReaderHoldsNoMoreThanTheLimit(t *testing.T) {
	const limit = 5000
	endless := io.MultiReader(strings.NewReader(testHeader+"<a b='"), bytes.NewReader(make([]byte, 1<<20)))
	s := NewStreamReader(endless, Limits{Bytes: limit})
	_, err := s.Header()
	for err == nil {
		if err = s.fill(); cap(s.buffer) > limit+1 {
			t.Fatalf("holds %d bytes", cap(s.buffer))
		}
	}
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v, want %v", err, ErrTooLarge)
	}
}

func TestStreamReaderLetsBuffersGo(t *testing.T) {
	s := newTestStream(testHeader + "<a>" + strings.Repeat("x", MaxElementBytes/2) + "</a>")
	if _, err := s.Header(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Next(); err != nil || cap(s.buffer) > minStreamBuffer {
		t.Errorf("an idle stream holds %d bytes, %v", cap(s.buffer), err)
	}
}

func TestStreamReaderRestarts(t *testing.T) {
	s := newTestStream(testHeader + "<auth/>" + testHeader + "<a/>")
	if _, err := s.Header(); err != nil {
		t.Fatal(err)
	}
	if e, err := s.Next(); err != nil || e.Name.Local != "auth" || !s.HasMore() {
		t.Fatalf("got %v, %v, more %v", e, err, s.HasMore())
	}
	s.Restart()
	if header, err := s.Header(); err != nil || header.Attr("to") != "a.test" {
		t.Fatalf("got %v, %v", header, err)
	}
	if e, err := s.Next(); err != nil || !e.Is(NSServer, "a") || s.HasMore() {
		t.Errorf("got %v, %v, more %v", e, err, s.HasMore())
	}
}

// FuzzStream reads the same bytes whole and in thin slices: the same elements come out, none beyond the limits, and what was read is
// written and read again alike.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		"<a/><b>x</b></stream:stream>", "<a b='/>'/>", "<a><![CDATA[</a>]]></a>", "<a><!-- --></a>", " <a></a >\n", "<a>&amp;</a></stream:stream>",
		"<a xmlns='u'><b xmlns=''/></a>", "<", "<a", "</", "<a><a><a>", "<a>]]></a>", "<a>\xff</a>", "<a b=\"'\">'</a>", "<db:a db:b='c'/>",
	} {
		f.Add([]byte(testHeader + seed))
	}
	limits := Limits{Bytes: 500, Depth: 8}
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, errWhole := readAll(NewStreamReader(bytes.NewReader(data), limits))
		thin, errThin := readAll(NewStreamReader(iotest.OneByteReader(bytes.NewReader(data)), limits))
		if !errors.Is(errThin, errWhole) || !reflect.DeepEqual(whole, thin) {
			t.Fatalf("whole %v, %v; thin %v, %v", whole, errWhole, thin, errThin)
		}
		for _, e := range whole {
			again, err := ParseElement(Marshal(e), Limits{})
			if err != nil || !reflect.DeepEqual(again, e) {
				t.Fatalf("%v was read again as %v, %v", e, again, err)
			}
		}
	})
}
