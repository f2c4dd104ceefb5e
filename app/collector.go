package app

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How much garbage may lie about. A share of what is alive is right for a small site; where thousands watch, as much garbage again as what
// their connections keep alive would be the larger part of the memory.
const (
	maxGarbage     = 48 << 20 // bytes
	leastPercent   = 20
	usualPercent   = 100
	percentStep    = 5 // smaller changes are not worth the pause
	collectorPause = 5 * time.Second
)

// paceCollector keeps garbage within bounds until ctx ends. An operator who set GOGC knows better.
func (s *Site) paceCollector(ctx context.Context) error {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	ticker := time.NewTicker(collectorPause)
	defer ticker.Stop()
	percent := usualPercent
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		wanted := collectorPercent(alive())
		if diff := wanted - percent; diff >= percentStep || -diff >= percentStep {
			debug.SetGCPercent(wanted)
			percent = wanted
		}
	}
}

// collectorPercent is GOGC for so many bytes alive.
func collectorPercent(alive uint64) int {
	if alive == 0 {
		return usualPercent
	}
	return int(min(max(maxGarbage*100/alive, leastPercent), usualPercent))
}

// alive is what the collector found in use, and the stacks, which it counts too.
func alive() uint64 {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(samples)
	sum := uint64(0)
	for _, s := range samples {
		if s.Value.Kind() == metrics.KindUint64 {
			sum += s.Value.Uint64()
		}
	}
	return sum
}
