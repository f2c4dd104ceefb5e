package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"strings"
	"time"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/upload"
)

func (p *Pages) videoFilesRoutes() []route {
	const one = "/my/videos/{id}"
	return []route{
		{method: "GET", pattern: one + "/files", access: signedIn, do: p.filesPage},
		{method: "POST", pattern: one + "/source", access: signedIn, maxBody: math.MaxInt64, do: p.replaceSource},
		{method: "POST", pattern: one + "/transcode", access: privileged, right: account.RunTranscoding, do: p.transcode},
		{method: "GET", pattern: one + "/events", access: signedIn, do: p.events},
	}
}

// filesView is what a video is made of, and how far its files are.
type filesView struct {
	video      video.Details
	renditions []video.Rendition
	source     *video.Source // nil: unknown
	form       *form
	canReplace bool
	isAtWork   bool
}

func (p *Pages) filesPage(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	return r.showFiles(w, d, r.newForm())
}

func (r *request) showFiles(w http.ResponseWriter, d video.Details, f *form) error {
	view := filesView{video: d, form: f, canReplace: r.pages.UploadRules().CanReplace && !d.IsLive}
	var err error
	if view.renditions, err = r.pages.Renditions.List(r.Context(), d.ID); err != nil {
		return err
	}
	source, err := r.pages.Files.Source(r.Context(), d.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		view.source = &source
	}
	view.isAtWork = progressOf(r, d, view.renditions).isAtWork()
	return r.show(w, f.status(), r.myPage(r.t.T("videoedit.files")), filesContent(r, view))
}

// replaceSource takes another file for the same video.
func (p *Pages) replaceSource(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	room, beyond, err := p.Uploads.Room(r.Context(), r.viewer)
	if err != nil {
		return err
	}
	if r.ContentLength-maxFormText > room {
		return beyond
	}
	f, sent, done, err := r.sentFiles(map[string]int64{videoField: room})
	if err != nil {
		return err
	}
	defer done()
	file := sent[videoField]
	if file == nil {
		f.refuse(videoField, r.t.T("problem.video-file"))
		return r.showFiles(w, d, f)
	}
	if err := r.sendSource(d.ID, file); err != nil {
		if f.take(err, told{fault.Unsupported: r.t.T("problem.video-file")}) {
			return r.showFiles(w, d, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("videofiles.replaced"))
	return r.redirect(w, editPath(d.Video)+"/files")
}

func (r *request) sendSource(id video.ID, file *sentFile) error {
	begun, err := r.pages.Uploads.Begin(r.Context(), r.viewer, upload.Start{Size: file.size, MIMEType: file.kind, Filename: file.name, Replaces: id})
	if err != nil {
		return err
	}
	body, err := os.Open(file.path)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = r.pages.Uploads.Receive(r.Context(), r.viewer, begun.ID, id, upload.Part{End: file.size - 1, Total: file.size}, body)
	if err != nil {
		return errors.Join(err, r.pages.Uploads.Cancel(context.WithoutCancel(r.Context()), r.viewer, begun.ID, id))
	}
	return nil
}

// transcode makes the files of a video anew.
func (p *Pages) transcode(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	kind := video.RenditionKind(r.PostFormValue("kind"))
	if kind != video.HLS && kind != video.WebVideo {
		return fault.New(fault.Invalid, "There are no files of this kind")
	}
	if err := p.Pipeline.Run(r.Context(), d.ID, kind, true); err != nil {
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
			return err
		}
		r.flash(w, ui.Danger, r.t.T("videofiles.cannot-transcode"))
		return r.redirect(w, editPath(d.Video)+"/files")
	}
	r.flash(w, ui.Good, r.t.T("videofiles.transcoding"))
	return r.redirect(w, editPath(d.Video)+"/files")
}

// workProgress is how far a video is, as the script of uploads reads it.
type workProgress struct {
	Percent int    `json:"percent"`
	Done    bool   `json:"done"`
	Label   string `json:"label,omitempty"`
	Error   string `json:"error,omitempty"`
}

func (p workProgress) isAtWork() bool { return !p.Done && p.Error == "" }

func progressOf(r *request, d video.Details, renditions []video.Rendition) workProgress {
	if d.State == video.TranscodingFailed {
		return workProgress{Error: r.t.T("videofiles.failed", "reason", d.Failure)}
	}
	sum, running := 0, ""
	if !r.pages.Pipeline.CanWork() {
		running = r.t.T("videofiles.no-ffmpeg")
	}
	isUnfinishedWork := d.State == video.ToTranscode || d.State == video.ToMoveToStorage
	for _, one := range renditions {
		sum += max(0, percentOf(one))
		if one.State == video.RenditionRunning {
			running = r.t.T("videofiles.making", "resolution", r.resolution(one.Resolution))
		}
		isUnfinishedWork = isUnfinishedWork || isUnfinished(one)
	}
	progress := workProgress{Label: running, Done: !isUnfinishedWork}
	if len(renditions) > 0 {
		progress.Percent = sum / len(renditions)
	}
	if progress.Done {
		progress.Percent = 100
	}
	return progress
}

// The rhythm of events: a comment now and then keeps the connection open through proxies, and each stream ends after a while, for the
// browser to come again.
const (
	eventsHeartbeat = 15 * time.Second
	eventsAtMost    = 30 * time.Minute
)

// events tell how far the work on a video is, as server-sent events (HTML Standard §9.2), or once as JSON.
func (p *Pages) events(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		progress, err := r.workProgress(d.ID)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		return json.NewEncoder(w).Encode(progress)
	}
	ctx, cancel := context.WithTimeout(r.Context(), eventsAtMost)
	defer cancel()
	signals := p.Bus.Subscribe(ctx, video.ProgressTopic(d.UUID)) // before the first look, so that no change is missed
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	return r.stream(ctx, w, d.ID, signals)
}

