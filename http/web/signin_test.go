package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"lucarne/account"
)

const hostile = `"><script>alert(1)</script>`

func wantStatus(t *testing.T, what string, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got status %d, want %d", what, got, want)
	}
}

func wantText(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

// wantEscaped checks that what was sent is shown back, and is no markup.
func wantEscaped(t *testing.T, page string) {
	t.Helper()
	if strings.Contains(page, "<script>alert") {
		t.Error("what was sent is markup on the page")
	}
	wantText(t, page, "&lt;script&gt;alert(1)")
}

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	h.user(t, "alice", account.Ordinary)
	tests := []struct {
		name, login, password, next, wantTo string
		want                                int
	}{
		{"right", "alice", "alice-password", "/my/videos?page=2", "/my/videos?page=2", http.StatusSeeOther},
		{"by mail address", "alice@localhost.test", "alice-password", "", "/", http.StatusSeeOther},
		{"to another site", "alice", "alice-password", "//evil.example/", "/", http.StatusSeeOther},
		{"to a whole address", "alice", "alice-password", "https://evil.example/", "/", http.StatusSeeOther},
		{"with a backslash", "alice", "alice-password", `/\evil.example`, "/", http.StatusSeeOther},
		{"wrong password", "alice", "guess", "/", "", http.StatusUnprocessableEntity},
		{"nobody", "nobody", "alice-password", "/", "", http.StatusUnprocessableEntity},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := h.guest(t).post("/login", url.Values{"login": {tt.login}, "password": {tt.password}, "next": {tt.next}})
			wantStatus(t, "answer", a.Code, tt.want)
			if got := a.Header().Get("Location"); got != tt.wantTo {
				t.Errorf("leads to %q, want %q", got, tt.wantTo)
			}
		})
	}
}

func TestSignInShowsBackWhatIsSafe(t *testing.T) {
	h := newHouse(t)
	page := h.guest(t).post("/login", url.Values{"login": {hostile}, "password": {"secret-guess"}}).Body.String()
	wantEscaped(t, page)
	wantText(t, page, "The name or the password is wrong")
	if strings.Contains(page, "secret-guess") {
		t.Error("the password is sent back")
	}
}

func TestSignInSlowsGuessing(t *testing.T) {
	h := newHouse(t)
	h.user(t, "alice", account.Ordinary)
	for range 60 {
		a := h.guest(t).post("/login", url.Values{"login": {"alice"}, "password": {"guess"}})
		if a.Code == http.StatusTooManyRequests {
			wantText(t, a.Body.String(), "Too many failed attempts")
			return
		}
	}
	t.Error("sixty guesses in a row were not slowed")
}

func TestSignOutNeedsItsToken(t *testing.T) {
	h := newHouse(t)
	h.user(t, "alice", account.Ordinary)
	alice := h.as(t, "alice")
	wantStatus(t, "without token", alice.post("/logout", nil).Code, http.StatusForbidden)
	wantStatus(t, "still signed in", alice.get("/my/videos").Code, http.StatusOK)
	wantStatus(t, "with token", alice.send("/logout").Code, http.StatusSeeOther)
	wantStatus(t, "signed out", alice.get("/my/videos").Code, http.StatusUnauthorized)
}

func TestSecondFactor(t *testing.T) {
	h := newHouse(t)
	viewer := h.user(t, "alice", account.Ordinary)
	alice := h.as(t, "alice")

	page := alice.send("/my/settings/two-factor", "currentPassword", "guess").Body.String()
	wantText(t, page, "This is not your current password")
	page = alice.send("/my/settings/two-factor", "currentPassword", "alice-password").Body.String()
	wantText(t, page, `src="data:image/png;base64,`)
	requestToken, secret := hiddenValue(t, page, "requestToken"), secretOf(t, hiddenValue(t, page, "uri"))
	page = alice.send("/my/settings/two-factor/confirm", "requestToken", requestToken, "uri", hiddenValue(t, page, "uri"), "code", "000000").Body.String()
	wantText(t, page, "This code is wrong", `src="data:image/png;base64,`)
	a := alice.send("/my/settings/two-factor/confirm", "requestToken", requestToken, "code", codeAt(t, secret, h.clock.Now()))
	wantStatus(t, "confirm", a.Code, http.StatusSeeOther)

	h.clock.Advance(time.Minute)
	again := h.guest(t)
	page = again.post("/login", url.Values{"login": {"alice"}, "password": {"alice-password"}, "next": {"/my/videos"}}).Body.String()
	wantText(t, page, "Second step", `value="/my/videos"`)
	wantText(t, again.post("/login", url.Values{"code": {"000000"}}).Body.String(), "This code is wrong")
	a = again.post("/login", url.Values{"code": {codeAt(t, secret, h.clock.Now())}, "next": {"/my/videos"}})
	wantStatus(t, "with the code", a.Code, http.StatusSeeOther)
	wantStatus(t, "signed in", again.get("/my/videos").Code, http.StatusOK)

	stranger := h.guest(t)
	wantText(t, stranger.post("/login", url.Values{"code": {"123456"}}).Body.String(), "That took too long")
	if u, err := h.Users.Get(t.Context(), viewer.UserID()); err != nil || !u.HasTwoFactor {
		t.Errorf("got second factor %v, %v, want one", u.HasTwoFactor, err)
	}
}

