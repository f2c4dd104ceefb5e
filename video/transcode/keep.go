package transcode

import (
	"context"

	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/video"
)

// Keeping is the job that brings a kept original to object storage, once transcoding no longer reads it.
type Keeping struct {
	VideoID video.ID `json:"videoId"`
}

// Kind is PeerTube's name of the job.
func (Keeping) Kind() string { return "move-to-object-storage" }

// keepIn decides on the uploaded file of a video whose transcoding has ended.
func (p *Pipeline) keepIn(ctx context.Context, tx *db.Tx, id video.ID, hasFailures bool) error {
	isKept := p.o.Operation().KeepOriginal
	if !isKept && !hasFailures {
		return p.o.Files.DropSourceIn(ctx, tx, id)
	}
	if _, hasBucket := p.o.Blobs.Remote(blob.OriginalVideoFiles); !isKept || !hasBucket {
		return nil
	}
	_, err := p.o.Jobs.Enqueue(ctx, tx, Keeping{VideoID: id}, job.EnqueueOptions{Priority: storyboardPriority})
	return err
}

func (p *Pipeline) keep(ctx context.Context, _ *job.Run, args Keeping) error {
	s, err := p.o.Files.Source(ctx, args.VideoID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return p.o.Files.KeepSource(ctx, s)
}
