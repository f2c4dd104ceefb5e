package api

import (
	"net/http"

	"lucarne/account"
)

func (a *API) twoFactorRoutes() []route {
	if a.Codes == nil {
		return nil
	}
	const of = "/users/{id}/two-factor/"
	return []route{
		{method: "POST", pattern: of + "request", operation: "requestTwoFactor", access: signedIn, group: "login", do: a.requestTwoFactor},
		{method: "POST", pattern: of + "confirm-request", operation: "confirmTwoFactorRequest", access: signedIn, do: a.confirmTwoFactor},
		{method: "POST", pattern: of + "disable", operation: "disableTwoFactor", access: signedIn, group: "login", do: a.disableTwoFactor},
	}
}

type otpRequestJSON struct {
	RequestToken string `json:"requestToken"`
	Secret       string `json:"secret"`
	URI          string `json:"uri"`
}

func (a *API) requestTwoFactor(w http.ResponseWriter, r *request) error {
	id, in, err := r.userAndBody()
	if err != nil {
		return err
	}
	password := in.text("currentPassword")
	if err := in.err(); err != nil {
		return err
	}
	e, err := a.Codes.Request(r.Context(), r.viewer, id, password)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return answer(w, r, map[string]otpRequestJSON{"otpRequest": {RequestToken: e.RequestToken, Secret: e.Secret, URI: e.URI}})
}

func (a *API) confirmTwoFactor(w http.ResponseWriter, r *request) error {
	id, in, err := r.userAndBody()
	if err != nil {
		return err
	}
	in.require("requestToken", invalidValue)
	in.require("otpToken", invalidValue)
	token, code := in.text("requestToken"), in.text("otpToken")
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Codes.Confirm(r.Context(), r.viewer, id, token, code); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) disableTwoFactor(w http.ResponseWriter, r *request) error {
	id, in, err := r.userAndBody()
	if err != nil {
		return err
	}
	password := in.text("currentPassword")
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Codes.Disable(r.Context(), r.viewer, id, password); err != nil {
		return err
	}
	return noContent(w)
}

// userAndBody reads the user the path names and the fields of the body.
func (r *request) userAndBody() (account.UserID, *input, error) {
	id, err := r.pathUser()
	if err != nil {
		return 0, nil, err
	}
	in, err := r.body()
	return id, in, err
}