func hiddenValue(t *testing.T, page, name string) string {
	t.Helper()
	_, after, found := strings.Cut(page, `name="`+name+`" value="`)
	if !found {
		t.Fatalf("the page has no %s", name)
	}
	value, _, _ := strings.Cut(after, `"`)
	return strings.ReplaceAll(value, "&amp;", "&")
}

func secretOf(t *testing.T, uri string) string {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("secret")
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestSignUp(t *testing.T) {
	fields := url.Values{
		"username": {"bob"}, "email": {"bob@localhost.test"}, "password": {"bob-password"}, "password2": {"bob-password"}, "accepts": {"true"},
	}
	with := func(name, value string) url.Values {
		changed := url.Values{}
		for k, v := range fields {
			changed[k] = v
		}
		changed.Set(name, value)
		return changed
	}
	tests := []struct {
		name   string
		fields url.Values
		want   string // on the page; "" signs in
	}{
		{"right", fields, ""},
		{"a name that is none", with("username", "Bob Smith"), "Use 1 to 50 small letters"},
		{"hostile", with("username", hostile), "Use 1 to 50 small letters"},
		{"passwords that differ", with("password2", "other"), "The two passwords differ"},
		{"short password", func() url.Values { v := with("password", "x"); v.Set("password2", "x"); return v }(), "too short"},
		{"no mail address", with("email", "bob"), "This is not a mail address"},
		{"terms not accepted", with("accepts", ""), "needs your agreement"},
		{"taken", with("username", "alice"), "is taken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.user(t, "alice", account.Ordinary)
			g := h.guest(t)
			a := g.post("/signup", tt.fields)
			if tt.want == "" {
				wantStatus(t, "answer", a.Code, http.StatusSeeOther)
				wantStatus(t, "signed in", g.get("/my/videos").Code, http.StatusOK)
				return
			}
			wantStatus(t, "answer", a.Code, http.StatusUnprocessableEntity)
			wantText(t, a.Body.String(), tt.want)
			if strings.Contains(a.Body.String(), "<script>alert") {
				t.Error("what was sent is markup on the page")
			}
		})
	}
}

func TestSignUpClosed(t *testing.T) {
	h := newHouse(t)
	h.signup.IsOpen = false
	wantText(t, h.guest(t).get("/signup").Body.String(), "No new accounts at the moment")
	a := h.guest(t).post("/signup", url.Values{
		"username": {"bob"}, "email": {"bob@localhost.test"}, "password": {"bob-password"}, "password2": {"bob-password"}, "accepts": {"true"},
	})
	wantStatus(t, "answer", a.Code, http.StatusUnprocessableEntity)
	wantText(t, a.Body.String(), "closed registration")
}

func TestRequestIsDecidedByAModerator(t *testing.T) {
	h := newHouse(t)
	h.signup.RequiresApproval, h.rules.RequiresApproval = true, true
	h.user(t, "judge", account.Moderator)
	a := h.guest(t).post("/signup", url.Values{
		"username": {"bob"}, "email": {"bob@localhost.test"}, "password": {"bob-password"}, "password2": {"bob-password"}, "accepts": {"true"},
		"reason": {"I film bridges " + hostile},
	})
	wantStatus(t, "request", a.Code, http.StatusOK)
	wantText(t, a.Body.String(), "A moderator will look at your request")

	judge := h.as(t, "judge")
	wantEscaped(t, judge.get("/admin/registrations").Body.String())
	page := judge.send("/admin/registrations/1", "do", "accept", "moderationResponse", "")
	wantStatus(t, "without an answer", page.Code, http.StatusUnprocessableEntity)
	wantText(t, page.Body.String(), "Write an answer")
	wantStatus(t, "accept", judge.send("/admin/registrations/1", "do", "accept", "moderationResponse", "Welcome").Code, http.StatusSeeOther)
	h.as(t, "bob")
}

func TestLinksOfMailsThatAreTooOld(t *testing.T) {
	h := newHouse(t)
	h.user(t, "alice", account.Ordinary)
	g := h.guest(t)
	fields := url.Values{"userId": {"1"}, "verificationString": {hostile}, "password": {"new-password"}, "password2": {"new-password"}}
	for _, path := range []string{"/reset-password", "/verify-account/email", "/verify-email"} {
		wantStatus(t, path, g.get(path+"?userId=1&verificationString=x").Code, http.StatusOK)
		a := g.post(path, fields)
		wantStatus(t, path, a.Code, http.StatusUnprocessableEntity)
		wantText(t, a.Body.String(), "This link is no longer good")
		wantEscaped(t, a.Body.String())
	}
	wantText(t, g.get("/forgot-password").Body.String(), "This site sends no mail")
}
