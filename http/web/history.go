package web

import (
	"net/http"
	"net/url"
	"time"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/video"
	"lucarne/video/audience"
)

func (p *Pages) historyRoutes() []route {
	return []route{
		{method: "GET", pattern: historyPath, access: signedIn, do: p.historyPage},
		{method: "POST", pattern: historyPath + "/remove", access: signedIn, do: p.forgetVideo},
		{method: "POST", pattern: historyPath + "/clear", access: signedIn, do: p.clearHistory},
		{method: "POST", pattern: historyPath + "/keep", access: signedIn, do: p.keepHistory},
	}
}

const (
	historyPath    = "/my/history"
	watchedPerPage = 24
)

// historyView is what somebody watched.
type historyView struct {
	search  string
	page    int
	total   int
	watched []audience.Watched
}

func (p *Pages) historyPage(w http.ResponseWriter, r *request) error {
	q := r.URL.Query()
	view := historyView{search: clip(q.Get("search"), maxSearch), page: readPage(q)}
	var err error
	view.total, view.watched, err = p.History.List(r.Context(), r.viewer, audience.WatchedPage{
		Start: (view.page - 1) * watchedPerPage, Count: watchedPerPage, Search: view.search,
	})
	if err != nil {
		return err
	}
	page := r.myPage(r.t.T("site.history"))
	page.Section = "history"
	return r.show(w, http.StatusOK, page, historyContent(r, view))
}

func (v historyView) pages() ui.Pages {
	return pagesOf(v.page, v.total, watchedPerPage, historyPath, url.Values{"search": {v.search}})
}

// watchedCard is a video with how much of it was seen.
func (r *request) watchedCard(one audience.Watched) ui.Card {
	card := r.card(one.Video.Video)
	if seconds := one.Video.DurationSeconds; seconds > 0 {
		card.Watched = min(100, 100*one.Seconds/seconds)
	}
	return card
}

func (p *Pages) forgetVideo(w http.ResponseWriter, r *request) error {
	if err := p.History.Forget(r.Context(), r.viewer, video.ID(numberOf(r.PostFormValue("id")))); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("history.removed"))
	return r.redirect(w, historyPath)
}

func (p *Pages) clearHistory(w http.ResponseWriter, r *request) error {
	if err := p.History.Clear(r.Context(), r.viewer, time.Time{}); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("history.cleared"))
	return r.redirect(w, historyPath)
}

// keepHistory switches it on or off.
func (p *Pages) keepHistory(w http.ResponseWriter, r *request) error {
	isKept := r.PostFormValue("keep") == "true"
	err := p.Users.UpdateMe(r.Context(), r.viewer, account.MyChange{Preferences: func(chosen *account.Preferences) {
		chosen.VideosHistoryEnabled = isKept
	}})
	if err != nil {
		return err
	}
	if isKept {
		r.flash(w, ui.Good, r.t.T("history.on"))
	} else {
		r.flash(w, ui.Good, r.t.T("history.off"))
	}
	return r.redirect(w, historyPath)
}
