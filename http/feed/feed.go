// Package feed is what programs other than browsers and players read to know what is here: RSS, Atom and JSON feeds, podcasts, oEmbed, the
// sitemap, and the documents below /.well-known.
package feed

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat"
	"lucarne/http/router"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/video"
)

// Accounts finds who somebody is.
type Accounts interface {
	// Get finds an account, and fails with fault.NotFound.
	Get(ctx context.Context, id account.ID) (account.Account, error)
	// ByHandle finds an account by "name" or "name@host", and fails with fault.NotFound.
	ByHandle(ctx context.Context, handle string) (account.Account, error)
	// ByFeedToken finds the user whose account it is when the token of their feeds is right, and fails with fault.Forbidden.
	ByFeedToken(ctx context.Context, id account.ID, token string) (account.Viewer, error)
}

// Subscriptions tells which channels a user follows.
type Subscriptions interface {
	ChannelsOf(ctx context.Context, viewer account.Viewer) ([]channel.ID, error)
}

// Captions finds the texts of videos.
type Captions interface {
	ByVideo(ctx context.Context, ids []video.ID) (map[video.ID][]video.Caption, error)
}

// Settings are what administrators may change while the program runs.
type Settings struct {
	Name             string
	ShortDescription string
	Description      string // Markdown
	Language         string // of the instance, BCP 47
	Robots           string // content of robots.txt
	SecurityTxt      string // "" for none
	HidesNSFW        bool   // unless a feed's reader asks for sensitive videos
	TrackerEnabled   bool
	SignupOpen       bool
	Icons            []Icon     // smallest first
	NodeConfig       func() any // what NodeInfo adds in its metadata
	Videos           int        // in a feed
	SitemapVideos    int
	Ages             Ages
}

// Ages are how long answers may be kept.
type Ages struct{ Feeds, Discovery, Robots, Sitemap, OEmbed time.Duration }

// Icon is a picture of the instance.
type Icon struct {
	Path string // on this site
	Side int    // pixels
	Type string // media type
}

// Usage is how much the instance is used, as NodeInfo tells it.
type Usage struct{ Users, ActiveMonth, ActiveHalfyear, Videos, Comments int }

// Options set up Feeds.
type Options struct {
	Site          account.Site
	Version       string      // of PeerTube, whose API this is
	Clock         clock.Clock // nil means the system's
	Started       time.Time   // of the process: when a feed without items is from
	Videos        *video.Videos
	Captions      Captions
	Channels      *channel.Channels
	Accounts      Accounts
	Subscriptions Subscriptions // nil: nobody follows anything
	Rooms         *chat.Rooms   // nil: there are no chats
	// IsChatFederated tells whether any XMPP server may join the rooms of chats; nil: none.
	IsChatFederated func() bool
	Usage           func(ctx context.Context) (Usage, error)
	Settings        func() Settings
	WellKnown       blob.Store // files of the operator's own, served below /.well-known
}

// Feeds answers the addresses of this package.
type Feeds struct {
	o       Options
	sitemap sitemapCache
}

// New makes the feeds of an instance.
func New(o Options) *Feeds {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	return &Feeds{o: o}
}

type handler func(w http.ResponseWriter, r *http.Request) error

// Handler serves feeds and documents. limit wraps a handler with the rate limit of a group ("feeds",
// "plugins", "well_known"); nil limits nothing.
func (f *Feeds) Handler(limit func(group string, next http.Handler) http.Handler) http.Handler {
	mux := http.NewServeMux()
	for group, routes := range f.routes() {
		for pattern, h := range routes {
			var served http.Handler = answering(h)
			if limit != nil {
				served = limit(group, served)
			}
			mux.Handle("GET "+pattern, served)
		}
	}
	return mux
}

// Patterns are the addresses Handler answers, for the mux it is mounted on.
func (f *Feeds) Patterns() []string {
	var all []string
	for _, routes := range f.routes() {
		for pattern := range routes {
			all = append(all, "GET "+pattern)
		}
	}
	slices.Sort(all)
	return all
}

// routes are the addresses, by group of rate limit.
func (f *Feeds) routes() map[string]map[string]handler {
	return map[string]map[string]handler{
		"feeds": {
			"/feeds/{file}":                f.feed,
			"/feeds/podcast/videos.xml":    f.podcast,
			"/sitemap.xml":                 f.sitemapFile,
			"/sitemaps/{number}":           f.sitemapPart,
			"/services/oembed":             f.oembed,
			"/services/redirect/{rest...}": f.redirect,
			"/robots.txt":                  f.robots,
			"/manifest.webmanifest":        f.manifest,
		},
		"plugins": {
			"/plugins/global.css":          f.pluginStyle,
			"/plugins/translations/{file}": f.pluginTranslations,
		},
		"well_known": {
			"/nodeinfo/{file}":             f.nodeinfo,
			"/.well-known/nodeinfo":        f.nodeinfoLinks,
			"/.well-known/webfinger":       f.webfinger,
			"/.well-known/host-meta":       f.hostMeta,
			"/.well-known/change-password": f.changePassword,
			"/.well-known/security.txt":    f.securityTxt,
			"/security.txt":                f.securityTxtMoved,
			"/.well-known/dnt-policy.txt":  f.dntPolicy,
			"/.well-known/dnt/{$}":         f.dnt,
			"/.well-known/{file...}":       f.wellKnown,
		},
	}
}

// answering lets scripts of any site read what is here (it is public), and tells errors as problems.
func answering(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		if err := h(w, r); err != nil {
			w.Header().Set("Cache-Control", "no-cache, no-store, must-revalidate")
			router.WriteProblem(w, r, err, "")
		}
	}
}

// write answers with a document that may be kept for age.
func write(w http.ResponseWriter, r *http.Request, age time.Duration, contentType string, body []byte) error {
	w.Header().Set("Cache-Control", maxAge(age))
	return router.WriteBody(w, r, contentType, body)
}

func maxAge(age time.Duration) string { return fmt.Sprintf("max-age=%d", int(age.Seconds())) }

const (
	jsonType = "application/json; charset=utf-8"
	textType = "text/plain; charset=utf-8"
	xmlType  = "application/xml; charset=utf-8"
)
