package web

import (
	"net/http"
	"strings"
	"time"

	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/timecode"
)

const captionField = "captionfile"

func (p *Pages) captionsPage(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	return r.showCaptions(w, d, r.newForm().set("language", d.Language))
}

func (r *request) showCaptions(w http.ResponseWriter, d video.Details, f *form) error {
	list, err := r.pages.Captions.List(r.Context(), d.ID)
	if err != nil {
		return err
	}
	return r.show(w, f.status(), r.myPage(r.t.T("videoedit.captions")), captionsContent(r, d.Video, list, f))
}

// saveCaption adds the captions of a language, or replaces them.
func (p *Pages) saveCaption(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	f, sent, done, err := r.sentFiles(map[string]int64{captionField: maxCaption})
	if err != nil {
		return err
	}
	defer done()
	file, err := sent.open(captionField)
	if err != nil {
		return err
	}
	if file == nil {
		f.refuse(captionField, r.t.T("problem.caption"))
		return r.showCaptions(w, d, f)
	}
	defer file.Close()
	if err := p.Captions.Set(r.Context(), r.viewer, d.ID, f.get("language"), file); err != nil {
		if f.take(err, told{fault.Invalid: r.t.T("problem.caption")}) {
			return r.showCaptions(w, d, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("videoedit.captions-saved"))
	return r.redirect(w, editPath(d.Video)+"/captions")
}

func (p *Pages) deleteCaption(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	if err := p.Captions.Delete(r.Context(), r.viewer, d.ID, r.PostFormValue("language")); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("videoedit.captions-deleted"))
	return r.redirect(w, editPath(d.Video)+"/captions")
}

func (p *Pages) chaptersPage(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	list, err := p.Chapters.List(r.Context(), d.ID)
	if err != nil {
		return err
	}
	all, hasPinned, err := r.withPinned(d, list)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("from") == "pinned" {
		list, hasPinned = all, false
	}
	var lines strings.Builder
	for _, c := range list {
		lines.WriteString(timecode.Clock(time.Duration(c.Second)*time.Second) + " " + c.Title + "\n")
	}
	content := chaptersContent(r, d.Video, r.newForm().set("chapters", lines.String()), hasPinned)
	return r.show(w, http.StatusOK, r.myPage(r.t.T("videoedit.chapters")), content)
}

func (r *request) showChapters(w http.ResponseWriter, d video.Details, f *form) error {
	return r.show(w, f.status(), r.myPage(r.t.T("videoedit.chapters")), chaptersContent(r, d.Video, f, false))
}

func (p *Pages) saveChapters(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	chapters, badLine := readChapters(f.get("chapters"), d.DurationSeconds)
	if badLine > 0 {
		f.refuse("chapters", r.t.T("videoedit.chapter-line", "line", badLine)+" "+r.t.T("problem.chapters"))
		return r.showChapters(w, d, f)
	}
	if err := p.Chapters.Replace(r.Context(), r.viewer, d.ID, chapters); err != nil {
		if f.take(err, nil) {
			return r.showChapters(w, d, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("videoedit.chapters-saved"))
	return r.redirect(w, editPath(d.Video)+"/chapters")
}

// readChapters reads lines of "1:23 Title"; badLine is the number of the first that cannot be read, 0 for none. Empty lines are passed
// over. Times must grow and, where the length is known, stay in the video.
func readChapters(text string, seconds int) (chapters []video.Chapter, badLine int) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		when, title, _ := strings.Cut(line, " ")
		at, err := timecode.Parse(when)
		c := video.Chapter{Second: int(at / time.Second), Title: strings.TrimSpace(title)}
		grows := len(chapters) == 0 || c.Second > chapters[len(chapters)-1].Second
		if err != nil || c.Title == "" || !grows || (seconds > 0 && c.Second > seconds) {
			return nil, n
		}
		chapters = append(chapters, c)
	}
	return chapters, 0
}
