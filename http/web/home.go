package web

import (
	"net/http"
	"slices"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/platform/markdown"
	"lucarne/video"
)

func (p *Pages) homeRoutes() []route {
	return []route{{method: "GET", pattern: "/{$}", do: p.home}}
}

const (
	shelfLength  = 12 // videos of each sort on the home page
	homeChannels = 6
)

// homeView is what the home page shows.
type homeView struct {
	welcome  string    // HTML the administrators wrote
	lives    []ui.Card // on air and announced
	recent   []ui.Card // but those on air
	trending []ui.Card
	channels []ui.Channel
	steps    bool // for the administrator of an empty instance: what to do first
}

func (p *Pages) home(w http.ResponseWriter, r *request) error {
	var view homeView
	recent, err := r.shelf(video.Sort{By: "publishedAt", IsDescending: true})
	if err != nil {
		return err
	}
	trending, err := r.shelf(video.Sort{By: "trending", IsDescending: true})
	if err != nil {
		return err
	}
	if view.lives, err = r.livesNow(); err != nil {
		return err
	}
	if view.welcome, err = r.welcome(); err != nil {
		return err
	}
	view.recent, view.channels = r.cards(recent), r.channelCards(channelsOf(homeChannels, recent, trending))
	view.recent = slices.DeleteFunc(view.recent, func(c ui.Card) bool { return c.IsLive })
	// On a small instance both lists hold the same videos: one is enough.
	if len(recent) == shelfLength {
		view.trending = r.cards(trending)
	}
	view.steps = len(recent) == 0 && len(view.lives) == 0 && r.viewer.Can(account.ManageConfiguration)
	return r.show(w, http.StatusOK, r.homePage(), homeContent(r, view))
}

func (r *request) homePage() ui.Page {
	page := r.page("")
	page.Section, page.Description, page.Canonical = "home", r.settings.ShortDescription, r.absolute("/")
	page.Feeds = r.feeds(r.settings.Name, "")
	page.Properties = append(r.properties("website", r.settings.Name, page.Description, page.Canonical), r.sitePicture()...)
	return page
}

func (r *request) shelf(by video.Sort) ([]video.Details, error) {
	var f video.Filter
	r.hideSensitive(&f)
	list, err := r.pages.Videos.List(r.Context(), r.viewer, f, video.Page{Count: shelfLength, Sort: by, SkipTotal: true})
	return list.Videos, err
}

// livesNow are those on air, then those announced, soonest first.
func (r *request) livesNow() ([]ui.Card, error) {
	isLive := true
	f := video.Filter{IsLive: &isLive, IncludeScheduledLive: true}
	r.hideSensitive(&f)
	newest := video.Sort{By: "publishedAt", IsDescending: true}
	list, err := r.pages.Videos.List(r.Context(), r.viewer, f, video.Page{Count: shelfLength, Sort: newest, SkipTotal: true})
	if err != nil {
		return nil, err
	}
	cards := r.cards(list.Videos)
	slices.SortStableFunc(cards, func(a, b ui.Card) int { return a.Starts.Compare(b.Starts) })
	return cards, nil
}

func (r *request) welcome() (string, error) {
	if r.pages.Homepage == nil {
		return "", nil
	}
	source, err := r.pages.Homepage.Get(r.Context())
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return markdown.HTML(source), err
}

// channelsOf are the channels of some videos, each once, in the order they come.
func channelsOf(most int, lists ...[]video.Details) []channel.Channel {
	var channels []channel.Channel
	known := map[channel.ID]bool{}
	for _, list := range lists {
		for _, v := range list {
			if known[v.Channel.ID] || len(channels) == most {
				continue
			}
			known[v.Channel.ID] = true
			channels = append(channels, v.Channel)
		}
	}
	return channels
}
