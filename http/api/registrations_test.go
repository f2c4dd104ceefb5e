package api_test

import (
	"net/url"
	"strings"
	"testing"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

func TestRegistrationsAnswerAsRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		compare(t, "028", w.as("", "POST", "/users/register", map[string]any{
			"username": "bob", "displayName": "Bob", "email": "bob@localhost.test", "password": "bob-password",
			"channel": map[string]any{"name": "bob_channel", "displayName": "Bob films"},
		}))
		compare(t, "030", w.as("", "POST", "/users/register", map[string]any{"username": "bob", "email": "bob9@localhost.test", "password": "bob-password"}))
		compare(t, "055", w.as("", "POST", "/users/ask-reset-password", map[string]any{"email": "alice@localhost.test"}))
		compare(t, "056", w.as("", "POST", "/users/ask-send-verify-email", map[string]any{"email": "nobody@localhost.test"}))
		compare(t, "242", w.as("root", "GET", "/users/registrations", nil))
	})
}

func TestRegistrationWithApproval(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		w.signup.RequiresApproval = true
		request := func(name string) map[string]any {
			return map[string]any{
				"username": name, "email": name + "@localhost.test", "password": name + "-password", "registrationReason": "I make films",
				"channel": map[string]any{"name": name + "_films", "displayName": "Films"},
			}
		}
		yes := map[string]any{"moderationResponse": "Welcome", "preventEmailDelivery": true}
		for _, c := range []struct {
			name, as, method, path string
			body                   any
			want                   int
		}{
			{"without approval", "", "POST", "/users/register", request("bob"), 403},
			{"without a reason", "", "POST", "/users/registrations/request", map[string]any{"username": "bob", "email": "bob@localhost.test", "password": "bob-password"}, 400},
			{"bob asks", "", "POST", "/users/registrations/request", request("bob"), 200},
			{"bob asks again", "", "POST", "/users/registrations/request", request("bob"), 409},
			{"carol asks", "", "POST", "/users/registrations/request", request("carol"), 200},
			{"alice looks", "alice", "GET", "/users/registrations", nil, 403},
			{"alice decides", "alice", "POST", "/users/registrations/1/accept", yes, 403},
			{"a wrong token", "", "POST", "/users/registrations/1/verify-email", map[string]any{"verificationString": "x"}, 403},
			{"no token", "", "POST", "/users/registrations/1/verify-email", map[string]any{}, 400},
			{"a moderator says nothing", "mod", "POST", "/users/registrations/1/accept", map[string]any{}, 400},
			{"a moderator accepts", "mod", "POST", "/users/registrations/1/accept", yes, 204},
			{"and again", "mod", "POST", "/users/registrations/1/reject", yes, 409},
			{"a moderator rejects", "mod", "POST", "/users/registrations/2/reject", yes, 204},
			{"an unknown request", "mod", "POST", "/users/registrations/99/accept", yes, 404},
			{"those accepted", "mod", "GET", "/users/registrations?stateOneOf=3&sort=-createdAt&search=bob", nil, 200},
			{"a state that is none", "mod", "GET", "/users/registrations?stateOneOf=9", nil, 400},
			{"a request is forgotten", "mod", "DELETE", "/users/registrations/2", nil, 204},
		} {
			if got := w.as(c.as, c.method, c.path, c.body); got.Code != c.want {
				t.Errorf("%s: got %d, want %d: %.300s", c.name, got.Code, c.want, got.Body)
			}
		}
		w.signIn(t, "bob", "bob-password")
		if got := w.as("", "POST", "/users/registrations/request", request("dave")); got.Code != 200 {
			t.Fatal(got.Body)
		}
		for password, want := range map[string]string{"dave-password": `"account_waiting_for_approval"`, "wrong": `"invalid_grant"`} {
			if got := w.form(url.Values{"username": {"dave"}, "password": {password}}); got.Code != 400 || !strings.Contains(got.Body.String(), want) {
				t.Errorf("dave signs in with %s: %d %s", password, got.Code, got.Body)
			}
		}
	})
}

func TestLinksOfMails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for _, c := range []struct {
			name, path string
			body       map[string]any
			want       int
		}{
			{"a wrong proof", "/users/2/verify-email", map[string]any{"verificationString": "x"}, 403},
			{"of nobody", "/users/99/verify-email", map[string]any{"verificationString": "x"}, 404},
			{"no proof", "/users/2/verify-email", map[string]any{}, 400},
			{"a password with a wrong token", "/users/2/reset-password", map[string]any{"verificationString": "x", "password": "new-password"}, 403},
			{"a short password", "/users/2/reset-password", map[string]any{"verificationString": "x", "password": "x"}, 400},
			{"no address", "/users/ask-reset-password", map[string]any{}, 400},
			{"an address that is none", "/users/ask-reset-password", map[string]any{"email": "x"}, 400},
		} {
			if got := w.as("", "POST", c.path, c.body); got.Code != c.want {
				t.Errorf("%s: got %d, want %d: %.300s", c.name, got.Code, c.want, got.Body)
			}
		}
	})
}
