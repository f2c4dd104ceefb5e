package config

// CSP is accepted so that PeerTube's files load; the pages always have a Content-Security-Policy.
type CSP struct {
	Enabled    bool   `key:"enabled" default:"false" doc:"Send a Content-Security-Policy with the pages."`
	ReportOnly bool   `key:"report_only" default:"true" doc:"Only report what the policy would stop."`
	ReportURI  string `key:"report_uri" null:"yes" check:"url=http|https" doc:"Address browsers report to."`
}

// Security is further headers.
type Security struct {
	Frameguard      Switch `key:"frameguard" set:"enabled=true" doc:"Forbid other sites to frame the pages, embeds excepted"`
	PoweredByHeader Switch `key:"powered_by_header" set:"enabled=true" doc:"Name the software in the x-powered-by header"`
}
