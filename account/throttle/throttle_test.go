package throttle

import (
	"strconv"
	"testing"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

func TestEnter(t *testing.T) {
	now := clock.NewFake(time.UnixMilli(1_000_000))
	th := New(time.Minute, now)
	network, name := Bound{"network", 3}, Bound{"name", 2}
	for _, c := range []struct {
		name    string
		bounds  []Bound
		isRight bool
		later   time.Duration
		want    bool
	}{
		{"first", []Bound{network, name}, false, 0, true},
		{"right", []Bound{network, name}, true, 0, true},
		{"second wrong", []Bound{network, name}, false, 0, true},
		{"past the name", []Bound{network, name}, false, 0, false},
		{"another name", []Bound{network}, false, 0, true},
		{"past the network", []Bound{network}, false, 0, false},
		{"another network", []Bound{{"other", 3}}, false, 0, true},
		{"later", []Bound{network, name}, false, time.Minute, true},
	} {
		now.Advance(c.later)
		succeeded, err := th.Enter(c.bounds...)
		if c.want != (err == nil) || err != nil && !fault.Is(err, fault.TooMany) {
			t.Errorf("%s: got %v", c.name, err)
		}
		if c.isRight && err == nil {
			succeeded()
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	th := New(time.Minute, clock.NewFake(time.UnixMilli(1_000_000)))
	for i := range maxCounters + 100 {
		if _, err := th.Enter(Bound{strconv.Itoa(i), 1}); err != nil {
			t.Fatal(err)
		}
	}
	if len(th.counters) > maxCounters {
		t.Errorf("got %d counters, want at most %d", len(th.counters), maxCounters)
	}
}
