package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/video"
)

func (p *Pages) myVideosRoutes() []route {
	return []route{
		{method: "GET", pattern: "/my/{$}", access: signedIn, do: func(w http.ResponseWriter, r *request) error { return r.redirect(w, myVideosPath) }},
		{method: "GET", pattern: myVideosPath, access: signedIn, do: p.myVideos},
		{method: "POST", pattern: myVideosPath, access: signedIn, do: p.changeMyVideos},
	}
}

const (
	myVideosPath = "/my/videos"
	minePerPage  = 20
)

// mySorts are the orders of one's own videos, by the API's name.
var mySorts = []string{"-publishedAt", "name", "-views", "-createdAt"}

// mineView is the list of one's own videos.
type mineView struct {
	search, sort string
	page, total  int
	videos       []video.Details
	asked        *bulkQuestion // what a form without JavaScript asks before it does it
}

// bulkQuestion is a change of several videos that waits for a yes.
type bulkQuestion struct {
	action string
	ids    []string
}

func readMine(q url.Values) mineView {
	v := mineView{search: clip(q.Get("search"), maxSearch), sort: oneOf(q.Get("sort"), mySorts...)}
	if v.sort == "" {
		v.sort = mySorts[0]
	}
	v.page = readPage(q)
	return v
}

// readPage is the number of a page in an address, within bounds.
func readPage(q url.Values) int {
	n, _ := strconv.Atoi(q.Get("page"))
	return min(max(n, 1), maxPageNow)
}

// pagesOf say where a list is.
func pagesOf(current, total, perPage int, path string, q url.Values) ui.Pages {
	return ui.Pages{Current: current, Last: max(1, (total+perPage-1)/perPage), URL: func(page int) string {
		values := url.Values{}
		for name, list := range q {
			values[name] = slices.Clone(list)
		}
		values.Del("page")
		if page > 1 {
			values.Set("page", strconv.Itoa(page))
		}
		return withQuery(path, values)
	}}
}

func (v mineView) query() url.Values {
	return url.Values{"search": {v.search}, "sort": {v.sort}}
}

func (p *Pages) myVideos(w http.ResponseWriter, r *request) error {
	return r.showMine(w, readMine(r.URL.Query()), http.StatusOK)
}

func (r *request) showMine(w http.ResponseWriter, view mineView, status int) error {
	by, err := video.ParseSort(view.sort)
	if err != nil {
		return err
	}
	f := video.Filter{Owner: r.viewer.AccountID(), Search: view.search, Include: video.IncludeNotPublished | video.IncludeBlocked}
	list, err := r.pages.Videos.List(r.Context(), r.viewer, f, video.Page{Start: (view.page - 1) * minePerPage, Count: minePerPage, Sort: by})
	if err != nil {
		return err
	}
	view.videos, view.total = list.Videos, list.Total
	return r.show(w, status, r.myPage(r.t.T("site.my-videos")), myVideosContent(r, view))
}

// myPage is a page of one's own things.
func (r *request) myPage(title string) ui.Page {
	page := r.page(title)
	page.Robots = noIndex
	return page
}

// changeMyVideos does one thing to all chosen videos. Deleting asks once more, unless a script has asked already.
func (p *Pages) changeMyVideos(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	chosen := f.values["id"]
	if len(chosen) == 0 {
		r.flash(w, ui.Warning, r.t.T("myvideos.none-chosen"))
		return r.redirect(w, myVideosPath)
	}
	if len(chosen) > video.MaxPage {
		return fault.New(fault.Invalid, "Too many videos at once")
	}
	if f.get("do") == "delete" && !f.has("confirmed") {
		view := readMine(r.URL.Query())
		view.asked = &bulkQuestion{action: "delete", ids: chosen}
		return r.showMine(w, view, http.StatusOK)
	}
	done, err := r.changeEach(f, chosen)
	if err != nil {
		return err
	}
	if f.get("do") == "delete" {
		r.flash(w, ui.Good, r.t.T("myvideos.deleted", "n", done))
	} else {
		r.flash(w, ui.Good, r.t.T("myvideos.changed", "n", done))
	}
	return r.redirect(w, myVideosPath)
}

func (r *request) changeEach(f *form, chosen []string) (done int, err error) {
	privacy := video.Privacy(numberOf(f.get("privacy")))
	if f.get("do") != "delete" && privacy == video.Password {
		return 0, fault.New(fault.Invalid, "Passwords are set for one video at a time")
	}
	for _, id := range chosen {
		of := video.ID(numberOf(id))
		if f.get("do") == "delete" {
			err = r.pages.Videos.Delete(r.Context(), r.viewer, of)
		} else {
			err = r.pages.Videos.Update(r.Context(), r.viewer, of, video.Change{Privacy: &privacy})
		}
		if fault.Is(err, fault.NotFound) {
			continue // gone meanwhile
		}
		if err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

// bulkPrivacies are those that need nothing more to be said.
func (r *request) bulkPrivacies() []ui.Option {
	list := r.privacyOptions(itoa(video.Public))
	return slices.DeleteFunc(list, func(o ui.Option) bool { return o.Value == itoa(video.Password) })
}

// sortOptionsOfMine are the orders of one's own videos.
func (r *request) mySortOptions(chosen string) []ui.Option {
	return choices(
		chosen, "-publishedAt", r.t.T("browse.newest"), "name", r.t.T("browse.by-title"), "-views", r.t.T("browse.most-viewed"),
		"-createdAt", r.t.T("myvideos.last-uploaded"),
	)
}

// stateBadge tells what keeps a video from being watched; ok is false when nothing does.
func (r *request) stateBadge(v video.Video) (tone ui.Tone, text string, ok bool) {
	switch {
	case v.IsBlocked:
		return ui.Danger, r.t.T("privacy.blocked"), true
	case v.State == video.TranscodingFailed, v.State == video.ToImportFailed, v.State == video.MoveToStorageFailed, v.State == video.MoveToFileSystemFailed:
		return ui.Danger, r.t.T("myvideos.failed"), true
	case v.Schedule != nil:
		return ui.Accent, r.t.T("myvideos.scheduled", "when", r.t.DateTime(v.Schedule.UpdateAt)), true
	case v.IsLive && v.State == video.Published:
		return ui.Live, r.t.T("video.live"), true
	case v.State == video.WaitingForLive:
		return ui.Note, r.t.T("myvideos.waiting-live"), true
	case v.State != video.Published && v.State != video.LiveEnded:
		return ui.Warning, r.t.T("myvideos.preparing"), true
	}
	return ui.Neutral, "", false
}

// myTabs are the pages of one's own things.
func (r *request) myTabs(current string) []ui.Tab {
	list := []ui.Tab{
		{URL: myVideosPath, Label: r.t.T("site.my-videos"), Icon: "film"},
		{URL: livesPath, Label: r.t.T("site.my-lives"), Icon: "radio"},
		{URL: myChannelsPath, Label: r.t.T("site.my-channels"), Icon: "tv"},
		{URL: historyPath, Label: r.t.T("site.history"), Icon: "history"},
		{URL: mySettingsPath, Label: r.t.T("site.settings"), Icon: "settings"},
	}
	for i := range list {
		list[i].Current = list[i].URL == current
	}
	return list
}
