package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/account/signin"
	"lucarne/channel/channeltest"
	"lucarne/http/api"
	"lucarne/http/capturetest"
	"lucarne/http/router"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/job"
	"lucarne/platform/mail"
	"lucarne/platform/picture"
	"lucarne/video/videotest"
)

// town is an instance whose people sign in, answering requests.
type town struct {
	*site
	tokens map[string]string // of users
	app    signin.Application
	signup account.SignupSettings
}

// noMail is a site that sends no mail.
type noMail struct{}

func (noMail) Enabled() bool                            { return false }
func (noMail) Send(context.Context, mail.Message) error { return errors.New("no mail") }

func (w *town) letters(t *testing.T) *account.Letters {
	t.Helper()
	jobs, err := job.New(job.Options{DB: w.DB, Clock: w.Clock, Logger: slog.New(slog.DiscardHandler), Node: "test", Queues: map[string]int{"default": 1}})
	if err != nil {
		t.Fatal(err)
	}
	return account.NewLetters(account.LetterOptions{DB: w.DB, Clock: w.Clock, Site: channeltest.Site, Jobs: jobs, Mail: noMail{}})
}

func newTown(t *testing.T, d *db.DB) *town {
	t.Helper()
	w := &town{site: &site{World: videotest.New(t, d)}, tokens: map[string]string{}, signup: account.SignupSettings{IsOpen: true, Limit: -1}}
	isVerified := true
	letters := w.letters(t)
	users := account.New(account.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Site: channeltest.Site, Keys: w.Keys, Passwords: accounttest.Hasher(t), Channels: w.Channels,
		Gallery: account.NewGallery(w.Images, picture.New(picture.Options{}), w.Clock), AdminEmail: "admin@localhost.test",
		Letters: letters,
		Settings: func() account.Settings {
			return account.Settings{
				VideoQuota: -1, VideoQuotaDaily: -1, MinPasswordLength: 6, DefaultChannelName: "Main $1 channel",
				Preferences: account.Preferences{NSFWPolicy: "do_not_list", P2PEnabled: true},
			}
		},
	})
	codes, err := signin.NewCodes(signin.CodeOptions{DB: d, Clock: w.Clock, Users: users, Site: channeltest.Site, Secret: []byte("secret")})
	if err != nil {
		t.Fatal(err)
	}
	sessions := signin.New(signin.Options{
		DB: d, Clock: w.Clock, Logger: slog.New(slog.DiscardHandler), Users: users, TwoFactor: codes, Secret: []byte("secret"), ClientIP: router.ClientIP,
	})
	w.handler = api.New(api.Services{
		Site: channeltest.Site, Auth: sessions, PageSize: func() int { return 15 }, MaxPageSize: func() int { return 100 },
		Catalogue: api.Catalogue{Channels: w.Channels, Videos: w.Videos, NSFWPolicy: func() string { return "do_not_list" }},
		People: api.People{
			Codes: codes,
			Users: users, Sessions: sessions, Letters: letters,
			Registrations: account.NewRegistrations(users, letters, func() account.SignupSettings { return w.signup }),
		},
	}).Handler(nil)
	if _, _, _, err := users.EnsureRoot(t.Context(), "root-password"); err != nil {
		t.Fatal(err)
	}
	for _, d := range []account.Draft{{Username: "alice", Role: account.Ordinary, EmailVerified: &isVerified}, {Username: "mod", Role: account.Moderator}} {
		d.Email, d.Password = d.Username+"@localhost.test", d.Username+"-password"
		if _, err := users.Add(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if w.app, err = sessions.EnsureApplication(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"root", "alice", "mod"} {
		w.tokens[name] = w.signIn(t, name, name+"-password")["access_token"].(string)
	}
	return w
}

// form sends a form to the token endpoint.
func (w *town) form(fields url.Values, headers ...string) *httptest.ResponseRecorder {
	for name, value := range map[string]string{"client_id": w.app.ID, "client_secret": w.app.Secret, "grant_type": "password"} {
		if !fields.Has(name) {
			fields.Set(name, value)
		}
	}
	r := httptest.NewRequest("POST", "/api/v1/users/token", strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return recorder
}

func (w *town) signIn(t *testing.T, name, password string) map[string]any {
	t.Helper()
	got := w.form(url.Values{"username": {name}, "password": {password}})
	var tokens map[string]any
	if err := json.Unmarshal(got.Body.Bytes(), &tokens); err != nil || got.Code != http.StatusOK {
		t.Fatalf("%s signs in: %d %s", name, got.Code, got.Body)
	}
	return tokens
}

// as sends a request with the token of a user.
func (w *town) as(name, method, path string, body any) *httptest.ResponseRecorder {
	token := w.tokens[name]
	if token == "" {
		token = name
	}
	return w.do(method, "/api/v1"+path, token, body)
}

// intended are what differs on purpose: fields versions 7 and 8 added, and the passwords we do not repeat.
var intended = append([]string{
	"nsfwFlagsDisplayed", "nsfwFlagsHidden", "nsfwFlagsWarned", "nsfwFlagsBlurred", "language", "newFeaturesInfoRead", "videoChannelCollaborations",
	"data[].nsfwFlagsDisplayed", "data[].nsfwFlagsHidden", "data[].nsfwFlagsWarned", "data[].nsfwFlagsBlurred", "data[].language",
	"data[].newFeaturesInfoRead", "docs", "invalid-params.password.value",
}, since63...)

func compare(t *testing.T, number string, got *httptest.ResponseRecorder) {
	t.Helper()
	recorded := capturetest.Load(t, number)
	if got.Code != recorded.Response.Status {
		t.Errorf("%s: got %d, want %d: %.300s", number, got.Code, recorded.Response.Status, got.Body)
		return
	}
	if recorded.Response.Body == nil {
		return
	}
	t.Run(number, func(t *testing.T) { capturetest.SameShape(t, recorded.Response.Body, got.Body.Bytes(), intended...) })
	sameWords(t, number, recorded, got)
}

// sameWords compares what clients branch on.
func sameWords(t *testing.T, number string, recorded capturetest.Capture, got *httptest.ResponseRecorder) {
	t.Helper()
	var ours map[string]any
	theirs, isObject := recorded.Response.Body.(map[string]any)
	if json.Unmarshal(got.Body.Bytes(), &ours) != nil || !isObject {
		return
	}
	for _, name := range []string{"type", "status", "code", "detail"} {
		if theirs[name] != ours[name] && number != "045" {
			t.Errorf("%s: %s is %v, want %v", number, name, ours[name], theirs[name])
		}
	}
}

func TestTokensAnswerAsRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		compare(t, "010", w.as("", "GET", "/oauth-clients/local", nil))
		password := url.Values{"username": {"root"}, "password": {"root-password"}}
		compare(t, "011", w.form(password))
		compare(t, "012", w.form(url.Values{"username": {"root"}, "password": {"wrong"}}))
		compare(t, "013", w.form(url.Values{"client_id": {"x"}, "client_secret": {"y"}, "username": {"root"}, "password": {"root-password"}}))
		compare(t, "014", w.form(url.Values{"grant_type": {"nothing"}}))
		tokens := w.signIn(t, "root", "root-password")
		compare(t, "015", w.form(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}}))
		compare(t, "016", w.form(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"nope"}}))
		tokens = w.signIn(t, "root", "root-password")
		second := tokens["access_token"].(string)
		compare(t, "018", w.as(second, "POST", "/users/revoke-token", nil))
		compare(t, "019", w.as(second, "GET", "/users/me", nil))
		compare(t, "020", w.as("root", "GET", "/users/scoped-tokens", nil))
		compare(t, "046", w.as("", "GET", "/users/me", nil))
		compare(t, "047", w.as("not-a-token", "GET", "/users/me", nil))
	})
}

func TestUsersAnswerAsRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		const alice = "/users/2"
		for _, c := range []struct {
			number, as, method, path string
			body                     any
		}{
			{"021", "root", "GET", "/users/me", nil},
			{"026", "root", "POST", "/users", map[string]any{
				"username": "carol", "email": "carol@localhost.test", "password": "carol-password", "role": 2, "videoQuota": -1, "videoQuotaDaily": -1, "channelName": "films_of_carol",
			}},
			{"027", "root", "POST", "/users", map[string]any{
				"username": "mod2", "email": "mod2@localhost.test", "password": "mod-password", "role": 1, "videoQuota": -1, "videoQuotaDaily": -1,
			}},
			{"029", "root", "POST", "/users", map[string]any{
				"username": "alice", "email": "alice2@localhost.test", "password": "alice-password", "role": 2, "videoQuota": -1, "videoQuotaDaily": -1,
			}},
			{"031", "root", "POST", "/users", map[string]any{"username": "A B", "email": "nope", "password": "x", "role": 99}},
			{"032", "root", "GET", "/users?start=0&count=10&sort=createdAt", nil},
			{"033", "root", "GET", "/users?search=ali", nil},
			{"034", "root", "GET", alice, nil},
			{"035", "root", "GET", alice + "?withStats=true", nil},
			{"036", "root", "PUT", alice, map[string]any{"videoQuota": 5000000000, "adminFlags": 0}},
			{"037", "root", "GET", "/users/autocomplete?search=al", nil},
			{"041", "alice", "GET", "/users/me", nil},
			{"042", "alice", "PUT", "/users/me", map[string]any{"displayName": "Alice A.", "description": "I make films", "nsfwPolicy": "blur", "autoPlayVideo": false}},
			{"043", "alice", "POST", "/users/me/avatar/pick", upload{name: "avatarfile", content: pngOf(100, 100)}},
			{"063", "alice", "POST", "/users/me/avatar/pick", upload{name: "avatarfile", content: "no picture"}},
			{"408", "alice", "DELETE", "/users/me/avatar", nil},
			{"044", "alice", "GET", "/users/me/video-quota-used", nil},
			{"207", "alice", "PUT", "/users/me/notification-settings", account.DefaultNotifications()},
			{"208", "alice", "PUT", "/users/me/notification-settings", map[string]any{"newVideoFromSubscription": 15}},
			{"045", "alice", "GET", "/users", nil},
			{"048", "root", "GET", "/users/99999", nil},
			{"050", "root", "GET", "/users?sort=nothing&count=-1", nil},
			{"406", "root", "DELETE", "/users/1", nil},
			{"407", "mod", "DELETE", "/users/1", nil},
			{"051", "root", "POST", alice + "/block", map[string]any{"reason": "test"}},
			{"053", "root", "POST", alice + "/unblock", nil},
		} {
			compare(t, c.number, w.as(c.as, c.method, c.path, c.body))
			if c.number == "051" {
				compare(t, "052", w.form(url.Values{"username": {"alice"}, "password": {"alice-password"}}))
			}
		}
		compare(t, "054", w.form(url.Values{"username": {"alice"}, "password": {"alice-password"}}))
	})
}

