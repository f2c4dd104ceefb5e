package xmpp

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestParseElement(t *testing.T) {
	cases := []struct {
		name, text string
		want       *Element
	}{
		{"empty", "<a/>", NewElement("", "a")},
		{"default namespace is inherited", "<a xmlns='u'><b/></a>", NewElement("u", "a", NewElement("u", "b"))},
		{"namespace is taken back", "<a xmlns='u'><b xmlns=''/></a>", NewElement("u", "a", NewElement("", "b"))},
		{"prefix", "<p:a xmlns:p='u'><b/></p:a>", NewElement("u", "a", NewElement("", "b"))},
		{"the five entities", "<a>&amp;&lt;&gt;&quot;&apos;</a>", NewText("", "a", "&<>\"'")},
		{"character references", "<a>&#10;&#x1F600;</a>", NewText("", "a", "\n😀")},
		{"section", "<a>x<![CDATA[<&]]>y</a>", NewText("", "a", "x<&y")},
		{"line ends", "<a>1\r\n2\r3</a>", NewText("", "a", "1\n2\n3")},
		{"spaces in an attribute", "<a b='1\n2\r\n3'/>", NewElement("", "a").Set("b", "1 2 3")},
		{"language", "<a xml:lang='fr'/>", NewElement("", "a").SetLang("fr")},
		{"space around", " <a />\n", NewElement("", "a")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseElement([]byte(c.text), Limits{})
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

// RFC 6120 §11.1–11.6, and what is meant to exhaust a server.
func TestParseElementRefuses(t *testing.T) {
	cases := []struct {
		name, text string
		want       error
	}{
		{"nothing", "", ErrNotWellFormed},
		{"half an element", "<a><b>", ErrNotWellFormed},
		{"two roots", "<a/><b/>", ErrNotWellFormed},
		{"wrong end", "<a></b>", ErrNotWellFormed},
		{"end with another prefix", "<p:a xmlns:p='u' xmlns:q='u'></q:a>", ErrNotWellFormed},
		{"comment", "<a><!-- x --></a>", ErrRestrictedXML},
		{"processing instruction", "<a><?php x ?></a>", ErrRestrictedXML},
		{"declaration behind", "<a/><!DOCTYPE a>", ErrRestrictedXML},
		{"bomb", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", ErrNotWellFormed},
		{"entity", "<a>&nbsp;</a>", ErrRestrictedXML},
		{"entity in an attribute", "<a b='&x;'/>", ErrRestrictedXML},
		{"open reference", "<a>&amp</a>", ErrNotWellFormed},
		{"reference to a control", "<a>&#1;</a>", ErrNotWellFormed},
		{"reference to half a pair", "<a>&#xD800;</a>", ErrNotWellFormed},
		{"control character", "<a>\x01</a>", ErrNotWellFormed},
		{"no UTF-8", "<a>\xff</a>", ErrNotWellFormed},
		{"overlong UTF-8", "<a>\xc0\xaf</a>", ErrNotWellFormed},
		{"unknown prefix", "<p:a/>", ErrNotWellFormed},
		{"unknown prefix of an attribute", "<a p:b='c'/>", ErrNotWellFormed},
		{"attribute twice", "<a b='1' b='2'/>", ErrNotWellFormed},
		{"attribute twice under two prefixes", "<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", ErrNotWellFormed},
		{"prefix taken back", "<a xmlns:p=''/>", ErrNotWellFormed},
		{"xml bound elsewhere", "<a xmlns:xml='u'/>", ErrNotWellFormed},
		{"xmlns bound", "<a xmlns:xmlns='u'/>", ErrNotWellFormed},
		{"less-than in an attribute", "<a b='<'/>", ErrNotWellFormed},
		{"attributes without space", "<a b='1'c='2'/>", ErrNotWellFormed},
		{"end of a section in a text", "<a>]]></a>", ErrNotWellFormed},
		{"name with two colons", "<p:q:a xmlns:p='u'/>", ErrNotWellFormed},
		{"deep", strings.Repeat("<a>", maxElementDepth+1) + strings.Repeat("</a>", maxElementDepth+1), ErrTooLarge},
		{"wide", "<a>" + strings.Repeat("<b/>", maxElementNodes) + "</a>", ErrTooLarge},
		{"many attributes", "<a" + strings.Repeat(" b=''", maxAttributes+1) + "/>", ErrTooLarge},
		{"many sections", "<a>" + strings.Repeat("<![CDATA[x]]>", maxElementNodes+1) + "</a>", ErrTooLarge},
		{"long", "<a>" + strings.Repeat("x", MaxElementBytes) + "</a>", ErrTooLarge},
		{"long name", "<" + strings.Repeat("x", maxNameBytes+1) + "/>", ErrTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got, err := ParseElement([]byte(c.text), Limits{}); !errors.Is(err, c.want) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestAppendDeclaresOnlyWhatIsMissing(t *testing.T) {
	features := NewElement(NSStreams, "features", NewElement("urn:x", "bind"))
	cases := []struct {
		name  string
		e     *Element
		scope Scope
		want  string
	}{
		{"in its stream", NewElement(NSClient, "message"), Scope{Default: NSClient}, "<message/>"},
		{"alone", NewElement(NSClient, "message"), Scope{}, "<message xmlns='jabber:client'/>"},
		{
			"features of a WebSocket", features,
			Scope{},
			"<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind xmlns='urn:x'/></stream:features>",
		},
		{"features of a stream", features, Scope{Default: NSClient, DeclaresStreams: true}, "<stream:features><bind xmlns='urn:x'/></stream:features>"},
		{"hostile text", NewText("", "a", "</a>\x00\xff&"), Scope{}, "<a>&lt;/a&gt;\uFFFD\uFFFD&amp;</a>"},
		{"hostile attribute", NewElement("", "a").Set("b", "'/>\n"), Scope{}, "<a b='&apos;/&gt;&#xA;'/>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Append(nil, c.e, c.scope)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestElementEdits(t *testing.T) {
	e := NewElement("u", "a", NewText("u", "b", "1"), nil, NewText("v", "b", "2")).Set("x", "1").Set("y", "2")
	clone := e.Copy().Set("x", "").Set("y", "3")
	clone.Remove("u", "b")
	if e.Attr("x") != "1" || e.Attr("y") != "2" || e.ChildText("u", "b") != "1" || len(e.Children()) != 2 {
		t.Errorf("the original changed: %v", e)
	}
	if clone.Attr("x") != "" || clone.Attr("y") != "3" || clone.First().Text() != "2" {
		t.Errorf("copy is %v", clone)
	}
}

var seeds = []string{
	"<message xmlns='jabber:client' from='a@b/c' type='groupchat'><body>Hi &amp; bye</body><x xmlns='u'/></message>",
	"<p:a xmlns:p='u' p:b='c' xml:lang='fr'>x<![CDATA[y]]><q xmlns=''/>\r\n</p:a>",
	"<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>", "<a b='&#10;&#xD;'>&#13;</a>", "<!DOCTYPE a>", "<a><?x?></a>",
}

func FuzzParseElement(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseElement(data, Limits{})
		if err != nil {
			return
		}
		wire := Marshal(e)
		again, err := ParseElement(wire, Limits{Bytes: 100 * MaxElementBytes, Attributes: 3 * maxAttributes, Namespaces: 1000})
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Errorf("%q became %q: %v", data, wire, err)
		}
	})
}

func FuzzAppend(f *testing.F) {
	f.Add("v", "text")
	f.Add("\xff\x00", "]]>\r\n")
	f.Fuzz(func(t *testing.T, value, text string) {
		if _, err := ParseElement(Marshal(NewText("u", "a", text).Set("b", value)), Limits{Bytes: 1 << 24}); err != nil {
			t.Errorf("text %q, value %q: %v", text, value, err)
		}
	})
}

func BenchmarkParseElement(b *testing.B) {
	data := []byte(seeds[0])
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseElement(data, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	e, err := ParseElement([]byte(seeds[0]), Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(seeds[0])))
	b.ReportAllocs()
	var buffer []byte
	for b.Loop() {
		buffer = Append(buffer[:0], e, Scope{Default: NSClient})
	}
}
