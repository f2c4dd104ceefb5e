package video

import (
	"context"
	"fmt"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/db"
)

// Delete removes a video and records the names of its files for those who remove them.
func (v *Videos) Delete(ctx context.Context, viewer account.Viewer, id ID) error {
	err := v.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := read(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := checkManage(found.CanDelete(viewer), viewer); err != nil {
			return err
		}
		return v.forget(ctx, tx, found.Video)
	})
	if err != nil {
		return fmt.Errorf("delete video %d: %w", id, err)
	}
	return nil
}

// ForgetIn removes a video, whoever asks, in a transaction that does more.
func (v *Videos) ForgetIn(ctx context.Context, tx *db.Tx, id ID) error {
	found, err := getBare(ctx, tx, id)
	if err != nil {
		return err
	}
	return v.forget(ctx, tx, found)
}

// ForgetChannel removes the videos of a channel, in the transaction that removes the channel.
func (v *Videos) ForgetChannel(ctx context.Context, tx *db.Tx, of channel.ID) error {
	for {
		some, err := someOf(ctx, tx, of)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, one := range some {
			if err := v.forget(ctx, tx, *one); err != nil {
				return err
			}
		}
	}
}

func (v *Videos) forget(ctx context.Context, tx *db.Tx, one Video) error {
	names, err := filenames(ctx, tx, one.ID)
	if err != nil {
		return err
	}
	if err := remove(ctx, tx, one.ID); err != nil {
		return err
	}
	tx.Touch(Topic)
	return v.o.Outbox.Record(ctx, tx, Deleted{VideoID: one.ID, UUID: one.UUID, URL: one.URL, IsLocal: one.IsLocal(), Privacy: one.Privacy, Files: names})
}
