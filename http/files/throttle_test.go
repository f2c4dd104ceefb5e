package files

import (
	"fmt"
	"testing"
	"time"
)

func TestThrottleSharesTheLine(t *testing.T) {
	now := time.UnixMilli(0)
	cases := []struct {
		name     string
		settings Settings
		asks     []string // clients, 1000 bytes each
		want     time.Duration
	}{
		{"no bound", Settings{}, []string{"a", "a", "a"}, 0},
		{"per client", Settings{MaxRatePerIP: 1000}, []string{"a", "a"}, 2 * time.Second},
		{"clients are apart", Settings{MaxRatePerIP: 1000}, []string{"a", "b"}, time.Second},
		{"all together", Settings{MaxRate: 1000}, []string{"a", "b", "c"}, 3 * time.Second},
		{"the tighter bound counts", Settings{MaxRate: 2000, MaxRatePerIP: 1000}, []string{"a", "a"}, 2 * time.Second},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var line throttle
			var got time.Duration
			for _, client := range c.asks {
				got = line.reserve(now, client, 1000, c.settings)
			}
			if got != c.want {
				t.Errorf("the last waits %v, want %v", got, c.want)
			}
			if wait := line.reserve(now.Add(time.Minute), "a", 0, c.settings); wait != 0 {
				t.Errorf("a minute later: %v to wait", wait)
			}
		})
	}
}

func TestThrottleRemembersABoundedNumberOfClients(t *testing.T) {
	var line throttle
	s, now := Settings{MaxRatePerIP: 1000}, time.UnixMilli(0)
	for i := range maxThrottled + 10 {
		line.reserve(now, fmt.Sprint(i), 1000, s)
	}
	if len(line.clients) != maxThrottled+1 {
		t.Errorf("%d clients remembered", len(line.clients))
	}
	line.reserve(now.Add(time.Hour), "another", 1000, s)
	if len(line.clients) != 1 {
		t.Errorf("%d clients remembered after they paid", len(line.clients))
	}
}
