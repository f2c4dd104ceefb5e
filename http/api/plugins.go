package api

import (
	"net/http"

	"lucarne/account"
	"lucarne/platform/fault"
)

// Clients ask for plugins when they start. There are none.
func (a *API) pluginRoutes() []route {
	admin := func(pattern, operation string, do func(http.ResponseWriter, *request) error) route {
		return route{method: "GET", pattern: pattern, operation: operation, access: privileged, right: account.ManageConfiguration, do: do}
	}
	return []route{
		admin("/plugins", "getPlugins", a.emptyList),
		admin("/plugins/available", "getAvailablePlugins", a.noPluginIndex),
		admin("/plugins/{npmName}", "", a.noPlugin),
		admin("/plugins/{npmName}/registered-settings", "", a.noPlugin),
		{method: "GET", pattern: "/plugins/{npmName}/public-settings", do: a.noPlugin},
	}
}

// emptyList answers for what this instance has none of.
func (a *API) emptyList(w http.ResponseWriter, r *request) error {
	return answer(w, r, list[struct{}]{Data: []struct{}{}})
}

func (a *API) noPluginIndex(http.ResponseWriter, *request) error {
	return fault.New(fault.Invalid, "Plugin index is not enabled")
}

func (a *API) noPlugin(http.ResponseWriter, *request) error {
	return fault.New(fault.NotFound, "Plugin not found")
}
