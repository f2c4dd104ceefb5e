package video

import (
	"strconv"
	"testing"
	"time"

	"lucarne/platform/clock"
)

func TestTotalsAreForgotten(t *testing.T) {
	fake := clock.NewFake(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	remembered := newTotals(fake, 3)
	asked := 0
	count := func(key string, version int64) {
		if _, err := remembered.count(key, version, func() (int, error) {
			asked++
			return asked, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		key     string
		version int64
		after   time.Duration
		want    int
	}{
		{"first", "a", 1, 0, 1},
		{"again", "a", 1, 0, 1},
		{"another version", "a", 2, 0, 2},
		{"another key", "b", 2, 0, 3},
		{"a minute later", "a", 2, totalLife, 4},
	} {
		fake.Advance(c.after)
		if count(c.key, c.version); asked != c.want {
			t.Errorf("%s: counted %d times, want %d", c.name, asked, c.want)
		}
	}
	for i := range 10 {
		count(strconv.Itoa(i), 2)
	}
	if len(remembered.of) > 3 {
		t.Errorf("%d counts are remembered, want at most 3", len(remembered.of))
	}
}
