package channel

import (
	"context"
	"fmt"
	"io"

	"lucarne/account"
	"lucarne/platform/db"
)

// SetImage gives a channel an avatar or a banner, in all sizes, largest first. The old ones go.
func (c *Channels) SetImage(ctx context.Context, viewer account.Viewer, id ID, kind account.ImageKind, file io.ReadSeeker) ([]account.Image, error) {
	found, err := c.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := found.checkManage(viewer); err != nil {
		return nil, err
	}
	images, err := c.gallery.Add(ctx, kind, file)
	if err != nil {
		return nil, err
	}
	if err := c.replaceImages(ctx, viewer, id, kind, images); err != nil {
		c.gallery.Drop(ctx, images)
		return nil, fmt.Errorf("set %s of channel %d: %w", kind, id, err)
	}
	return images, nil
}

// DeleteImage takes the avatar or banner away; having none is no error.
func (c *Channels) DeleteImage(ctx context.Context, viewer account.Viewer, id ID, kind account.ImageKind) error {
	return c.replaceImages(ctx, viewer, id, kind, nil)
}

func (c *Channels) replaceImages(ctx context.Context, viewer account.Viewer, id ID, kind account.ImageKind, images []account.Image) error {
	return c.manage(ctx, viewer, id, func(ctx context.Context, tx *db.Tx, found Channel) error {
		old := found.Actor.Avatars
		if kind == account.Banner {
			old = found.Actor.Banners
		}
		if err := account.ReplaceImages(ctx, tx, found.Actor.ID, kind, images); err != nil {
			return err
		}
		if len(old) > 0 {
			if err := c.o.Outbox.Record(ctx, tx, ImagesReplaced{ChannelID: id, Images: account.Filenames(old)}); err != nil {
				return err
			}
		}
		return c.o.Outbox.Record(ctx, tx, Updated{ChannelID: id})
	})
}
