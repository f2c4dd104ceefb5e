package audience_test

import (
	"testing"

	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// BenchmarkHeartbeat is one report of one of a thousand viewers of a film, who do not make a view with it.
func BenchmarkHeartbeat(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	w.film = w.Video(b, w.alice, func(d *video.Draft) { d.DurationSeconds = 100_000 })
	w.settings.CountAfter = 1 << 60
	sessions := make([]string, 400)
	for i := range sessions {
		sessions[i] = session(i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := w.viewers.Watch(b.Context(), w.beat(sessions[i%len(sessions)], i/len(sessions)%100_000)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "heartbeats/s")
}
