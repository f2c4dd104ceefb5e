package transcode

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/video"
	"lucarne/video/ffmpeg"
)

// Encoding is the job that makes one pass of a plan.
type Encoding struct {
	VideoID     video.ID `json:"videoId"`
	Run         string   `json:"run"`
	Plan        Plan     `json:"plan"`
	Pass        int      `json:"pass"`
	ReplacesAll bool     `json:"replacesAll"` // older files of every kind go, not only of those made
	CanEncode   bool     `json:"canEncode"`   // a failed copy is followed by an encoding
}

// Kind is PeerTube's name of the job.
func (Encoding) Kind() string { return "video-transcoding" }

func (e Encoding) isLast() bool { return e.Pass == len(e.Plan.Passes)-1 }

// kinds are what each rendition is served as.
func (e Encoding) kinds() []video.RenditionKind {
	var kinds []video.RenditionKind
	if e.Plan.HLS {
		kinds = append(kinds, video.HLS)
	}
	if e.Plan.WebVideos {
		kinds = append(kinds, video.WebVideo)
	}
	return kinds
}

// wanted are the renditions of all passes as the uploader sees them.
func (e Encoding) wanted() []video.Rendition { return e.rows(e.Plan.Renditions()) }

// rows are the renditions under the kinds they are made as.
func (e Encoding) rows(of []Rendition) []video.Rendition {
	var rows []video.Rendition
	for _, kind := range e.kinds() {
		for _, r := range of {
			if kind == video.WebVideo && e.Plan.isSharedSound(r) {
				continue
			}
			rows = append(rows, video.Rendition{Kind: kind, Resolution: r.Resolution, FPS: r.FPS(), Run: e.Run})
		}
	}
	return rows
}

// isMade reports whether the pass was finished already, well or not.
func (e Encoding) isMade(known []video.Rendition) bool {
	mine := e.rows(e.Plan.Passes[e.Pass].Renditions)
	return !slices.ContainsFunc(mine, func(m video.Rendition) bool {
		at := slices.IndexFunc(known, func(k video.Rendition) bool {
			return k.Run == e.Run && k.Kind == m.Kind && k.Resolution == m.Resolution
		})
		return at < 0 || (known[at].State != video.RenditionDone && known[at].State != video.RenditionFailed)
	})
}

// isSharedSound reports whether a rendition is the sound that the pictures of the plan lack: progressive files are joined with it.
func (p Plan) isSharedSound(r Rendition) bool {
	return !r.HasVideo() && p.sharesSound()
}

func (p Plan) sharesSound() bool {
	all := p.Renditions()
	return slices.ContainsFunc(all, func(r Rendition) bool { return !r.HasVideo() }) &&
		slices.ContainsFunc(all, func(r Rendition) bool { return r.HasVideo() && !r.HasAudio() })
}

func (p *Pipeline) encode(ctx context.Context, run *job.Run, args Encoding) error {
	of, err := p.o.Videos.Get(ctx, args.VideoID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	known, err := p.o.Renditions.List(ctx, args.VideoID)
	if err != nil {
		return err
	}
	isReplaced := !slices.ContainsFunc(known, func(r video.Rendition) bool { return r.Run == args.Run })
	if isReplaced || args.isMade(known) {
		return nil
	}
	if err := p.checkTools(); err != nil {
		return err
	}
	work, done, err := p.open(ctx, of, "encode")
	if err != nil {
		return err
	}
	defer done()
	return p.runPass(ctx, work, args, func(percent int) {
		_ = run.Progress(ctx, percent, fmt.Sprintf("pass %d of %d", args.Pass+1, len(args.Plan.Passes))) // the next one is a second away
	})
}

// made is what became of a rendition: a fragmented file, or why there is none.
type made struct {
	Rendition
	path    string
	failure error
}

// runPass makes the renditions of one pass and hands them over.
func (p *Pipeline) runPass(ctx context.Context, w workpiece, e Encoding, progress func(percent int)) error {
	pass := e.Plan.Passes[e.Pass]
	err := p.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return p.o.Renditions.MarkIn(ctx, tx, e.VideoID, e.rows(pass.Renditions), video.RenditionRunning, "")
	})
	if err != nil {
		return err
	}
	report := func(at ffmpeg.Progress) {
		percent := int(at.Fraction * 100)
		progress(percent)
		p.o.Renditions.Report(ctx, e.VideoID, percent)
	}
	results, err := p.make(ctx, w, e, report)
	if err != nil {
		return err
	}
	return p.handOver(ctx, w, e, results)
}

// make runs ffmpeg. When a run for several renditions fails they are tried one by one, so that one that cannot be made does not take the
// others with it. The error is for what trying again later may mend.
func (p *Pipeline) make(ctx context.Context, w workpiece, e Encoding, report func(ffmpeg.Progress)) ([]made, error) {
	renditions := e.Plan.Passes[e.Pass].Renditions
	results := make([]made, len(renditions))
	for i, r := range renditions {
		results[i] = made{Rendition: r, path: filepath.Join(w.folder, fmt.Sprintf("%d.mp4", r.Resolution))}
	}
	rest := results
	if e.Plan.Still && e.Pass == 0 {
		results[0].failure = p.makeStill(ctx, w, results[0], report)
		rest = results[1:]
	}
	if len(rest) > 0 {
		p.packageAll(ctx, w, e.Plan, rest, report)
	}
	for _, r := range results {
		if r.failure != nil && isPassing(ctx, r.failure) {
			return nil, r.failure
		}
	}
	return results, nil
}

// isPassing reports whether a failure says more of the moment than of the video.
func isPassing(ctx context.Context, err error) bool {
	return ctx.Err() != nil || fault.Is(err, fault.Unavailable)
}

