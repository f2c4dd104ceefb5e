package livechat

import (
	"encoding/json"
	"net/http"
	"strconv"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/http/router"
	"lucarne/platform/fault"
)

// access says who a route is for.
type access int

const (
	anyone   access = iota // credentials are not looked at
	optional               // a viewer when there are credentials
	signedIn               // others get 403, as the plugin answers
	staff                  // moderators and administrators of the site
	admins
)

// rights are what a role needs for a route.
var rights = map[access]account.Right{staff: account.ManageModeration, admins: account.ManageConfiguration}

// maxBody bounds what is sent but for pictures: lists of words are the longest.
const maxBody = 1 << 20

type route struct {
	method  string
	pattern string
	access  access
	maxBody int64 // bytes
	do      func(w http.ResponseWriter, r *request) error
}

type request struct {
	*http.Request
	viewer account.Viewer
}

func (s *surface) table() []route {
	const (
		one    = "/configuration/channel/{id}"
		emojis = "/configuration/channel/emojis/{id}"
	)
	return []route{
		{"GET", "/ping", anyone, 0, s.ping},
		{"GET", "/room/{key}", anyone, 0, s.roomFrame},
		{"GET", "/prosody-list-rooms", admins, 0, s.rooms},
		{"GET", "/configuration/room/{key}", optional, 0, s.roomParameters},
		{"GET", one, signedIn, 0, s.configuration},
		{"POST", one, signedIn, maxBody, s.configure},
		{"GET", emojis, signedIn, 0, s.emojis},
		{"POST", emojis, signedIn, chat.MaxEmojiFile, s.setEmojis},
		{"POST", emojis + "/enable_emoji_only", signedIn, 0, s.emojiOnly},
		{"GET", "/emojis/channel/{id}/definition", anyone, 0, s.emojiDefinition},
		{"GET", "/emojis/channel/{id}/files/{file}", anyone, 0, s.emojiFile},
		{"GET", "/auth", signedIn, 0, s.auth},
		{"GET", "/auth/tokens", signedIn, 0, s.tokens},
		{"POST", "/auth/tokens", signedIn, maxBody, s.makeToken},
		{"DELETE", "/auth/tokens/{id}", signedIn, 0, s.revokeToken},
		{"PUT", "/promote/{key}", staff, 0, s.promote},
		{"GET", "/federation_server_infos", anyone, 0, s.serverInfo},
	}
}

// serve answers a route; errors are problem documents.
func (s *surface) serve(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, hr *http.Request) {
		hr.Body = http.MaxBytesReader(w, hr.Body, rt.maxBody)
		w.Header().Set("Cache-Control", "no-store")
		r := &request{Request: hr}
		err := s.authorise(r, rt.access)
		if err == nil {
			err = rt.do(w, r)
		}
		if err != nil {
			router.WriteProblem(w, hr, err, "")
		}
	}
}

func (s *surface) authorise(r *request, a access) (err error) {
	if a == anyone {
		return nil
	}
	if r.viewer, err = s.o.Auth.Viewer(r.Context(), r.Request); err != nil {
		return err
	}
	right, isPrivileged := rights[a]
	switch {
	case a == optional:
		return nil
	case !r.viewer.IsSignedIn():
		return fault.New(fault.Forbidden, "Sign in first")
	case isPrivileged && !r.viewer.Can(right):
		return fault.New(fault.Forbidden, "You are not allowed to do this")
	}
	return nil
}

// number reads a path value that is a positive number.
func (r *request) number(name string) (int64, error) {
	text := r.PathValue(name)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.InvalidParams([]fault.Param{{Name: name, Value: text, Message: "Should be a number", Location: "params"}})
	}
	return n, nil
}

func answer(w http.ResponseWriter, r *request, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return router.WriteBody(w, r.Request, "application/json; charset=utf-8", body)
}

func notFound(w http.ResponseWriter, r *http.Request) {
	router.WriteProblem(w, r, fault.New(fault.NotFound, "There is nothing at this address"), "")
}

func (s *surface) ping(w http.ResponseWriter, r *request) error {
	return answer(w, r, map[string]string{"message": "pong"})
}

// serverInfo is what other sites ask for before they let our server join their rooms.
func (s *surface) serverInfo(w http.ResponseWriter, r *request) error {
	if s.o.ServerInfo != nil {
		if info := s.o.ServerInfo(); info != nil {
			return answer(w, r, info)
		}
	}
	return fault.New(fault.NotFound, "The chats of this site are not open to other sites")
}
