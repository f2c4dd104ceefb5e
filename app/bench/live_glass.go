package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/chromedp/chromedp"
)

// measureGlass: from the moment a picture is made to the moment it is seen in a browser, on the watch page as it is.
func measureGlass(ctx context.Context, b *bench) error {
	s, err := b.startStation(ctx, "glass")
	if err != nil {
		return err
	}
	defer s.stop()
	live, err := s.newShow(nil)
	if err != nil {
		return err
	}
	e, err := live.sendClock(ctx)
	if err != nil {
		return err
	}
	defer e.leave()
	readings, err := b.look(ctx, s.origin+"/w/"+live.uuid)
	if err != nil {
		return err
	}
	delays, unread := delaysOf(readings)
	if len(delays) == 0 {
		return fmt.Errorf("the clock was never read in %d pictures", len(readings))
	}
	slices.Sort(delays)
	middle, most := delays[len(delays)/2], delays[len(delays)*95/100]
	b.add(fmt.Sprintf("glass to glass in Chromium, LL-HLS, over %s", b.glass), "median ≤ 3 s, p95 ≤ 4 s", middle <= 3*time.Second && most <= 4*time.Second,
		"median %.2f s, p95 %.2f s (%d readings, %d unreadable)", middle.Seconds(), most.Seconds(), len(delays), unread)
	return nil
}

// reading is the time it was and the time in the picture, in milliseconds of the clock.
type reading [2]int64

// delaysOf are the differences, from the first picture that could be read.
func delaysOf(readings []reading) (delays []time.Duration, unread int) {
	for _, r := range readings {
		switch {
		case r[1] != 0:
			delays = append(delays, time.Duration((r[0]-r[1]+clockWrap)%clockWrap)*time.Millisecond)
		case len(delays) > 0:
			unread++
		}
	}
	return delays, unread
}

// look plays a page in Chromium and reads the clock.
func (b *bench) look(ctx context.Context, address string) ([]reading, error) {
	path, err := chromium()
	if err != nil {
		return nil, err
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("mute-audio", true), chromedp.WindowSize(1280, 900))...)
	defer stop()
	tab, cancel := chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(tab, chromedp.Navigate(address)); err != nil {
		return nil, fmt.Errorf("open the watch page: %w", err)
	}
	var all []reading
	script := readClock + ", []"
	for end := time.Now().Add(b.glass); time.Now().Before(end) && ctx.Err() == nil; {
		raw, err := chromedp.Run(tab, chromedp.Evaluate[json.RawMessage](script))
		if err != nil {
			return nil, fmt.Errorf("read the clock: %w", err)
		}
		var some []reading
		if err := json.Unmarshal(raw, &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
		script = "clockReadings.splice(0)"
		rest(ctx, min(5*time.Second, time.Until(end)))
	}
	return all, nil
}

func chromium() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("chromium is not installed: scripts/setup test installs it")
}
