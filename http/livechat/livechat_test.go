package livechat_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lucarne/http/livechat"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

func TestEveryRouteAnswersAtTheRootAndBelowTheNestedRouters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for _, tt := range []struct {
		name, path string
		status     int
	}{
		{"root", "/router/ping", http.StatusOK},
		{"a version", "/14.0.4/router/ping", http.StatusOK},
		{"a version with a suffix", "/14.1.0-rc.2/router/api/ping", http.StatusOK},
		{"below webchat", "/router/webchat/ping", http.StatusOK},
		{"below settings", "/router/settings/ping", http.StatusOK},
		{"below api", "/router/api/ping", http.StatusOK},
		{"below oidc", "/router/oidc/ping", http.StatusOK},
		{"below several", "/router/webchat/api/ping", http.StatusOK},
		{"transport", "/router/http-bind", http.StatusOK},
		{"transport, nested", "/13.0.0/router/webchat/http-bind", http.StatusOK},
		{"not a version", "/latest/router/ping", http.StatusNotFound},
		{"no router", "/ping", http.StatusNotFound},
		{"another router", "/router/webchats/ping", http.StatusNotFound},
		{"the prefix alone", "", http.StatusNotFound},
		{"the router alone", "/router", http.StatusNotFound},
		{"another method", "/router/promote/x", http.StatusMethodNotAllowed},
		{"a route that is not served", "/router/api/admin/firewall", http.StatusNotFound},
		{"passwords of others", "/router/api/user/check_password?user=alice&pass=x", http.StatusNotFound},
		{"an identity provider", "/router/oidc/google/connect", http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := w.do("GET", tt.path, "", ""); got.Code != tt.status {
				t.Errorf("got %d %s, want %d", got.Code, got.Body, tt.status)
			}
		})
	}
}

func TestTransportsKeepTheirAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for path, want := range map[string]string{
		"/ws/xmpp-websocket":            "socket /plugins/livechat/ws/xmpp-websocket",
		"/14.0.4/ws/xmpp-websocket":     "socket /plugins/livechat/14.0.4/ws/xmpp-websocket",
		"/14.0.4/ws/xmpp-websocket-s2s": "server socket /plugins/livechat/14.0.4/ws/xmpp-websocket-s2s",
		"/router/http-bind":             "bosh /plugins/livechat/router/http-bind",
	} {
		if got := w.do("GET", path, "", "").Body.String(); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestAClientLearnsHowToJoinARoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	id := w.film.UUID.String()
	var got map[string]any
	w.get(t, "/14.0.4/router/api/configuration/room/"+id, "", &got)
	for name, want := range map[string]any{
		"peertubeVideoUUID": id, "peertubeVideoOriginalUrl": w.film.URL, "isRemoteChat": false, "localAnonymousJID": "anon.localhost",
		"remoteAnonymousJID": nil, "remoteAnonymousXMPPServer": false, "remoteAuthenticatedXMPPServer": false, "room": id + "@room.localhost",
		"localBoshServiceUrl":       "http://localhost:9100/plugins/livechat/router/http-bind",
		"localWebsocketServiceUrl":  "ws://localhost:9100/plugins/livechat/ws/xmpp-websocket",
		"remoteBoshServiceUrl":      nil,
		"remoteWebsocketServiceUrl": nil, "authenticationUrl": "http://localhost:9100/plugins/livechat/router/api/auth", "autoViewerMode": true,
		"forceReadonly": false, "transparent": false, "theme": "peertube",
	} {
		if value, there := got[name]; !there || value != want {
			t.Errorf("%s: got %v (there: %v), want %v", name, value, there, want)
		}
	}
	w.get(t, "/router/configuration/room/"+w.film.ShortUUID()+"?_readonly=noscroll&_transparent=true", "bob", &got)
	if got["forceReadonly"] != "noscroll" || got["transparent"] != true || got["autoViewerMode"] != false || got["room"] != id+"@room.localhost" {
		t.Errorf("a signed-in overlay: got %v", got)
	}
}

func TestWhoMayNotSeeAVideoLearnsNothingOfItsRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	private := w.Video(t, w.users["alice"], func(d *video.Draft) { d.Privacy = video.Private })
	none := w.Video(t, w.users["alice"], nil)
	if err := w.rooms.SetOnVideo(t.Context(), w.users["alice"], none.UUID, false); err != nil {
		t.Fatal(err)
	}
	at := "/router/api/configuration/room/"
	for _, tt := range []struct {
		name, room, as string
		status         int
	}{
		{"a private video", private.UUID.String(), "", http.StatusUnauthorized},
		{"a private video of somebody else", private.UUID.String(), "bob", http.StatusForbidden},
		{"a private video of one's own", private.UUID.String(), "alice", http.StatusOK},
		{"no chat", none.UUID.String(), "alice", http.StatusNotFound},
		{"no such video", "00000000-0000-4000-8000-000000000000", "", http.StatusNotFound},
		{"a channel without a room", "channel.1", "", http.StatusNotFound},
		{"nonsense", "..%2f..", "", http.StatusNotFound},
		{"a wrong token", w.film.UUID.String(), "nobody", http.StatusUnauthorized},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.do("GET", at+tt.room, tt.as, ""); got.Code != tt.status {
				t.Errorf("got %d %s, want %d", got.Code, got.Body, tt.status)
			}
		})
	}
	w.site.HideFromAnonymous = true
	if got := w.do("GET", at+w.film.UUID.String(), "", ""); got.Code != http.StatusForbidden {
		t.Errorf("a visitor where visitors have no chat: got %d", got.Code)
	}
	var got map[string]any
	w.get(t, at+w.film.UUID.String(), "bob", &got)
	if _, there := got["localAnonymousJID"]; there {
		t.Errorf("got an address for visitors where they have no chat: %v", got)
	}
}

func TestOldLinksLeadToThePageOfTheRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for path, want := range map[string]string{
		"/router/webchat/room/abc-1":                                         "/chat/abc-1/embed",
		"/12.0.3/router/webchat/room/channel.7?_readonly=true&_ac_link=%23f": "/chat/channel.7/embed?_readonly=true&_ac_link=%23f&readonly=1",
		"/router/webchat/room/abc-1?_readonly=noscroll":                      "/chat/abc-1/embed?_readonly=noscroll&readonly=1",
		"/router/room/abc-1?_transparent=true":                               "/chat/abc-1/embed?_transparent=true&transparent=1",
	} {
		got := w.do("GET", path, "", "")
		if got.Code != http.StatusFound || got.Header().Get("Location") != want {
			t.Errorf("%s: got %d %s, want %s", path, got.Code, got.Header().Get("Location"), want)
		}
	}
	for address, want := range map[string]string{"?room=abc-1": "/chat/abc-1", "?room=channel.7": "/chat/channel.7", "?room=//evil.example": "", "": ""} {
		recorder := httptest.NewRecorder()
		w.handler.ServeHTTP(recorder, httptest.NewRequest("GET", livechat.PagePath+address, nil))
		if got := recorder.Header().Get("Location"); got != want || want == "" && recorder.Code != http.StatusNotFound {
			t.Errorf("%s: got %d to %q, want %q", address, recorder.Code, got, want)
		}
	}
	if got := w.do("GET", "/router/webchat/room/%2f%2fevil.example", "", ""); got.Code != http.StatusNotFound {
		t.Errorf("an address in place of a room: got %d to %s", got.Code, got.Header().Get("Location"))
	}
}

func TestModeratorsOfTheSiteNeedNoPromotion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	for as, want := range map[string]int{
		"": http.StatusForbidden, "bob": http.StatusForbidden, "alice": http.StatusForbidden, "mod": http.StatusOK, "root": http.StatusOK,
	} {
		if got := w.do("PUT", "/router/api/promote/"+w.film.UUID.String(), as, ""); got.Code != want {
			t.Errorf("%q: got %d %s, want %d", as, got.Code, got.Body, want)
		}
	}
	if got := w.do("PUT", "/router/api/promote/channel.99", "root", ""); got.Code != http.StatusNotFound {
		t.Errorf("no such room: got %d", got.Code)
	}
}

func TestOtherSitesAreToldOfTheServerWhereItIsPublished(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	const path = "/router/api/federation_server_infos"
	if got := w.do("GET", path, "", ""); got.Code != http.StatusNotFound {
		t.Errorf("not published: got %d", got.Code)
	}
	w.info = map[string]string{"host": "localhost"}
	if got := w.do("GET", path, "", ""); got.Code != http.StatusOK || strings.TrimSpace(got.Body.String()) != `{"host":"localhost"}` {
		t.Errorf("published: got %d %s", got.Code, got.Body)
	}
}

func TestAdministratorsListTheRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	if _, err := w.rooms.Find(t.Context(), w.film.UUID.String(), video.Access{}); err != nil {
		t.Fatal(err)
	}
	const path = "/router/webchat/prosody-list-rooms"
	for as, want := range map[string]int{"": http.StatusForbidden, "alice": http.StatusForbidden, "mod": http.StatusForbidden} {
		if got := w.do("GET", path, as, ""); got.Code != want {
			t.Errorf("%q: got %d, want %d", as, got.Code, want)
		}
	}
	var got struct {
		OK    bool
		Rooms []struct {
			JID, Localpart, Name string
			Channel              struct{ Name string }
		}
	}
	w.get(t, path, "root", &got)
	id := w.film.UUID.String()
	if !got.OK || len(got.Rooms) != 1 || got.Rooms[0].JID != id+"@room.localhost" || got.Rooms[0].Localpart != id || got.Rooms[0].Name != w.film.Name ||
		got.Rooms[0].Channel.Name != "alice_channel" {
		t.Errorf("got %+v", got)
	}
}