func (p *Pipeline) packageAll(ctx context.Context, w workpiece, plan Plan, results []made, report func(ffmpeg.Progress)) {
	err := p.packageOnce(ctx, w, plan, results, report)
	if err == nil {
		return
	}
	if len(results) == 1 || isPassing(ctx, err) {
		for i := range results {
			results[i].failure = err
		}
		return
	}
	p.o.Logger.Warn("renditions are made one by one, since together they failed", "video", w.video.UUID, "error", err)
	for i := range results {
		results[i].failure = p.packageOnce(ctx, w, plan, results[i:i+1], report)
	}
}

// packageOnce makes renditions in one run, on the hardware if it will have them.
func (p *Pipeline) packageOnce(ctx context.Context, w workpiece, plan Plan, results []made, report func(ffmpeg.Progress)) error {
	outputs := make([]ffmpeg.Output, len(results))
	isEncoding := false
	for i, r := range results {
		outputs[i] = r.Output(r.path)
		isEncoding = isEncoding || r.Video.Mode == ffmpeg.Encode
	}
	settings, err := p.encodeSettings(ctx, plan, isEncoding)
	if err != nil {
		return err
	}
	err = p.run(ctx, ffmpeg.Package(w.source, outputs, settings), report)
	if err == nil || settings.Hardware.Name == ffmpeg.Software().Name || isPassing(ctx, err) {
		return err
	}
	p.o.Logger.Warn("the hardware encoder failed: encoding in software", "video", w.video.UUID, "hardware", settings.Hardware.Name, "error", err)
	settings.Hardware = ffmpeg.Software()
	return p.run(ctx, ffmpeg.Package(w.source, outputs, settings), report)
}

func (p *Pipeline) run(ctx context.Context, c ffmpeg.Command, report func(ffmpeg.Progress)) error {
	c.OnProgress, c.Timeout = report, p.o.Operation().Timeout
	return p.o.Tools.Run(ctx, c)
}

// handOver makes the finished renditions available, all at once, and has the next pass made.
func (p *Pipeline) handOver(ctx context.Context, w workpiece, e Encoding, results []made) error {
	addition := video.Addition{}
	done, failures := []Rendition{}, []made{}
	for _, r := range results {
		if r.failure != nil {
			failures = append(failures, r)
			continue
		}
		files, err := p.filesOf(ctx, w, e, r, results)
		if err != nil && isPassing(ctx, err) {
			return err
		}
		if err != nil {
			r.failure = err
			failures = append(failures, r)
			continue
		}
		addition.Files = append(addition.Files, files...)
		done = append(done, r.Rendition)
	}
	if len(done) == 0 && e.CanEncode && e.Pass == 0 && failures[0].IsCopy() {
		return p.encodeInstead(ctx, w, e, failures[0].failure)
	}
	for _, f := range failures {
		p.o.Logger.Error("a rendition failed", "video", w.video.UUID, "resolution", f.Resolution, "error", f.failure)
	}
	if err := p.picturesOfStill(ctx, w, e, results); err != nil {
		return err
	}
	addition.Then = func(ctx context.Context, tx *db.Tx) error { return p.settlePass(ctx, tx, w, e, done, failures) }
	return p.add(ctx, e, addition, w)
}

// add replaces older files with the first new ones, and drops provisional ones with the last.
func (p *Pipeline) add(ctx context.Context, e Encoding, a video.Addition, w workpiece) error {
	if len(a.Files) == 0 {
		return p.o.DB.Write(ctx, a.Then)
	}
	if isFirst, err := p.isFirst(ctx, e); err != nil {
		return err
	} else if isFirst {
		a.Replaces = e.kinds()
		if e.ReplacesAll {
			a.Replaces = []video.RenditionKind{video.HLS, video.WebVideo}
		}
	}
	if e.isLast() {
		for _, r := range e.Plan.Renditions() {
			if r.IsProvisional {
				a.Drops = append(a.Drops, r.Resolution)
			}
		}
	}
	err := p.o.Files.Add(ctx, e.VideoID, a)
	if fault.Is(err, fault.NotFound) && errors.Is(p.stillThere(ctx, w.video.ID), errGone) {
		return nil
	}
	return err
}

// isFirst reports whether nothing of this transcoding is available yet: what there is comes from an earlier one.
func (p *Pipeline) isFirst(ctx context.Context, e Encoding) (bool, error) {
	known, err := p.o.Renditions.List(ctx, e.VideoID)
	return !slices.ContainsFunc(known, func(r video.Rendition) bool { return r.Run == e.Run && r.State == video.RenditionDone }), err
}

var errGone = errors.New("the video was deleted")

func (p *Pipeline) stillThere(ctx context.Context, id video.ID) error {
	_, err := p.o.Videos.Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return errGone
	}
	return err
}

// encodeInstead plans anew without copying, after a copy that did not work.
func (p *Pipeline) encodeInstead(ctx context.Context, w workpiece, e Encoding, cause error) error {
	p.o.Logger.Warn("the upload cannot be served as it is and is encoded", "video", w.video.UUID, "error", cause)
	next := Build{
		VideoID: e.VideoID, SourceID: w.input.SourceID, Run: newRun(), ReplacesSource: e.ReplacesAll, Kinds: e.kinds(), NoCopy: true,
	}
	return p.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.o.Renditions.MarkIn(ctx, tx, e.VideoID, e.wanted(), video.RenditionFailed, said(cause)); err != nil {
			return err
		}
		_, err := p.o.Jobs.Enqueue(ctx, tx, next, job.EnqueueOptions{})
		return err
	})
}
