package web

import (
	"net/url"
	"strings"
)

// Who may put a page into a frame.
const (
	closedToFrames = "'none'"
	openToFrames   = "*"
)

// policy is the Content-Security-Policy of a page: scripts by nonce (and what those load), everything else from here, save the media
// that lie in a bucket. Inline style attributes are allowed: players and progress bars are drawn with them.
func (r *request) policy(framedBy string) string {
	media := mediaOrigins(append(r.origins, r.settings.MediaOrigins...))
	socket := "ws" + strings.TrimPrefix(r.pages.Site.Origin, "http")
	return "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors " + framedBy +
		"; script-src 'nonce-" + r.nonce + "' 'strict-dynamic' 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; manifest-src 'self'; frame-src 'self'" +
		"; worker-src 'self' blob:; img-src 'self' data: blob:" + media + "; media-src 'self' blob:" + media + "; connect-src 'self' " + socket + media
}

func mediaOrigins(configured []string) string {
	var list strings.Builder
	for _, one := range configured {
		if u, err := url.Parse(one); err == nil && u.Host != "" {
			list.WriteString(" " + u.Scheme + "://" + u.Host)
		}
	}
	return list.String()
}
