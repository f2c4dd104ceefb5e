// Package livechat answers at the addresses of PeerTube's livechat plugin, so that the links, programs and other sites that know it find
// the chats of this one. It translates; chat decides.
package livechat

import (
	"context"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/chat"
	"lucarne/chat/token"
	"lucarne/platform/fault"
	"lucarne/video"
)

// Prefix is where the plugin lives, with or without a version after it; PagePath is where its pages of rooms were, within those of the site.
const (
	Prefix   = "/plugins/livechat"
	PagePath = "/p/livechat/room"
)

// Authenticator tells who asks.
type Authenticator interface {
	// Viewer reads the access token or, without one, the session cookie; requests that change something by cookie need its CSRF token.
	Viewer(ctx context.Context, r *http.Request) (account.Viewer, error)
}

// Options set up the surface.
type Options struct {
	Site     account.Site
	Auth     Authenticator
	Rooms    *chat.Rooms
	Tokens   *token.Tokens
	Videos   *video.Videos
	Channels *channel.Channels
	// RoomPage is the address of the page of a room on this site, RoomFrame that of one for frames of other sites.
	RoomPage, RoomFrame func(room string) string
	// ServerInfo is what other sites are told of this one's chat server; nil where it is not told.
	ServerInfo func() any
	// BOSH, WebSocket and ServerWebSocket carry XMPP. What is nil is not found.
	BOSH, WebSocket, ServerWebSocket http.Handler
	// Limit wraps a handler with the rate limit of a group; nil limits nothing.
	Limit func(group string, next http.Handler) http.Handler
}

// surface is the plugin's routes. All of its nested routers are one: what answers at the root answers below each of their names too.
type surface struct {
	o      Options
	domain string // the host without its port
	routes *http.ServeMux
}

// New serves everything below Prefix, and PagePath.
func New(o Options) http.Handler {
	domain, _, _ := strings.Cut(o.Site.Host, ":")
	s := &surface{o: o, domain: domain, routes: http.NewServeMux()}
	for _, rt := range s.table() {
		s.routes.Handle(rt.method+" "+rt.pattern, s.serve(rt))
	}
	var flat http.Handler = s.routes
	if o.Limit != nil {
		flat = o.Limit("plugins", flat)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.dispatch(w, r, flat) })
}

// dispatch finds what an address is for: the transports of XMPP know theirs as they are asked for, the rest is one flat router.
func (s *surface) dispatch(w http.ResponseWriter, r *http.Request, flat http.Handler) {
	place, rest := split(r.URL.Path)
	var h http.Handler
	switch {
	case r.URL.Path == PagePath:
		h = http.HandlerFunc(s.roomPage)
	case place == "ws" && rest == "/xmpp-websocket":
		h = s.o.WebSocket
	case place == "ws" && rest == "/xmpp-websocket-s2s":
		h = s.o.ServerWebSocket
	case place == "router" && rest == "/http-bind":
		h = s.o.BOSH
	case place == "router" && rest == path.Clean(rest): // ServeMux would redirect to an address that lacks our prefix
		h = flat
		r = r.Clone(r.Context())
		r.URL.Path, r.URL.RawPath = rest, ""
	}
	if h == nil {
		notFound(w, r)
		return
	}
	h.ServeHTTP(w, r)
}

var version = regexp.MustCompile(`^[0-9][0-9A-Za-z.-]{0,40}$`)

// nested are the names of the routers that are one.
var nested = []string{"/webchat/", "/settings/", "/api/", "/oidc/"}

// split cuts an address below Prefix into the part of the plugin it names, "router" or "ws", and what stands behind it without the names
// of nested routers; "" for addresses that name neither.
func split(address string) (place, rest string) {
	place, rest, _ = strings.Cut(strings.TrimPrefix(strings.TrimPrefix(address, Prefix), "/"), "/")
	if version.MatchString(place) {
		place, rest, _ = strings.Cut(rest, "/")
	}
	rest = "/" + rest
	if place == "router" {
		rest = unnest(rest)
	}
	return place, rest
}

func unnest(address string) string {
	for {
		i := slices.IndexFunc(nested, func(name string) bool { return strings.HasPrefix(address, name) })
		if i < 0 {
			return address
		}
		address = address[len(nested[i])-1:]
	}
}

func (s *surface) roomJID(name string) string { return name + "@room." + s.domain }

func (s *surface) address(path string) string { return s.o.Site.Origin + Prefix + path }

// socketAddress is the address of a web socket.
func (s *surface) socketAddress(path string) string {
	return "ws" + strings.TrimPrefix(s.o.Site.Origin, "http") + Prefix + path
}

// channelOf is the channel of this site that the path names.
func (s *surface) channelOf(r *request) (channel.Channel, error) {
	id, err := r.number("id")
	if err != nil {
		return channel.Channel{}, err
	}
	found, err := s.o.Channels.Get(r.Context(), channel.ID(id))
	if err == nil && !found.Actor.IsLocal() {
		err = fault.New(fault.NotFound, "Video channel not found")
	}
	return found, err
}
