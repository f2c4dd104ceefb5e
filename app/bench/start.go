package main

import (
	"context"
	"path/filepath"
	"time"
)

// measureStart: an empty folder to the first answer, and what the program holds when nobody asks for anything.
func measureStart(ctx context.Context, b *bench) error {
	var quickest time.Duration
	for i := range 3 {
		s, took, err := b.start(ctx, filepath.Join(b.folder, "empty"+string(rune('a'+i))))
		if err != nil {
			return err
		}
		if quickest == 0 || took < quickest {
			quickest = took
		}
		if i == 2 {
			time.Sleep(15 * time.Second)
			idle := s.resident()
			b.add("idle resident memory", "< 80 MB", idle < 80<<20, "%d MB", idle>>20)
		}
		s.stop()
	}
	b.add("empty folder to first answer", "< 1 s", quickest < time.Second, "%d ms", quickest.Milliseconds())
	return nil
}
