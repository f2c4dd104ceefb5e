package web

import (
	"net/http"
	"strconv"
	"strings"

	"lucarne/account"
	"lucarne/http/router"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

func (p *Pages) signUpRoutes() []route {
	return []route{
		{method: "GET", pattern: signUpPath, do: p.signUpPage},
		{method: "POST", pattern: signUpPath, group: "signup", do: p.signUp},
	}
}

const signUpPath = "/signup"

func (p *Pages) signUpPage(w http.ResponseWriter, r *request) error {
	if r.viewer.IsSignedIn() {
		return r.redirect(w, "/")
	}
	openness, err := p.Registrations.Openness(r.Context(), router.ClientIP(r.Request))
	if err != nil {
		return err
	}
	if !openness.IsOpenTo {
		return r.show(w, http.StatusOK, r.narrowPage(r.t.T("signup.closed-title")), closedContent(r, openness))
	}
	return r.showSignUp(w, r.newForm())
}

func (r *request) showSignUp(w http.ResponseWriter, f *form) error {
	return r.show(w, f.status(), r.narrowPage(r.t.T("signup.title")), signUpContent(r, f, r.pages.Rules()))
}

// signUp makes a user, or where moderators decide, a request for an account. Newcomers whose address need not be proved are signed in.
func (p *Pages) signUp(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	rules := p.Rules()
	f.checkSignUp(rules)
	if f.isRefused() {
		return r.showSignUp(w, f)
	}
	draft := account.Draft{
		Username: f.get("username"), Email: strings.TrimSpace(f.get("email")), Password: f.get("password"), DisplayName: f.get("displayName"),
		ChannelName: f.get("channelName"), Role: account.Ordinary,
	}
	if rules.RequiresApproval {
		_, err = p.Registrations.Request(r.Context(), draft, f.get("reason"), router.ClientIP(r.Request))
	} else {
		_, err = p.Registrations.Register(r.Context(), draft, router.ClientIP(r.Request))
	}
	if err != nil {
		if f.take(err, told{fault.Conflict: r.t.T("signup.taken"), fault.Forbidden: r.t.T("signup.closed")}) {
			return r.showSignUp(w, f)
		}
		return err
	}
	return r.welcomeNewcomer(w, f, rules)
}

// checkSignUp looks at what the subjects are not told.
func (f *form) checkSignUp(rules SignupRules) {
	if f.get("password") != f.get("password2") {
		f.refuse("password2", f.r.t.T("problem.password-again"))
	}
	if rules.MinimumAge > 0 && !f.has("isOldEnough") {
		f.refuse("isOldEnough", f.r.t.T("problem.age", "n", rules.MinimumAge))
	}
	if !f.has("accepts") {
		f.refuse("accepts", f.r.t.T("problem.accept"))
	}
}

func (r *request) welcomeNewcomer(w http.ResponseWriter, f *form, rules SignupRules) error {
	if rules.RequiresApproval || rules.RequiresEmailVerification {
		return r.show(w, http.StatusOK, r.narrowPage(r.t.T("signup.nearly")), nearlyContent(r, rules, f.get("email")))
	}
	user, found, err := r.pages.Users.FindByLogin(r.Context(), f.get("username"))
	if err != nil || !found {
		return err
	}
	cookie, err := r.pages.Sessions.StartPage(r.Context(), user, r.client())
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie)
	r.flash(w, ui.Good, r.t.T("signup.welcome", "name", user.Username))
	return r.redirect(w, "/")
}

// passwordHint says how long a password must be.
func (r *request) passwordHint() string {
	return r.t.T("signup.password-hint", "n", max(1, r.pages.Rules().MinPasswordLength))
}

func numberOf(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func closedReason(r *request, o account.Openness) string {
	if o.IsOpen {
		return r.t.T("signup.closed-to-you")
	}
	return r.t.T("signup.closed")
}
