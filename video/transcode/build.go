package transcode

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

// Build is the first job on an upload: it looks into the file, plans, and makes at once what needs no encoding.
type Build struct {
	VideoID        video.ID              `json:"videoId"`
	SourceID       video.SourceID        `json:"sourceId"` // 0: whatever there is, for a transcoding asked for again
	Run            string                `json:"run"`      // names this transcoding, and with it its files
	ReplacesSource bool                  `json:"replacesSource"`
	Kinds          []video.RenditionKind `json:"kinds"`  // what to make; none means what the settings ask for
	NoCopy         bool                  `json:"noCopy"` // encode even what could be copied: copying failed
}

// Kind is PeerTube's name of the job.
func (Build) Kind() string { return "transcoding-job-builder" }

func newRun() string { return uuid.NewString() }

// notMedia marks failures that trying again cannot mend, whatever is installed: the file itself is at fault.
const notMedia = "not_media"

// workpiece is a video under work: what it is, and the file it is made from.
type workpiece struct {
	video  video.Details
	folder string
	source ffmpeg.Source
	input  video.Input
}

func (p *Pipeline) build(ctx context.Context, run *job.Run, args Build) error {
	of, err := p.o.Videos.Get(ctx, args.VideoID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if isCurrent, err := p.isCurrentSource(ctx, args); err != nil || !isCurrent {
		return err
	}
	if err := p.checkTools(); err != nil {
		return err
	}
	work, done, err := p.open(ctx, of, "build")
	if err != nil {
		return err
	}
	defer done()
	if err := run.Progress(ctx, 10, "looked into the file"); err != nil {
		return err
	}
	return p.start(ctx, work, args)
}

// isCurrentSource is false for an upload that another has replaced meanwhile.
func (p *Pipeline) isCurrentSource(ctx context.Context, args Build) (bool, error) {
	if args.SourceID == 0 {
		return true, nil
	}
	s, err := p.o.Files.Source(ctx, args.VideoID)
	return s.ID == args.SourceID, err
}

// open finds what a video is made from and looks into it. A file that is no media is fault.Invalid with the code not_media.
func (p *Pipeline) open(ctx context.Context, of video.Details, step string) (w workpiece, done func(), err error) {
	folder, remove, err := p.workFolder(of.ID, step)
	if err != nil {
		return w, nil, err
	}
	w = workpiece{video: of, folder: folder}
	if w.input, err = p.o.Files.Input(ctx, of.ID, folder); err != nil {
		remove()
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.Invalid, "%s", said(err)).Because(err)
		}
		return w, nil, err
	}
	done = func() {
		w.input.Release()
		remove()
	}
	if w.source, err = p.look(ctx, w); err != nil {
		done()
		return w, nil, err
	}
	return w, done, nil
}

// look joins picture and sound where they are two files, and probes.
func (p *Pipeline) look(ctx context.Context, w workpiece) (ffmpeg.Source, error) {
	path := w.input.Paths[0]
	if len(w.input.Paths) > 1 {
		var err error
		if path, err = p.join(ctx, w.input.Paths[0], w.input.Paths[1], w.folder+"/input.mp4"); err != nil {
			return ffmpeg.Source{}, err
		}
	}
	probe, err := p.o.Tools.Probe(ctx, path)
	if err != nil && isHopeless(err) {
		err = fault.New(fault.Invalid, "%s", said(err)).WithCode(notMedia).Because(err)
	}
	return ffmpeg.Source{Path: path, Probe: probe}, err
}

func isHopeless(err error) bool {
	return slices.Contains([]fault.Kind{fault.Invalid, fault.Unsupported, fault.TooLarge}, fault.KindOf(err))
}

