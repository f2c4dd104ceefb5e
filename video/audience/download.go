package audience

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lucarne/platform/db"
	"lucarne/video"
)

// Downloaded tells that downloads were added to one of our videos.
type Downloaded struct {
	VideoID   video.ID
	Downloads int
}

// Downloads counts how often videos are taken along: once for an address and video until the same viewer's view would count again,
// since clients fetch a file in many requests.
type Downloads struct {
	o      Options
	keys   *keyring
	writes together[video.ID]

	mu   sync.Mutex
	seen map[place]time.Time // when it was counted
}

// NewDownloads makes the subject of downloads.
func NewDownloads(o Options) *Downloads {
	d := &Downloads{o: o, keys: newKeyring(o.Clock), seen: make(map[place]time.Time)}
	d.writes.write = d.buffer
	return d
}

// Began takes note of a download by an address. What cannot be counted is logged: it is no reason to refuse the file.
func (d *Downloads) Began(ctx context.Context, id video.ID, ip string) {
	key, former := d.keys.address(ip)
	if !d.isNew(place{id, key}, place{id, former}) {
		return
	}
	if err := d.writes.add(ctx, id); err != nil {
		d.forget(place{id, key})
		d.o.Logger.ErrorContext(ctx, "a download was not counted", "video", id, "error", err)
	}
}

// isNew remembers those it reports. Once there is no room nothing is counted: forgetting would let one address count twice.
func (d *Downloads) isNew(p, former place) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.o.Clock.Now()
	expired := now.Add(-d.o.Settings().ViewExpiration)
	if d.seen[p].After(expired) || d.seen[former].After(expired) || len(d.seen) >= maxRecent {
		return false
	}
	d.seen[p] = now
	return true
}

func (d *Downloads) forget(p place) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.seen, p)
}

func (d *Downloads) forgetExpired() {
	d.mu.Lock()
	defer d.mu.Unlock()
	expired := d.o.Clock.Now().Add(-d.o.Settings().ViewExpiration)
	for p, at := range d.seen {
		if !at.After(expired) {
			delete(d.seen, p)
		}
	}
}

func (d *Downloads) buffer(ctx context.Context, ids []video.ID) error {
	downloads := make(map[video.ID]int, len(ids))
	for _, id := range ids {
		downloads[id]++
	}
	return d.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ordered(downloads) {
			if err := bufferDownloads(ctx, tx, id, downloads[id]); err != nil {
				return err
			}
		}
		return nil
	})
}

// FlushDownloads adds the downloads counted since the last time to their videos and to the hour, and tells of them.
func (d *Downloads) FlushDownloads(ctx context.Context) error {
	d.forgetExpired()
	for {
		n, err := d.flushSome(ctx)
		if err != nil {
			return fmt.Errorf("add downloads to videos: %w", err)
		}
		if n < videosPerFlush {
			return nil
		}
	}
}

func (d *Downloads) flushSome(ctx context.Context) (n int, err error) {
	hour := d.o.Clock.Now().Truncate(time.Hour)
	err = d.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		some, err := takeDownloads(ctx, tx, videosPerFlush)
		if err != nil || len(some) == 0 {
			return err
		}
		n = len(some)
		for _, one := range some {
			if err := addDownloads(ctx, tx, one, hour); err != nil {
				return err
			}
			if err := d.o.Outbox.Record(ctx, tx, one); err != nil {
				return err
			}
		}
		tx.Touch(video.Topic)
		return nil
	})
	return n, err
}

// DropOldDownloads deletes the hourly detail that is older than that of views is kept.
func (d *Downloads) DropOldDownloads(ctx context.Context) error {
	age := d.o.Settings().LocalViewsMaxAge
	if age < 0 {
		return nil
	}
	before := d.o.Clock.Now().Add(-age)
	return untilNone(ctx, d.o.DB, func(ctx context.Context, tx *db.Tx) (int64, error) {
		return deleteDownloads(ctx, tx, before)
	})
}
