package main

import (
	"context"
	"net/http"
	"time"
)

// fullShow is a show as it is sent in high quality.
var fullShow = picture{size: "1920x1080", rate: 60, kbits: 6000, seconds: 10}

// measureEnd: a minute of show, from the encoder's goodbye to a recording that can be played.
func measureEnd(ctx context.Context, b *bench) error {
	clip, err := b.showClip(ctx, fullShow)
	if err != nil {
		return err
	}
	s, err := b.startStation(ctx, "end")
	if err != nil {
		return err
	}
	defer s.stop()
	live, err := s.newShow(map[string]string{"saveReplay": "true", "replaySettings[privacy]": "1"})
	if err != nil {
		return err
	}
	e, err := live.send(ctx, clip)
	if err != nil {
		return err
	}
	rest(ctx, time.Minute)
	e.leave()
	ended := time.Now()
	kept, err := live.until(ctx, time.Minute, func(now state) bool { return !now.IsLive && now.State.ID == 1 && now.renditions() > 0 })
	if err != nil {
		return err
	}
	if err := fetch(http.DefaultClient, kept.Playlists[0].Files[0].FileURL); err != nil {
		return err
	}
	took := time.Since(ended)
	b.add("end of a 1 min 1080p60 show to playable replay", "≤ 5 s", took <= 5*time.Second, "%.2f s", took.Seconds())
	return nil
}

// rest waits, unless the run is interrupted.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
