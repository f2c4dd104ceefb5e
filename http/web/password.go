package web

import (
	"errors"
	"net/http"

	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// The codes of a video that a password would open.
const (
	passwordRequired  = "video_requires_password"
	passwordIncorrect = "incorrect_video_password"
)

const (
	passwordField  = "video-password"
	passwordCookie = "lucarne_video_"
	maxPassword    = 200
)

func codeOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func needsPassword(err error) bool {
	code := codeOf(err)
	return code == passwordRequired || code == passwordIncorrect
}

// accessTo is how the visitor comes to a video: who they are, and the password they gave before.
func (r *request) accessTo(ref shortid.Ref) video.Access {
	a := video.Access{Viewer: r.viewer}
	if ref.IsUUID() {
		name := passwordCookie + shortid.Encode(ref.UUID)
		a.Password, _ = r.pages.seal.open(name, r.cookieValue(name))
	}
	return a
}

// askPassword answers with the page that asks for the password of a video. It tells nothing of the video.
func (r *request) askPassword(w http.ResponseWriter, why error) error {
	page := r.page(r.t.T("watch.password-title"))
	page.Robots, page.Narrow = noIndex, true
	view := passwordView{action: "/w/" + r.PathValue("id") + "/password", start: r.URL.Query().Get("start")}
	view.isWrong = codeOf(why) == passwordIncorrect
	return r.show(w, http.StatusForbidden, page, passwordContent(r, page, view))
}

// passwordView is the form that asks for a password.
type passwordView struct {
	action  string
	start   string // moment the visitor came for
	isWrong bool
}

// openByPassword keeps a right password until the browser closes, sealed, and goes on to the video.
func (p *Pages) openByPassword(w http.ResponseWriter, r *request) error {
	ref, err := r.ref()
	if err != nil {
		return err
	}
	given := clip(r.PostFormValue(passwordField), maxPassword)
	d, err := p.Videos.See(r.Context(), ref, video.Access{Viewer: r.viewer, Password: given})
	if needsPassword(err) {
		return r.askPassword(w, fault.New(fault.Forbidden, "Incorrect password").WithCode(passwordIncorrect))
	}
	if err != nil {
		return err
	}
	name := passwordCookie + d.ShortUUID()
	http.SetCookie(w, r.cookie(name, p.seal.close(name, given), 0))
	to := watchPath(d.Video)
	if start := moment(r.PostFormValue("start")); start > 0 {
		to += "?start=" + itoa(start) + "s"
	}
	return r.redirect(w, to)
}

func (v passwordView) field(r *request) ui.FieldProps {
	f := ui.FieldProps{Name: passwordField, Type: "password", Label: r.t.T("watch.password"), MaxLength: maxPassword}
	if v.isWrong {
		f.Error = r.t.T("watch.password-wrong")
	}
	return f
}
