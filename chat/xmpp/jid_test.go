package xmpp

import (
	"strings"
	"testing"
)

// RFC 7622 §3.5, tables 1 and 2, and what is told in §3.1–3.4.
func TestParseJID(t *testing.T) {
	long := strings.Repeat("a", maxPartBytes)
	cases := []struct {
		name, text, want string // want "" = refused
	}{
		{"bare", "juliet@example.com", "juliet@example.com"},
		{"full", "juliet@example.com/foo", "juliet@example.com/foo"},
		{"space in the resource", "juliet@example.com/foo bar", "juliet@example.com/foo bar"},
		{"at sign in the resource", "juliet@example.com/foo@bar", "juliet@example.com/foo@bar"},
		{"slash in the resource", "example.com/a/b", "example.com/a/b"},
		{"escaped localpart", `foo\20bar@example.com`, `foo\20bar@example.com`},
		{"localpart with umlaut", "fußball@example.com", "fußball@example.com"},
		{"Greek", "π@example.com", "π@example.com"},
		{"case is folded", "Juliet@EXAMPLE.com", "juliet@example.com"},
		{"greek capital", "Σ@example.com/foo", "σ@example.com/foo"},
		{"case of a resource is kept", "a@b.c/King", "a@b.c/King"},
		{"symbol in a resource", "king@example.com/♚", "king@example.com/♚"},
		{"domain only", "example.com", "example.com"},
		{"dot at the end", "a@example.com.", "a@example.com"},
		{"punycode", "a@xn--bcher-kva.example", "a@bücher.example"},
		{"IPv6", "a@[::1]/x", "a@[::1]/x"},
		{"longest parts", long + "@example.com/" + long, long + "@example.com/" + long},
		{"quote in the localpart", `"juliet"@example.com`, ""},
		{"space in the localpart", "foo bar@example.com", ""},
		{"empty localpart", "@example.com", ""},
		{"empty resource", "a@example.com/", ""},
		{"Roman numeral four", "henryⅣ@example.com", ""},
		{"symbol in the localpart", "♚@example.com", ""},
		{"localpart alone", "juliet@", ""},
		{"resource alone", "/foobar", ""},
		{"nothing", "", ""},
		{"two at signs", "a@b@example.com", ""},
		{"empty label", "a@b..c", ""},
		{"too long localpart", long + "a@example.com", ""},
		{"too long resource", "example.com/" + long + "a", ""},
		{"control character", "a@b.c/x\x01", ""},
		{"no UTF-8", "a@b.c/\xff", ""},
		{"markup in the host", "a@b<c", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseJID(c.text)
			if (err != nil) != (c.want == "") || got.String() != c.want {
				t.Errorf("ParseJID(%q) = %q, %v; want %q", c.text, got, err, c.want)
			}
		})
	}
}

func TestJIDParts(t *testing.T) {
	j, err := ParseJID("room@chat.example/Nick")
	if err != nil {
		t.Fatal(err)
	}
	if j.Local() != "room" || j.Domain() != "chat.example" || j.Resource() != "Nick" || j.IsBare() || j.IsZero() {
		t.Errorf("parts of %v are %q %q %q", j, j.Local(), j.Domain(), j.Resource())
	}
	if bare := j.Bare(); !bare.IsBare() || bare.String() != "room@chat.example" {
		t.Errorf("Bare() = %v", bare)
	}
}

func FuzzParseJID(f *testing.F) {
	for _, seed := range []string{"a@b.c/d", "Σ@xn--bcher-kva.example", "a@[::1]", "henryⅣ@example.com/♚", "ﷺ@x/ ﷺ", "a@b.。c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		j, err := ParseJID(text)
		if err != nil {
			return
		}
		again, err := ParseJID(j.String())
		if err != nil || again != j {
			t.Errorf("%q became %q, which reads as %q, %v", text, j, again, err)
		}
	})
}
