// Package api is the REST API, in the shapes of PeerTube's: it decodes, calls one subject, and encodes.
package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"lucarne/account"
	"lucarne/account/signin"
	"lucarne/http/router"
	"lucarne/platform/fault"
)

// Prefix is where the API lives.
const Prefix = "/api/v1"

// API answers everything below Prefix. Services are the subjects it speaks for.
type API struct {
	Services
	answers *answers
}

// Authenticator turns credentials into who asks.
type Authenticator interface {
	// ByToken finds the user of an access token. An unknown or expired token is fault.Unauthenticated with code "invalid_token".
	ByToken(ctx context.Context, token string, client Client) (account.Viewer, error)
	// ByCookie finds the user of a page's session cookie. For requests that change something the CSRF token is checked too.
	ByCookie(ctx context.Context, r *http.Request) (account.Viewer, error)
}

// Client is where a request comes from, as sessions remember it.
type Client = signin.Client

// New makes the API of the given services.
func New(services Services) *API { return &API{Services: services, answers: newAnswers()} }

// access says who a route is for.
type access int

const (
	anyone     access = iota // credentials are not looked at
	optional                 // a viewer when there are credentials; wrong ones are refused
	signedIn                 // a user, or 401
	privileged               // a user whose role has the route's right, or 403
)

// route is one operation of the API.
type route struct {
	method    string
	pattern   string // below Prefix, in ServeMux form
	operation string // operationId of the OpenAPI document, "" where it has none
	access    access
	right     account.Right // for privileged routes
	group     string        // rate-limit group; "" is "api"
	maxBody   int64         // bytes; 0 is defaultMaxBody, negative is unlimited (the handler limits it)
	do        func(w http.ResponseWriter, r *request) error
}

// defaultMaxBody bounds bodies that hold fields only.
const defaultMaxBody = 1 << 20

// Handler serves the API. limit wraps a handler with the rate limit of a group; nil limits nothing.
func (a *API) Handler(limit func(group string, next http.Handler) http.Handler) http.Handler {
	others, lives := http.NewServeMux(), http.NewServeMux()
	for _, rt := range a.routes() {
		var h http.Handler = a.serve(rt)
		if limit != nil {
			h = limit(groupOf(rt), h)
		}
		mux := others
		if strings.HasPrefix(rt.pattern, livePrefix) {
			mux = lives
		}
		mux.Handle(rt.method+" "+Prefix+rt.pattern, h)
	}
	others.HandleFunc(Prefix+"/", router.UnknownOperation)
	lives.HandleFunc(Prefix+"/", router.UnknownOperation)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, Prefix+livePrefix) {
			lives.ServeHTTP(w, r)
			return
		}
		others.ServeHTTP(w, r)
	})
}

// livePrefix begins the paths of lives. They have a table of their own: /videos/live/{id} and /videos/{id}/source are both as good a match
// for /videos/live/source, which ServeMux refuses.
const livePrefix = "/videos/live/"

func groupOf(rt route) string {
	if rt.group == "" {
		return "api"
	}
	return rt.group
}

// Operations lists "METHOD pattern operationId" of everything that answers, for the documentation and its tests.
func (a *API) Operations() []string {
	var list []string
	for _, rt := range a.routes() {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s", rt.method, Prefix+rt.pattern, rt.operation)))
	}
	return list
}

func (a *API) serve(rt route) http.HandlerFunc {
	if rt.maxBody == 0 {
		rt.maxBody = defaultMaxBody
	}
	return func(w http.ResponseWriter, hr *http.Request) {
		if rt.maxBody > 0 {
			hr.Body = http.MaxBytesReader(w, hr.Body, rt.maxBody)
		}
		r := &request{Request: hr, api: a}
		err := a.authorise(r, rt)
		if err == nil {
			err = rt.do(w, r)
		}
		if err != nil {
			router.WriteProblem(w, hr, err, rt.operation)
		}
	}
}

// authorise finds who asks and whether the route is for them.
func (a *API) authorise(r *request, rt route) error {
	if rt.access == anyone {
		return nil
	}
	viewer, err := a.viewer(r.Request)
	if err != nil {
		return err
	}
	r.viewer = viewer
	switch {
	case rt.access == optional:
		return nil
	case !viewer.IsSignedIn():
		return fault.New(fault.Unauthenticated, "Token is invalid").WithCode("unauthorized_request")
	case rt.access == privileged && !viewer.Can(rt.right):
		return fault.New(fault.Forbidden, "You are not allowed to do this")
	}
	return nil
}

func (a *API) viewer(r *http.Request) (account.Viewer, error) {
	if token, ok := signin.Bearer(r); ok {
		return a.Auth.ByToken(r.Context(), token, clientOf(r))
	}
	return a.Auth.ByCookie(r.Context(), r)
}

func clientOf(r *http.Request) Client {
	return Client{IP: router.ClientIP(r), Device: r.UserAgent()}
}
