package rtmp

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestAMFRoundTrip(t *testing.T) {
	t.Parallel()
	values := []any{
		"connect", 1.0, nil, true, false, strings.Repeat("long", 20_000),
		Object{{"app", "live"}, {"nested", Object{{"n", -0.5}}}, {"list", []any{"hvc1", 2.0, nil}}},
		[]any{},
		Object{},
	}
	got, err := decodeAMF(encodeAMF(nil, values...))
	if err != nil || !reflect.DeepEqual(got, values) {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestDecodeAMF(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		data string
		want []any // nil: refused
	}{
		"ECMA array with a wrong count": {"\x08\x00\x00\x00\x09\x00\x01a\x01\x01\x00\x00\x09", []any{Object{{"a", true}}}},
		"typed object":                  {"\x10\x00\x01C\x00\x01a\x05\x00\x00\x09", []any{Object{{"a", nil}}}},
		"date":                          {"\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", []any{0.0}},
		"undefined and unsupported":     {"\x06\x0d", []any{nil, nil}},
		"XML":                           {"\x0f\x00\x00\x00\x01x", []any{"x"}},
		"reference":                     {"\x07\x00\x00", nil},
		"AMF3 inside":                   {"\x11\x01", nil},
		"string past the end":           {"\x02\xff\xffx", nil},
		"long string past the end":      {"\x0c\xff\xff\xff\xffx", nil},
		"array past the end":            {"\x0a\xff\xff\xff\xff", nil},
		"object without an end":         {"\x03\x00\x01a\x05", nil},
		"too deep":                      {strings.Repeat("\x0a\x00\x00\x00\x01", 20) + "\x05", nil},
		"too many":                      {strings.Repeat("\x05", maxValues+1), nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeAMF([]byte(c.data))
			if c.want == nil && !errors.Is(err, errAMF) || c.want != nil && (err != nil || !reflect.DeepEqual(got, c.want)) {
				t.Fatalf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func FuzzAMF0(f *testing.F) {
	f.Add(encodeAMF(nil, "connect", 1.0, Object{{"app", "live"}, {"fourCcList", []any{"hvc1"}}}))
	f.Add([]byte("\x08\x00\x00\x00\x01\x00\x08duration\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09"))
	f.Add([]byte("\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x09"))
	f.Fuzz(func(t *testing.T, data []byte) {
		values, err := decodeAMF(data)
		if err != nil {
			return
		}
		again := encodeAMF(nil, values...)
		second, err := decodeAMF(again)
		if err != nil || !bytes.Equal(encodeAMF(nil, second...), again) { // by bytes: NaN is not equal to itself
			t.Fatalf("%v became %v, %v", values, second, err)
		}
	})
}
