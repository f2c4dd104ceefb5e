package transcode

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"time"

	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

// pictures gives the video a thumbnail, unless somebody chose one. A video whose picture cannot be taken gets a plain one: it is no
// reason to refuse it.
func (p *Pipeline) pictures(ctx context.Context, w workpiece) error {
	isGiven, err := p.o.Thumbnails.Given(ctx, w.video.ID)
	if err != nil || isGiven {
		return err
	}
	if _, hasPicture := w.source.Probe.Video(); !hasPicture {
		if _, hasCover := w.source.Probe.Cover(); hasCover {
			return nil // taken from the finished video, where the cover is whole
		}
		return p.setPlain(ctx, w.video.ID)
	}
	return p.take(ctx, w.video.ID, w.source, filepath.Join(w.folder, "thumbnail.jpg"), nil)
}

// take makes the thumbnails of a frame: the one at a time, or a telling one.
func (p *Pipeline) take(ctx context.Context, id video.ID, from ffmpeg.Source, path string, at *time.Duration) error {
	spec := ffmpeg.ThumbnailSpec{At: at, Frames: p.o.Operation().ThumbnailFrames, Path: path}
	err := p.o.Tools.Thumbnail(ctx, from, spec)
	if err == nil {
		err = p.setFrom(ctx, id, path, at == nil)
	}
	if err == nil || ctx.Err() != nil || at != nil {
		return err
	}
	p.o.Logger.Warn("no picture could be taken from a video", "video", id, "error", err)
	return p.setPlain(ctx, id)
}

func (p *Pipeline) setFrom(ctx context.Context, id video.ID, path string, isAutomatic bool) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("thumbnail: %w", err)
	}
	defer f.Close()
	return p.o.Thumbnails.Set(ctx, id, video.Pictures{Preview: f}, isAutomatic)
}

func (p *Pipeline) setPlain(ctx context.Context, id video.ID) error {
	plain, err := plainPicture()
	if err != nil {
		return err
	}
	return p.o.Thumbnails.Set(ctx, id, video.Pictures{Preview: bytes.NewReader(plain)}, true)
}

// ThumbnailAt makes the frame shown at a time the picture of the video, as its uploader chose.
func (p *Pipeline) ThumbnailAt(ctx context.Context, id video.ID, at time.Duration) error {
	of, err := p.o.Videos.Get(ctx, id)
	if err != nil {
		return err
	}
	work, done, err := p.open(ctx, of, "thumbnail-"+newRun())
	if err != nil {
		return err
	}
	defer done()
	if at < 0 || at > work.source.Probe.Duration {
		return fault.InvalidParam("thumbnailAt", at.Seconds(), "Should be a time within the video")
	}
	return p.take(ctx, id, work.source, filepath.Join(work.folder, "thumbnail.jpg"), &at)
}

// makeStill makes the video of a sound with its cover: the given picture, else the one inside the file, else a plain one.
func (p *Pipeline) makeStill(ctx context.Context, w workpiece, m made, report func(ffmpeg.Progress)) error {
	cover, err := p.cover(ctx, w)
	if err != nil {
		return err
	}
	command, err := ffmpeg.StillVideo(w.source, cover, m.path, m.Audio)
	if err != nil {
		return err
	}
	return p.run(ctx, command, report)
}

// cover writes the picture to show to the work folder; "" is the one inside the sound's file.
func (p *Pipeline) cover(ctx context.Context, w workpiece) (path string, err error) {
	isGiven, err := p.o.Thumbnails.Given(ctx, w.video.ID)
	if err != nil {
		return "", err
	}
	if _, hasCover := w.source.Probe.Cover(); hasCover && !isGiven {
		return "", nil
	}
	picture, err := p.o.Thumbnails.Largest(ctx, w.video.ID)
	if err != nil {
		return "", err
	}
	defer picture.Close()
	path = filepath.Join(w.folder, "cover")
	f, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("cover: %w", err)
	}
	defer f.Close()
	_, err = io.Copy(f, picture.Content)
	return path, err
}

// picturesOfStill takes the thumbnail of a sound from the video it became.
func (p *Pipeline) picturesOfStill(ctx context.Context, w workpiece, e Encoding, results []made) error {
	_, hasCover := w.source.Probe.Cover()
	if !e.Plan.Still || e.Pass > 0 || !hasCover || results[0].failure != nil {
		return nil
	}
	isGiven, err := p.o.Thumbnails.Given(ctx, w.video.ID)
	if err != nil || isGiven {
		return err
	}
	probe, err := p.o.Tools.Probe(ctx, results[0].path)
	if err != nil {
		return err
	}
	return p.take(ctx, w.video.ID, ffmpeg.Source{Path: results[0].path, Probe: probe}, filepath.Join(w.folder, "thumbnail.jpg"), nil)
}

// The plain picture: the paper and the amber of our pages, as a window in a roof.
var (
	ink   = color.RGBA{0x22, 0x20, 0x1d, 0xff}
	amber = color.RGBA{0xd9, 0x8e, 0x1f, 0xff}
)

// plainPicture stands for what has no picture of its own.
func plainPicture() ([]byte, error) {
	whole := image.Rect(0, 0, ffmpeg.CoverWidth, ffmpeg.CoverHeight)
	img := image.NewPaletted(whole, color.Palette{ink, amber})
	const side = 160
	middle := image.Pt(whole.Dx()/2, whole.Dy()/2)
	window := image.Rect(middle.X-side, middle.Y-side, middle.X+side, middle.Y+side)
	draw.Draw(img, window, image.NewUniform(amber), image.Point{}, draw.Src)
	for _, bar := range []image.Rectangle{
		image.Rect(middle.X-6, window.Min.Y, middle.X+6, window.Max.Y), image.Rect(window.Min.X, middle.Y-6, window.Max.X, middle.Y+6),
	} {
		draw.Draw(img, bar, image.NewUniform(ink), image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
