package app

import "testing"

func TestCollectorPercent(t *testing.T) {
	for alive, want := range map[uint64]int{0: 100, 10 << 20: 100, 48 << 20: 100, 96 << 20: 50, 192 << 20: 25, 4 << 30: 20} {
		if got := collectorPercent(alive); got != want {
			t.Errorf("%d MB alive: %d %%, want %d", alive>>20, got, want)
		}
	}
	if alive() == 0 {
		t.Error("nothing is alive")
	}
}
