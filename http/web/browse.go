package web

import (
	"net/http"

	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/video"
)

func (p *Pages) browseRoutes() []route {
	return []route{{method: "GET", pattern: browsePath, do: p.browse}}
}

const browsePath = "/videos/browse"

// listView is a list of videos with what it is filtered by.
type listView struct {
	listing  listing
	action   string // address of the form
	cards    []ui.Card
	total    int
	pages    ui.Pages
	channels []ui.Channel // those a search found
	ofWhat   string       // "videos" or "channels": what a search looks for
}

func (p *Pages) browse(w http.ResponseWriter, r *request) error {
	view := listView{listing: readListing(r.URL.Query()), action: browsePath}
	view.listing.search = ""
	var err error
	view.cards, view.total, err = r.find(view.listing, video.Sort{By: "publishedAt", IsDescending: true}, nil)
	if err != nil {
		return err
	}
	view.pages = r.pagination(view.listing, browsePath, view.total)
	page := r.page(r.t.T("browse.title"))
	page.Section, page.Feeds = "discover", r.feeds(r.settings.Name, "")
	page.Canonical = r.absolute(view.listing.url(browsePath, view.listing.page))
	page.Properties = append(r.properties("website", page.Title, "", page.Canonical), r.sitePicture()...)
	return r.show(w, http.StatusOK, page, browseContent(r, view))
}

func (r *request) sortOptions(chosen string, isSearch bool) []ui.Option {
	t := r.t
	labels := map[string]string{
		"-publishedAt": t.T("browse.newest"), "-trending": t.T("browse.trending"), "-hot": t.T("browse.hot"), "-views": t.T("browse.most-viewed"),
		"-likes": t.T("browse.most-liked"), "name": t.T("browse.by-title"), "-originallyPublishedAt": t.T("browse.original-date"),
	}
	var list []ui.Option
	if isSearch {
		list = append(list, ui.Option{Value: "-match", Label: t.T("browse.best-match"), Selected: chosen == "" || chosen == "-match"})
	}
	for _, by := range sorts {
		list = append(list, ui.Option{Value: by, Label: labels[by], Selected: by == chosen})
	}
	return list
}

func (r *request) categoryOptions(chosen int) []ui.Option {
	return options(r, constant.Categories(), r.t.T("browse.any-category"), chosen, itoa[int])
}

func (r *request) licenceOptions(chosen int) []ui.Option {
	return options(r, constant.Licences(), r.t.T("browse.any-licence"), chosen, itoa[int])
}

func (r *request) languageOptions(chosen string) []ui.Option {
	return options(r, constant.Languages(), r.t.T("browse.any-language"), chosen, func(code string) string { return code })
}
