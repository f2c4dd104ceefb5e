package video

import (
	"context"
	"fmt"

	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// isAllowed reports whether the schedule may be set: it keeps the privacy, or names one that needs no password.
func (s *Schedule) isAllowed() bool {
	return s == nil || s.Privacy == 0 || (s.Privacy >= Public && s.Privacy <= Internal)
}

func (s *Schedule) privacy() Privacy {
	if s == nil {
		return 0
	}
	return s.Privacy
}

// dueBatch bounds what one turn of PublishDue takes; the next turn follows soon.
const dueBatch = 200

// PublishDue makes the changes of privacy whose time has come, each in a transaction of its own.
func (v *Videos) PublishDue(ctx context.Context) error {
	ready, err := dueSchedules(ctx, v.o.DB, v.o.Clock.Now(), dueBatch)
	if err != nil {
		return fmt.Errorf("scheduled updates: %w", err)
	}
	for _, d := range ready {
		err := v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return v.publishDue(ctx, tx, d) })
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("scheduled update of video %d: %w", d.id, err)
		}
	}
	return nil
}

func (v *Videos) publishDue(ctx context.Context, tx *db.Tx, d due) error {
	found, err := read(ctx, tx, d.id)
	if err != nil {
		return err
	}
	changed := found.Video
	if d.Privacy != 0 {
		changed.Privacy = d.Privacy
	}
	changed.Schedule = nil
	return v.save(ctx, tx, found.Video, changed, Change{})
}
