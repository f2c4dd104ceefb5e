package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lucarne/account/signin"
	"lucarne/http/router"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

func (p *Pages) signInRoutes() []route {
	return []route{
		{method: "GET", pattern: signInPath, do: p.signInPage},
		{method: "POST", pattern: signInPath, group: "login", do: p.signIn},
		{method: "POST", pattern: "/logout", do: p.signOut},
	}
}

const signInPath = "/login"

// Names of the cookies and fields of signing in.
const (
	// halfwayCookie holds who gave a right password and still owes a code; sealed, and good for minutes.
	halfwayCookie = "lucarne_halfway"
	codeField     = "code"
)

func (p *Pages) signInPage(w http.ResponseWriter, r *request) error {
	next := sitePath(r.URL.Query().Get("next"))
	if r.viewer.IsSignedIn() {
		return r.redirect(w, next)
	}
	return r.showSignIn(w, r.newForm().set("next", next), http.StatusOK)
}

// sitePath is a path of this site a form may lead back to; anything else is the home page.
func sitePath(wanted string) string {
	u, err := url.Parse(wanted)
	isOurs := err == nil && !u.IsAbs() && u.Host == "" && strings.HasPrefix(wanted, "/") && !strings.HasPrefix(wanted, "//")
	if !isOurs || strings.ContainsAny(wanted, "\\\r\n\t") || u.Path == signInPath {
		return "/"
	}
	return u.RequestURI()
}

func (r *request) showSignIn(w http.ResponseWriter, f *form, status int) error {
	page := r.narrowPage(r.t.T("signin.title"))
	return r.show(w, status, page, signInContent(r, f))
}

// narrowPage is a page to fill in, of no interest to search engines.
func (r *request) narrowPage(title string) ui.Page {
	page := r.page(title)
	page.Narrow, page.Robots = true, noIndex
	return page
}

// signIn takes name and password, and in a second step the code of those who have a second factor. Between the steps the credentials
// are in a sealed cookie, so that the password is not asked twice and nothing is kept here.
func (p *Pages) signIn(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	f.set("next", sitePath(f.get("next")))
	credentials := signin.Credentials{Login: strings.TrimSpace(f.get("login")), Password: f.get("password")}
	if f.has(codeField) {
		var isHalfway bool
		if credentials, isHalfway = r.halfway(); !isHalfway {
			f.problem = r.t.T("signin.again")
			return r.showSignIn(w, f, f.status())
		}
		credentials.Code = strings.ReplaceAll(f.get(codeField), " ", "")
	}
	user, err := p.Sessions.Authenticate(r.Context(), credentials, r.client())
	if err != nil {
		return r.refuseSignIn(w, f, credentials, err)
	}
	cookie, err := p.Sessions.StartPage(r.Context(), user, r.client())
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie)
	http.SetCookie(w, r.cookie(halfwayCookie, "", -1e9))
	return r.redirect(w, f.get("next"))
}

func (r *request) client() signin.Client {
	return signin.Client{IP: router.ClientIP(r.Request), Device: r.UserAgent()}
}

// halfwayLifetime is the time there is for finding the code.
const halfwayLifetime = 5 * time.Minute

// halfwayStep is what the sealed cookie holds.
type halfwayStep struct {
	Login    string    `json:"login"`
	Password string    `json:"password"`
	Until    time.Time `json:"until"`
}

// halfway gives the credentials of the first step; found is false when there was none, or it was too long ago.
func (r *request) halfway() (c signin.Credentials, found bool) {
	opened, isOurs := r.pages.seal.open(halfwayCookie, r.cookieValue(halfwayCookie))
	var step halfwayStep
	if !isOurs || json.Unmarshal([]byte(opened), &step) != nil || r.pages.Clock.Now().After(step.Until) {
		return c, false
	}
	return signin.Credentials{Login: step.Login, Password: step.Password}, true
}

func (r *request) goHalfway(w http.ResponseWriter, c signin.Credentials) error {
	step, err := json.Marshal(halfwayStep{Login: c.Login, Password: c.Password, Until: r.pages.Clock.Now().Add(halfwayLifetime)})
	if err != nil {
		return err
	}
	http.SetCookie(w, r.cookie(halfwayCookie, r.pages.seal.close(halfwayCookie, string(step)), halfwayLifetime))
	return nil
}

func (r *request) refuseSignIn(w http.ResponseWriter, f *form, c signin.Credentials, err error) error {
	var refused *fault.Error
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Code {
	case signin.MissingTwoFactor:
		if err := r.goHalfway(w, c); err != nil {
			return err
		}
		return r.showCode(w, f)
	case signin.InvalidTwoFactor:
		f.refuse(codeField, r.t.T("problem.code"))
		return r.showCode(w, f)
	case "access_denied":
		f.problem = r.t.T("signin.denied")
	case "invalid_grant":
		f.problem = r.t.T("signin.wrong")
	default:
		if !f.take(err, told{fault.TooMany: r.t.T("signin.too-many")}) {
			return err
		}
	}
	return r.showSignIn(w, f, refusedStatus(refused))
}

func refusedStatus(refused *fault.Error) int {
	if refused.Kind == fault.TooMany {
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

func (r *request) showCode(w http.ResponseWriter, f *form) error {
	return r.show(w, f.status(), r.narrowPage(r.t.T("signin.code-title")), codeContent(r, f))
}

func (p *Pages) signOut(w http.ResponseWriter, r *request) error {
	cookie, err := p.Sessions.EndPage(r.Context(), r.Request)
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie)
	r.flash(w, ui.Good, r.t.T("signin.signed-out"))
	return r.redirect(w, "/")
}
