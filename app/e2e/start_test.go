package e2e_test

import (
	"net/http"
	"testing"

	"lucarne/app/apptest"
)

func TestFirstStart(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		visitor := site.Visitor(t)
		if got := string(visitor.Send("GET", "/api/v1/ping", nil, http.StatusOK).Body); got != "pong" {
			t.Errorf("ping: got %q", got)
		}
		var config struct {
			Instance struct {
				Name string `json:"name"`
			} `json:"instance"`
			ServerVersion string `json:"serverVersion"`
			Signup        struct {
				Allowed bool `json:"allowed"`
			} `json:"signup"`
		}
		visitor.Get("/api/v1/config", &config)
		if config.Instance.Name == "" || config.ServerVersion == "" || config.Signup.Allowed {
			t.Errorf("configuration of a new site: %+v", config)
		}
		me := site.Root(t).Me()
		if me.Username != "root" || len(me.Channels) != 1 || me.Channels[0].Name != "root_channel" {
			t.Errorf("root: %+v", me)
		}
		visitor.Refused("GET", "/api/v1/users/me", nil, http.StatusUnauthorized)
	})
}

func TestSignIn(t *testing.T) {
	site := site(t)
	root := site.Root(t)
	old := root.Token()
	root.Refresh()
	if root.Token() == old {
		t.Error("a refresh gives the same access token")
	}
	root.Me()
	site.Visitor(t).With("Authorization", "Bearer "+old).Refused("GET", "/api/v1/users/me", nil, http.StatusUnauthorized)
	root.Send("POST", "/api/v1/users/revoke-token", nil, http.StatusOK)
	root.Refused("GET", "/api/v1/users/me", nil, http.StatusUnauthorized)
}
