package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/chat/chattest"
)

// guests are the clients in one room.
type guests struct {
	venue venue
	all   []*guest

	heard     atomic.Int64
	delays    histogram
	isLeaving atomic.Bool
	listening sync.WaitGroup

	mu    sync.Mutex
	joins []time.Duration
	first error // of those who were refused, or thrown out
	lost  int   // connections
}

// guest is one of them. It notes the number of each message it hears.
type guest struct {
	*chattest.Client
	heard []uint32
}

// gather has clients come to a room evenly over a time, and gives those who are in.
func gather(ctx context.Context, v venue, count int, within time.Duration) *guests {
	g := &guests{venue: v}
	var wg sync.WaitGroup
	for i := range count {
		wg.Go(func() {
			rest(ctx, within*time.Duration(i)/time.Duration(count))
			if ctx.Err() != nil {
				return
			}
			begin := time.Now()
			client, _, err := v.enter(ctx, i, 0)
			if g.note(time.Since(begin), err); err != nil {
				return
			}
			one := &guest{Client: client}
			g.mu.Lock()
			g.all = append(g.all, one)
			g.mu.Unlock()
			g.listening.Go(func() { g.listen(one) })
		})
	}
	wg.Wait()
	return g
}

func (g *guests) note(took time.Duration, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		g.first = cmp.Or(g.first, err)
		return
	}
	g.joins = append(g.joins, took)
}

// listen hears what is said until the connection ends.
func (g *guests) listen(one *guest) {
	for {
		s, err := one.Next()
		if err != nil {
			g.lose(err)
			return
		}
		if number, at, ok := parseSaying(s.Body()); ok {
			g.delays.add(time.Since(at))
			one.heard = append(one.heard, number)
			g.heard.Add(1)
		}
	}
}

func (g *guests) lose(err error) {
	if g.isLeaving.Load() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lost++
	g.first = cmp.Or(g.first, err)
}

// leave closes all connections, and returns when nobody listens any more.
func (g *guests) leave() {
	g.isLeaving.Store(true)
	defer g.listening.Wait()
	for _, one := range g.all {
		one.Close()
	}
}

// refused is how many of the wanted are not there.
func (g *guests) refused(wanted int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return wanted - len(g.all) + g.lost
}

func (g *guests) why() string {
	if g.first == nil {
		return ""
	}
	return fmt.Sprintf(" (%v)", g.first)
}

// p99Join is how long joining took, from the first packet to the own presence.
func (g *guests) p99Join() (p99, median time.Duration) {
	if len(g.joins) == 0 {
		return 0, 0
	}
	slices.Sort(g.joins)
	return g.joins[len(g.joins)*99/100], g.joins[len(g.joins)/2]
}

// saying is what is said: a number, when it was said, and as much text as chats have.
func saying(number uint32) string {
	return fmt.Sprintf("%d %d and here is what people write on average, some 60 letters", number, time.Now().UnixNano())
}

func parseSaying(body []byte) (number uint32, at time.Time, ok bool) {
	first, rest, found := bytes.Cut(body, []byte(" "))
	if !found {
		return 0, at, false
	}
	second, _, _ := bytes.Cut(rest, []byte(" "))
	n, err := strconv.ParseUint(string(first), 10, 32)
	nanos, errTime := strconv.ParseInt(string(second), 10, 64)
	return uint32(n), time.Unix(0, nanos), err == nil && errTime == nil
}

// histogram counts times by the millisecond. It is safe for concurrent use.
type histogram struct{ counts [60_000]atomic.Uint32 }

func (h *histogram) add(d time.Duration) {
	h.counts[min(max(0, d.Milliseconds()), int64(len(h.counts))-1)].Add(1)
}

// quantile is the time that a share of them took at most, rounded up to a millisecond.
func (h *histogram) quantile(share float64) time.Duration {
	var total, sum uint64
	for i := range h.counts {
		total += uint64(h.counts[i].Load())
	}
	for i := range h.counts {
		if sum += uint64(h.counts[i].Load()); sum > 0 && float64(sum) >= share*float64(total) {
			return time.Duration(i+1) * time.Millisecond
		}
	}
	return 0
}
