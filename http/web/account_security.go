package web

import (
	"net/http"
	"strings"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

// securityRoutes are the pages mails lead to, and those that send such mails. Opening a link alone proves nothing: programs that look
// into mails open links too, so a button is pressed first.
func (p *Pages) securityRoutes() []route {
	var list []route
	for _, pattern := range []string{verifyPath, "/verify-email"} {
		list = append(
			list, route{method: "GET", pattern: pattern, do: p.verifyPage},
			route{method: "POST", pattern: pattern, group: "ask_send_email", do: p.verify},
		)
	}
	return append(
		list,
		route{method: "GET", pattern: askVerifyPath, do: p.askVerificationPage},
		route{method: "POST", pattern: askVerifyPath, group: "ask_send_email", do: p.askVerification},
		route{method: "GET", pattern: forgotPath, do: p.forgotPage},
		route{method: "POST", pattern: forgotPath, group: "ask_send_email", do: p.forgot},
		route{method: "GET", pattern: resetPath, do: p.resetPage},
		route{method: "POST", pattern: resetPath, group: "login", do: p.reset},
	)
}

const (
	verifyPath    = "/verify-account/email"
	askVerifyPath = "/verify-account/ask-send-email"
	forgotPath    = "/forgot-password"
	resetPath     = "/reset-password"
)

// ticketFields are what the links of mails carry.
var ticketFields = []string{"userId", "registrationId", "verificationString"}

// ticketForm is the form of a page a mail led to.
func (r *request) ticketForm() *form {
	f := r.newForm()
	for _, name := range ticketFields {
		f.set(name, r.URL.Query().Get(name))
	}
	return f
}

func (p *Pages) verifyPage(w http.ResponseWriter, r *request) error {
	return r.show(w, http.StatusOK, r.narrowPage(r.t.T("security.verify-title")), verifyContent(r, r.ticketForm()))
}

func (p *Pages) verify(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	isRegistration := f.has("registrationId")
	if isRegistration {
		err = p.Registrations.VerifyEmail(r.Context(), account.RegistrationID(numberOf(f.get("registrationId"))), f.get("verificationString"))
	} else {
		err = p.Users.VerifyEmail(r.Context(), account.UserID(numberOf(f.get("userId"))), f.get("verificationString"))
	}
	if err != nil {
		stale := r.t.T("security.stale-link")
		if !f.take(err, told{fault.Forbidden: stale, fault.NotFound: stale, fault.Conflict: r.t.T("signup.taken")}) {
			return err
		}
		return r.show(w, f.status(), r.narrowPage(r.t.T("security.verify-title")), verifyContent(r, f))
	}
	if isRegistration {
		r.flash(w, ui.Good, r.t.T("security.verified-waiting"))
		return r.redirect(w, "/")
	}
	r.flash(w, ui.Good, r.t.T("security.verified"))
	return r.redirect(w, signInPath)
}

func (p *Pages) askVerificationPage(w http.ResponseWriter, r *request) error {
	return r.showAsk(w, r.newForm(), askVerifyPath)
}

func (p *Pages) forgotPage(w http.ResponseWriter, r *request) error {
	return r.showAsk(w, r.newForm(), forgotPath)
}

// showAsk asks for an address to send a link to.
func (r *request) showAsk(w http.ResponseWriter, f *form, path string) error {
	title := r.t.T("security.forgot-title")
	if path == askVerifyPath {
		title = r.t.T("security.ask-title")
	}
	return r.show(w, f.status(), r.narrowPage(title), askContent(r, f, path, title))
}

func (p *Pages) askVerification(w http.ResponseWriter, r *request) error {
	return r.ask(w, askVerifyPath, func(email string) error {
		if err := p.AccountMail.AskVerification(r.Context(), email); err != nil {
			return err
		}
		return p.AccountMail.AskRegistrationVerification(r.Context(), email)
	})
}

func (p *Pages) forgot(w http.ResponseWriter, r *request) error {
	return r.ask(w, forgotPath, func(email string) error { return p.AccountMail.AskReset(r.Context(), email) })
}

// ask sends a mail and says so, whether anybody has the address or not.
func (r *request) ask(w http.ResponseWriter, path string, send func(email string) error) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if !r.pages.AccountMail.Enabled() {
		return fault.New(fault.Unavailable, "This site sends no mail")
	}
	email := strings.TrimSpace(f.get("email"))
	if err := send(email); err != nil {
		if f.take(err, nil) {
			return r.showAsk(w, f, path)
		}
		return err
	}
	return r.show(w, http.StatusOK, r.narrowPage(r.t.T("security.sent-title")), sentContent(r, email))
}

func (p *Pages) resetPage(w http.ResponseWriter, r *request) error {
	return r.showReset(w, r.ticketForm())
}

func (r *request) showReset(w http.ResponseWriter, f *form) error {
	return r.show(w, f.status(), r.narrowPage(r.t.T("security.reset-title")), resetContent(r, f))
}

func (p *Pages) reset(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if f.get("password") != f.get("password2") {
		f.refuse("password2", r.t.T("problem.password-again"))
		return r.showReset(w, f)
	}
	err = p.Users.ResetPassword(r.Context(), account.UserID(numberOf(f.get("userId"))), f.get("verificationString"), f.get("password"))
	if err != nil {
		stale := r.t.T("security.stale-link")
		if f.take(err, told{fault.Forbidden: stale, fault.NotFound: stale}) {
			return r.showReset(w, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("security.reset-done"))
	return r.redirect(w, signInPath)
}