// allNews are the notification settings a client sends, with one of them set.
func allNews(name string, ways int) account.NotificationSettings {
	all := account.DefaultNotifications()
	all[name] = ways
	return all
}

func TestUsersAreChangedByTheirRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		newUser := map[string]any{"username": "eve", "email": "eve@localhost.test", "password": "eve-password", "role": 1}
		for _, c := range []struct {
			name, as, method, path string
			body                   any
			want                   int
		}{
			{"a moderator makes a moderator", "mod", "POST", "/users", newUser, 403},
			{"a user makes a user", "alice", "POST", "/users", newUser, 403},
			{"a moderator gives a role", "mod", "PUT", "/users/2", map[string]any{"role": 0}, 403},
			{"a moderator blocks an administrator", "mod", "POST", "/users/1/block", map[string]any{}, 403},
			{"a moderator changes a moderator", "mod", "PUT", "/users/3", map[string]any{"videoQuota": 5}, 403},
			{"root is blocked", "root", "POST", "/users/1/block", map[string]any{}, 400},
			{"root is demoted", "root", "PUT", "/users/1", map[string]any{"role": 2}, 400},
			{"root leaves", "root", "DELETE", "/users/me", nil, 400},
			{"a role that is none", "root", "PUT", "/users/2", map[string]any{"role": "x"}, 400},
			{"no role", "root", "POST", "/users", map[string]any{"username": "eve", "email": "eve@localhost.test", "password": "eve-password"}, 400},
			{"a reason without end", "root", "POST", "/users/2/block", map[string]any{"reason": strings.Repeat("x", 251)}, 400},
			{"a wrong password", "alice", "PUT", "/users/me", map[string]any{"password": "new-password", "currentPassword": "x"}, 401},
			{"no password", "alice", "PUT", "/users/me", map[string]any{"email": "new@localhost.test"}, 400},
			{"a policy that is none", "alice", "PUT", "/users/me", map[string]any{"nsfwPolicy": "maybe"}, 400},
			{"news that is none", "alice", "PUT", "/users/me/notification-settings", map[string]any{"weather": 1}, 400},
			{"news by mail", "alice", "PUT", "/users/me/notification-settings", allNews("newFollow", 3), 204},
			{"news of a kind that is none", "alice", "PUT", "/users/me/notification-settings", allNews("weather", 1), 400},
			{"all languages", "alice", "PUT", "/users/me", map[string]any{"videoLanguages": nil}, 204},
			{"some languages", "alice", "PUT", "/users/me", map[string]any{"videoLanguages": []string{"fr", "_unknown"}}, 204},
			{"a new feature", "alice", "POST", "/users/me/new-feature-info/read", map[string]any{"feature": 1}, 204},
			{"a new feed token", "alice", "POST", "/users/scoped-tokens", nil, 200},
			{"somebody's sessions", "alice", "GET", "/users/1/token-sessions", nil, 403},
			{"a name without search", "alice", "GET", "/users/autocomplete", nil, 400},
			{"alice leaves", "alice", "DELETE", "/users/me", nil, 204},
			{"alice is gone", "alice", "GET", "/users/me", nil, 401},
			{"her account too", "root", "GET", "/users/2", nil, 404},
		} {
			if got := w.as(c.as, c.method, c.path, c.body); got.Code != c.want {
				t.Errorf("%s: got %d, want %d: %.300s", c.name, got.Code, c.want, got.Body)
			}
		}
	})
}

