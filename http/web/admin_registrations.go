package web

import (
	"net/http"
	"net/url"

	"lucarne/account"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
)

func (p *Pages) adminRegistrationsRoutes() []route {
	return []route{
		{method: "GET", pattern: registrationsPath, access: privileged, right: account.ManageRegistrations, do: p.adminRegistrations},
		{method: "POST", pattern: registrationsPath + "/{id}", access: privileged, right: account.ManageRegistrations, do: p.decideRegistration},
	}
}

const (
	registrationsPath    = "/admin/registrations"
	registrationsPerPage = 20
)

// registrationsView are requests for an account; asked is the one whose form was refused.
type registrationsView struct {
	state       string
	page, total int
	list        []account.Registration
	form        *form
	asked       account.RegistrationID
}

var registrationStates = map[string]account.RegistrationState{"pending": account.Pending, "accepted": account.Accepted, "rejected": account.Rejected}

func (p *Pages) adminRegistrations(w http.ResponseWriter, r *request) error {
	return r.showRegistrations(w, r.newForm(), 0)
}

func (r *request) showRegistrations(w http.ResponseWriter, f *form, asked account.RegistrationID) error {
	q := r.URL.Query()
	view := registrationsView{state: nameOr(oneOf(q.Get("state"), "pending", "accepted", "rejected"), "pending"), page: readPage(q), form: f, asked: asked}
	var err error
	view.list, view.total, err = r.pages.Registrations.List(r.Context(), account.RegistrationFilter{
		States: []account.RegistrationState{registrationStates[view.state]}, Start: (view.page - 1) * registrationsPerPage, Count: registrationsPerPage,
	})
	if err != nil {
		return err
	}
	return r.show(w, f.status(), r.adminPage(r.t.T("admin.registrations")), registrationsContent(r, view))
}

func (v registrationsView) formOf(id account.RegistrationID) *form {
	if id == v.asked {
		return v.form
	}
	return v.form.r.newForm()
}

func (v registrationsView) pages() ui.Pages {
	return pagesOf(v.page, v.total, registrationsPerPage, registrationsPath, url.Values{"state": {v.state}})
}

func (r *request) registrationTabs(current string) []ui.Tab {
	labels := []struct{ state, label string }{
		{"pending", r.t.T("registrations.pending")}, {"accepted", r.t.T("registrations.accepted")}, {"rejected", r.t.T("registrations.rejected")},
	}
	list := make([]ui.Tab, len(labels))
	for i, one := range labels {
		list[i] = ui.Tab{URL: registrationsPath + "?state=" + one.state, Label: one.label, Current: one.state == current}
	}
	return list
}

// decideRegistration accepts, rejects or forgets a request.
func (p *Pages) decideRegistration(w http.ResponseWriter, r *request) error {
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	id := account.RegistrationID(numberOf(r.PathValue("id")))
	d := account.Decision{Response: f.get("moderationResponse"), IsSilent: f.has("silent")}
	word := ""
	switch f.get("do") {
	case "accept":
		word, err = r.t.T("registrations.was-accepted"), p.Registrations.Accept(r.Context(), r.viewer, id, d)
	case "reject":
		word, err = r.t.T("registrations.was-rejected"), p.Registrations.Reject(r.Context(), r.viewer, id, d)
	case "delete":
		word, err = r.t.T("registrations.was-deleted"), p.Registrations.Delete(r.Context(), r.viewer, id)
	default:
		err = fault.New(fault.Invalid, "There is no such decision")
	}
	if err != nil {
		if f.take(err, told{fault.Conflict: r.t.T("registrations.conflict")}) {
			return r.showRegistrations(w, f, id)
		}
		return err
	}
	r.flash(w, ui.Good, word)
	return r.redirect(w, registrationsPath)
}
