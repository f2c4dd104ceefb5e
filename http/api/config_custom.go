package api

import (
	"io"
	"net/http"

	"lucarne/account"
)

func (a *API) customConfigRoutes() []route {
	const pattern, right = "/config/custom", account.ManageConfiguration
	return []route{
		{method: "GET", pattern: pattern, operation: "getCustomConfig", access: privileged, right: right, do: a.getCustomConfig},
		{method: "PUT", pattern: pattern, operation: "putCustomConfig", access: privileged, right: right, do: a.putCustomConfig},
		{method: "DELETE", pattern: pattern, operation: "delCustomConfig", access: privileged, right: right, do: a.deleteCustomConfig},
	}
}

func (a *API) getCustomConfig(w http.ResponseWriter, r *request) error {
	return answer(w, r, a.Configuration.Custom())
}

// putCustomConfig answers with the whole configuration as it is from now on.
func (a *API) putCustomConfig(w http.ResponseWriter, r *request) error {
	form, err := io.ReadAll(r.Body)
	if err != nil {
		return bodyFault(err)
	}
	if err := a.Configuration.Change(r.Context(), form); err != nil {
		return err
	}
	return a.getCustomConfig(w, r)
}

func (a *API) deleteCustomConfig(w http.ResponseWriter, r *request) error {
	if err := a.Configuration.Reset(r.Context()); err != nil {
		return err
	}
	return a.getCustomConfig(w, r)
}
