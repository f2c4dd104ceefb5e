package main

import (
	"testing"
	"time"
)

func TestCompare(t *testing.T) {
	tests := map[string]struct {
		heard [][]uint32
		sent  int
		want  faults
	}{
		"as it should be":      {[][]uint32{{0, 1, 2, 3}, {0, 1, 2, 3}}, 4, faults{}},
		"another common order": {[][]uint32{{1, 0, 2}, {1, 0, 2}}, 3, faults{}},
		"nothing heard":        {[][]uint32{nil, nil}, 2, faults{lost: 4}},
		"one lost":             {[][]uint32{{0, 1, 2}, {0, 2}}, 3, faults{lost: 1}},
		"lost by the first":    {[][]uint32{{0, 2}, {0, 1, 2}}, 3, faults{lost: 1}},
		"one twice":            {[][]uint32{{0, 1, 2}, {0, 1, 1, 2}}, 3, faults{twice: 1}},
		"another order":        {[][]uint32{{0, 1, 2}, {0, 2, 1}}, 3, faults{misplaced: 1}},
		"one talker's order":   {[][]uint32{{talkers, 0, 1}, {talkers, 0, 1}}, 3, faults{misplaced: 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := compare(test.heard, test.sent); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestQuantile(t *testing.T) {
	var h histogram
	for i := range 100 {
		h.add(time.Duration(i) * 10 * time.Millisecond)
	}
	if got, want := h.quantile(0.5), 491*time.Millisecond; got != want {
		t.Errorf("median: got %s, want %s", got, want)
	}
	if got, want := h.quantile(0.99), 981*time.Millisecond; got != want {
		t.Errorf("p99: got %s, want %s", got, want)
	}
}
