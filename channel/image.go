package channel

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/picture"
)

// sizes are those PeerTube's clients expect: square avatars, banners six times as wide as high.
var sizes = map[account.ImageKind][]picture.Target{
	account.Avatar: {{Width: 1500, Height: 1500}, {Width: 600, Height: 600}, {Width: 120, Height: 120}, {Width: 48, Height: 48}},
	account.Banner: {{Width: 1920, Height: 317}, {Width: 600, Height: 100}},
}

// SetImage gives a channel an avatar or a banner, in all sizes, largest first. The old ones go.
func (c *Channels) SetImage(ctx context.Context, viewer account.Viewer, id ID, kind account.ImageKind, file io.ReadSeeker) ([]account.Image, error) {
	found, err := c.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := found.checkManage(viewer); err != nil {
		return nil, err
	}
	made, err := c.o.Pictures.Render(ctx, file, sizes[kind]...)
	if err != nil {
		return nil, err
	}
	images, err := c.keep(ctx, made)
	if err == nil {
		err = c.replaceImages(ctx, viewer, id, kind, images)
	}
	if err != nil {
		c.drop(ctx, images)
		return nil, fmt.Errorf("set %s of channel %d: %w", kind, id, err)
	}
	return images, nil
}

// DeleteImage takes the avatar or banner away; having none is no error.
func (c *Channels) DeleteImage(ctx context.Context, viewer account.Viewer, id ID, kind account.ImageKind) error {
	return c.replaceImages(ctx, viewer, id, kind, nil)
}

// keep stores the files. It gives those it stored also when it fails, for the caller to drop.
func (c *Channels) keep(ctx context.Context, made []picture.Rendition) ([]account.Image, error) {
	now := c.o.Clock.Now()
	images := make([]account.Image, 0, len(made))
	for _, one := range made {
		image := account.Image{
			Width: one.Width, Height: one.Height, Filename: uuid.NewString() + "." + extension(one.Format), CreatedAt: now, UpdatedAt: now,
		}
		if err := c.o.Images.Put(ctx, image.Filename, bytes.NewReader(one.Data), blob.PutOptions{Size: int64(len(one.Data))}); err != nil {
			return images, err
		}
		images = append(images, image)
	}
	return images, nil
}

func extension(f picture.Format) string {
	if f == picture.PNG {
		return "png"
	}
	return "jpg"
}

// drop removes files no row names, as far as the store lets it.
func (c *Channels) drop(ctx context.Context, images []account.Image) {
	for _, image := range images {
		_ = c.o.Images.Delete(context.WithoutCancel(ctx), image.Filename)
	}
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
			if err := c.o.Outbox.Record(ctx, tx, ImagesReplaced{ChannelID: id, Images: filenames(old)}); err != nil {
				return err
			}
		}
		return c.o.Outbox.Record(ctx, tx, Updated{ChannelID: id})
	})
}

// RemoveImages deletes the files of a fact's images: the listener of ImagesReplaced and Deleted.
func (c *Channels) RemoveImages(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := c.o.Images.Delete(ctx, name); err != nil {
			return fmt.Errorf("remove image of a channel: %w", err)
		}
	}
	return nil
}
