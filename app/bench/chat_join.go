package main

import (
	"context"
	"fmt"
	"time"
)

const joiningRoom = time.Minute // in which all come

// joined is how a crowd came in.
type joined struct {
	refused     int
	p99, median time.Duration
	cpu         time.Duration
	why         string
}

// measureChatJoin: thousands of browsers join one room within a minute.
func measureChatJoin(ctx context.Context, b *bench) error {
	if err := needFiles(b.viewers + 500); err != nil {
		return err
	}
	ours, theirs, peer, err := atEach(ctx, b, "join", func(v venue) (joined, error) { return b.joins(ctx, v) })
	if err != nil {
		return err
	}
	who := fmt.Sprintf("%d clients join one room within %s", b.viewers, joiningRoom)
	b.add(who+": refused", "none", ours.refused == 0, "%d%s", ours.refused, ours.why)
	b.add(who+": p99 join", "< 2 s", ours.p99 < 2*time.Second, "%.0f ms (median %.1f ms), %.1f s CPU", ms(ours.p99), ms(ours.median), ours.cpu.Seconds())
	b.add("the same at "+peer, "to compare", true, "%d refused%s, p99 %.0f ms (median %.1f ms), %.1f s CPU (%s)",
		theirs.refused, theirs.why, ms(theirs.p99), ms(theirs.median), theirs.cpu.Seconds(), prosodyTerms)
	return nil
}

func (b *bench) joins(ctx context.Context, v venue) (joined, error) {
	if err := prime(ctx, v); err != nil {
		return joined{}, err
	}
	before, err := processorTime(v.pid)
	if err != nil {
		return joined{}, err
	}
	g := gather(ctx, v, b.viewers, joiningRoom)
	defer g.leave()
	after, err := processorTime(v.pid)
	p99, median := g.p99Join()
	return joined{refused: g.refused(b.viewers), p99: p99, median: median, cpu: after - before, why: g.why()}, err
}

// prime has a guest say something, so that who joins is told a history.
func prime(ctx context.Context, v venue) error {
	host, _, err := v.enter(ctx, 1_000_000, 0)
	if err != nil {
		return err
	}
	defer host.Close()
	const told = 8 // nobody may say much more at once
	for range told {
		if _, err := host.Say("Welcome to the room of the benchmark"); err != nil {
			return err
		}
	}
	for heard := 0; heard < told; {
		s, err := host.Next()
		if err != nil {
			return err
		}
		if refusal := s.Refusal(); refusal != nil {
			return refusal
		}
		if s.Body() != nil {
			heard++
		}
	}
	return nil
}

// idling is what readers cost who do nothing.
type idling struct {
	refused int
	before  int64 // bytes, without anybody
	after   int64
	busy    float64 // of a core
	why     string
}

const (
	gatheringPace = 150 // readers who come in a second
	calmingDown   = 20 * time.Second
	idleFor       = 30 * time.Second
)

// measureChatIdle: thousands read a room where nobody speaks.
func measureChatIdle(ctx context.Context, b *bench) error {
	if err := needFiles(b.readers + 500); err != nil {
		return err
	}
	ours, theirs, peer, err := atEach(ctx, b, "idle", func(v venue) (idling, error) { return b.idle(ctx, v) })
	if err != nil {
		return err
	}
	who := fmt.Sprintf("%d idle readers in one room", b.readers)
	each := func(i idling) float64 { return float64(i.after-i.before) / float64(b.readers) / 1000 }
	b.add(who+": resident memory", "< 400 MB", ours.refused == 0 && ours.after < 400<<20, "%d MB: %d MB and %.1f kB each; %d not there%s",
		ours.after>>20, ours.before>>20, each(ours), ours.refused, ours.why)
	b.add(who+": CPU", "< 5 % of a core", ours.busy < 0.05, "%.1f %%", ours.busy*100)
	b.add("the same at "+peer, "to compare", true, "%d MB: %d MB and %.1f kB each; CPU %.1f %%; %d not there%s (%s)",
		theirs.after>>20, theirs.before>>20, each(theirs), theirs.busy*100, theirs.refused, theirs.why, prosodyTerms)
	return nil
}

func (b *bench) idle(ctx context.Context, v venue) (idling, error) {
	if err := prime(ctx, v); err != nil {
		return idling{}, err
	}
	before := v.resident()
	g := gather(ctx, v, b.readers, time.Duration(b.readers)*time.Second/gatheringPace)
	defer g.leave()
	rest(ctx, calmingDown)
	busy, err := used(ctx, idleFor, v.pid)
	result := idling{refused: g.refused(b.readers), before: before, after: v.resident(), busy: busy, why: g.why()}
	if err == nil {
		err = <-b.profileRoom(v, "chat-idle", time.Second)
	}
	return result, err
}

// profileRoom keeps what Lucarne does, as profile does.
func (b *bench) profileRoom(v venue, name string, howLong time.Duration) <-chan error {
	if v.show.station == nil {
		done := make(chan error, 1)
		done <- nil
		return done
	}
	return b.profile(v.show, name, howLong)
}
