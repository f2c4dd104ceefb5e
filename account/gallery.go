package account

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"

	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/picture"
)

// imageSizes are those PeerTube's clients expect: square avatars, banners six times as wide as high.
var imageSizes = map[ImageKind][]picture.Target{
	Avatar: {{Width: 1500, Height: 1500}, {Width: 600, Height: 600}, {Width: 120, Height: 120}, {Width: 48, Height: 48}},
	Banner: {{Width: 1920, Height: 317}, {Width: 600, Height: 100}},
}

// Gallery keeps the files of avatars and banners.
type Gallery struct {
	store    blob.Store
	pictures *picture.Pictures
	clock    clock.Clock
}

// NewGallery makes a gallery on a store.
func NewGallery(store blob.Store, pictures *picture.Pictures, c clock.Clock) *Gallery {
	return &Gallery{store: store, pictures: pictures, clock: c}
}

// Add stores a picture in all sizes of its kind, largest first. When it fails, nothing stays behind.
func (g *Gallery) Add(ctx context.Context, kind ImageKind, file io.ReadSeeker) ([]Image, error) {
	made, err := g.pictures.Render(ctx, file, imageSizes[kind]...)
	if err != nil {
		return nil, err
	}
	now := g.clock.Now()
	images := make([]Image, 0, len(made))
	for _, one := range made {
		image := Image{Width: one.Width, Height: one.Height, Filename: uuid.NewString() + extensionOf(one.Format), CreatedAt: now, UpdatedAt: now}
		images = append(images, image)
		if err := g.store.Put(ctx, image.Filename, bytes.NewReader(one.Data), blob.PutOptions{Size: int64(len(one.Data))}); err != nil {
			g.Drop(ctx, images)
			return nil, fmt.Errorf("store image: %w", err)
		}
	}
	return images, nil
}

func extensionOf(f picture.Format) string {
	if f == picture.PNG {
		return ".png"
	}
	return ".jpg"
}

// Drop removes files no row names, as far as the store lets it.
func (g *Gallery) Drop(ctx context.Context, images []Image) {
	for _, image := range images {
		_ = g.store.Delete(context.WithoutCancel(ctx), image.Filename)
	}
}

// Remove deletes files by their names; unknown ones are no error.
func (g *Gallery) Remove(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := g.store.Delete(ctx, name); err != nil {
			return fmt.Errorf("remove image: %w", err)
		}
	}
	return nil
}

// Filenames are the files of images.
func Filenames(images []Image) []string {
	names := make([]string, len(images))
	for i, image := range images {
		names[i] = image.Filename
	}
	return names
}
