package audience

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"lucarne/platform/db"
	"lucarne/video"
)

// FlushViews adds the views counted since the last time to their videos and to the hour, and tells of them.
func (v *Viewers) FlushViews(ctx context.Context) error {
	for {
		n, err := v.flushSome(ctx)
		if err != nil {
			return fmt.Errorf("add views to videos: %w", err)
		}
		if n < videosPerFlush {
			return nil
		}
	}
}

// videosPerFlush keeps transactions short.
const videosPerFlush = 200

func (v *Viewers) flushSome(ctx context.Context) (n int, err error) {
	hour := v.o.Clock.Now().Truncate(time.Hour)
	err = v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		some, err := takeBuffered(ctx, tx, videosPerFlush)
		if err != nil || len(some) == 0 {
			return err
		}
		n = len(some)
		for _, one := range some {
			if err := addViews(ctx, tx, one, hour); err != nil {
				return err
			}
			if err := v.o.Outbox.Record(ctx, tx, one); err != nil {
				return err
			}
		}
		tx.Touch(video.Topic)
		return nil
	})
	return n, err
}

func (v *Viewers) buffer(ctx context.Context, ids []video.ID) error {
	views := make(map[video.ID]int, len(ids))
	for _, id := range ids {
		views[id]++
	}
	return v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ordered(views) {
			if err := bufferViews(ctx, tx, id, views[id]); err != nil {
				return err
			}
		}
		return nil
	})
}

// DropOldViews deletes the hourly detail of views that is older than the settings keep it.
func (v *Viewers) DropOldViews(ctx context.Context) error {
	s, now := v.o.Settings(), v.o.Clock.Now()
	var errs []error
	for isLocal, age := range map[bool]time.Duration{true: s.LocalViewsMaxAge, false: s.RemoteViewsMaxAge} {
		if age >= 0 {
			errs = append(errs, untilNone(ctx, v.o.DB, func(ctx context.Context, tx *db.Tx) (int64, error) {
				return deleteViews(ctx, tx, isLocal, now.Add(-age))
			}))
		}
	}
	return errors.Join(errs...)
}

// untilNone repeats a bounded deletion, each in its own transaction, until it finds nothing more.
func untilNone(ctx context.Context, d *db.DB, some func(ctx context.Context, tx *db.Tx) (int64, error)) error {
	for {
		var n int64
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = some(ctx, tx)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

// ordered gives the keys in one order, so that transactions which meet lock rows in the same one.
func ordered[V any](m map[video.ID]V) []video.ID { return slices.Sorted(maps.Keys(m)) }
