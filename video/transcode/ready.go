package transcode

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

// Take makes finished fragmented files the renditions of a video, in the place of those it had, without encoding anything: what a
// broadcast recorded. Of two with one resolution and frame rate the first counts. then is done in the transaction the files appear in.
// After an error nothing of it has happened, and the files may be gone unless it is fault.Invalid.
func (p *Pipeline) Take(ctx context.Context, id video.ID, paths []string, then func(ctx context.Context, tx *db.Tx) error) error {
	if len(paths) == 0 {
		return fault.New(fault.Invalid, "There is nothing to make a video of")
	}
	of, err := p.o.Videos.Get(ctx, id)
	if err != nil {
		return err
	}
	folder, remove, err := p.workFolder(id, "take")
	if err != nil {
		return err
	}
	defer remove()
	w := workpiece{video: of, folder: folder}
	ready, err := p.readyFiles(ctx, w, paths)
	if err != nil {
		return fmt.Errorf("take files of video %d: %w", id, err)
	}
	return p.o.Files.Add(ctx, id, video.Addition{
		Files: ready, Replaces: []video.RenditionKind{video.HLS, video.WebVideo},
		Then: func(ctx context.Context, tx *db.Tx) error {
			if err := then(ctx, tx); err != nil {
				return err
			}
			return p.wantStoryboardIn(ctx, tx, id)
		},
	})
}

// Picture gives a video the picture of a media file that is not its own, unless somebody chose one: of a live, what was just on air.
func (p *Pipeline) Picture(ctx context.Context, id video.ID, path string) error {
	of, err := p.o.Videos.Get(ctx, id)
	if err != nil {
		return err
	}
	probe, err := p.o.Tools.Probe(ctx, path)
	if err != nil {
		return err
	}
	folder, remove, err := p.workFolder(id, "picture")
	if err != nil {
		return err
	}
	defer remove()
	return p.pictures(ctx, workpiece{video: of, folder: folder, source: ffmpeg.Source{Path: path, Probe: probe}})
}

// readyFiles describes finished files, the first of which says what the video is like and gives it its picture.
func (p *Pipeline) readyFiles(ctx context.Context, w workpiece, paths []string) (ready []video.NewFile, err error) {
	probe, err := p.o.Tools.Probe(ctx, paths[0])
	if err != nil {
		return nil, err
	}
	w.source = ffmpeg.Source{Path: paths[0], Probe: probe}
	if err := p.describe(ctx, w); err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.pictures(ctx, w) })
	group.Go(func() error {
		var err error
		ready, err = p.describeReady(ctx, w, paths)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return ready, nil
}

func (p *Pipeline) describeReady(ctx context.Context, w workpiece, paths []string) ([]video.NewFile, error) {
	run := Encoding{VideoID: w.video.ID, Run: newRun(), Plan: Plan{HLS: true}}
	var ready []video.NewFile
	for _, path := range paths {
		probe, err := p.o.Tools.Probe(ctx, path)
		if err != nil {
			return nil, err
		}
		r := made{Rendition: renditionOf(probe), path: path}
		if slices.ContainsFunc(ready, func(n video.NewFile) bool { return n.Resolution == r.Resolution && n.FPS == r.FPS() }) {
			continue
		}
		n, err := p.streamed(ctx, w, run, r)
		if err != nil {
			return nil, err
		}
		ready = append(ready, n)
	}
	return ready, nil
}

// renditionOf describes a finished file as the plan it could have come from.
func renditionOf(probe ffmpeg.Probe) Rendition {
	var r Rendition
	if stream, ok := probe.Video(); ok {
		r.Width, r.Height, r.Rate = stream.Picture.Width, stream.Picture.Height, stream.Picture.Rate
		r.Resolution, r.Video.Mode = min(r.Width, r.Height), ffmpeg.Copy
	}
	if _, ok := probe.Audio(); ok {
		r.Audio.Mode = ffmpeg.Copy
	}
	return r
}
