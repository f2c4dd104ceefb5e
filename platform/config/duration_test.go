package config

import (
	"encoding/json"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want time.Duration
	}{
		{"5 minutes", 5 * time.Minute},
		{"1 day", 24 * time.Hour},
		{"1 hour 30 minutes", 90 * time.Minute},
		{"1 hour, 30 minutes", 90 * time.Minute},
		{"10 seconds", 10 * time.Second},
		{"4 weeks", 28 * 24 * time.Hour},
		{"2 months", 60 * 24 * time.Hour},
		{"1.5h", 90 * time.Minute},
		{"250ms", 250 * time.Millisecond},
		{"5 Minutes", 5 * time.Minute},
		{"1h30m", 90 * time.Minute},
		{"1500", 1500 * time.Millisecond},
		{" 0 ", 0},
		{"1.0004 seconds", time.Second},
		{"-1", Forever.Std()},
	}
	for _, tt := range tests {
		got, err := ParseDuration(tt.text)
		if err != nil || got.Std() != tt.want {
			t.Errorf("%q: got %s, %v, want %s", tt.text, got, err, tt.want)
		}
	}
	for _, text := range []string{"", "soon", "5 parsecs", "-5 minutes", "-2", "1 hour -1", "NaN", "Inf", "1e30", "9999999999 years", "1..5 h", "5 minutes x", "hour"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q: got %s, want an error", text, got)
		}
	}
}

func TestDurationForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		duration         Duration
		text, json, yaml string
	}{
		{"none", 0, "0", "0", "0\n"},
		{"forever", Forever, "-1", "-1", "-1\n"},
		{"one unit", Duration(time.Minute), "1 minute", "60000", "1 minute\n"},
		{"several units", Duration(26*time.Hour + 5*time.Millisecond), "1 day 2 hours 5 milliseconds", "93600005", "1 day 2 hours 5 milliseconds\n"},
	}
	for _, tt := range tests {
		encoded, _ := json.Marshal(tt.duration)
		written, _ := yaml.Marshal(tt.duration)
		if tt.duration.String() != tt.text || string(encoded) != tt.json || string(written) != tt.yaml {
			t.Errorf("%s: got %q, %s, %q", tt.name, tt.duration, encoded, written)
		}
		var fromJSON, fromYAML Duration
		if err := json.Unmarshal(encoded, &fromJSON); err != nil || fromJSON != tt.duration {
			t.Errorf("%s: got %s, %v from JSON", tt.name, fromJSON, err)
		}
		if err := yaml.Unmarshal(written, &fromYAML); err != nil || fromYAML != tt.duration {
			t.Errorf("%s: got %s, %v from YAML", tt.name, fromYAML, err)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, text := range []string{"5 minutes", "1 hour 30 minutes", "-1", "1.5h", "9999999 years", "1 h 1 h 1 h", "NaN", "0x10"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if d < 0 && d != Forever {
			t.Fatalf("%q gave the negative %d", text, d)
		}
		if again, err := ParseDuration(d.String()); err != nil || again != d {
			t.Fatalf("%q gave %s, which gave %s, %v", text, d, again, err)
		}
	})
}
