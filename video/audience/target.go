package audience

import (
	"context"
	"sync"

	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// target is what a heartbeat needs to know of its video.
type target struct {
	id      video.ID
	seconds int // 0 unknown
	isLive  bool
	isLocal bool
}

// maxTargets bounds how many videos are remembered by each name they are called by.
const maxTargets = 10_000

// targets remembers the videos that are watched, until one changes.
type targets struct {
	db      *db.DB
	mu      sync.RWMutex
	version int64
	byRef   map[shortid.Ref]target
}

func newTargets(d *db.DB) *targets { return &targets{db: d, byRef: make(map[shortid.Ref]target)} }

func (t *targets) get(ctx context.Context, ref shortid.Ref) (target, error) {
	version := t.db.Version(video.Topic)
	t.mu.RLock()
	known, ok := t.byRef[ref]
	ok = ok && t.version == version
	t.mu.RUnlock()
	if ok {
		return known, nil
	}
	found, ok, err := targetOf(ctx, t.db, ref)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "Video not found")
	}
	if err != nil {
		return target{}, err
	}
	t.put(ref, found, version)
	return found, nil
}

func (t *targets) put(ref shortid.Ref, found target, version int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if version < t.version {
		return // read before a change
	}
	if version > t.version || len(t.byRef) >= maxTargets {
		clear(t.byRef)
		t.version = version
	}
	t.byRef[ref] = found
}
