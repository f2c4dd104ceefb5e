package broadcast

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"lucarne/live/packager"
	"lucarne/video/hls"
)

// takePicture gives the live a picture once its first segment is there, in the background. It is tried once.
func (b *Broadcast) takePicture(ctx context.Context) {
	b.mu.Lock()
	l, isDue := b.line, b.phase == onAir && !b.isPictured
	b.mu.Unlock()
	if !isDue {
		return
	}
	path := filepath.Join(b.folder, "picture.mp4")
	names, ok := firstFiles(ctx, l.packager)
	if !ok {
		return
	}
	b.isPictured = true
	if err := copyTo(ctx, path, l.packager, names...); err != nil {
		b.logger.Warn("no picture could be taken of a live", "error", err)
		return
	}
	b.tasks.Go(func() {
		if err := b.o.Pipeline.Picture(ctx, b.show.VideoID, path); err != nil && ctx.Err() == nil {
			b.logger.Warn("no picture could be taken of a live", "error", err)
		}
		_ = os.Remove(path)
	})
}

// firstFiles are the initialisation and the first segment of the source, once it is there.
func firstFiles(ctx context.Context, from *packager.Packager) ([]string, bool) {
	body, err := from.Playlist(ctx, "0.m3u8", packager.Reload{})
	if err != nil {
		return nil, false
	}
	list, err := hls.ParseMedia(bytes.NewReader(body.Plain))
	if err != nil || list.Map == nil || len(list.Segments) == 0 {
		return nil, false
	}
	return []string{list.Map.URI, list.Segments[0].URI}, true
}

// copyTo writes parts of what is on air one after the other to a file.
func copyTo(ctx context.Context, path string, from *packager.Packager, names ...string) (failed error) {
	var sections []packager.Section
	for _, name := range names {
		s, err := from.Open(ctx, name)
		if err != nil {
			return err
		}
		defer s.Close()
		sections = append(sections, s)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { failed = errors.Join(failed, f.Close()) }()
	for _, s := range sections {
		if _, err := io.Copy(f, io.NewSectionReader(s.Content, s.Offset, s.Size)); err != nil {
			return err
		}
	}
	return nil
}