// start does what can be done at once and enqueues the rest.
func (p *Pipeline) start(ctx context.Context, w workpiece, args Build) error {
	if err := p.describe(ctx, w); err != nil {
		return err
	}
	p.takeContained(ctx, w)
	operation := p.o.Operation()
	if !operation.Enabled {
		return p.serveAsIs(ctx, w, args)
	}
	plan, err := planFor(w, operation.Settings, args)
	if err != nil {
		return err
	}
	first := Encoding{VideoID: args.VideoID, Run: args.Run, Plan: plan, ReplacesAll: args.ReplacesSource, CanEncode: !args.NoCopy}
	isCopy := !plan.Still && !slices.ContainsFunc(plan.Passes[0].Renditions, func(r Rendition) bool { return !r.IsCopy() })
	if !isCopy { // before encoding begins: the video of a sound shows its picture
		if err := p.pictures(ctx, w); err != nil {
			return err
		}
	}
	isDone, err := p.begin(ctx, first, isCopy)
	if err != nil || !isCopy {
		return err
	}
	if isDone { // and was interrupted after that
		return p.pictures(ctx, w)
	}
	return p.copyFirst(ctx, w, first)
}

// copyFirst makes the video playable without encoding, and takes its picture meanwhile.
func (p *Pipeline) copyFirst(ctx context.Context, w workpiece, first Encoding) error {
	pictured := make(chan error, 1)
	go func() { pictured <- p.pictures(ctx, w) }()
	err := p.runPass(ctx, w, first, func(int) {})
	return errors.Join(err, <-pictured)
}

// describe notes what the file says of the video.
func (p *Pipeline) describe(ctx context.Context, w workpiece) error {
	s := video.Source{ID: w.input.SourceID, VideoID: w.video.ID}
	ratio := s.Describe(w.source.Probe)
	return p.o.Files.DescribeSource(ctx, s, w.source.Probe.Duration, ratio)
}

// takeContained adds the chapters and captions inside an upload to the video. A video is no worse without them.
func (p *Pipeline) takeContained(ctx context.Context, w workpiece) {
	if w.input.SourceID == 0 {
		return
	}
	if p.o.Chapters != nil && len(w.source.Probe.Chapters) > 0 {
		if _, err := p.o.Chapters.ReplaceFromContainer(ctx, w.video.ID, w.source.Probe.Chapters); err != nil {
			p.o.Logger.Warn("the chapters inside a file were not taken", "video", w.video.UUID, "error", err)
		}
	}
	if p.o.Captions != nil && len(w.source.Probe.TextSubtitles()) > 0 {
		if _, err := p.o.Captions.AddFromContainer(ctx, w.video.ID, w.source); err != nil {
			p.o.Logger.Warn("the captions inside a file were not taken", "video", w.video.UUID, "error", err)
		}
	}
}

func planFor(w workpiece, s Settings, args Build) (Plan, error) {
	if len(args.Kinds) > 0 {
		s.HLS, s.WebVideos = slices.Contains(args.Kinds, video.HLS), slices.Contains(args.Kinds, video.WebVideo)
	}
	s.NoCopy = args.NoCopy
	return New(w.source.Probe, s)
}

// begin says which renditions are coming and, unless the first of them are made at once, has them made. It is true when an earlier run
// of this job got that far already.
func (p *Pipeline) begin(ctx context.Context, first Encoding, isCopy bool) (isDone bool, err error) {
	known, err := p.o.Renditions.List(ctx, first.VideoID)
	if err != nil {
		return false, err
	}
	isKnown := slices.ContainsFunc(known, func(r video.Rendition) bool { return r.Run == first.Run })
	if isKnown && (!isCopy || first.isMade(known)) {
		return isCopy, nil
	}
	return false, p.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.o.Renditions.WantIn(ctx, tx, first.VideoID, first.wanted()); err != nil || isCopy {
			return err
		}
		return p.enqueue(ctx, tx, first)
	})
}

func (p *Pipeline) enqueue(ctx context.Context, tx *db.Tx, e Encoding) error {
	o := job.EnqueueOptions{Priority: ladderPriority}
	if e.Pass == 0 {
		o.Priority = firstPriority
	}
	_, err := p.o.Jobs.Enqueue(ctx, tx, e, o)
	return err
}

// buildGivenUp tells why nothing came of an upload. The file of one that is no media is removed: its room is given back.
func (p *Pipeline) buildGivenUp(ctx context.Context, args Build, cause error) error {
	var f *fault.Error
	isNotMedia := errors.As(cause, &f) && f.Code == notMedia
	err := p.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if isNotMedia && !p.o.Operation().KeepOriginal {
			if err := p.o.Files.DropSourceIn(ctx, tx, args.VideoID); err != nil {
				return err
			}
		}
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
