package instance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
	"lucarne/platform/picture"
	"lucarne/platform/setting"
)

// PictureKind is what a picture of the instance is for.
type PictureKind string

// The kinds of pictures; all but the first two are logos.
const (
	Avatar       PictureKind = "avatar"
	Banner       PictureKind = "banner"
	Favicon      PictureKind = "favicon"
	HeaderWide   PictureKind = "header-wide"
	HeaderSquare PictureKind = "header-square"
	OpenGraph    PictureKind = "opengraph"
)

// Logos are the kinds of pictures that stand for the site in its header, in tabs and in the cards of other sites.
func Logos() []PictureKind { return []PictureKind{Favicon, HeaderWide, HeaderSquare, OpenGraph} }

// targets are the sizes each kind is made in, widest first.
var targets = map[PictureKind][]picture.Target{
	Avatar:       squares(1500, 600, 120, 48),
	Banner:       {{Width: 1920, Height: 317}, {Width: 600, Height: 100}},
	Favicon:      {{Width: 192, Height: 192, Format: picture.PNG}},
	HeaderWide:   {{Width: 768, Height: 96, Mode: picture.Fit, Format: picture.PNG}},
	HeaderSquare: {{Width: 192, Height: 192, Format: picture.PNG}},
	OpenGraph:    {{Width: 1200, Height: 630}},
}

func squares(sides ...int) []picture.Target {
	list := make([]picture.Target, len(sides))
	for i, side := range sides {
		list[i] = picture.Target{Width: side, Height: side}
	}
	return list
}

// PictureOptions set up Pictures.
type PictureOptions struct {
	Settings *setting.Settings
	Renderer *picture.Pictures
	Clock    clock.Clock
	Avatars  blob.Store // of avatars and banners
	Logos    blob.Store
}

// Pictures are the pictures of the instance, each in several sizes.
type Pictures struct {
	o        PictureOptions
	changing sync.Mutex // one replacement at a time, so that none leaves files behind
}

// NewPictures makes the pictures kept in the settings and stores.
func NewPictures(o PictureOptions) *Pictures { return &Pictures{o: o} }

func nameOf(kind PictureKind) string { return "instance.picture." + string(kind) }

// List gives the sizes of a picture, widest first; none when nobody chose one.
func (p *Pictures) List(ctx context.Context, kind PictureKind) ([]account.Image, error) {
	images := []account.Image{}
	_, err := p.o.Settings.Get(ctx, nameOf(kind), &images)
	return images, err
}

// Replace makes the sizes of a kind out of a picture. It fails with fault.Invalid or fault.Unsupported when that is none.
func (p *Pictures) Replace(ctx context.Context, kind PictureKind, from io.ReadSeeker) error {
	made, err := p.o.Renderer.Render(ctx, from, targets[kind]...)
	if err != nil {
		return err
	}
	p.changing.Lock()
	defer p.changing.Unlock()
	old, err := p.List(ctx, kind)
	if err != nil {
		return err
	}
	images, err := p.store(ctx, kind, made)
	if err == nil {
		err = p.o.Settings.Put(ctx, nameOf(kind), images)
	}
	if err != nil {
		p.discard(ctx, kind, images)
		return fmt.Errorf("replace %s of the instance: %w", kind, err)
	}
	p.discard(ctx, kind, old)
	return nil
}

// Remove takes a picture away. It is no error when there is none.
func (p *Pictures) Remove(ctx context.Context, kind PictureKind) error {
	p.changing.Lock()
	defer p.changing.Unlock()
	old, err := p.List(ctx, kind)
	if err != nil || len(old) == 0 {
		return err
	}
	if err := p.o.Settings.Delete(ctx, nameOf(kind)); err != nil {
		return err
	}
	p.discard(ctx, kind, old)
	return nil
}

// store writes the renditions. What it returns beside an error is what was written until then.
func (p *Pictures) store(ctx context.Context, kind PictureKind, made []picture.Rendition) ([]account.Image, error) {
	now := p.o.Clock.Now()
	images := make([]account.Image, 0, len(made))
	for _, m := range made {
		image := account.Image{Width: m.Width, Height: m.Height, Filename: uuid.NewString() + m.Format.Extension(), CreatedAt: now, UpdatedAt: now}
		if err := p.storeOf(kind).Put(ctx, image.Filename, bytes.NewReader(m.Data), blob.PutOptions{Size: int64(len(m.Data))}); err != nil {
			return images, err
		}
		images = append(images, image)
	}
	return images, nil
}

// discard deletes files nothing names any more. What cannot be deleted is left to the clean-up of orphans.
func (p *Pictures) discard(ctx context.Context, kind PictureKind, images []account.Image) {
	for _, image := range images {
		_ = p.storeOf(kind).Delete(context.WithoutCancel(ctx), image.Filename)
	}
}

func (p *Pictures) storeOf(kind PictureKind) blob.Store {
	if kind == Avatar || kind == Banner {
		return p.o.Avatars
	}
	return p.o.Logos
}

// ParseLogo reads a kind of logo, and fails with fault.Invalid.
func ParseLogo(text string) (PictureKind, error) {
	for _, kind := range Logos() {
		if string(kind) == text {
			return kind, nil
		}
	}
	return "", fault.InvalidParam("logoType", text, "Should be one of %v", Logos())
}
