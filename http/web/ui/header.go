package ui

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"
)

// signInURL leads to the sign-in page and back.
func signInURL(p Page) templ.SafeURL {
	return templ.SafeURL("/login?next=" + url.QueryEscape(p.next()))
}

func isTwitter(name string) bool { return strings.HasPrefix(name, "twitter:") }
