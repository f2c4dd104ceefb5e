package ingest

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"lucarne/live/stream"
	"lucarne/platform/fault"
)

const streamKey = "9c2e4d0a-1f0b-4c3e-8a51-1b1f3f0e7d55"

// air admits encoders with the one key there is, and keeps what they send.
type air struct {
	shows chan *show

	mu     sync.Mutex
	taken  bool
	asked  int
	refuse error // whoever asks, when set
}

func newAir() *air { return &air{shows: make(chan *show, 64)} }

func (a *air) Admit(_ context.Context, r Request) (Publication, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	switch {
	case a.refuse != nil:
		return nil, a.refuse
	case subtle.ConstantTimeCompare([]byte(r.Key), []byte(streamKey)) == 0:
		return nil, fault.New(fault.Forbidden, "There is no live with this stream key")
	case a.taken:
		return nil, fault.New(fault.Conflict, "Another encoder is already sending to this live")
	}
	a.taken = true
	s := &show{air: a, request: r, done: make(chan struct{}), closed: make(chan struct{})}
	s.changed = sync.NewCond(&s.mu)
	a.shows <- s
	return s, nil
}

// next is the show of the next encoder that is let in.
func (a *air) next(t *testing.T) *show {
	t.Helper()
	select {
	case s := <-a.shows:
		return s
	case <-time.After(20 * time.Second):
		t.Fatal("no encoder was let in")
		return nil
	}
}

// show is what one encoder sent.
type show struct {
	air     *air
	request Request
	done    chan struct{}
	closed  chan struct{}
	why     error // of the encoder's end, after closed

	mu      sync.Mutex
	changed *sync.Cond
	starts  [][]stream.Track
	samples []stream.Sample
	reason  error
	fail    error // what Write answers
}

func (s *show) Start(tracks []stream.Track) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts = append(s.starts, slices.Clone(tracks))
	s.changed.Broadcast()
	return nil
}

func (s *show) Write(sample stream.Sample) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.samples = append(s.samples, sample)
	s.changed.Broadcast()
	return s.fail
}

func (s *show) Done() <-chan struct{} { return s.done }

func (s *show) Reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

func (s *show) Close(err error) {
	s.air.mu.Lock()
	s.air.taken = false
	s.air.mu.Unlock()
	s.why = err
	close(s.closed)
}

// end is a force-end.
func (s *show) end(why error) {
	s.mu.Lock()
	s.reason = why
	s.mu.Unlock()
	close(s.done)
}

// wait blocks until as many samples came.
func (s *show) wait(t *testing.T, samples int) {
	t.Helper()
	late := time.AfterFunc(20*time.Second, s.changed.Broadcast)
	defer late.Stop()
	deadline := time.Now().Add(20 * time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.samples) < samples {
		if !time.Now().Before(deadline) {
			t.Fatalf("%d samples came, want %d", len(s.samples), samples)
		}
		s.changed.Wait()
	}
}

// ended waits for the end and gives what the publication was told.
func (s *show) ended(t *testing.T) error {
	t.Helper()
	select {
	case <-s.closed:
		return s.why
	case <-time.After(20 * time.Second):
		t.Fatal("the publication was not closed")
		return errors.New("not closed")
	}
}

func (s *show) of(track int) []stream.Sample {
	s.mu.Lock()
	defer s.mu.Unlock()
	var some []stream.Sample
	for _, sample := range s.samples {
		if sample.Track == track {
			some = append(some, sample)
		}
	}
	return some
}

// check holds what came against the rules of live/stream.
func (s *show) check(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.starts) == 0 || len(s.samples) == 0 {
		t.Fatalf("%d announcements, %d samples", len(s.starts), len(s.samples))
	}
	checkSamples(t, s.samples)
}

func checkSamples(t *testing.T, samples []stream.Sample) {
	t.Helper()
	if samples[0].DTS != 0 {
		t.Errorf("begins at %s", samples[0].DTS)
	}
	last := map[int]time.Duration{}
	for i, sample := range samples {
		before, isLater := last[sample.Track]
		switch {
		case isLater && sample.DTS <= before:
			t.Fatalf("sample %d of track %d at %s, after %s", i, sample.Track, sample.DTS, before)
		case !isLater && !sample.IsKey:
			t.Fatalf("track %d begins with a picture that needs others", sample.Track)
		case sample.Offset < 0 || len(sample.Data) == 0:
			t.Fatalf("sample %d: offset %s, %d bytes", i, sample.Offset, len(sample.Data))
		}
		last[sample.Track] = sample.DTS
	}
}
