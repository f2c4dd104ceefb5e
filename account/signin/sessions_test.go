package signin_test

import (
	"context"
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
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

type world struct {
	*accounttest.World
	sessions *signin.Sessions
	app      signin.Application
	codes    map[account.UserID]string
}

func (w *world) Check(_ context.Context, user account.UserID, code string) (bool, error) {
	return w.codes[user] == code, nil
}

var phone = signin.Client{IP: "192.0.2.1", Device: "Phone"}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: accounttest.New(t, d), codes: map[account.UserID]string{}}
	w.sessions = signin.New(signin.Options{
		DB: d, Clock: w.Clock, Logger: slog.New(slog.DiscardHandler), Users: w.Users, TwoFactor: w, Secret: []byte("secret"),
		ClientIP: func(*http.Request) string { return "192.0.2.7" },
	})
	var err error
	if w.app, err = w.sessions.EnsureApplication(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) signIn(t *testing.T, login, password string) signin.Tokens {
	t.Helper()
	tokens, err := w.sessions.PasswordGrant(t.Context(), w.app, signin.Credentials{Login: login, Password: password}, phone)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// open tells whether a token lets somebody in, and whom.
func (w *world) open(t *testing.T, token string) string {
	t.Helper()
	viewer, err := w.sessions.ByToken(t.Context(), token, phone)
	if fault.Is(err, fault.Unauthenticated) {
		return "nobody"
	}
	if err != nil {
		t.Fatal(err)
	}
	return viewer.User.Username
}

func codeOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func TestApplicationIsMadeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		again, err := newWorld(t, d).sessions.EnsureApplication(t.Context())
		if err != nil || again != w.app {
			t.Errorf("got %+v, %v, want %+v", again, err, w.app)
		}
		if _, err := w.sessions.CheckApplication(t.Context(), w.app.ID, "x"); codeOf(err) != "invalid_client" {
			t.Errorf("wrong secret: got %v", err)
		}
	})
}

func TestPasswordGrantRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.User(t, "alice", account.Ordinary)
		mallory := w.User(t, "mallory", account.Ordinary).User
		careful := w.User(t, "careful", account.Ordinary).User
		exec(t, d, "UPDATE users SET blocked = TRUE WHERE id = ?", mallory.ID)
		exec(t, d, "UPDATE users SET otp_secret = 'sealed' WHERE id = ?", careful.ID)
		w.codes[careful.ID] = "123456"
		for _, c := range []struct {
			name        string
			credentials signin.Credentials
			code        string
			kind        fault.Kind
		}{
			{"wrong password", signin.Credentials{Login: "alice", Password: "x"}, "invalid_grant", fault.Invalid},
			{"unknown", signin.Credentials{Login: "nobody", Password: "x"}, "invalid_grant", fault.Invalid},
			{"nothing", signin.Credentials{}, "invalid_grant", fault.Invalid},
			{"blocked", signin.Credentials{Login: "mallory", Password: "mallory-password"}, "access_denied", fault.Invalid},
			{"no code", signin.Credentials{Login: "careful", Password: "careful-password"}, "missing_two_factor", fault.Unauthenticated},
			{"wrong code", signin.Credentials{Login: "careful", Password: "careful-password", Code: "000000"}, "invalid_two_factor", fault.Invalid},
		} {
			_, err := w.sessions.PasswordGrant(t.Context(), w.app, c.credentials, phone)
			if codeOf(err) != c.code || !fault.Is(err, c.kind) {
				t.Errorf("%s: got %v, want %s", c.name, err, c.code)
			}
		}
		right := signin.Credentials{Login: "careful", Password: "careful-password", Code: "123456"}
		if _, err := w.sessions.PasswordGrant(t.Context(), w.app, right, phone); err != nil {
			t.Errorf("right code: %v", err)
		}
	})
}

func exec(t *testing.T, d *db.DB, text string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), d, text, args...); err != nil {
		t.Fatal(err)
	}
}

func TestLongestPasswordOpens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary).User
		longest := strings.Repeat("🎬", 255)
		if err := w.Users.SetPassword(t.Context(), alice.ID, longest); err != nil {
			t.Fatal(err)
		}
		if who := w.open(t, w.signIn(t, "alice", longest).Access); who != "alice" {
			t.Errorf("it opens for %s", who)
		}
	})
}

func TestTokensEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary).User
		for _, c := range []struct {
			name string
			end  func(signin.Tokens) error
		}{
			{"by revocation", func(s signin.Tokens) error { return w.sessions.RevokeToken(t.Context(), s.Access) }},
			{"by a new password", func(signin.Tokens) error { return w.Users.SetPassword(t.Context(), alice.ID, "alice-password") }},
			{"by refreshing", func(s signin.Tokens) error {
				_, err := w.sessions.RefreshGrant(t.Context(), w.app, s.Refresh, phone)
				return err
			}},
			{"with time", func(signin.Tokens) error { w.Clock.Advance(24 * time.Hour); return nil }},
		} {
			tokens := w.signIn(t, "alice", "alice-password")
			if who := w.open(t, tokens.Access); who != "alice" {
				t.Fatalf("%s: the new token opens for %s", c.name, who)
			}
			if err := c.end(tokens); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if who := w.open(t, tokens.Access); who != "nobody" {
				t.Errorf("ended %s: the token still opens for %s", c.name, who)
			}
		}
	})
}

func TestRefreshTokenIsGoodOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.User(t, "alice", account.Ordinary)
		first := w.signIn(t, "alice", "alice-password")
		w.Clock.Advance(2 * 24 * time.Hour)
		second, err := w.sessions.RefreshGrant(t.Context(), w.app, first.Refresh, phone)
		if err != nil || w.open(t, second.Access) != "alice" {
			t.Fatalf("got %+v, %v", second, err)
		}
		for name, token := range map[string]string{"used": first.Refresh, "made up": "nope", "an access token": second.Access} {
			if _, err := w.sessions.RefreshGrant(t.Context(), w.app, token, phone); codeOf(err) != "invalid_grant" {
				t.Errorf("%s: got %v", name, err)
			}
		}
		w.Clock.Advance(28 * 24 * time.Hour)
		if _, err := w.sessions.RefreshGrant(t.Context(), w.app, second.Refresh, phone); codeOf(err) != "invalid_grant" {
			t.Errorf("expired: got %v", err)
		}
		if err := w.sessions.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left, err := db.Value[int](t.Context(), d, "SELECT COUNT(*) FROM session"); err != nil || left != 0 {
			t.Errorf("cleaning leaves %d sessions, %v", left, err)
		}
	})
}

func TestHotTokenAsksNoQuestion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.User(t, "alice", account.Ordinary)
		tokens := w.signIn(t, "alice", "alice-password")
		w.open(t, tokens.Access)
		before := d.Queries()
		for range 10 {
			w.open(t, tokens.Access)
		}
		if asked := d.Queries() - before; asked != 0 {
			t.Errorf("got %d queries, want none", asked)
		}
	})
}

func TestAnotherProcessEndsSessionsSoon(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.User(t, "alice", account.Ordinary)
		tokens := w.signIn(t, "alice", "alice-password")
		w.open(t, tokens.Access)
		exec(t, d, "DELETE FROM session") // touches no topic here
		w.Clock.Advance(10 * time.Second)
		if who := w.open(t, tokens.Access); who != "nobody" {
			t.Errorf("the token still opens for %s", who)
		}
	})
}

func TestSessionsAreListedAndRevokedByTheirOwner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		root, alice, bob := w.User(t, "boss", account.Administrator), w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		moderator := w.User(t, "mod", account.Moderator)
		first := w.signIn(t, "alice", "alice-password")
		w.Clock.Advance(2 * time.Minute)
		second := w.signIn(t, "alice", "alice-password")
		w.Clock.Advance(2 * time.Minute)
		w.open(t, first.Access)
		total, list, err := w.sessions.List(t.Context(), alice, alice.UserID(), signin.Page{Count: 10, Credential: first.Access})
		if err != nil || total != 2 || !list[0].IsCurrent || list[1].IsCurrent || list[0].LoginDevice != "Phone" || !list[0].ActiveAt.Equal(w.Clock.Now()) {
			t.Fatalf("got %d, %+v, %v", total, list, err)
		}
		for name, viewer := range map[string]account.Viewer{"bob": bob, "nobody": {}, "a moderator": moderator} {
			if err := w.sessions.Revoke(t.Context(), viewer, alice.UserID(), list[0].ID); !fault.Is(err, fault.Forbidden) {
				t.Errorf("revoked by %s: got %v", name, err)
			}
		}
		if err := w.sessions.Revoke(t.Context(), root, alice.UserID(), list[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := w.sessions.Revoke(t.Context(), alice, alice.UserID(), list[0].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("revoked twice: got %v", err)
		}
		if a, b := w.open(t, first.Access), w.open(t, second.Access); a != "nobody" || b != "alice" {
			t.Errorf("the revoked one opens for %s, the other for %s", a, b)
		}
	})
}

