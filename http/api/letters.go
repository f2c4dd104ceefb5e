package api

import (
	"context"
	"net/http"
)

// letterRoutes are what mails about accounts are asked for with, and what their links lead to.
func (a *API) letterRoutes() []route {
	if a.Letters == nil || a.Users == nil {
		return nil
	}
	asking := func(pattern, operation string, ask func(context.Context, string) error) route {
		return route{method: "POST", pattern: pattern, operation: operation, access: anyone, group: "ask_send_email", do: askByMail(ask)}
	}
	return []route{
		asking("/users/ask-reset-password", "", a.Letters.AskReset),
		asking("/users/ask-send-verify-email", "resendEmailToVerifyUser", a.Letters.AskVerification),
		asking("/users/registrations/ask-send-verify-email", "resendEmailToVerifyRegistration", a.Letters.AskRegistrationVerification),
		{method: "POST", pattern: "/users/{id}/verify-email", operation: "verifyUser", access: anyone, do: a.verifyEmail},
		{method: "POST", pattern: "/users/{id}/reset-password", access: anyone, do: a.resetPassword},
	}
}

// askByMail answers the same whether the address is known or not.
func askByMail(ask func(context.Context, string) error) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		in, err := r.body()
		if err != nil {
			return err
		}
		in.require("email", invalidValue)
		email := valueOf(in.optString("email"))
		if err := in.err(); err != nil {
			return err
		}
		if err := ask(r.Context(), email); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) verifyEmail(w http.ResponseWriter, r *request) error {
	id, err := r.pathUser()
	if err != nil {
		return err
	}
	token, err := r.verificationString()
	if err != nil {
		return err
	}
	if err := a.Users.VerifyEmail(r.Context(), id, token); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) resetPassword(w http.ResponseWriter, r *request) error {
	id, err := r.pathUser()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	in.require("verificationString", invalidValue)
	token, password := valueOf(in.optString("verificationString")), valueOf(in.optString("password"))
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Users.ResetPassword(r.Context(), id, token, password); err != nil {
		return err
	}
	return noContent(w)
}
