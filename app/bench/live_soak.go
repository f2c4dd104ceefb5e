package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// smallShow is as little as can be called pictures: what is looked at is what grows.
var smallShow = picture{size: "160x90", rate: 10, kbits: 60, seconds: 20}

const (
	sampleEvery = 30 * time.Second
	warmUp      = 10 * time.Minute // at most; a short run warms up for less
	rewinding   = "120"            // seconds viewers can go back; what they can go back to is to be there before the warm-up is over
)

// measureSoak: many lives at one time, for long.
func measureSoak(ctx context.Context, b *bench) error {
	clip, err := b.showClip(ctx, smallShow)
	if err != nil {
		return err
	}
	t, err := readTape(clip)
	if err != nil {
		return err
	}
	s, err := b.startStation(ctx, "soak")
	if err != nil {
		return err
	}
	defer s.stop()
	playing, stop := context.WithTimeout(ctx, b.soak)
	defer stop()
	ended, err := b.playAll(playing, s, t)
	if err != nil {
		return err
	}
	samples, err := b.sample(playing, s)
	stop()
	if failed := <-ended; err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	return b.addSoak(samples)
}

// playAll begins all the lives, a few at a time, so that they do not all do the same in the same moment.
func (b *bench) playAll(ctx context.Context, s *station, t *tape) (ended <-chan error, err error) {
	var wg sync.WaitGroup
	failures := make([]error, b.lives)
	for i := range b.lives {
		live, err := s.newShow(map[string]string{"permanentLive": "true", "dvrWindow": rewinding})
		if err != nil {
			return nil, err
		}
		wg.Go(func() {
			rest(ctx, time.Duration(i)*100*time.Millisecond)
			if err := t.play(ctx, live); err != nil && ctx.Err() == nil {
				failures[i] = fmt.Errorf("live %d: %w", i, err)
			}
		})
	}
	done := make(chan error, 1)
	go func() { wg.Wait(); done <- errors.Join(failures...) }()
	return done, nil
}

// vitals are what must not grow.
type vitals struct {
	at         time.Duration
	heap       int64 // after a collection
	goroutines int
	files      int
}

// sample looks at the server until ctx ends.
func (b *bench) sample(ctx context.Context, s *station) (all []vitals, err error) {
	begin := time.Now()
	for next := begin.Add(sampleEvery); ; next = next.Add(sampleEvery) {
		rest(ctx, time.Until(next))
		if ctx.Err() != nil {
			break
		}
		now, err := s.vitals()
		if err != nil {
			return nil, err
		}
		now.at = time.Since(begin)
		all = append(all, now)
		fmt.Fprintf(os.Stderr, "  %s: heap %.2f MB, %d goroutines, %d files, %d MB resident\n", now.at.Round(time.Second), float64(now.heap)/1e6, now.goroutines, now.files, s.resident()>>20)
		if err := b.keepHeap(s, len(all)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// keepHeap keeps what holds the memory, as pprof reads it.
func (b *bench) keepHeap(s *station, n int) error {
	if b.profiles == "" {
		return nil
	}
	return keep(s.admin+"/debug/pprof/heap?gc=1", filepath.Join(b.profiles, fmt.Sprintf("soak-%03d.heap", n)))
}

var (
	heapInUse  = regexp.MustCompile(`# HeapAlloc = (\d+)`)
	goroutines = regexp.MustCompile(`goroutine profile: total (\d+)`)
)

func (s *station) vitals() (now vitals, err error) {
	heap, err := s.figure("/debug/pprof/heap?gc=1&debug=1", heapInUse)
	if err != nil {
		return now, err
	}
	running, err := s.figure("/debug/pprof/goroutine?debug=1", goroutines)
	if err != nil {
		return now, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.process.Process.Pid))
	return vitals{heap: heap, goroutines: int(running), files: len(open)}, err
}

// figure reads a number from a profile.
func (s *station) figure(path string, what *regexp.Regexp) (int64, error) {
	response, err := http.Get(s.admin + path)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	found := what.FindSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("%s: %s, no %s", path, response.Status, what)
	}
	return strconv.ParseInt(string(found[1]), 10, 64)
}

func (b *bench) addSoak(samples []vitals) error {
	warm := min(warmUp, b.soak*2/5)
	for len(samples) > 0 && samples[0].at < warm {
		samples = samples[1:]
	}
	if len(samples) < 4 {
		return fmt.Errorf("a soak of %s is too short to see a slope", b.soak)
	}
	what := fmt.Sprintf("%d permanent lives for %s", b.lives, b.soak)
	first, last := samples[0], samples[len(samples)-1]
	rise := slope(samples) / 1e6
	b.add(what+": slope of the heap after collections", "< 1 MB/h", rise < 1, "%.2f MB/h from %s on (%.1f to %.1f MB)",
		rise, warm, float64(first.heap)/1e6, float64(last.heap)/1e6)
	const wavering = 10 // requests and jobs that come and go
	b.add(what+": goroutines", "no leak", last.goroutines <= first.goroutines+wavering, "%d to %d", first.goroutines, last.goroutines)
	b.add(what+": open files", "no leak", last.files <= first.files+wavering, "%d to %d", first.files, last.files)
	return nil
}

// slope is the growth of the heap in bytes an hour, by least squares.
func slope(samples []vitals) float64 {
	var meanX, meanY float64
	n := float64(len(samples))
	for _, v := range samples {
		meanX, meanY = meanX+v.at.Hours()/n, meanY+float64(v.heap)/n
	}
	var above, below float64
	for _, v := range samples {
		x := v.at.Hours() - meanX
		above, below = above+x*(float64(v.heap)-meanY), below+x*x
	}
	return above / below
}
