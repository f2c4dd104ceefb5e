package shortid

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"lucarne/platform/fault"
)

// recorded are pairs a PeerTube server gave out, and the ends of the range.
var recorded = []struct{ name, full, short string }{
	{"recorded video", "82864ae8-d21b-417b-8b17-aa68a44fb6de", "h7Q3RRDVLTpKf9vKPzzrc5"},
	{"zero is all padding", "00000000-0000-0000-0000-000000000000", "1111111111111111111111"},
	{"one keeps its padding", "00000000-0000-0000-0000-000000000001", "1111111111111111111112"},
	{"largest", "ffffffff-ffff-ffff-ffff-ffffffffffff", "xBuEXKpA6iqZQK5Kf2TnkV"},
}

func TestEncodeAndDecode(t *testing.T) {
	t.Parallel()
	for _, c := range recorded {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Encode(uuid.MustParse(c.full)); got != c.short {
				t.Errorf("Encode(%s) = %s, want %s", c.full, got, c.short)
			}
			got, err := Decode(c.short)
			if err != nil || got.String() != c.full {
				t.Errorf("Decode(%s) = %s, %v, want %s", c.short, got, err, c.full)
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	video := uuid.MustParse("82864ae8-d21b-417b-8b17-aa68a44fb6de")
	cases := []struct {
		name, in string
		want     Ref
	}{
		{"integer", "42", Ref{Kind: Number, Number: 42}},
		{"largest integer", "9223372036854775807", Ref{Kind: Number, Number: 1<<63 - 1}},
		{"UUID", video.String(), Ref{Kind: Full, UUID: video}},
		{"UUID in capitals", strings.ToUpper(video.String()), Ref{Kind: Full, UUID: video}},
		{"short UUID", "h7Q3RRDVLTpKf9vKPzzrc5", Ref{Kind: Short, UUID: video}},
		{"short UUID of digits only", strings.Repeat("1", Length), Ref{Kind: Short}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(c.in)
			if err != nil || got != c.want {
				t.Errorf("Parse(%q) = %+v, %v, want %+v", c.in, got, err, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"nothing":              "",
		"zero":                 "0",
		"negative":             "-1",
		"signed":               "+1",
		"too large an integer": "9223372036854775808",
		"text":                 "hello",
		"UUID in braces":       "{82864ae8-d21b-417b-8b17-aa68a44fb6de}",
		"UUID without hyphens": "82864ae8d21b417b8b17aa68a44fb6de",
		"UUID of no hex":       "82864ae8-d21b-417b-8b17-aa68a44fb6dg",
		"foreign character":    "h7Q3RRDVLTpKf9vKPzzrc0",
		"more than 128 bits":   "ZZZZZZZZZZZZZZZZZZZZZZ",
		"one above the range":  "xBuEXKpA6iqZQK5Kf2TnkW",
		"path":                 "../../../etc/passwd/ab",
	}
	for name, in := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := Parse(in); !fault.Is(err, fault.Invalid) {
				t.Errorf("Parse(%q) = %+v, %v, want fault.Invalid", in, got, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range recorded {
		f.Add(c.full)
		f.Add(c.short)
	}
	f.Add("12")
	f.Add("zzzzzzzzzzzzzzzzzzzzzz")
	f.Fuzz(func(t *testing.T, text string) {
		ref, err := Parse(text)
		if err != nil {
			return
		}
		if ref.Kind == Short && Encode(ref.UUID) != text {
			t.Errorf("Encode(Parse(%q)) = %q", text, Encode(ref.UUID))
		}
		if ref.Kind == Full && !strings.EqualFold(ref.UUID.String(), text) {
			t.Errorf("Parse(%q) = %s", text, ref.UUID)
		}
	})
}
