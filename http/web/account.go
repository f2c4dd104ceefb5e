package web

import (
	"net/http"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/http/web/ui"
	"lucarne/platform/markdown"
	"lucarne/video"
)

func (p *Pages) accountRoutes() []route {
	return []route{
		{method: "GET", pattern: "/a/{handle}", do: p.accountChannels},
		{method: "GET", pattern: "/a/{handle}/video-channels", do: p.accountChannels},
		{method: "GET", pattern: "/a/{handle}/videos", do: p.accountVideos},
		{method: "GET", pattern: "/a/{handle}/about", do: p.accountAbout},
	}
}

// accountView is an account's page.
type accountView struct {
	account     account.Account
	path        string
	tab         string // "channels", "videos" or "about"
	description string // HTML
	channels    []ui.Channel
	list        listView
}

func (r *request) accountView(tab string) (accountView, error) {
	a, err := r.pages.Accounts.ByHandle(r.Context(), r.PathValue("handle"))
	return accountView{account: a, path: accountPath(a), tab: tab, description: markdown.HTML(a.Description)}, err
}

func (p *Pages) accountChannels(w http.ResponseWriter, r *request) error {
	view, err := r.accountView("channels")
	if err != nil {
		return err
	}
	list, err := p.Channels.List(r.Context(), channel.Filter{Owner: view.account.ID}, channel.Page{Count: channel.MaxPage})
	if err != nil {
		return err
	}
	view.channels = r.channelCards(list.Channels)
	return r.showAccount(w, view)
}

func (p *Pages) accountVideos(w http.ResponseWriter, r *request) error {
	view, err := r.accountView("videos")
	if err != nil {
		return err
	}
	view.list, err = r.ownList(view.path+"/videos", func(f *video.Filter) { f.Account, f.IncludeScheduledLive = view.account.ID, true })
	if err != nil {
		return err
	}
	return r.showAccount(w, view)
}

func (p *Pages) accountAbout(w http.ResponseWriter, r *request) error {
	view, err := r.accountView("about")
	if err != nil {
		return err
	}
	return r.showAccount(w, view)
}

func (r *request) showAccount(w http.ResponseWriter, view accountView) error {
	a := view.account
	page := r.page(nameOr(a.Name, a.Actor.Username))
	page.Description, page.Canonical = plain(a.Description), r.absolute(view.path)
	page.Feeds = r.feeds(page.Title, "accountId="+itoa(a.ID))
	if !a.Actor.IsLocal() {
		page.Canonical, page.Robots = a.Actor.URL, noIndex
	}
	page.Properties = r.profileProperties(page, a.Actor)
	return r.show(w, http.StatusOK, page, accountContent(r, view))
}
