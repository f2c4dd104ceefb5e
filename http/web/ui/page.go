package ui

import (
	"net/url"
	"time"
)

// Page is what the layout needs to know of a page and of its visitor.
type Page struct {
	T           Translator
	Site        Site
	Title       string // shown before the site's name; empty on the home page
	Description string
	Canonical   string // absolute URL, or empty
	Path        string // path and query of the request, to come back to after a choice of theme or language
	Robots      string // "noindex" or empty
	Properties  []Property
	JSONLD      any // marshalled into a schema.org block when not nil
	Feeds       []Feed
	OEmbed      string // discovery URL of the video, or empty
	Theme       string // "light", "dark", or empty for the device's choice
	Visitor     *Visitor
	CSRF        string
	Flashes     []Flash
	Nonce       string   // of the Content-Security-Policy, for the scripts
	Scripts     []string // stable names of the islands this page uses: "player.js", "upload.js"
	Section     string   // which navigation link is the current one: "home", "discover", "history", …
	Query       string   // what the search box shows
	Narrow      bool     // a page to read or to fill in, not a grid
}

// Site is what every page says of the platform.
type Site struct {
	Name      string
	Languages []Language
	CanSignUp bool
}

// Language is one the site speaks: its code and its own name.
type Language struct{ Code, Name string }

// Property is one meta element of OpenGraph ("og:…", "video:…") or of Twitter ("twitter:…").
type Property struct{ Name, Content string }

// Feed is one alternate form of the page for feed readers.
type Feed struct{ Title, Type, URL string }

// Visitor is the user who is signed in.
type Visitor struct {
	Name      string // display name
	Handle    string
	AvatarURL string
	IsAdmin   bool // or moderator: sees the administration
	CanUpload bool
	// CanBroadcast leads to new lives.
	CanBroadcast bool
}

// Tone is what a message or a mark means.
type Tone string

// The tones. The zero Tone is neutral.
const (
	Neutral Tone = ""
	Good    Tone = "good"
	Warning Tone = "warning"
	Danger  Tone = "danger"
	Accent  Tone = "accent"
	Note    Tone = "note"
	Live    Tone = "live"
)

// Flash is a message carried over from the request before.
type Flash struct {
	Tone Tone
	Text string
}

// documentTitle is the title of the window: the page, then the site.
func (p Page) documentTitle() string {
	if p.Title == "" {
		return p.Site.Name
	}
	return p.Title + " · " + p.Site.Name
}

// next is the page to come back to. It is a path of this site: what begins otherwise would lead elsewhere.
func (p Page) next() string {
	u, err := url.Parse(p.Path)
	if err != nil || u.IsAbs() || u.Host != "" || len(p.Path) == 0 || p.Path[0] != '/' {
		return "/"
	}
	return u.RequestURI()
}

func isoTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
