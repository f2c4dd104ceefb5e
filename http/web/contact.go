package web

import (
	"errors"
	"net/http"

	"lucarne/account/instance"
	"lucarne/http/router"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

const contactPath = "/about/contact"

// The longest a letter's parts may be, in characters.
const (
	maxLetterName = 120
	maxLetterBody = 5000
)

// letterView is the form that writes to the administrators, as it was sent when something in it is wrong.
type letterView struct {
	letter  instance.Letter
	wrong   map[string]string // by field
	trouble string            // what is not about a field
}

func (r *request) canWrite() bool { return r.pages.Letters != nil && r.settings.HasContactForm }

func (p *Pages) contact(w http.ResponseWriter, r *request) error {
	if !r.canWrite() {
		return fault.New(fault.NotFound, "The contact form is closed")
	}
	var view letterView
	if r.viewer.IsSignedIn() {
		view.letter.FromName, view.letter.FromEmail = r.viewer.User.Account.Name, r.viewer.User.Email
	}
	return r.showLetter(w, http.StatusOK, view)
}

func (r *request) showLetter(w http.ResponseWriter, status int, view letterView) error {
	page := r.aboutPage(r.t.T("about.contact"), contactPath)
	page.Robots = noIndex
	return r.show(w, status, page, contactContent(r, page, view))
}

func (p *Pages) sendLetter(w http.ResponseWriter, r *request) error {
	if !r.canWrite() {
		return fault.New(fault.NotFound, "The contact form is closed")
	}
	letter := instance.Letter{
		FromName: r.PostFormValue("fromName"), FromEmail: r.PostFormValue("fromEmail"), Subject: r.PostFormValue("subject"),
		Body: r.PostFormValue("body"), IP: router.ClientIP(r.Request),
	}
	err := p.Letters.Send(r.Context(), letter)
	if err == nil {
		r.flash(w, ui.Good, r.t.T("about.letter-sent"))
		return r.redirect(w, "/about/instance")
	}
	view := letterView{letter: letter, wrong: r.letterFaults(err)}
	switch kind := fault.KindOf(err); {
	case kind == fault.Forbidden:
		view.trouble = r.t.T("about.letter-wait")
	case kind == fault.Conflict:
		view.trouble = r.t.T("about.letter-closed")
	case len(view.wrong) == 0:
		return err
	}
	return r.showLetter(w, router.StatusOf(err), view)
}

// letterFaults says in the visitor's language what is wrong with each field.
func (r *request) letterFaults(err error) map[string]string {
	messages := map[string]string{
		"fromName": r.t.T("about.letter-name-wrong"), "fromEmail": r.t.T("about.letter-mail-wrong"),
		"subject": r.t.T("about.letter-subject-wrong"), "body": r.t.T("about.letter-body-wrong"),
	}
	var f *fault.Error
	wrong := map[string]string{}
	if errors.As(err, &f) {
		for _, param := range f.Params {
			wrong[param.Name] = messages[param.Name]
		}
	}
	return wrong
}
