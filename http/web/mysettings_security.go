package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image/png"
	"net/http"
	"net/url"
	"strings"

	"github.com/pquerna/otp"

	"lucarne/account"
	"lucarne/account/signin"
	"lucarne/platform/fault"
)

// securityView is what guards an account: each form stands for itself.
type securityView struct {
	form     *form
	part     string // which form was sent: "email", "password", "two-factor", …
	sessions []signin.Session
	more     int // sessions that are not listed
}

const listedSessions = 50

func (p *Pages) securityPage(w http.ResponseWriter, r *request) error {
	return r.showSecurity(w, r.newForm(), "")
}

func (r *request) showSecurity(w http.ResponseWriter, f *form, part string) error {
	total, list, err := r.pages.Sessions.List(r.Context(), r.viewer, r.viewer.UserID(), signin.Page{
		Count: listedSessions, Credential: r.pages.Sessions.Credential(r.Request),
	})
	if err != nil {
		return err
	}
	view := securityView{form: f, part: part, sessions: list, more: total - len(list)}
	return r.show(w, f.status(), r.myPage(r.t.T("mysettings.security")), securityContent(r, view))
}

// of is the form of a part: that which was sent, or an empty one.
func (v securityView) of(part string) *form {
	if part == v.part {
		return v.form
	}
	return v.form.r.newForm()
}

func isCodeMissing(err error) bool {
	var refused *fault.Error
	return errors.As(err, &refused) && refused.Code == signin.MissingTwoFactor
}

func (p *Pages) changeEmail(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if f.checkPassword(); f.isRefused() {
		return r.showSecurity(w, f, "email")
	}
	email := strings.TrimSpace(f.get("email"))
	err = p.Users.UpdateMe(r.Context(), r.viewer, account.MyChange{CurrentPassword: f.get("currentPassword"), Email: &email})
	if err != nil {
		if f.take(err, told{fault.Conflict: r.t.T("signup.taken"), fault.Unauthenticated: r.t.T("problem.current-password")}) {
			return r.showSecurity(w, f, "email")
		}
		return err
	}
	if p.Rules().RequiresEmailVerification {
		return r.saved(w, "/security", r.t.T("mysettings.email-sent", "email", email))
	}
	return r.saved(w, "/security", r.t.T("mysettings.email-changed"))
}

// changePassword ends all other sessions; this one begins anew.
func (p *Pages) changePassword(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	f.checkPassword()
	if f.get("password") != f.get("password2") {
		f.refuse("password2", r.t.T("problem.password-again"))
	}
	if f.isRefused() {
		return r.showSecurity(w, f, "password")
	}
	chosen := f.get("password")
	err = p.Users.UpdateMe(r.Context(), r.viewer, account.MyChange{CurrentPassword: f.get("currentPassword"), Password: &chosen})
	if err != nil {
		if f.take(err, told{fault.Unauthenticated: r.t.T("problem.current-password")}) {
			return r.showSecurity(w, f, "password")
		}
		return err
	}
	cookie, err := p.Sessions.StartPage(r.Context(), *r.viewer.User, r.client())
	if err != nil {
		return err
	}
	http.SetCookie(w, cookie)
	return r.saved(w, "/security", r.t.T("mysettings.password-changed"))
}

// requestTwoFactor shows what the application needs; nothing is changed before the first code is right.
func (p *Pages) requestTwoFactor(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	begun, err := p.Codes.Request(r.Context(), r.viewer, r.viewer.UserID(), f.get("currentPassword"))
	if err != nil {
		if fault.Is(err, fault.Forbidden) {
			f.refuse("currentPassword", r.t.T("problem.current-password"))
		}
		if f.isRefused() || f.take(err, nil) {
			return r.showSecurity(w, f, "two-factor")
		}
		return err
	}
	f = r.newForm().set("requestToken", begun.RequestToken).set("uri", begun.URI)
	return r.showEnrolment(w, f)
}

// showEnrolment shows the secret of the form's URI as a picture and as letters.
func (r *request) showEnrolment(w http.ResponseWriter, f *form) error {
	key, err := otp.NewKeyFromURL(f.get("uri"))
	if err != nil {
		return fault.New(fault.Invalid, "This is no key of an authenticator").Because(err)
	}
	code, err := qrCode(key)
	if err != nil {
		return err
	}
	page := r.narrowPage(r.t.T("mysettings.two-factor"))
	return r.show(w, f.status(), page, enrolmentContent(r, f, enrolmentView{secret: grouped(key.Secret()), qr: code}))
}

const qrSize = 240 // pixels

// qrCode draws a key for the camera of a phone, as a data URL.
func qrCode(key *otp.Key) (string, error) {
	if u, err := url.Parse(key.URL()); err != nil || u.Scheme != "otpauth" {
		return "", fault.New(fault.Invalid, "This is no key of an authenticator")
	}
	picture, err := key.Image(qrSize, qrSize)
	if err != nil {
		return "", fault.New(fault.Invalid, "This is no key of an authenticator").Because(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return "", err
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// grouped writes a secret in groups of four, to be typed.
func grouped(secret string) string {
	var b strings.Builder
	for i, letter := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(letter)
	}
	return b.String()
}

func (p *Pages) confirmTwoFactor(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	code := strings.ReplaceAll(f.get(codeField), " ", "")
	err = p.Codes.Confirm(r.Context(), r.viewer, r.viewer.UserID(), f.get("requestToken"), code)
	if fault.Is(err, fault.Forbidden) {
		f.refuse(codeField, r.t.T("mysettings.code-wrong"))
		return r.showEnrolment(w, f)
	}
	if err != nil {
		return err
	}
	return r.saved(w, "/security", r.t.T("mysettings.two-factor-on"))
}

func (p *Pages) disableTwoFactor(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	err = p.Codes.Disable(r.Context(), r.viewer, r.viewer.UserID(), f.get("currentPassword"))
	if err != nil {
		if fault.Is(err, fault.Forbidden) {
			f.refuse("currentPassword", r.t.T("problem.current-password"))
		}
		if f.isRefused() || f.take(err, nil) {
			return r.showSecurity(w, f, "two-factor")
		}
		return err
	}
	return r.saved(w, "/security", r.t.T("mysettings.two-factor-off"))
}

func (p *Pages) revokeSession(w http.ResponseWriter, r *request) error {
	err := p.Sessions.Revoke(r.Context(), r.viewer, r.viewer.UserID(), signin.ID(numberOf(r.PostFormValue("id"))))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return r.saved(w, "/security", r.t.T("mysettings.session-ended"))
}

// deviceOf names a browser by the words of its User-Agent people know.
func deviceOf(userAgent string) string {
	for _, known := range []string{"Firefox", "Edg", "OPR", "Chrome", "Safari"} {
		if strings.Contains(userAgent, known+"/") {
			return strings.NewReplacer("Edg", "Edge", "OPR", "Opera").Replace(known) + systemOf(userAgent)
		}
	}
	return clip(userAgent, 60)
}

func systemOf(userAgent string) string {
	for _, known := range []string{"Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"} {
		if strings.Contains(userAgent, known) {
			return " · " + known
		}
	}
	return ""
}
