package timecode

import (
	"testing"
	"time"

	"lucarne/platform/fault"
)

func TestParse(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, in string
		want     time.Duration
	}{
		{"zero", "0", 0},
		{"seconds", "83", 83 * time.Second},
		{"minutes and seconds", "1:23", 83 * time.Second},
		{"hours", "1:02:03", time.Hour + 2*time.Minute + 3*time.Second},
		{"padded", "01:02:03", time.Hour + 2*time.Minute + 3*time.Second},
		{"more than an hour in minutes", "90:00", 90 * time.Minute},
		{"units", "1h2m3s", time.Hour + 2*time.Minute + 3*time.Second},
		{"one unit", "90m", 90 * time.Minute},
		{"as in start=83s", "83s", 83 * time.Second},
		{"capitals and space", " 1H2M3S ", time.Hour + 2*time.Minute + 3*time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := Parse(c.in); err != nil || got != c.want {
				t.Errorf("Parse(%q) = %v, %v, want %v", c.in, got, err, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"nothing": "", "text": "soon", "negative": "-5", "fraction": "1.5", "seconds above 59": "1:60", "one digit of seconds": "1:2",
		"minutes above 59 beside hours": "1:60:00", "long minutes beside hours": "1:0030:00", "units out of order": "3s2m", "huge": "99999999999999999999", "huge hours": "9999h99m",
		"four parts": "1:02:03:04",
	}
	for name, in := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := Parse(in); !fault.Is(err, fault.Invalid) {
				t.Errorf("Parse(%q) = %v, %v, want fault.Invalid", in, got, err)
			}
		})
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name       string
		in         time.Duration
		clock, iso string
	}{
		{"zero", 0, "0:00", "PT0S"},
		{"negative", -time.Minute, "0:00", "PT0S"},
		{"seconds", 5 * time.Second, "0:05", "PT5S"},
		{"minutes", 83 * time.Second, "1:23", "PT1M23S"},
		{"whole minutes", 2 * time.Minute, "2:00", "PT2M"},
		{"hours", time.Hour + 2*time.Minute + 3*time.Second, "1:02:03", "PT1H2M3S"},
		{"whole hour", time.Hour, "1:00:00", "PT1H"},
		{"days are hours", 30 * time.Hour, "30:00:00", "PT30H"},
		{"fraction is cut", 1999 * time.Millisecond, "0:01", "PT1S"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Clock(c.in); got != c.clock {
				t.Errorf("Clock(%v) = %q, want %q", c.in, got, c.clock)
			}
			if got := ISO8601(c.in); got != c.iso {
				t.Errorf("ISO8601(%v) = %q, want %q", c.in, got, c.iso)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1:02:03", "83", "1h2m3s", "", ":", "9999:59:59", "h", "00:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		position, err := Parse(text)
		if err != nil {
			return
		}
		if position < 0 || position > Max {
			t.Fatalf("Parse(%q) = %v, out of range", text, position)
		}
		if again, err := Parse(Clock(position)); err != nil || again != position {
			t.Errorf("Parse(Clock(%v)) = %v, %v", position, again, err)
		}
	})
}
