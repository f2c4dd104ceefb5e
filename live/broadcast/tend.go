package broadcast

import (
	"context"
	"time"

	"lucarne/live"
	"lucarne/live/packager"
	"lucarne/platform/fault"
)

const (
	tendEvery  = 200 * time.Millisecond
	checkEvery = 10 * time.Second // the limits that have to be looked up
)

// tendUntilOver looks after the broadcast until it is over, and finishes it. When ctx ends first everything stays as it is, for the next
// run of the site to take up.
func (b *Broadcast) tendUntilOver(ctx context.Context) {
	ticker := time.NewTicker(tendEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			b.suspend()
			return
		case <-b.over:
			b.finish(ctx)
			return
		case <-ticker.C:
			b.tend(ctx)
		}
	}
}

func (b *Broadcast) tend(ctx context.Context) {
	b.hold()
	b.goOnAir(ctx)
	b.takePicture(ctx)
	b.followRelays(ctx)
	if e, isOver := b.limit(ctx); isOver {
		b.stop(e)
	}
}

// hold carries the show on while no encoder sends.
func (b *Broadcast) hold() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.line == nil || b.phase == finished {
		return
	}
	if now := b.o.Clock.Now(); b.encoder == nil || b.encoder.isSilent(now) {
		b.line.holdUntil(now)
	}
}

// goOnAir writes the session down once there is something to watch, and the end of the session before is written down.
func (b *Broadcast) goOnAir(ctx context.Context) {
	b.mu.Lock()
	isDue := b.phase == waiting && b.line != nil && b.line.isWatchable() && isClosed(b.before)
	session, startedAt := b.session, b.startedAt
	b.mu.Unlock()
	if !isDue {
		return
	}
	if session == 0 {
		var err error
		if session, err = b.begin(ctx, startedAt); err != nil {
			b.refuse(err)
			return
		}
	}
	if ratio := b.shape(); ratio > 0 {
		if err := b.o.Sessions.SetShape(ctx, b.show.VideoID, ratio); err != nil {
			b.logger.Warn("the shape of a live cannot be written down", "error", err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.session = session
	if b.phase == waiting {
		b.phase = onAir
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// begin begins the session, unless what happened since the encoder was let in forbids it: another live took the last place, or the show
// that the encoder was late for was the only one.
func (b *Broadcast) begin(ctx context.Context, startedAt time.Time) (live.SessionID, error) {
	show, err := b.o.Lives.Get(ctx, b.show.VideoID)
	if err != nil {
		return 0, err
	}
	if err := b.o.Lives.CheckStart(ctx, show); err != nil {
		return 0, err
	}
	begun, err := b.o.Sessions.Begin(ctx, show.VideoID, startedAt)
	return begun.ID, err
}

// refuse ends what may not go on air. What the site itself is to blame for is tried again.
func (b *Broadcast) refuse(err error) {
	switch {
	case fault.Is(err, fault.NotFound):
		b.stop(ending{reason: errOver})
	case fault.Is(err, fault.Forbidden), fault.Is(err, fault.Unavailable):
		b.stop(ending{reason: err})
	default:
		b.logger.Error("a live session cannot be written down", "error", err)
	}
}

func (b *Broadcast) shape() float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.line.aspectRatio()
}

// limit tells whether the broadcast has to end.
func (b *Broadcast) limit(ctx context.Context) (ending, bool) {
	now := b.o.Clock.Now()
	b.mu.Lock()
	isLost := b.encoder == nil && now.Sub(b.goneAt) >= b.o.Settings().Grace
	isCheckDue := b.session != 0 && now.Sub(b.checkedAt) >= checkEvery
	if isCheckDue {
		b.checkedAt = now
	}
	running := live.Running{VideoID: b.show.VideoID, StartedAt: b.startedAt}
	if b.show.SaveReplay {
		running.Recorded = b.meter.bytes + sizeOf(b.pieces)
	}
	b.mu.Unlock()
	if isLost || !isCheckDue {
		return ending{}, isLost
	}
	code, err := b.o.Lives.CheckRunning(ctx, running)
	switch {
	case fault.Is(err, fault.NotFound):
		return ending{live.Blocked, errDeleted}, true
	case err != nil:
		b.logger.Warn("the limits of a live could not be looked up", "error", err)
		return ending{}, false
	}
	return ending{code, reasons[code]}, code != 0
}

// sizeOf is what recordings take of a quota.
func sizeOf(recordings []packager.Recording) (bytes int64) {
	for _, recording := range recordings {
		for _, file := range recording.Renditions {
			bytes += file.Size
		}
	}
	return bytes
}

var errDeleted = fault.New(fault.Forbidden, "This live was deleted")

// reasons are what encoders are told.
var reasons = map[live.SessionError]error{
	live.DurationExceeded: fault.New(fault.Unavailable, "This live has lasted as long as this site allows"),
	live.QuotaExceeded:    fault.New(fault.Unavailable, "Your video quota is used up"),
	live.Blocked:          fault.New(fault.Forbidden, "This live is blocked"),
}

// suspend lets go of everything without ending the session.
func (b *Broadcast) suspend() {
	b.mu.Lock()
	if b.encoder != nil {
		b.encoder.reason = errStopping
		close(b.encoder.done)
		b.encoder = nil
	}
	b.phase = finished
	l := b.line
	b.mu.Unlock()
	b.tasks.Wait()
	if l == nil {
		return
	}
	l.close()
	if err := l.packager.Close(); err != nil {
		b.logger.Warn("a recording could not be closed", "error", err)
	}
}
