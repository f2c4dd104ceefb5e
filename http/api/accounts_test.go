package api_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

func TestAccountsAnswerAsRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		compare(t, "070", w.as("alice", "GET", "/accounts/alice/followers", nil))
		_, err := db.Exec(t.Context(), d, `INSERT INTO follow (actor_id, target_actor_id, state, url, score, created_at, updated_at)
			SELECT f.id, c.id, 'accepted', 'http://localhost:9100/follows/1', 1000, 1, 1 FROM actor f, actor c WHERE f.username = 'mod' AND c.username = 'alice_channel'`)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.as("alice", "POST", "/users/me/avatar/pick", upload{name: "avatarfile", content: pngOf(100, 100)}); got.Code != 200 {
			t.Fatal(got.Body)
		}
		for _, c := range []struct{ number, as, path string }{
			{"066", "", "/accounts"},
			{"067", "", "/accounts/alice"},
			{"072", "", "/accounts/nobody"},
			{"199", "alice", "/video-channels/alice_channel/followers"},
			{"200", "alice", "/accounts/alice/followers?search=mod&sort=-createdAt"},
		} {
			compare(t, c.number, w.as(c.as, "GET", c.path, nil))
		}
	})
}

func TestAccountsAreShownByTheirRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		for _, c := range []struct {
			name, as, path string
			want           int
		}{
			{"with the host", "", "/accounts/alice@localhost:9100", 200},
			{"with another host", "", "/accounts/alice@elsewhere.example", 404},
			{"capitals", "", "/accounts/ALICE", 200},
			{"a path", "", "/accounts/..%2F..%2Fetc", 404},
			{"an order that is none", "", "/accounts?sort=private_key", 400},
			{"too many", "", "/accounts?count=101", 400},
			{"before the first", "", "/accounts?start=-1", 400},
			{"followers for nobody", "", "/accounts/alice/followers", 401},
			{"followers for moderators", "mod", "/accounts/alice/followers", 200},
			{"followers of root for alice", "alice", "/accounts/root/followers", 403},
			{"followers of a channel of root for alice", "alice", "/video-channels/root_channel/followers", 403},
			{"followers of nobody", "alice", "/accounts/nobody/followers", 404},
			{"followers in an order that is none", "alice", "/accounts/alice/followers?sort=x", 400},
		} {
			if got := w.as(c.as, "GET", c.path, nil); got.Code != c.want {
				t.Errorf("%s: got %d, want %d: %.300s", c.name, got.Code, c.want, got.Body)
			}
		}
	})
}

func TestTwoFactorFromRequestToDisable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d)
		const of = "/users/2/two-factor/"
		password := map[string]any{"currentPassword": "alice-password"}
		for _, c := range []struct {
			name, as, action string
			body             any
			want             int
		}{
			{"nobody", "", "request", password, 401},
			{"somebody else", "mod", "request", password, 403},
			{"no password", "alice", "request", nil, 400},
			{"a wrong password", "alice", "request", map[string]any{"currentPassword": "x"}, 403},
			{"nothing to confirm", "alice", "confirm-request", map[string]any{}, 400},
			{"nothing to disable", "alice", "disable", password, 409},
		} {
			if got := w.as(c.as, "POST", of+c.action, c.body); got.Code != c.want {
				t.Errorf("%s: got %d, want %d: %.300s", c.name, got.Code, c.want, got.Body)
			}
		}
		compare(t, "287", w.as("alice", "POST", of+"confirm-request", map[string]any{"requestToken": "x", "otpToken": "123456"}))
		asked := w.as("alice", "POST", of+"request", password)
		compare(t, "286", asked)
		var answer struct {
			OTPRequest struct{ RequestToken, Secret string } `json:"otpRequest"`
		}
		if err := json.Unmarshal(asked.Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		code := func() string {
			text, err := totp.GenerateCode(answer.OTPRequest.Secret, w.Clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		confirmed := w.as("alice", "POST", of+"confirm-request", map[string]any{"requestToken": answer.OTPRequest.RequestToken, "otpToken": code()})
		if confirmed.Code != 204 {
			t.Fatalf("confirm: %d %s", confirmed.Code, confirmed.Body)
		}
		w.Clock.Advance(time.Minute)
		for _, c := range []struct {
			name, code, answered string
			want                 int
		}{
			{"no code", "", "missing_two_factor", 401},
			{"a wrong code", "12345", "invalid_two_factor", 400},
			{"the code", code(), "", 200},
			{"the code again", code(), "invalid_two_factor", 400},
		} {
			got := w.form(url.Values{"username": {"alice"}, "password": {"alice-password"}}, "X-PeerTube-OTP", c.code)
			var problem struct{ Code string }
			_ = json.Unmarshal(got.Body.Bytes(), &problem) // tokens have no code
			if got.Code != c.want || problem.Code != c.answered {
				t.Errorf("%s: got %d %s", c.name, got.Code, got.Body)
			}
			if asks := got.Header().Get("X-PeerTube-OTP") == "required; app"; asks != (c.code == "") {
				t.Errorf("%s: the header asks for a code: %v", c.name, asks)
			}
		}
		if got := w.as("alice", "POST", of+"disable", password); got.Code != 204 {
			t.Errorf("disable: %d %s", got.Code, got.Body)
		}
		if got := w.as("alice", "GET", "/users/me", nil); got.Code != 200 {
			t.Errorf("the session ended: %d", got.Code)
		}
	})
}
