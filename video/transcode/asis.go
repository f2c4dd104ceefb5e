package transcode

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"lucarne/platform/db"
	"lucarne/video"
)

// serveAsIs makes the upload itself the video's only file, where transcoding is disabled.
func (p *Pipeline) serveAsIs(ctx context.Context, w workpiece, args Build) error {
	if err := p.pictures(ctx, w); err != nil {
		return err
	}
	e := Encoding{VideoID: args.VideoID, Run: args.Run}
	stream, hasPicture := w.source.Probe.Video()
	_, hasSound := w.source.Probe.Audio()
	r := Rendition{Width: stream.Picture.Width, Height: stream.Picture.Height, Rate: stream.Picture.Rate}
	if hasPicture {
		r.Resolution = resolutionOf(stream.Picture)
	}
	n := e.named(r, video.WebVideo)
	n.HasVideo, n.HasAudio = hasPicture, hasSound
	n.Extname = strings.ToLower(filepath.Ext(w.source.Path))
	n.Filename = strings.TrimSuffix(n.Filename, ".mp4") + n.Extname
	// A second name for the same bytes: a job that is killed between moving the file and committing must still find it.
	n.Path = filepath.Join(w.folder, "upload"+n.Extname)
	if err := os.Link(w.source.Path, n.Path); err != nil {
		return err
	}
	if err := p.complete(ctx, w, &n.NewFile); err != nil {
		return err
	}
	return p.o.Files.Add(ctx, args.VideoID, video.Addition{
		Files: []video.NewFile{n.NewFile}, Replaces: []video.RenditionKind{video.HLS, video.WebVideo},
		Then: func(ctx context.Context, tx *db.Tx) error { return p.settleAsIs(ctx, tx, args.VideoID) },
	})
}

func (p *Pipeline) settleAsIs(ctx context.Context, tx *db.Tx, id video.ID) error {
	if err := p.keepIn(ctx, tx, id, false); err != nil {
		return err
	}
	if err := p.o.Videos.SetStateIn(ctx, tx, id, video.Published, ""); err != nil {
		return err
	}
	return p.wantStoryboardIn(ctx, tx, id)
}
