package api

import (
	"net/http"

	"lucarne/account"
	"lucarne/account/instance"
)

func (a *API) customPageRoutes() []route {
	if a.Homepage == nil {
		return nil
	}
	const pattern = "/custom-pages/homepage/instance"
	return []route{
		{method: "GET", pattern: pattern, do: a.getHomepage},
		{method: "PUT", pattern: pattern, access: privileged, right: account.ManageConfiguration, do: a.putHomepage},
	}
}

func (a *API) getHomepage(w http.ResponseWriter, r *request) error {
	content, err := a.Homepage.Get(r.Context())
	if err != nil {
		return err
	}
	return answer(w, r, map[string]string{"content": content})
}

func (a *API) putHomepage(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	content := in.optString("content", length(0, instance.MaxHomepage))
	if content == nil {
		in.refuse("content", nil, invalidValue)
	}
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Homepage.Put(r.Context(), *content); err != nil {
		return err
	}
	return noContent(w)
}
