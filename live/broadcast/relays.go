package broadcast

import (
	"context"
	"time"

	"lucarne/live/relay"
)

// followEvery is how soon a show on air is sent where its owner wants it since.
const followEvery = 3 * time.Second

// followRelays has the show sent where its owner wants it now, once it is on air.
func (b *Broadcast) followRelays(ctx context.Context) {
	now := b.o.Clock.Now()
	b.mu.Lock()
	l, isDue := b.line, b.phase == onAir && now.Sub(b.followedAt) >= followEvery
	if isDue {
		b.followedAt = now
	}
	b.mu.Unlock()
	if !isDue {
		return
	}
	wanted, err := b.o.Relays.Enabled(ctx, b.show.VideoID)
	if err != nil {
		b.logger.Error("where else a live is to be sent is not known", "error", err)
		return
	}
	targets := make([]relay.Target, len(wanted))
	for i, r := range wanted {
		targets[i] = relay.Target{ID: int64(r.ID), Address: r.Address, Key: r.Key}
	}
	l.relay.Set(targets)
}