func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary).User
		cookie, err := w.sessions.StartPage(t.Context(), *alice, phone)
		if err != nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
			t.Fatalf("got %+v, %v", cookie, err)
		}
		request := func(method, path string, form url.Values) *http.Request {
			r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(cookie)
			return r
		}
		csrf := w.sessions.CSRF(request("GET", "/", nil))
		withHeader := request("DELETE", "/", nil)
		withHeader.Header.Set(signin.CSRFHeader, csrf)
		for _, c := range []struct {
			name string
			r    *http.Request
			want fault.Kind
		}{
			{"read", request("GET", "/", nil), fault.Internal},
			{"field", request("POST", "/", url.Values{"csrf": {csrf}}), fault.Internal},
			{"query", request("POST", "/?csrf="+csrf, nil), fault.Internal},
			{"header", withHeader, fault.Internal},
			{"no token", request("POST", "/", nil), fault.Forbidden},
			{"wrong token", request("POST", "/", url.Values{"csrf": {"x" + csrf[1:]}}), fault.Forbidden},
		} {
			viewer, err := w.sessions.ByCookie(t.Context(), c.r)
			if c.want == fault.Internal && (err != nil || viewer.User.Username != "alice") || c.want != fault.Internal && !fault.Is(err, c.want) {
				t.Errorf("%s: got %v", c.name, err)
			}
		}
		if who := w.open(t, cookie.Value); who != "nobody" {
			t.Errorf("a cookie used as a token opens for %s", who)
		}
		w.Clock.Advance(20 * 24 * time.Hour)
		if viewer, err := w.sessions.ByCookie(t.Context(), request("GET", "/", nil)); err != nil || !viewer.IsSignedIn() {
			t.Errorf("used every month: got %v", err)
		}
		w.Clock.Advance(20 * 24 * time.Hour)
		if viewer, err := w.sessions.ByCookie(t.Context(), request("GET", "/", nil)); err != nil || !viewer.IsSignedIn() {
			t.Errorf("use did not keep the session alive: %v", err)
		}
		if _, err := w.sessions.EndPage(t.Context(), request("POST", "/", nil)); err != nil {
			t.Fatal(err)
		}
		if viewer, err := w.sessions.ByCookie(t.Context(), request("GET", "/", nil)); err != nil || viewer.IsSignedIn() {
			t.Errorf("signed out: got %v, %v", viewer.IsSignedIn(), err)
		}
	})
}

func TestTheTokenGoesBeforeTheCookie(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.User(t, "alice", account.Ordinary).User
		w.User(t, "bob", account.Ordinary)
		cookie, err := w.sessions.StartPage(t.Context(), *alice, phone)
		if err != nil {
			t.Fatal(err)
		}
		bob := w.signIn(t, "bob", "bob-password").Access
		for _, c := range []struct{ name, header, want string }{
			{"cookie alone", "", "alice"},
			{"token", "Bearer " + bob, "bob"},
			{"in small letters", "bearer " + bob, "bob"},
			{"another scheme", "Basic " + bob, "alice"},
			{"unknown token", "Bearer x", ""},
		} {
			r := httptest.NewRequest("GET", "/", nil)
			r.AddCookie(cookie)
			r.Header.Set("Authorization", c.header)
			viewer, err := w.sessions.Viewer(t.Context(), r)
			switch {
			case c.want == "" && !fault.Is(err, fault.Unauthenticated):
				t.Errorf("%s: got %v, want it refused", c.name, err)
			case c.want != "" && (err != nil || viewer.User.Username != c.want):
				t.Errorf("%s: got %v, want %s", c.name, err, c.want)
			}
		}
	})
}

func TestFailuresAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.User(t, "alice", account.Ordinary)
		try := func(ip, password string) error {
			_, err := w.sessions.Authenticate(t.Context(), signin.Credentials{Login: "alice", Password: password}, signin.Client{IP: ip})
			return err
		}
		for range 15 {
			if err := try("2001:db8::1", "wrong"); !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		}
		if err := try("2001:db8::2", "alice-password"); !fault.Is(err, fault.TooMany) {
			t.Errorf("from the same network: got %v", err)
		}
		for range 30 {
			if err := try("198.51.100.1", "alice-password"); err != nil {
				t.Fatalf("right passwords from elsewhere: %v", err)
			}
		}
		w.Clock.Advance(5 * time.Minute)
		if err := try("2001:db8::2", "alice-password"); err != nil {
			t.Errorf("later: %v", err)
		}
	})
}
