package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"time"
)

// clockTick is the unit of times in /proc (USER_HZ), the same on every Linux that Go runs on.
const clockTick = 10 * time.Millisecond

// processorTime is what a process has used, in user and kernel mode.
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := bytes.Cut(text, []byte(") ")) // the name may hold anything
	fields := bytes.Fields(after)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat: %s", pid, text)
	}
	var total time.Duration
	for _, field := range fields[11:13] { // utime and stime
		ticks, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(ticks) * clockTick
	}
	return total, nil
}

// used is the share of one core that processes take over a time.
func used(ctx context.Context, howLong time.Duration, pids ...int) (float64, error) {
	sum := func() (total time.Duration, err error) {
		for _, pid := range pids {
			one, err := processorTime(pid)
			if err != nil {
				return 0, err
			}
			total += one
		}
		return total, nil
	}
	before, err := sum()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	rest(ctx, howLong)
	after, err := sum()
	return (after - before).Seconds() / time.Since(begin).Seconds(), err
}

const fewViewers = 100

// measureCPU: one show in high quality, remuxed and served to a hundred.
func measureCPU(ctx context.Context, b *bench) error {
	clip, err := b.showClip(ctx, fullShow)
	if err != nil {
		return err
	}
	s, err := b.startStation(ctx, "cpu")
	if err != nil {
		return err
	}
	defer s.stop()
	live, err := s.newShow(nil)
	if err != nil {
		return err
	}
	e, err := live.send(ctx, clip)
	if err != nil {
		return err
	}
	defer e.leave()
	alone, err := used(ctx, 10*time.Second, s.process.Process.Pid)
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	crowd, left, begin := newAudience(live), make(chan struct{}), time.Now()
	go func() { defer close(left); crowd.watch(watching, fewViewers, 5*time.Second) }()
	rest(ctx, 8*time.Second)
	busy, err := used(ctx, 30*time.Second, s.process.Process.Pid)
	stop()
	<-left
	rate := float64(crowd.bytes) / time.Since(begin).Seconds() / 1e6
	if err != nil {
		return err
	}
	if crowd.errors > 0 {
		return fmt.Errorf("%d viewers failed: %w", crowd.errors, crowd.first)
	}
	b.add("CPU: one 1080p60 6 Mbit/s live, 100 viewers, no transcoding", "< 10 % of a core", busy < 0.10,
		"%.1f %% (%.1f %% before they came; %.0f MB/s sent)", busy*100, alone*100, rate)
	return nil
}
