package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/chat/chattest"
)

const (
	survivors    = 200
	beforeKill   = 5 * time.Second
	afterResume  = 5 * time.Second
	resumeWithin = 30 * time.Second // more than this is not waited for
	retryEvery   = 100 * time.Millisecond
)

// measureChatKill: the program is killed in the middle of a conversation, and started again.
func measureChatKill(ctx context.Context, b *bench) error {
	v, err := b.openRoom(ctx, "kill")
	if err != nil {
		return err
	}
	defer v.stop()
	c := &returners{venue: v, acknowledged: make(map[uint32]bool)}
	stop := c.gather(ctx)
	defer stop()
	killed, started, err := c.kill(ctx)
	if err != nil {
		return err
	}
	back, err := c.settle(ctx, killed)
	if err != nil {
		return err
	}
	stop()
	lost, twice := c.compare()
	who := fmt.Sprintf("kill -9 with %d clients in a conversation", survivors)
	b.add(who+": acknowledged messages that are not there, or twice", "none", lost == 0 && twice == 0 && c.resets.Load() == 0 && len(c.acknowledged) > 0,
		"%d missing, %d twice, %d histories begun anew; %d acknowledged before the kill", lost, twice, c.resets.Load(), len(c.acknowledged))
	b.add(who+": all have resumed", "< 5 s", back < 5*time.Second, "%.2f s after the kill; the program answers again after %.2f s", back.Seconds(), started.Seconds())
	return nil
}

// returners are clients who come back when their connection is lost, with the last event they saw.
type returners struct {
	venue venue
	all   []*returner
	down  atomic.Bool // the program was killed
	sent  atomic.Int64

	resets atomic.Int64
	last   atomic.Value // why somebody could not come

	mu           sync.Mutex
	acknowledged map[uint32]bool // heard by anybody before the kill
}

type returner struct {
	number int
	client atomic.Pointer[chattest.Client]
	mu     sync.Mutex
	heard  []uint32
	since  int64
	back   time.Time // when all that was missed had come; zero before
}

// gather has all come and talk until stop is called, which returns when all are gone.
func (c *returners) gather(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg, in sync.WaitGroup
	for i := range survivors {
		r := &returner{number: i}
		c.all = append(c.all, r)
		in.Add(1)
		wg.Go(func() { c.stay(ctx, r, in.Done) })
	}
	in.Wait()
	wg.Go(func() { c.talk(ctx) })
	return func() { cancel(); wg.Wait() }
}

// stay is a client's life: it comes, listens, and comes again.
func (c *returners) stay(ctx context.Context, r *returner, arrived func()) {
	once := sync.OnceFunc(arrived)
	defer once()
	rest(ctx, time.Duration(r.number)*time.Second/gatheringPace)
	for ctx.Err() == nil {
		client, a, err := c.venue.enter(ctx, r.number, r.since)
		if err != nil {
			c.last.Store(err.Error())
			rest(ctx, retryEvery)
			continue
		}
		r.client.Store(client)
		once()
		if a.IsReset && r.since > 0 {
			c.resets.Add(1)
		}
		stop := context.AfterFunc(ctx, client.Close)
		c.listen(r, client, a.Seq)
		stop()
		client.Close()
	}
}

// listen hears what is said until the connection is lost. The client is back once the room's subject has come: it follows what was missed.
func (c *returners) listen(r *returner, client *chattest.Client, upTo int64) {
	for {
		s, err := client.Next()
		if err != nil {
			return
		}
		r.mu.Lock()
		if seq := s.Seq(); seq > r.since {
			r.since = seq
		}
		if s.Is("message") && s.Child("subject", "") != nil {
			r.since = max(r.since, upTo)
			if c.down.Load() {
				r.back = time.Now()
			}
		}
		if number, _, ok := parseSaying(s.Body()); ok {
			r.heard = append(r.heard, number)
			c.acknowledge(number)
		}
		r.mu.Unlock()
	}
}

func (c *returners) acknowledge(number uint32) {
	if c.down.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acknowledged[number] = true
}

// talk has some of them say something in turn. What cannot be sent is not acknowledged either.
func (c *returners) talk(ctx context.Context) {
	for ctx.Err() == nil {
		number := uint32(c.sent.Add(1) - 1)
		_, _ = c.all[number%talkers].client.Load().Say(saying(number))
		rest(ctx, time.Second/talkers)
	}
}

// kill ends the program in the middle of it all, starts it again, and tells how long it took to answer.
func (c *returners) kill(ctx context.Context) (at time.Time, started time.Duration, err error) {
	rest(ctx, beforeKill)
	s := c.venue.show.station
	at = time.Now()
	if err := s.process.Process.Kill(); err != nil {
		return at, 0, err
	}
	_ = s.process.Wait() // tells of the kill
	c.down.Store(true)
	_, err = s.launch(ctx)
	return at, time.Since(at), err
}

// settle waits until all are back, lets them talk on, and tells how long the last of them took from the kill.
func (c *returners) settle(ctx context.Context, killed time.Time) (time.Duration, error) {
	for ctx.Err() == nil && c.missing() > 0 {
		if time.Since(killed) > resumeWithin {
			return 0, fmt.Errorf("%d clients have not come back; the last who could not: %v", c.missing(), c.last.Load())
		}
		rest(ctx, 5*time.Millisecond)
	}
	var last time.Time
	for _, r := range c.all {
		r.mu.Lock()
		if r.back.After(last) {
			last = r.back
		}
		r.mu.Unlock()
	}
	rest(ctx, afterResume)
	return last.Sub(killed), ctx.Err()
}

func (c *returners) missing() (count int) {
	for _, r := range c.all {
		r.mu.Lock()
		if r.back.IsZero() {
			count++
		}
		r.mu.Unlock()
	}
	return count
}

// compare looks who has not heard what somebody had heard before the kill, from the first each heard of on, and who heard something twice.
func (c *returners) compare() (lost, twice int) {
	for _, r := range c.all {
		seen := make(map[uint32]bool, len(r.heard))
		for _, number := range r.heard {
			if seen[number] {
				twice++
			}
			seen[number] = true
		}
		for number := range c.acknowledged {
			if !seen[number] {
				lost++
			}
		}
	}
	return lost, twice
}
