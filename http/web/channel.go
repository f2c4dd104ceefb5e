package web

import (
	"net/http"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/http/web/ui"
	"lucarne/platform/markdown"
	"lucarne/video"
)

func (p *Pages) channelRoutes() []route {
	return []route{
		{method: "GET", pattern: "/c/{handle}", do: p.channelVideos},
		{method: "GET", pattern: "/c/{handle}/videos", do: p.channelVideos},
		{method: "GET", pattern: "/c/{handle}/about", do: p.channelAbout},
	}
}

// channelView is a channel's page.
type channelView struct {
	channel     channel.Channel
	path        string
	isAbout     bool
	description string // HTML
	support     string // HTML
	list        listView
}

func (r *request) channelView() (channelView, error) {
	c, err := r.pages.Channels.ByHandle(r.Context(), r.PathValue("handle"))
	return channelView{
		channel: c, path: channelPath(c), description: markdown.HTML(c.Description), support: markdown.HTML(c.Support),
	}, err
}

func (p *Pages) channelVideos(w http.ResponseWriter, r *request) error {
	view, err := r.channelView()
	if err != nil {
		return err
	}
	view.list, err = r.ownList(view.path, func(f *video.Filter) { f.Channels, f.IncludeScheduledLive = []channel.ID{view.channel.ID}, true })
	if err != nil {
		return err
	}
	return r.show(w, http.StatusOK, r.channelPage(view), channelContent(r, view))
}

func (p *Pages) channelAbout(w http.ResponseWriter, r *request) error {
	view, err := r.channelView()
	if err != nil {
		return err
	}
	view.isAbout = true
	return r.show(w, http.StatusOK, r.channelPage(view), channelContent(r, view))
}

// ownList is the list of one channel or account, searched within.
func (r *request) ownList(path string, narrow func(*video.Filter)) (listView, error) {
	view := listView{listing: readListing(r.URL.Query()), action: path}
	byDefault := video.Sort{By: "publishedAt", IsDescending: true}
	if view.listing.search != "" {
		byDefault = video.Sort{By: "match", IsDescending: true}
	}
	var err error
	view.cards, view.total, err = r.find(view.listing, byDefault, narrow)
	view.pages = r.pagination(view.listing, path, view.total)
	return view, err
}

func (r *request) channelPage(view channelView) ui.Page {
	c := view.channel
	page := r.page(nameOr(c.Name, c.Actor.Username))
	page.Description, page.Canonical = plain(c.Description), r.absolute(view.path)
	page.Feeds = append(r.feeds(page.Title, "videoChannelId="+itoa(c.ID)), ui.Feed{
		Title: page.Title + " (podcast)", Type: "application/rss+xml", URL: "/feeds/podcast/videos.xml?videoChannelId=" + itoa(c.ID),
	})
	if !c.Actor.IsLocal() {
		page.Canonical, page.Robots = c.Actor.URL, noIndex
	}
	page.Properties = r.profileProperties(page, c.Actor)
	return page
}

func (r *request) profileProperties(page ui.Page, of account.Actor) []ui.Property {
	return append(r.properties("profile", page.Title, page.Description, page.Canonical), r.profilePicture(of)...)
}
