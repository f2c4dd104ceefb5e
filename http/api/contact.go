package api

import (
	"net/http"

	"lucarne/account/instance"
	"lucarne/http/router"
)

func (a *API) contactRoutes() []route {
	if a.Contact == nil {
		return nil
	}
	return []route{{method: "POST", pattern: "/server/contact", operation: "contactAdministrator", group: "ask_send_email", do: a.contact}}
}

func (a *API) contact(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	letter := instance.Letter{
		FromName: in.text("fromName"), FromEmail: in.text("fromEmail"), Subject: in.text("subject"), Body: in.text("body"), IP: router.ClientIP(r.Request),
	}
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Contact.Send(r.Context(), letter); err != nil {
		return err
	}
	return noContent(w)
}

// text is a field's text, "" when it was not sent.
func (in *input) text(name string) string {
	if value := in.optString(name); value != nil {
		return *value
	}
	return ""
}
