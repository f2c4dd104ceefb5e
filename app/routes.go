package app

import (
	"net/http"
	"strings"

	"lucarne/http/api"
	"lucarne/http/feed"
	"lucarne/http/files"
	"lucarne/http/realtime"
	"lucarne/http/router"
	"lucarne/http/tracker"
	"lucarne/http/web/ui"
	"lucarne/http/whip"
	"lucarne/platform/config"
)

// handler puts the surfaces together behind what every request goes through.
func (s *Site) handler() (http.Handler, error) {
	if err := ui.CheckAssets(); err != nil {
		s.logger.Warn("the pages have no styles or scripts", "error", err)
	}
	cfg := s.config()
	proxies, err := router.ParseProxies(cfg.TrustProxy)
	if err != nil {
		return nil, err
	}
	limiter := router.NewLimiter(s.clock, func(group string) router.Rate { return rateOf(s.config().RatesLimit, group) })
	h, err := s.surfaces(limiter.Limit)
	if err != nil {
		return nil, err
	}
	h = router.Compress(router.TextPaths(h))
	h = router.Secure(router.SecurityOptions{PoweredBy: cfg.Security.PoweredByHeader.Enabled, FrameGuard: cfg.Security.Frameguard.Enabled}, h)
	h = router.Log(router.LogOptions{
		Logger:   s.logger,
		Requests: func() bool { return s.config().Log.LogHTTPRequests }, Pings: func() bool { return s.config().Log.LogPingRequests },
		AnonymizeIP: func() bool { return s.config().Log.AnonymizeIP },
	}, h)
	return router.FromProxies(proxies, h), nil
}

type limit = func(group string, next http.Handler) http.Handler

// surfaces routes by the beginning of the path; the pages take what nobody else does.
func (s *Site) surfaces(limited limit) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.Handle(api.Prefix+"/", router.CORS(api.New(s.apiServices()).Handler(limited)))
	bytes := router.CORS(files.New(s.fileOptions()).Handler(limited))
	for _, prefix := range []string{"/static/", "/lazy-static/", "/download/"} {
		mux.Handle(prefix, bytes)
	}
	documents := feed.New(s.feedOptions())
	served := documents.Handler(limited)
	for _, pattern := range documents.Patterns() {
		mux.Handle(pattern, served)
	}
	mux.Handle(realtime.Path, router.CORS(s.realtime))
	shared := router.CORS(s.tracker.Handler())
	for _, path := range []string{tracker.SocketPath, tracker.AnnouncePath, tracker.ScrapePath} {
		mux.Handle(path, shared)
	}
	if s.whip != nil {
		encoders := whip.New(s.whip, limited)
		mux.Handle(whip.Path, encoders)
		mux.Handle(whip.Path+"/", encoders)
	}
	if s.xmpp != nil {
		s.handleChats(mux, limited)
	}
	mux.Handle(ui.AssetPath, ui.Assets())
	pages, err := s.pages(limited)
	if err != nil {
		return nil, err
	}
	mux.Handle("/", limited("client", landing(pages, func() string { return s.config().Instance.DefaultClientRoute })))
	return mux, nil
}

// landing leads from the root to the page administrators chose.
func landing(pages http.Handler, route func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if chosen := route(); r.URL.Path == "/" && !isHome(chosen) {
			http.Redirect(w, r, chosen, http.StatusFound)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// isHome reports whether a route of the configuration is the home page; the default is, as nobody chose it.
func isHome(route string) bool {
	path, _, _ := strings.Cut(route, "?")
	return route == "/videos/browse" || path == "/home" || path == "/"
}

// rateOf is the limit of a group of routes; an unknown group has none.
func rateOf(r config.RatesLimit, group string) router.Rate {
	limits := map[string]config.RateLimit{
		"api": r.API, "login": r.Login, "signup": r.Signup, "ask_send_email": r.AskSendEmail, "receive_client_log": r.ReceiveClientLog,
		"plugins": r.Plugins, "well_known": r.WellKnown, "feeds": r.Feeds, "activity_pub": r.ActivityPub, "client": r.Client,
		"download_generate_video": r.DownloadGenerateVideo,
	}
	one := limits[group]
	return router.Rate{Window: one.Window.Std(), Max: one.Max}
}
