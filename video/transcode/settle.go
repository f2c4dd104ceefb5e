package transcode

import (
	"context"
	"fmt"
	"slices"

	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/video"
)

// settlePass notes what became of a pass, in the transaction that makes its files available: the video's state, the next pass.
func (p *Pipeline) settlePass(ctx context.Context, tx *db.Tx, w workpiece, e Encoding, done []Rendition, failures []made) error {
	if err := p.o.Renditions.MarkIn(ctx, tx, e.VideoID, e.rows(done), video.RenditionDone, ""); err != nil {
		return err
	}
	for _, f := range failures {
		if err := p.o.Renditions.MarkIn(ctx, tx, e.VideoID, e.rows([]Rendition{f.Rendition}), video.RenditionFailed, said(f.failure)); err != nil {
			return err
		}
	}
	if !e.isLast() {
		next := e
		next.Pass++
		if err := p.enqueue(ctx, tx, next); err != nil {
			return err
		}
		if len(done) == 0 || w.video.WaitTranscoding {
			return nil
		}
		return p.o.Videos.SetStateIn(ctx, tx, e.VideoID, video.Published, "")
	}
	p.o.Renditions.Forget(e.VideoID)
	return p.finishIn(ctx, tx, e)
}

// finishIn ends a transcoding. A video some renditions of which failed is published with the others; its original is then kept for
// another try.
func (p *Pipeline) finishIn(ctx context.Context, tx *db.Tx, e Encoding) error {
	known, err := p.o.Renditions.ListIn(ctx, tx, e.VideoID)
	if err != nil {
		return err
	}
	var succeeded, failed []video.Rendition
	for _, r := range known {
		switch {
		case r.Run == e.Run && r.State == video.RenditionDone:
			succeeded = append(succeeded, r)
		case r.Run == e.Run && r.State == video.RenditionFailed:
			failed = append(failed, r)
		}
	}
	if len(succeeded) == 0 {
		reason := "The video could not be transcoded"
		if len(failed) > 0 {
			reason = failed[0].Error
		}
		return p.failIn(ctx, tx, e.VideoID, e.Run, reason)
	}
	if err := p.o.Videos.SetStateIn(ctx, tx, e.VideoID, video.Published, ""); err != nil {
		return err
	}
	if err := p.keepIn(ctx, tx, e.VideoID, len(failed) > 0); err != nil {
		return err
	}
	return p.wantStoryboardIn(ctx, tx, e.VideoID)
}

func (p *Pipeline) wantStoryboardIn(ctx context.Context, tx *db.Tx, id video.ID) error {
	if !p.o.Operation().Storyboards {
		return nil
	}
	_, err := p.o.Jobs.Enqueue(ctx, tx, Storyboard{VideoID: id}, job.EnqueueOptions{Priority: storyboardPriority, Unique: true})
	return err
}

// failIn says that nothing, or nothing more, comes of a transcoding. A video that has files from before stays as it is, and the
// renditions show what failed.
func (p *Pipeline) failIn(ctx context.Context, tx *db.Tx, id video.ID, run, reason string) error {
	known, err := p.o.Renditions.ListIn(ctx, tx, id)
	if err != nil {
		return err
	}
	unfinished := slices.DeleteFunc(known, func(r video.Rendition) bool {
		return r.Run != run || r.State == video.RenditionDone || r.State == video.RenditionFailed
	})
	if err := p.o.Renditions.MarkIn(ctx, tx, id, unfinished, video.RenditionFailed, reason); err != nil {
		return err
	}
	isPlayable, err := p.o.Files.IsPlayable(ctx, tx, id)
	if err != nil {
		return err
	}
	if isPlayable {
		return p.o.Videos.SetStateIn(ctx, tx, id, video.Published, "")
	}
	return p.o.Videos.SetStateIn(ctx, tx, id, video.TranscodingFailed, reason)
}

func (p *Pipeline) encodeGivenUp(ctx context.Context, args Encoding, cause error) error {
	err := p.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return p.failIn(ctx, tx, args.VideoID, args.Run, said(cause))
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tell of the failure of video %d: %w", args.VideoID, err)
	}
	return nil
}

// Run transcodes a video again, into the kinds given or those the settings ask for. isForced does so even while another transcoding of
// it is under way, which the new one takes the place of.
func (p *Pipeline) Run(ctx context.Context, id video.ID, kind video.RenditionKind, isForced bool) error {
	if err := p.checkRun(ctx, id, isForced); err != nil {
		return err
	}
	return p.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		again := Build{VideoID: id, Run: newRun(), Kinds: []video.RenditionKind{kind}}
		_, err := p.o.Jobs.Enqueue(ctx, tx, again, job.EnqueueOptions{})
		return err
	})
}

func (p *Pipeline) checkRun(ctx context.Context, id video.ID, isForced bool) error {
	of, err := p.o.Videos.Get(ctx, id)
	if err != nil {
		return err
	}
	known, err := p.o.Renditions.List(ctx, id)
	if err != nil {
		return err
	}
	isUnderWay := of.State == video.ToTranscode || slices.ContainsFunc(known, func(r video.Rendition) bool {
		return r.State == video.RenditionWaiting || r.State == video.RenditionRunning
	})
	switch {
	case !of.IsLocal():
		return fault.New(fault.Invalid, "Cannot run transcoding job on a remote video")
	case of.IsLive:
		return fault.New(fault.Invalid, "Cannot run transcoding job on a live")
	case !p.o.Operation().Enabled:
		return fault.New(fault.Invalid, "Cannot run transcoding job because transcoding is disabled on this instance")
	case isUnderWay && !isForced:
		return fault.New(fault.Conflict, "This video is already being transcoded").WithCode("video_already_being_transcoded")
	}
	return nil
}
