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
	l, session, e, recordings, folder := b.line, b.session, b.ending, b.pieces, b.folder
	b.mu.Unlock()
	if l != nil {
		l.close()
		last, err := l.packager.Finish()
		if err != nil {
			b.logger.Error("a recording could not be finished", "error", err)
		}
		recordings = append(recordings, last)
	}
	isDone := b.conclude(context.WithoutCancel(ctx), session, e, recordings)
	if l != nil {
		if e.code != live.Blocked { // of which nothing more is to be seen
			linger(ctx)
		}
		if err := l.packager.Close(); err != nil {
			b.logger.Warn("a recording could not be closed", "error", err)
		}
	}
	b.tasks.Wait()
	if !isDone {
		return // its folder is needed by the next run of the site
	}
	if err := os.RemoveAll(folder); err != nil {
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

// conclude writes the end of the session down, after that of the session before, and publishes its replay. It reports false when that has
// to be tried again later.
func (b *Broadcast) conclude(ctx context.Context, session live.SessionID, e ending, recordings []packager.Recording) bool {
	<-b.before
	err := b.writeEnd(ctx, session, e, recordings)
	close(b.ended)
	if err != nil {
		b.logger.Error("the end of a live session cannot be written down", "error", err)
	}
	if err != nil || session == 0 {
		return err == nil
	}
	err = b.o.publish(ctx, session, b.folder, recordings)
	if err != nil && !errors.Is(err, errNoReplay) {
		b.logger.Error("the replay of a live could not be published", "session", session, "error", err)
		return false
	}
	return true
}

// writeEnd does nothing when there was nothing to watch.
func (b *Broadcast) writeEnd(ctx context.Context, session live.SessionID, e ending, recordings []packager.Recording) error {
	if session == 0 {
		return nil
	}
	code := e.code
	if code == 0 && isEmpty(recordings) {
		code = live.InvalidInput
	}
	b.logger.Info("a live is over", "session", session, "error", code)
	return b.o.Sessions.End(ctx, session, b.o.Clock.Now(), code)
}

func isEmpty(recordings []packager.Recording) bool {
	for _, r := range recordings {
		if len(r.Renditions) > 0 {
			return false
		}
	}
	return true
}
