package livechat_test

import (
	"fmt"
	"net/http"
	"testing"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

func TestWhoIsSignedInGetsAPasswordForTheChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	var given, again map[string]string
	w.get(t, "/13.0.1/router/api/auth", "alice", &given)
	w.get(t, "/router/auth", "alice", &again)
	if given["jid"] != "alice@localhost" || given["nickname"] != "Alice" || given["type"] != "peertube" || len(given["password"]) < 20 || len(given) != 4 {
		t.Errorf("got %v", given)
	}
	if again["password"] == given["password"] {
		t.Error("two pages have the same password")
	}
	if got := w.do("GET", "/router/api/auth", "", ""); got.Code != http.StatusForbidden {
		t.Errorf("not signed in: got %d", got.Code)
	}
	if got := w.do("GET", "/router/api/auth", "alice", ""); got.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("a password that may be kept: %v", got.Header())
	}
}

func TestTokensAreMadeListedAndRevoked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		const path = "/router/api/auth/tokens"
		var made map[string]any
		read(t, w.do("POST", path, "bob", `{"label":"OBS"}`), &made)
		if made["jid"] != "bob@localhost" || made["label"] != "OBS" || made["nickname"] != "Bob" || made["date"] != float64(w.Clock.Now().UnixMilli()) ||
			len(made["password"].(string)) < 30 {
			t.Errorf("made: got %v", made)
		}
		var list []map[string]any
		w.get(t, path, "bob", &list)
		if len(list) != 1 || list[0]["id"] != made["id"] || list[0]["password"] != nil {
			t.Errorf("listed: got %v", list)
		}
		w.get(t, path, "alice", &list)
		if len(list) != 0 {
			t.Errorf("somebody else's: got %v", list)
		}
		one := fmt.Sprintf("%s/%.0f", path, made["id"])
		for _, step := range []struct {
			name, method, path, as, body string
			status                       int
		}{
			{"no label", "POST", path, "bob", `{}`, http.StatusBadRequest},
			{"no JSON", "POST", path, "bob", `label=OBS`, http.StatusBadRequest},
			{"not signed in", "POST", path, "", `{"label":"OBS"}`, http.StatusForbidden},
			{"of somebody else", "DELETE", one, "alice", "", http.StatusNotFound},
			{"no number", "DELETE", path + "/x", "bob", "", http.StatusBadRequest},
			{"one's own", "DELETE", one, "bob", "", http.StatusOK},
			{"again", "DELETE", one, "bob", "", http.StatusNotFound},
		} {
			if got := w.do(step.method, step.path, step.as, step.body); got.Code != step.status {
				t.Errorf("%s: got %d %s, want %d", step.name, got.Code, got.Body, step.status)
			}
		}
		w.noTokens = true
		if got := w.do("GET", path, "bob", ""); got.Code != http.StatusForbidden {
			t.Errorf("a site without tokens: got %d", got.Code)
		}
	})
}
