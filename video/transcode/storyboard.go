package transcode

import (
	"context"
	"path/filepath"

	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

// Storyboard is the job that makes the pictures shown above the seek bar.
type Storyboard struct {
	VideoID video.ID `json:"videoId"`
}

// Kind is PeerTube's name of the job.
func (Storyboard) Kind() string { return "generate-video-storyboard" }

func (p *Pipeline) storyboard(ctx context.Context, run *job.Run, args Storyboard) error {
	of, err := p.o.Videos.Get(ctx, args.VideoID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.checkTools(); err != nil {
		return err
	}
	work, done, err := p.open(ctx, of, "storyboard")
	if err != nil {
		return err
	}
	defer done()
	layout, hasPicture := ffmpeg.StoryboardOf(work.source.Probe)
	if !hasPicture {
		return nil
	}
	path := filepath.Join(work.folder, "storyboard.jpg")
	command, err := layout.Sheet(work.source, path)
	if err != nil {
		return err
	}
	command.OnProgress = func(at ffmpeg.Progress) {
		_ = run.Progress(ctx, int(at.Fraction*100), "") // the next one is a second away
	}
	if err := p.o.Tools.Run(ctx, command); err != nil {
		return err
	}
	return p.o.Storyboards.Set(ctx, args.VideoID, path, video.Storyboard{
		TotalWidth: layout.SpriteWidth * layout.Columns, TotalHeight: layout.SpriteHeight * layout.Rows,
		SpriteWidth: layout.SpriteWidth, SpriteHeight: layout.SpriteHeight, SpriteDuration: int(layout.SpriteDuration.Seconds()),
	})
}
