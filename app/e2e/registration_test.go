package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"lucarne/app/apptest"
)

// parameter reads one out of an address in a letter.
func parameter(t *testing.T, address, name string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	value := parsed.Query().Get(name)
	if value == "" {
		t.Fatalf("%s has no %s", address, name)
	}
	return value
}

const proof = "verificationString" // what the links in letters prove with

func TestRegistrationWithApprovalAndMail(t *testing.T) {
	site := start(t, "LUCARNE_SIGNUP_ENABLED=true", "LUCARNE_SIGNUP_REQUIRES_APPROVAL=true", "LUCARNE_SIGNUP_REQUIRES_EMAIL_VERIFICATION=true")
	visitor, root := site.Visitor(t), site.Root(t)
	newcomer := map[string]any{"username": "newcomer", "email": "newcomer@example.com", "password": userPassword, "registrationReason": "To show films"}
	visitor.Refused("POST", "/api/v1/users/register", newcomer, http.StatusForbidden)
	var request struct {
		ID int64 `json:"id"`
	}
	visitor.Post("/api/v1/users/registrations/request", newcomer, http.StatusOK, &request)
	path := fmt.Sprintf("/api/v1/users/registrations/%d", request.ID)

	letter := site.AwaitLetter(t, "newcomer@example.com", func(l apptest.Letter) bool { return strings.Contains(l.Text, proof) })
	visitor.Refused("POST", path+"/verify-email", map[string]string{proof: "wrong"}, http.StatusForbidden)
	visitor.Send("POST", path+"/verify-email", map[string]string{proof: parameter(t, letter.Link(t, proof), proof)}, http.StatusNoContent)
	if answer := visitor.Grant(passwordGrant("newcomer", userPassword)); answer.Status != http.StatusBadRequest {
		t.Errorf("sign in before the approval: %d %s", answer.Status, answer.Body)
	}

	var waiting struct {
		Total int `json:"total"`
		Data  []struct {
			ID       int64
			Reason   string `json:"registrationReason"`
			Verified bool   `json:"emailVerified"`
		} `json:"data"`
	}
	root.Get("/api/v1/users/registrations", &waiting)
	if waiting.Total != 1 || waiting.Data[0].Reason != "To show films" || !waiting.Data[0].Verified {
		t.Errorf("waiting: %+v", waiting)
	}
	root.Send("POST", path+"/accept", map[string]string{"moderationResponse": "Welcome among us"}, http.StatusNoContent)
	site.AwaitLetter(t, "newcomer@example.com", func(l apptest.Letter) bool { return strings.Contains(l.Text, "Welcome among us") })
	me := site.SignIn(t, "newcomer", userPassword).Me()
	if len(me.Channels) != 1 {
		t.Errorf("newcomer: %+v", me)
	}
}

func TestRegistrationWithVerifiedMail(t *testing.T) {
	site := start(t, "LUCARNE_SIGNUP_ENABLED=true", "LUCARNE_SIGNUP_REQUIRES_APPROVAL=false", "LUCARNE_SIGNUP_REQUIRES_EMAIL_VERIFICATION=true")
	visitor := site.Visitor(t)
	for _, name := range []string{"by.api", "by.page"} {
		newcomer := map[string]any{"username": name, "email": name + "@example.com", "password": userPassword}
		visitor.Send("POST", "/api/v1/users/register", newcomer, http.StatusNoContent)
		if answer := visitor.Grant(passwordGrant(name, userPassword)); answer.Status != http.StatusBadRequest || !strings.Contains(string(answer.Body), "not verified") {
			t.Errorf("%s signs in with an unproved address: %d %s", name, answer.Status, answer.Body)
		}
	}
	link := func(name string) string {
		letter := site.AwaitLetter(t, name+"@example.com", func(l apptest.Letter) bool { return strings.Contains(l.Text, proof) })
		return letter.Link(t, proof)
	}
	address := link("by.api")
	path := "/api/v1/users/" + parameter(t, address, "userId") + "/verify-email"
	visitor.Refused("POST", path, map[string]string{proof: "wrong"}, http.StatusForbidden)
	visitor.Send("POST", path, map[string]string{proof: parameter(t, address, proof)}, http.StatusNoContent)
	site.SignIn(t, "by.api", userPassword).Me()

	parsed, err := url.Parse(link("by.page"))
	if err != nil {
		t.Fatal(err)
	}
	browser := site.Session(t, "en", "", "")
	browser.Read(parsed.RequestURI()) // opening the link alone proves nothing: programs that look into mails do so too
	if answer := visitor.Grant(passwordGrant("by.page", userPassword)); answer.Status != http.StatusBadRequest {
		t.Errorf("after opening the link: %d %s", answer.Status, answer.Body)
	}
	browser.Fill(parsed.Path, parsed.Query(), http.StatusOK)
	site.SignIn(t, "by.page", userPassword).Me()
}