func (r *request) stream(ctx context.Context, w http.ResponseWriter, id video.ID, signals <-chan []byte) error {
	heartbeat := time.NewTicker(eventsHeartbeat)
	defer heartbeat.Stop()
	out := http.NewResponseController(w)
	for {
		progress, err := r.workProgress(id)
		if err != nil || ctx.Err() != nil {
			return nil // the head is sent: the browser comes again and is told then
		}
		body, err := json.Marshal(progress)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", body); err != nil || out.Flush() != nil || !progress.isAtWork() {
			return nil
		}
		if !waitForNews(ctx, w, out, signals, heartbeat.C) {
			return nil
		}
	}
}

// waitForNews returns true when there is something to tell, false when nobody listens any more.
func waitForNews(ctx context.Context, w http.ResponseWriter, out *http.ResponseController, signals <-chan []byte, heartbeat <-chan time.Time) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case _, isOpen := <-signals:
			return isOpen
		case <-heartbeat:
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil || out.Flush() != nil {
				return false
			}
		}
	}
}

func (r *request) workProgress(id video.ID) (workProgress, error) {
	d, err := r.pages.Videos.Get(r.Context(), id)
	if err != nil {
		return workProgress{}, err
	}
	renditions, err := r.pages.Renditions.List(r.Context(), id)
	if err != nil {
		return workProgress{}, err
	}
	return progressOf(r, d, renditions), nil
}

// renditionNote says what is being done about a rendition.
func (r *request) renditionNote(one video.Rendition) string {
	switch one.State {
	case video.RenditionDone:
		return r.t.T("videofiles.done")
	case video.RenditionFailed:
		return one.Error
	case video.RenditionRunning:
		return r.t.T("videofiles.running")
	}
	return r.t.T("videofiles.waiting")
}

func (r *request) kindLabel(isHLS bool) string {
	if isHLS {
		return r.t.T("videofiles.hls")
	}
	return r.t.T("videofiles.web")
}

func (r *request) fileColumns() []ui.Column {
	return []ui.Column{
		{Label: r.t.T("videofiles.resolution")},
		{Label: r.t.T("videofiles.kind")},
		{Label: r.t.T("videofiles.codecs")},
		{Label: r.t.T("videofiles.size"), Number: true},
	}
}

func (r *request) fileRows(d video.Details) []ui.Row {
	var rows []ui.Row
	add := func(list []video.File) {
		for _, f := range list {
			size := fmt.Sprintf("%s · %d×%d", r.resolution(f.Resolution), f.Width, f.Height)
			if !f.HasVideo {
				size = r.resolution(f.Resolution)
			}
			rows = append(rows, ui.Row{ui.Text(size), ui.Text(r.kindLabel(f.PlaylistID != 0)), ui.Text(f.Codecs), ui.Text(r.t.Bytes(f.Size))})
		}
	}
	for _, playlist := range d.Playlists {
		add(playlist.Files)
	}
	add(d.WebFiles)
	return rows
}
