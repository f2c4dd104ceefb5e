package channel

import (
	"context"
	"fmt"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/platform/fault"
)

// Change is what an update sets; nil fields stay as they are.
type Change struct {
	Name        *string
	Description *string
	Support     *string
}

// Update changes a channel, for its owner and those who manage any channel.
func (c *Channels) Update(ctx context.Context, viewer account.Viewer, id ID, change Change) error {
	if err := change.check(); err != nil {
		return err
	}
	err := c.manage(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, found Channel) error {
		found.apply(change)
		found.UpdatedAt = c.o.Clock.Now()
		if err := update(ctx, tx, found); err != nil {
			return err
		}
		if err := index(ctx, tx, found); err != nil {
			return err
		}
		return c.o.Outbox.Record(ctx, tx, Updated{ChannelID: id})
	})
	if err != nil {
		return fmt.Errorf("update channel %d: %w", id, err)
	}
	return nil
}

func (c *Channel) apply(change Change) {
	for _, field := range []struct{ to, from *string }{{&c.Name, change.Name}, {&c.Description, change.Description}, {&c.Support, change.Support}} {
		if field.from != nil {
			*field.to = *field.from
		}
	}
}

// manage runs work on a channel the viewer may manage, in one transaction that touches the topic.
func (c *Channels) manage(ctx context.Context, viewer account.Viewer, id ID, work func(context.Context, *db.Tx, Channel) error) error {
	return c.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := ByIDs(ctx, tx, id)
		if err != nil {
			return err
		}
		found, ok := all[id]
		if !ok {
			return notFound()
		}
		if err := found.checkManage(viewer); err != nil {
			return err
		}
		tx.Touch(Topic)
		return work(ctx, tx, found)
	})
}

// Delete removes a channel with its videos. A user keeps at least one channel: deleting the last fails with fault.Conflict.
func (c *Channels) Delete(ctx context.Context, viewer account.Viewer, id ID) error {
	err := c.manage(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, found Channel) error {
		count, err := countOf(ctx, tx, found.Owner.ID)
		if err != nil {
			return err
		}
		if count <= 1 {
			return fault.New(fault.Conflict, "Cannot remove the last channel of this user")
		}
		return c.delete(ctx, tx, found)
	})
	if err != nil {
		return fmt.Errorf("delete channel %d: %w", id, err)
	}
	return nil
}

// DeleteOf removes all channels of an account, in the transaction that removes the account.
func (c *Channels) DeleteOf(ctx context.Context, tx *db.Tx, owner account.ID) error {
	ids, err := idsOf(ctx, tx, owner)
	if err != nil {
		return err
	}
	all, err := ByIDs(ctx, tx, ids...)
	if err != nil {
		return err
	}
	for _, one := range all {
		if err := c.delete(ctx, tx, one); err != nil {
			return fmt.Errorf("delete channel %d: %w", one.ID, err)
		}
	}
	tx.Touch(Topic)
	return nil
}

func (c *Channels) delete(ctx context.Context, tx *db.Tx, one Channel) error {
	if err := c.o.Videos.ForgetChannel(ctx, tx, one.ID); err != nil {
		return err
	}
	if err := remove(ctx, tx, one); err != nil {
		return err
	}
	return c.o.Outbox.Record(ctx, tx, Deleted{ChannelID: one.ID, ActorURL: one.Actor.URL, Images: account.Filenames(append(one.Actor.Avatars, one.Actor.Banners...))})
}