func TestForgottenPassword(t *testing.T) {
	site := site(t)
	id, user := createUser(t, site, "forgetful", nil)
	me, visitor := user.Me(), site.Visitor(t)
	visitor.Send("POST", "/api/v1/users/ask-reset-password", map[string]string{"email": me.Email}, http.StatusNoContent)
	visitor.Send("POST", "/api/v1/users/ask-reset-password", map[string]string{"email": "nobody@example.com"}, http.StatusNoContent)
	letter := site.AwaitLetter(t, me.Email, func(l apptest.Letter) bool { return strings.Contains(l.Text, proof) })
	token := parameter(t, letter.Link(t, proof), proof)
	path := fmt.Sprintf("/api/v1/users/%d/reset-password", id)

	visitor.Refused("POST", path, map[string]string{proof: "wrong", "password": "remembered well"}, http.StatusForbidden)
	visitor.Send("POST", path, map[string]string{proof: token, "password": "remembered well"}, http.StatusNoContent)
	visitor.Refused("POST", path, map[string]string{proof: token, "password": "once more please"}, http.StatusForbidden)
	site.SignIn(t, me.Username, "remembered well")
	if answer := visitor.Grant(passwordGrant(me.Username, userPassword)); answer.Status != http.StatusBadRequest {
		t.Errorf("sign in with the old password: %d %s", answer.Status, answer.Body)
	}
	user.Refused("GET", "/api/v1/users/me", nil, http.StatusUnauthorized)
}

func TestTwoFactor(t *testing.T) {
	site := site(t)
	id, user := createUser(t, site, "careful", nil)
	me, visitor := user.Me(), site.Visitor(t)
	path := fmt.Sprintf("/api/v1/users/%d/two-factor/", id)
	user.Refused("POST", path+"request", map[string]string{"currentPassword": "wrong"}, http.StatusForbidden)
	var made struct {
		OTP struct {
			Token  string `json:"requestToken"`
			Secret string `json:"secret"`
		} `json:"otpRequest"`
	}
	user.Post(path+"request", map[string]string{"currentPassword": userPassword}, http.StatusOK, &made)
	confirm := map[string]string{"requestToken": made.OTP.Token, "otpToken": code(t, made.OTP.Secret, 0)}
	user.Send("POST", path+"confirm-request", confirm, http.StatusNoContent)
	if !user.Me().TwoFactor {
		t.Error("two-factor is not on")
	}

	grant := passwordGrant(me.Username, userPassword)
	answer := visitor.Grant(grant)
	if answer.Status != http.StatusUnauthorized || !strings.HasPrefix(answer.Header.Get("X-PeerTube-OTP"), "required") {
		t.Errorf("without a code: %d %v", answer.Status, answer.Header)
	}
	if answer := visitor.With("X-PeerTube-OTP", "000000").Grant(grant); answer.Status != http.StatusBadRequest {
		t.Errorf("with a wrong code: %d %s", answer.Status, answer.Body)
	}
	// The code that confirmed is spent: the next one is due within the tolerance.
	if answer := visitor.With("X-PeerTube-OTP", code(t, made.OTP.Secret, 30*time.Second)).Grant(grant); answer.Status != http.StatusOK {
		t.Errorf("with a code: %d %s", answer.Status, answer.Body)
	}
	user.Send("POST", path+"disable", map[string]string{"currentPassword": userPassword}, http.StatusNoContent)
	site.SignIn(t, me.Username, userPassword)
}

func code(t *testing.T, secret string, from time.Duration) string {
	t.Helper()
	passcode, err := totp.GenerateCode(secret, time.Now().Add(from))
	if err != nil {
		t.Fatal(err)
	}
	return passcode
}