func TestTokenEndpointStandsBadInput(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		long := strings.Repeat("x", 10_000)
		for name, fields := range map[string]url.Values{
			"bytes that are no text": {"username": {"\xff"}, "password": {"x"}},
			"a zero byte":            {"username": {"a\x00b"}, "password": {"x"}},
			"a long name":            {"username": {long}, "password": {"x"}},
			"a long password":        {"username": {"alice"}, "password": {long}},
			"a name twice":           {"username": {"alice", "root"}, "password": {"x"}},
			"a long refresh token":   {"grant_type": {"refresh_token"}, "refresh_token": {long}},
			"no client":              {"client_id": {""}, "client_secret": {""}},
			"nothing":                {},
		} {
			if got := w.form(fields); got.Code != http.StatusBadRequest {
				t.Errorf("%s: got %d %s", name, got.Code, got.Body)
			}
		}
		if got := w.as(long, "GET", "/users/me", nil); got.Code != http.StatusUnauthorized {
			t.Errorf("a long token: got %d", got.Code)
		}
	})
}

func TestTokenSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.Clock.Advance(2 * time.Minute)
		second := w.signIn(t, "alice", "alice-password")["access_token"].(string)
		var list struct {
			Total int
			Data  []map[string]any
		}
		got := w.as(second, "GET", "/users/2/token-sessions", nil)
		if err := json.Unmarshal(got.Body.Bytes(), &list); err != nil || list.Total != 2 || list.Data[0]["currentSession"] != true || list.Data[1]["currentSession"] != false {
			t.Fatalf("got %s", got.Body)
		}
		for name := range map[string]bool{"loginDevice": true, "loginIP": true, "loginDate": true, "lastActivityDate": true, "lastActivityIP": true, "createdAt": true} {
			if _, isText := list.Data[0][name].(string); !isText {
				t.Errorf("%s is %v", name, list.Data[0][name])
			}
		}
		id, err := json.Marshal(list.Data[1]["id"])
		if err != nil {
			t.Fatal(err)
		}
		if got := w.as(second, "POST", "/users/2/token-sessions/"+string(id)+"/revoke", nil); got.Code != http.StatusNoContent {
			t.Errorf("revoke: %d %s", got.Code, got.Body)
		}
		if got := w.as("alice", "GET", "/users/me", nil); got.Code != http.StatusUnauthorized {
			t.Errorf("the revoked session still opens: %d", got.Code)
		}
	})
}
