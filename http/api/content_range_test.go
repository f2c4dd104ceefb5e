package api

import (
	"testing"

	"lucarne/video/upload"
)

func TestParseContentRange(t *testing.T) {
	t.Parallel()
	cases := []struct {
		header string
		want   upload.Part
		isBad  bool
	}{
		{header: "bytes 0-99/1000", want: upload.Part{End: 99, Total: 1000}},
		{header: "Bytes 100-999/1000", want: upload.Part{Start: 100, End: 999, Total: 1000}},
		{header: "bytes */1000", want: upload.Part{Total: 1000, IsQuestion: true}},
		{header: "", isBad: true},
		{header: "bytes 0-99/*", isBad: true},
		{header: "bytes 99-0/1000", isBad: true},
		{header: "bytes -5-99/1000", isBad: true},
		{header: "bytes +5-99/1000", isBad: true},
		{header: "bytes 0-99999999999999999999/1000", isBad: true},
		{header: "items 0-99/1000", isBad: true},
		{header: "bytes=0-99/1000", isBad: true},
	}
	for _, c := range cases {
		got, err := parseContentRange(c.header)
		if (err != nil) != c.isBad || got != c.want {
			t.Errorf("%q: got %+v, %v", c.header, got, err)
		}
	}
}

func FuzzParseContentRange(f *testing.F) {
	for _, seed := range []string{"bytes 0-99/1000", "bytes */1000", "bytes 0-/5", "bytes --/", "bytes 9223372036854775807-9223372036854775807/9223372036854775807"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		part, err := parseContentRange(header)
		if err == nil && (part.Start < 0 || part.End < part.Start || part.Total < 0) {
			t.Errorf("%q: accepted as %+v", header, part)
		}
	})
}
