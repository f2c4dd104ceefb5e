package main

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

const (
	talkers      = 20 // each says one thing in a second
	drainingTime = 2 * time.Minute
	stillTime    = 10 * time.Second // without anything new, nothing more will come
)

// talk is how a conversation went.
type talk struct {
	sent, heard int
	faults
	p99, median  time.Duration
	cpu, clients time.Duration
	took         time.Duration
	refused      int
	why          string
}

// share is how much of a core the server took.
func (t talk) share() float64 { return t.cpu.Seconds() / t.took.Seconds() }

func (t talk) String() string {
	return fmt.Sprintf("p99 %.0f ms (median %.0f ms), %s, %.1f s CPU (%.1f %% of a core), clients %.1f s%s",
		ms(t.p99), ms(t.median), t.faults, t.cpu.Seconds(), 100*t.share(), t.clients.Seconds(), t.why)
}

// measureChatRoom: a lively room of many, against the bars and against Prosody.
func measureChatRoom(ctx context.Context, b *bench) error {
	ours, theirs, peer, err := b.talkAtEach(ctx, "room", b.listeners, b.talk)
	if err != nil {
		return err
	}
	who := fmt.Sprintf("%d messages/s to %d readers for %s", talkers, b.listeners, b.talk)
	b.add(who+": p99 delivery", "< 500 ms", ours.p99 < 500*time.Millisecond && ours.heard > 0, "%.0f ms (median %.0f ms)", ms(ours.p99), ms(ours.median))
	b.add(who+": lost, twice, out of order", "none", ours.faults == (faults{}) && ours.refused == 0, "%s of %d deliveries%s", ours.faults, ours.heard, ours.why)
	ratio := theirs.cpu.Seconds() / ours.cpu.Seconds()
	b.add(who+": CPU", "≥ 5× less than Prosody", ratio >= 5, "%.1f s, Prosody %.1f s: %.1f×; clients %.1f s", ours.cpu.Seconds(), theirs.cpu.Seconds(), ratio, ours.clients.Seconds())
	b.add("the same at "+peer, "to compare", true, "%s (%s)", theirs, prosodyTerms)
	return nil
}

const hundredFor = 30 * time.Second

// measureChatHundred: the case the author of the livechat plugin measures.
func measureChatHundred(ctx context.Context, b *bench) error {
	ours, theirs, peer, err := b.talkAtEach(ctx, "hundred", 100, min(hundredFor, b.talk))
	if err != nil {
		return err
	}
	b.add(fmt.Sprintf("100 clients, %d messages/s: CPU", talkers), "< 5 % of a core", ours.share() < 0.05 && ours.faults == (faults{}) && ours.refused == 0,
		"%.1f %%; p99 delivery %.0f ms, %s%s", 100*ours.share(), ms(ours.p99), ours.faults, ours.why)
	b.add("the same at "+peer, "to compare", true, "%s (%s)", theirs, prosodyTerms)
	return nil
}

func (b *bench) talkAtEach(ctx context.Context, name string, count int, howLong time.Duration) (ours, theirs talk, peer string, err error) {
	if err := needFiles(count + 500); err != nil {
		return ours, theirs, "", err
	}
	return atEach(ctx, b, name, func(v venue) (talk, error) {
		g := gather(ctx, v, count, time.Duration(count)*time.Second/gatheringPace)
		defer g.leave()
		rest(ctx, time.Second)
		profiled := b.profileRoom(v, "chat-"+name, howLong)
		t, err := g.converse(ctx, howLong)
		if err != nil {
			return t, err
		}
		t.refused, t.why = g.refused(count), g.why()
		return t, <-profiled
	})
}

// converse has some of the guests talk in turn, and waits until all have heard everything, or nothing more comes.
func (g *guests) converse(ctx context.Context, howLong time.Duration) (t talk, err error) {
	if len(g.all) < talkers {
		return t, fmt.Errorf("only %d are in the room%s", len(g.all), g.why())
	}
	before, err := processorTime(g.venue.pid)
	if err != nil {
		return t, err
	}
	begin, own := time.Now(), ownTime()
	if t.sent, err = g.say(ctx, howLong); err != nil {
		return t, err
	}
	g.drain(ctx, int64(t.sent*len(g.all)))
	t.took, t.clients = time.Since(begin), ownTime()-own
	after, err := processorTime(g.venue.pid)
	t.cpu, t.heard = after-before, int(g.heard.Load())
	t.p99, t.median = g.delays.quantile(0.99), g.delays.quantile(0.5)
	g.leave()
	t.faults = compare(g.heardByEach(), t.sent)
	return t, err
}

// say has the talkers say something in turn, evenly, and gives how much was said.
func (g *guests) say(ctx context.Context, howLong time.Duration) (sent int, err error) {
	begin := time.Now()
	for ; ctx.Err() == nil; sent++ {
		at := time.Duration(sent) * time.Second / talkers
		if at >= howLong {
			break
		}
		rest(ctx, time.Until(begin.Add(at)))
		if _, err := g.all[sent%talkers].Say(saying(uint32(sent))); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// drain waits until as much was heard, or nothing more comes.
func (g *guests) drain(ctx context.Context, wanted int64) {
	deadline, last, moved := time.Now().Add(drainingTime), int64(0), time.Now()
	for ctx.Err() == nil && time.Now().Before(deadline) {
		now := g.heard.Load()
		if now >= wanted {
			return
		}
		if now > last {
			last, moved = now, time.Now()
		}
		if time.Since(moved) > stillTime {
			return
		}
		rest(ctx, 5*time.Millisecond)
	}
}

func (g *guests) heardByEach() [][]uint32 {
	var all [][]uint32
	for _, one := range g.all {
		all = append(all, one.heard)
	}
	return all
}

// ownTime is the processor time of this process: of all its clients.
func ownTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// faults are what must not happen to messages.
type faults struct{ lost, twice, misplaced int }

func (f faults) String() string {
	return fmt.Sprintf("%d lost, %d twice, %d out of order", f.lost, f.twice, f.misplaced)
}

// compare looks at what each heard of the messages 0 to sent-1: everybody is to hear all of them once, in the same order, and each talker's
// in the order they were said.
func compare(heard [][]uint32, sent int) (f faults) {
	if len(heard) == 0 {
		return f
	}
	place := make(map[uint32]int) // by the first who heard of it
	for i, number := range heard[0] {
		if _, isKnown := place[number]; !isKnown {
			place[number] = i
		}
	}
	for _, own := range heard {
		f.lookAt(own, place, sent)
	}
	last := make(map[uint32]uint32)
	for _, number := range heard[0] {
		if before, isKnown := last[number%talkers]; isKnown && before > number {
			f.misplaced++
		}
		last[number%talkers] = number
	}
	return f
}

func (f *faults) lookAt(own []uint32, place map[uint32]int, sent int) {
	seen := make(map[uint32]bool, len(own))
	reached := -1
	for _, number := range own {
		if seen[number] {
			f.twice++
			continue
		}
		seen[number] = true
		at, isKnown := place[number]
		if !isKnown {
			continue
		}
		if at < reached {
			f.misplaced++
		}
		reached = max(reached, at)
	}
	f.lost += sent - len(seen)
}
