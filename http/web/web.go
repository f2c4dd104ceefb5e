// Package web is the pages people see: rendered here, working without JavaScript, in the visitor's language. It decodes, asks one
// subject, and shows.
//
// A subject of pages is one file with its table of routes and its handlers (watch.go), what they show (watch.templ) and its texts
// (text/en/watch.json, text/fr/watch.json). A handler ends with request.show, request.part or request.redirect, or returns an error,
// which becomes a page that says what happened and what to do.
package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"lucarne/account"
	"lucarne/account/instance"
	"lucarne/channel"
	"lucarne/http/web/text"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/audience"
)

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate

// Authenticator turns the session cookie of a browser into who asks; the zero Viewer without one. A request that changes something
// fails with fault.Forbidden unless it carries the CSRF token of its session.
type Authenticator interface {
	ByCookie(ctx context.Context, r *http.Request) (account.Viewer, error)
}

// FormTokens gives the CSRF token that the forms of a session carry; "" for nobody.
type FormTokens interface {
	CSRF(r *http.Request) string
}

// Accounts finds who somebody is.
type Accounts interface {
	// ByHandle finds an account by "name" or "name@host", and fails with fault.NotFound.
	ByHandle(ctx context.Context, handle string) (account.Account, error)
}

// Homepage is the text administrators wrote for the home page; it fails with fault.NotFound when they wrote none.
type Homepage interface {
	Get(ctx context.Context) (string, error)
}

// Letters carries what visitors write to the administrators.
type Letters interface {
	Send(ctx context.Context, l instance.Letter) error
}

// Services are what the pages speak for.
type Services struct {
	Site     account.Site
	Clock    clock.Clock
	Logger   *slog.Logger
	Secret   []byte // the site's: our cookies are sealed with a key derived from it
	Auth     Authenticator
	Forms    FormTokens
	Settings func() Settings

	Catalogue
	Entrance
	Studio
	GoLive
	Chat
	Administration
}

// Catalogue is what the pages that show videos speak for.
type Catalogue struct {
	Videos      *video.Videos
	Captions    *video.Captions
	Chapters    *video.Chapters
	Storyboards *video.Storyboards
	Renditions  *video.Renditions
	FileTokens  *video.FileTokens
	Channels    *channel.Channels
	Accounts    Accounts
	Rates       *audience.Rates
	History     *audience.History
	// Viewers counts who watches a video right now; nil counts nobody.
	Viewers func(video.ID) int
	// Figures are those of the instance; nil shows none.
	Figures  func(ctx context.Context) (Figures, error)
	Homepage Homepage // nil: none
	Letters  Letters  // nil: nobody can be written to
}

// Pages answers every address that is for people.
type Pages struct {
	Services
	texts *text.Catalogues
	seal  *sealer
}

// New makes the pages of an instance. It fails when a catalogue of texts is malformed.
func New(s Services) (*Pages, error) {
	texts, err := text.Load(s.Clock)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	seal, err := newSealer(s.Secret)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	return &Pages{Services: s, texts: texts, seal: seal}, nil
}

// access says who a route is for.
type access int

const (
	anyone     access = iota // the viewer when there is one
	signedIn                 // a user; others are asked to sign in
	privileged               // a user whose role has the route's right
)

// route is one address of the pages.
type route struct {
	method  string
	pattern string // in ServeMux form
	access  access
	right   account.Right // for privileged routes
	group   string        // rate-limit group besides that of all pages; "" none
	maxBody int64         // bytes; 0 is defaultMaxBody
	do      func(w http.ResponseWriter, r *request) error
}

// defaultMaxBody bounds the bodies of forms without files.
const defaultMaxBody = 256 << 10

// routes are all pages: one table per subject, each beside its handlers.
func (p *Pages) routes() []route {
	var all []route
	for _, table := range [][]route{
		p.homeRoutes(), p.browseRoutes(), p.searchRoutes(), p.watchRoutes(), p.embedRoutes(), p.channelRoutes(), p.accountRoutes(),
		p.aboutRoutes(), p.preferenceRoutes(),
		p.signInRoutes(), p.signUpRoutes(), p.securityRoutes(), p.publishRoutes(), p.myVideosRoutes(), p.videoEditRoutes(),
		p.videoFilesRoutes(), p.videoStatsRoutes(), p.myChannelsRoutes(), p.historyRoutes(), p.goLiveRoutes(), p.myLivesRoutes(), p.liveStudioRoutes(),
		p.liveCalendarRoutes(), p.liveWatchRoutes(), p.chatRoutes(), p.mySettingsRoutes(), p.chatDeskRoutes(), p.adminRoutes(),
	} {
		all = append(all, table...)
	}
	return all
}

// Handler serves the pages, and a "not found" page for every other address. limit wraps a handler with the rate limit of a group; nil
// limits nothing.
func (p *Pages) Handler(limit func(group string, next http.Handler) http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, rt := range p.routes() {
		var h http.Handler = p.serve(rt)
		if limit != nil && rt.group != "" {
			h = limit(rt.group, h)
		}
		mux.Handle(rt.method+" "+rt.pattern, h)
	}
	for _, moved := range moves {
		mux.Handle("GET "+moved.from, moved)
	}
	mux.Handle("/", p.serve(route{do: func(http.ResponseWriter, *request) error { return fault.New(fault.NotFound, "Page not found") }}))
	return p.sameOrigin(mux)
}

// sameOrigin refuses forms sent from other sites (Sec-Fetch-Site, or Origin), also for visitors without a session, whose choices and
// passwords of videos are cookies too.
func (p *Pages) sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(p.serve(route{do: func(http.ResponseWriter, *request) error {
		return fault.New(fault.Forbidden, "This form was sent from another site")
	}}))
	if err := guard.AddTrustedOrigin(p.Site.Origin); err != nil {
		p.Logger.Warn("forms behind a proxy that changes the host are refused", "origin", p.Site.Origin, "error", err)
	}
	return guard.Handler(next)
}

func (p *Pages) serve(rt route) http.HandlerFunc {
	if rt.maxBody == 0 {
		rt.maxBody = defaultMaxBody
	}
	return func(w http.ResponseWriter, hr *http.Request) {
		hr.Body = http.MaxBytesReader(w, hr.Body, rt.maxBody)
		r := p.request(hr)
		err := r.authorise(rt)
		if err == nil {
			err = rt.do(w, r)
		}
		if err != nil {
			r.fail(w, err)
		}
	}
}

// authorise finds who asks and whether the route is for them. Who asks is known first, so that errors speak the right language.
func (r *request) authorise(rt route) error {
	viewer, err := r.pages.Auth.ByCookie(r.Context(), r.Request)
	r.setViewer(viewer)
	switch {
	case err != nil:
		return err
	case rt.access == anyone:
		return nil
	case !viewer.IsSignedIn():
		return fault.New(fault.Unauthenticated, "Not authenticated")
	case rt.access == privileged && !viewer.Can(rt.right):
		return fault.New(fault.Forbidden, "You are not allowed to do this")
	}
	return nil
}
