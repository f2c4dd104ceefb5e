package web

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/url"

	"lucarne/channel"
	"lucarne/http/router"
	"lucarne/video"
)

func (p *Pages) searchRoutes() []route {
	return []route{
		{method: "GET", pattern: searchPath, do: p.search},
		{method: "GET", pattern: "/opensearch.xml", do: p.openSearch},
	}
}

const (
	searchPath = "/search"
	// channelsAbove is how many channels stand above the videos a search found.
	channelsAbove = 3
)

func (p *Pages) search(w http.ResponseWriter, r *request) error {
	view := listView{listing: readListing(r.URL.Query()), action: searchPath, ofWhat: "videos"}
	if r.URL.Query().Get("resultType") == "channels" {
		view.ofWhat = "channels"
	}
	if view.listing.search != "" || view.listing.isNarrowed() {
		if err := r.findAll(&view); err != nil {
			return err
		}
	}
	title := r.t.T("browse.search")
	if view.listing.search != "" {
		title = r.t.T("browse.search-for", "query", view.listing.search)
	}
	page := r.page(title)
	page.Query, page.Robots = view.listing.search, noIndex
	return r.show(w, http.StatusOK, page, searchContent(r, view))
}

// findAll fills the view with what a search finds: channels alone, or videos with the best channels above them.
func (r *request) findAll(view *listView) error {
	if view.listing.search != "" {
		if err := r.findChannels(view); err != nil || view.ofWhat == "channels" {
			return err
		}
	}
	byDefault := video.Sort{By: "match", IsDescending: true}
	if view.listing.search == "" {
		byDefault = video.Sort{By: "publishedAt", IsDescending: true}
	}
	var err error
	view.cards, view.total, err = r.find(view.listing, byDefault, nil)
	view.pages = r.pagination(view.listing, searchPath, view.total)
	return err
}

func (r *request) findChannels(view *listView) error {
	size, start := channelsAbove, 0
	if view.ofWhat == "channels" {
		size = r.settings.pageSize()
		start = (view.listing.page - 1) * size
	} else if view.listing.page > 1 {
		return nil
	}
	list, err := r.pages.Channels.List(r.Context(), channel.Filter{Search: view.listing.search}, channel.Page{Start: start, Count: size})
	if err != nil {
		return err
	}
	view.channels = r.channelCards(list.Channels)
	if view.ofWhat == "channels" {
		view.total = list.Total
		view.pages = r.pagination(view.listing, searchPath, list.Total)
		view.pages.URL = func(page int) string { return view.listing.channelsURL(page) }
	}
	return nil
}

// channelsURL is the address of the channels a search found.
func (l listing) channelsURL(page int) string {
	q := url.Values{"search": {l.search}, "resultType": {"channels"}}
	if page > 1 {
		q.Set("page", itoa(page))
	}
	return withQuery(searchPath, q)
}

type openSearchURL struct {
	Type     string `xml:"type,attr"`
	Template string `xml:"template,attr"`
}

// openSearchDocument lets browsers search here from their address bar (OpenSearch 1.1, draft 6).
type openSearchDocument struct {
	XMLName     xml.Name      `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
	ShortName   string        `xml:"ShortName"`
	Description string        `xml:"Description"`
	Encoding    string        `xml:"InputEncoding"`
	URL         openSearchURL `xml:"Url"`
}

// maxShortName is what OpenSearch allows.
const maxShortName = 16

func (p *Pages) openSearch(w http.ResponseWriter, r *request) error {
	document := openSearchDocument{
		ShortName: clip(r.settings.Name, maxShortName), Description: r.t.T("browse.search-on", "site", r.settings.Name), Encoding: "UTF-8",
		URL: openSearchURL{Type: "text/html", Template: r.absolute(searchPath + "?search={searchTerms}")},
	}
	var body bytes.Buffer
	body.WriteString(xml.Header)
	if err := xml.NewEncoder(&body).Encode(document); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Vary", "Accept-Language, Cookie")
	return router.WriteBody(w, r.Request, "application/opensearchdescription+xml; charset=utf-8", body.Bytes())
}
