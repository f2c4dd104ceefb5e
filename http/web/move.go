package web

import (
	"net/http"
	"net/url"
	"strings"
)

// move is an address of PeerTube's older pages, or a short one, that leads elsewhere for good.
type move struct {
	from string // in ServeMux form
	to   string // "{name}" stands for the value of the pattern's wildcard
}

var moves = []move{
	{"/videos/trending", "/videos/browse?sort=-trending"},
	{"/videos/most-liked", "/videos/browse?sort=-likes"},
	{"/videos/local", "/videos/browse?scope=local"},
	{"/videos/recently-added", "/videos/browse?sort=-publishedAt"},
	{"/videos/overview", "/videos/browse"},
	{"/videos/{$}", "/videos/browse"},
	{"/browse", "/videos/browse"},
	{"/home", "/"},
	{"/videos/watch/{id}", "/w/{id}"},
	{"/accounts/{name}", "/a/{name}"},
	{"/accounts/{name}/{rest...}", "/a/{name}"},
	{"/video-channels/{name}", "/c/{name}"},
	{"/video-channels/{name}/{rest...}", "/c/{name}"},
	{"/about", "/about/instance"},
	{"/about/peertube", "/about/source"},
}

// ServeHTTP redirects, with the query of the request added to that of the new address.
func (m move) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to := m.to
	for _, name := range []string{"id", "name"} {
		to = strings.ReplaceAll(to, "{"+name+"}", url.PathEscape(r.PathValue(name)))
	}
	if r.URL.RawQuery != "" {
		separator := "?"
		if strings.Contains(to, "?") {
			separator = "&"
		}
		to += separator + r.URL.RawQuery
	}
	w.Header().Set("Cache-Control", "max-age=86400")
	w.Header().Add("Vary", "Accept") // other servers ask for the actor or the video at the same address
	http.Redirect(w, r, to, http.StatusMovedPermanently)
}
