package broadcast

import (
	"sync"
	"time"

	"lucarne/live/stream"
)

// gate is the door of the packager's source rendition. Samples come from the encoder and, where its sound has to be encoded anew, from
// that encoder too; while nobody sends, time is held. Whatever would go back in time stays out. It is safe for concurrent use.
type gate struct {
	mu       sync.Mutex
	sink     stream.Sink
	hold     func(until time.Duration)
	tracks   map[int]bool
	end      map[int]time.Duration // of each track: the latest DTS that passed
	latest   time.Duration
	isClosed bool
}

func newGate(sink stream.Sink, hold func(time.Duration)) *gate {
	return &gate{sink: sink, hold: hold, end: make(map[int]time.Duration)}
}

// Start announces tracks to the packager.
func (g *gate) Start(tracks []stream.Track) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isClosed {
		return nil
	}
	g.tracks = make(map[int]bool, len(tracks))
	for _, t := range tracks {
		g.tracks[t.ID] = true
	}
	return g.sink.Start(tracks)
}

// Write lets a sample of an announced track through, unless its time has passed.
func (g *gate) Write(s stream.Sample) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isClosed || !g.tracks[s.Track] {
		return nil
	}
	if end, ok := g.end[s.Track]; ok && s.DTS <= end {
		return nil
	}
	g.end[s.Track] = s.DTS
	g.latest = max(g.latest, s.DTS)
	return g.sink.Write(s)
}

// holdUntil carries the show on to a time, which is now the past for all that comes.
func (g *gate) holdUntil(until time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isClosed || until <= g.latest || len(g.tracks) == 0 {
		return
	}
	g.hold(until)
	g.latest = until
	for id := range g.tracks {
		g.end[id] = until
	}
}

// now is the latest time that passed.
func (g *gate) now() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.latest
}

// close lets nothing more through; after it returns the packager hears nothing from here.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.isClosed = true
}
