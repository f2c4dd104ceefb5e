package broadcast

import (
	"context"
	"errors"
	"os"
	"time"

	"lucarne/live"
	"lucarne/live/packager"
)

// lingerFor is how long what was on air can still be fetched, by players that are behind.
const lingerFor = time.Minute

// finish ends the session: its recording, its row, its replay.
func (b *Broadcast) finish(ctx context.Context) {
	b.mu.Lock()
	l, session, e, recordings := b.line, b.session, b.ending, b.pieces
	b.mu.Unlock()
	if l != nil {
		l.close()
		last, err := l.packager.Finish()
		if err != nil {
			b.logger.Error("a recording could not be finished", "error", err)
		}
		recordings = append(recordings, last)
	}
	isDone := true
	if session != 0 {
		isDone = b.conclude(context.WithoutCancel(ctx), session, e, recordings)
	}
	if l != nil {
		if e.code != live.Blocked { // of which nothing more is to be seen
			linger(ctx)
		}
		if err := l.packager.Close(); err != nil {
			b.logger.Warn("a recording could not be closed", "error", err)
		}
	}
	if !isDone {
		return // its folder is needed by the next run of the site
	}
	if err := os.RemoveAll(b.folder); err != nil {
		b.logger.Warn("what a live session left could not be removed", "error", err)
	}
}

func linger(ctx context.Context) {
	timer := time.NewTimer(lingerFor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// conclude writes the end of the session down and publishes its replay. It reports false when that has to be tried again later.
func (b *Broadcast) conclude(ctx context.Context, session live.SessionID, e ending, recordings []packager.Recording) bool {
	code := e.code
	if code == 0 && isEmpty(recordings) {
		code = live.InvalidInput
	}
	if err := b.o.Sessions.End(ctx, session, b.o.Clock.Now(), code); err != nil {
		b.logger.Error("the end of a live session cannot be written down", "error", err)
		return false
	}
	b.logger.Info("a live is over", "session", session, "error", code)
	err := b.o.publish(ctx, session, b.folder, recordings)
	if err != nil && !errors.Is(err, errNoReplay) {
		b.logger.Error("the replay of a live could not be published", "session", session, "error", err)
		return false
	}
	return true
}

func isEmpty(recordings []packager.Recording) bool {
	for _, r := range recordings {
		if len(r.Renditions) > 0 {
			return false
		}
	}
	return true
}
