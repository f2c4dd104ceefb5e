package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

// raw sends a body as it is.
func (w *town) raw(as, method, path, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	if token := w.tokens[as]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return recorder
}

// TestPeopleRefuseWhatCannotBeRead sends what no honest client sends to every operation on people that takes a body.
func TestPeopleRefuseWhatCannotBeRead(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	huge := `{"username":"` + strings.Repeat("x", 2<<20) + `"}`
	for _, operation := range []struct{ as, method, path string }{
		{"root", "POST", "/users"},
		{"root", "PUT", "/users/2"},
		{"root", "POST", "/users/2/block"},
		{"alice", "PUT", "/users/me"},
		{"alice", "PUT", "/users/me/notification-settings"},
		{"alice", "POST", "/users/me/new-feature-info/read"},
		{"", "POST", "/users/token"},
		{"", "POST", "/users/register"},
		{"", "POST", "/users/registrations/request"},
		{"mod", "POST", "/users/registrations/1/accept"},
		{"", "POST", "/users/ask-reset-password"},
		{"", "POST", "/users/2/reset-password"},
		{"", "POST", "/users/2/verify-email"},
		{"alice", "POST", "/users/2/two-factor/request"},
		{"alice", "POST", "/users/2/two-factor/confirm-request"},
		{"alice", "POST", "/users/2/two-factor/disable"},
	} {
		for _, c := range []struct {
			name, contentType, body string
			want                    int
		}{
			{"another content type", "text/xml", "<x/>", http.StatusUnsupportedMediaType},
			{"too large", "application/json", huge, http.StatusRequestEntityTooLarge},
			{"broken JSON", "application/json", `{"a":`, http.StatusBadRequest},
			{"a list", "application/json", `[1]`, http.StatusBadRequest},
			{"two objects", "application/json", `{}{}`, http.StatusBadRequest},
		} {
			got := w.raw(operation.as, operation.method, operation.path, c.contentType, c.body)
			isProblem := strings.HasPrefix(got.Header().Get("Content-Type"), "application/problem+json")
			if got.Code != c.want || !isProblem {
				t.Errorf("%s %s, %s: got %d %.200s, want %d", operation.method, operation.path, c.name, got.Code, got.Body, c.want)
			}
		}
	}
}

func TestPeopleRefuseWrongValues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		long := strings.Repeat("x", 500)
		for _, c := range []struct {
			name, as, method, path string
			body                   any
			want                   int
			refused                string // the parameter that is named
		}{
			{"an id that is none", "root", "GET", "/users/x", nil, 400, "id"},
			{"an id below the first", "root", "GET", "/users/-1", nil, 400, "id"},
			{"an id out of the world", "root", "GET", "/users/99999999999999999999", nil, 400, "id"},
			{"a path for an id", "root", "GET", "/users/..%2Fme", nil, 400, "id"},
			{"an object for a name", "root", "POST", "/users", map[string]any{"username": map[string]any{"a": 1}, "role": 2}, 400, "username"},
			{"a NUL in a name", "root", "POST", "/users", map[string]any{"username": "a\x00b", "role": 2}, 400, "username"},
			{"a long name", "root", "POST", "/users", map[string]any{"username": long, "email": "x@localhost.test", "password": "x-password", "role": 2}, 400, "username"},
			{"a quota below none", "root", "PUT", "/users/2", map[string]any{"videoQuota": -2}, 400, "videoQuota"},
			{"a flag there is not", "root", "PUT", "/users/2", map[string]any{"adminFlags": 2}, 400, "adminFlags"},
			{"a mail header", "root", "PUT", "/users/2", map[string]any{"email": "a@b.test\r\nBcc: c@d.test"}, 400, "email"},
			{"a long description", "alice", "PUT", "/users/me", map[string]any{"description": strings.Repeat("x", 1001)}, 400, "description"},
			{"a long display name", "alice", "PUT", "/users/me", map[string]any{"displayName": strings.Repeat("x", 121)}, 400, "displayName"},
			{"a language without end", "alice", "PUT", "/users/me", map[string]any{"videoLanguages": []string{long}}, 400, "videoLanguages"},
			{"a boolean that is none", "root", "GET", "/users?blocked=perhaps", nil, 400, "blocked"},
			{"a session that is none", "alice", "POST", "/users/2/token-sessions/x/revoke", nil, 400, "tokenSessionId"},
			{"a session of nobody", "alice", "POST", "/users/2/token-sessions/999/revoke", nil, 404, ""},
			{"a request that is none", "mod", "DELETE", "/users/registrations/x", nil, 400, "registrationId"},
			{"no address to write to", "", "POST", "/users/ask-reset-password", map[string]any{}, 400, "email"},
			{"a reset without token", "", "POST", "/users/2/reset-password", map[string]any{"password": "new-password"}, 400, "verificationString"},
			{"a reset with another's token", "", "POST", "/users/2/reset-password", map[string]any{"password": "new-password", "verificationString": "x"}, 403, ""},
			{"a reset of nobody", "", "POST", "/users/999/reset-password", map[string]any{"password": "new-password", "verificationString": "x"}, 404, ""},
			{"registering with a short password", "", "POST", "/users/register", map[string]any{"username": "bob", "email": "bob@localhost.test", "password": "x"}, 400, "password"},
			{"registering as root", "", "POST", "/users/register", map[string]any{"username": "root", "email": "bob@localhost.test", "password": "bob-password"}, 409, ""},
			{"registering with the name of a channel", "", "POST", "/users/register", map[string]any{"username": "alice_channel", "email": "bob@localhost.test", "password": "bob-password"}, 409, ""},
		} {
			got := w.as(c.as, c.method, c.path, c.body)
			if got.Code != c.want || !strings.Contains(got.Body.String(), `"`+c.refused) {
				t.Errorf("%s: got %d %.300s, want %d naming %q", c.name, got.Code, got.Body, c.want, c.refused)
			}
		}
		if users, err := db.Value[int](t.Context(), d, "SELECT COUNT(*) FROM users"); err != nil || users != 3 {
			t.Errorf("got %d users, %v: something was half written", users, err)
		}
	})
}
