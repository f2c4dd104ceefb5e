package config

import (
	"encoding/json"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestParseBytes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want Bytes
	}{
		{"100MB", 100 << 20},
		{"10GB", 10 << 30},
		{"1.5 GiB", 3 << 29},
		{"300 k", 300 << 10},
		{"12mb", 12 << 20},
		{"1TB", 1 << 40},
		{"512 B", 512},
		{"0", 0},
		{"-1", Unlimited},
		{" 42 ", 42},
		{"1e3", 1000},
		{"9223372036854775807", 9223372036854775807},
	}
	for _, tt := range tests {
		if got, err := ParseBytes(tt.text); err != nil || got != tt.want {
			t.Errorf("%q: got %d, %v, want %d", tt.text, got, err, tt.want)
		}
	}
	for _, text := range []string{"", "MB", "-2", "-1GB", "10XB", "10 MBB", "NaN", "Inf", "10EB", "1MB 2MB", "many"} {
		if got, err := ParseBytes(text); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
}

func TestBytesForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		size             Bytes
		text, json, yaml string
	}{
		{0, "0", "0", "0\n"},
		{Unlimited, "-1", "-1", "-1\n"},
		{1500, "1500", "1500", "1500\n"},
		{100 << 20, "100MB", "104857600", "100MB\n"},
		{1 << 60, "1EB", "1152921504606846976", "1EB\n"},
	}
	for _, tt := range tests {
		encoded, _ := json.Marshal(tt.size)
		written, _ := yaml.Marshal(tt.size)
		if tt.size.String() != tt.text || string(encoded) != tt.json || string(written) != tt.yaml {
			t.Errorf("%d: got %q, %s, %q", tt.size, tt.size, encoded, written)
		}
		var fromJSON, fromYAML Bytes
		if err := json.Unmarshal(encoded, &fromJSON); err != nil || fromJSON != tt.size {
			t.Errorf("%d: got %d, %v from JSON", tt.size, fromJSON, err)
		}
		if err := yaml.Unmarshal(written, &fromYAML); err != nil || fromYAML != tt.size {
			t.Errorf("%d: got %d, %v from YAML", tt.size, fromYAML, err)
		}
	}
}

func TestBytesAllows(t *testing.T) {
	t.Parallel()
	if !Unlimited.Allows(1<<62) || !Bytes(10).Allows(10) || Bytes(10).Allows(11) {
		t.Error("a bound lets the wrong sizes through")
	}
}

func FuzzParseBytes(f *testing.F) {
	for _, text := range []string{"100MB", "-1", "1.5 GiB", "7EB", "1e400", "0x1p4", "NaN", "K"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ParseBytes(text)
		if err != nil {
			return
		}
		if b < Unlimited {
			t.Fatalf("%q gave the negative %d", text, b)
		}
		if again, err := ParseBytes(b.String()); err != nil || again != b {
			t.Fatalf("%q gave %s, which gave %d, %v", text, b, again, err)
		}
	})
}
