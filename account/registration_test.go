package account_test

import (
	"net/netip"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

const visitor = "192.0.2.9"

var bob = account.Draft{Username: "bob", Email: "bob@localhost.test", Password: "bob-password", DisplayName: "Bob", ChannelName: "bob_films", ChannelDisplayName: "Bob films"}

func TestWhoMayRegister(t *testing.T) {
	here, elsewhere := netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.User(t, "alice", account.Ordinary)
		for _, c := range []struct {
			name   string
			signup account.SignupSettings
			isOpen bool
		}{
			{"closed", account.SignupSettings{Limit: -1}, false},
			{"full", account.SignupSettings{IsOpen: true, Limit: 1}, false},
			{"room for one", account.SignupSettings{IsOpen: true, Limit: 2}, true},
			{"network allowed", account.SignupSettings{IsOpen: true, Limit: -1, Allowed: []netip.Prefix{here}}, true},
			{"network not allowed", account.SignupSettings{IsOpen: true, Limit: -1, Allowed: []netip.Prefix{elsewhere}}, false},
			{"network denied", account.SignupSettings{IsOpen: true, Limit: -1, Denied: []netip.Prefix{here}}, false},
			{"other network denied", account.SignupSettings{IsOpen: true, Limit: -1, Denied: []netip.Prefix{elsewhere}}, true},
		} {
			w.Signup = c.signup
			got, err := w.Registrations.Openness(t.Context(), visitor)
			if err != nil || got.IsOpenTo != c.isOpen {
				t.Errorf("%s: got %+v, %v", c.name, got, err)
			}
			if c.isOpen {
				continue
			}
			if _, err := w.Registrations.Register(t.Context(), bob, visitor); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: got %v", c.name, err)
			}
		}
	})
}

func TestRegisterAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		greedy, room := bob, int64(1<<60)
		greedy.Role, greedy.VideoQuota, greedy.AdminFlags = account.Administrator, &room, 1
		w.Settings.VideoQuota = 1000
		made, err := w.Registrations.Register(t.Context(), greedy, visitor)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Users.Get(t.Context(), made.ID)
		if err != nil || got.Role != account.Ordinary || got.VideoQuota != 1000 || got.AdminFlags != 0 || got.Account.Name != "Bob" || got.EmailVerified != nil {
			t.Errorf("got %+v, %v", got, err)
		}
		for name, edit := range map[string]func(*account.Draft){
			"the same name": func(d *account.Draft) { d.Email = "x@localhost.test" }, "the same address": func(d *account.Draft) { d.Username = "x" },
		} {
			again := bob
			edit(&again)
			if _, err := w.Registrations.Register(t.Context(), again, visitor); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if _, err := w.Registrations.Request(t.Context(), bob, "please", visitor); !fault.Is(err, fault.Invalid) {
			t.Errorf("asking where nobody needs to: got %v", err)
		}
	})
}

func TestRegisterWithProofOfTheAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.TurnMailOn(t)
		w.Signup.RequiresEmailVerification = true
		made, err := w.Registrations.Register(t.Context(), bob, visitor)
		if err != nil || made.EmailVerified == nil || *made.EmailVerified {
			t.Fatalf("got %+v, %v", made, err)
		}
		if err := w.Users.VerifyEmail(t.Context(), made.ID, accounttest.Token(t, w.Mail(t))); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Users.Get(t.Context(), made.ID); err != nil || !*got.EmailVerified {
			t.Errorf("got %v, %v", *got.EmailVerified, err)
		}
	})
}

func TestRequestsAreDecidedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.TurnMailOn(t)
		_, _, mod, alice := people(t, w)
		w.Signup.RequiresApproval, w.Signup.RequiresEmailVerification = true, true
		if _, err := w.Registrations.Register(t.Context(), bob, visitor); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without asking: got %v", err)
		}
		asked, err := w.Registrations.Request(t.Context(), bob, "I make films", visitor)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Registrations.VerifyEmail(t.Context(), asked.ID, accounttest.Token(t, w.Mail(t))); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Registrations.Request(t.Context(), bob, "Again", visitor); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: got %v", err)
		}
		for name, c := range map[string]struct {
			viewer account.Viewer
			id     account.RegistrationID
			answer string
			want   fault.Kind
		}{
			"a user": {alice, asked.ID, "welcome", fault.Forbidden}, "nobody": {account.Viewer{}, asked.ID, "welcome", fault.Forbidden},
			"an unknown request": {mod, 99_999, "welcome", fault.NotFound}, "no answer": {mod, asked.ID, "", fault.Invalid},
			"a long answer": {mod, asked.ID, strings.Repeat("x", 3001), fault.Invalid},
		} {
			if err := w.Registrations.Accept(t.Context(), c.viewer, c.id, account.Decision{Response: c.answer}); !fault.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		if err := w.Registrations.Accept(t.Context(), mod, asked.ID, account.Decision{Response: "Welcome!"}); err != nil {
			t.Fatal(err)
		}
		if m := w.Mail(t); m.To != bob.Email || !strings.Contains(m.Text, "Welcome!") {
			t.Errorf("got the mail %+v", m)
		}
		if err := w.Registrations.Reject(t.Context(), mod, asked.ID, account.Decision{Response: "No"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("decided twice: got %v", err)
		}
		user, found, err := w.Users.Verify(t.Context(), "bob", "bob-password")
		if err != nil || !found || user.EmailVerified == nil || !*user.EmailVerified {
			t.Errorf("got %v, %+v, %v", found, user, err)
		}
		list, total, err := w.Registrations.List(t.Context(), account.RegistrationFilter{Search: "films", States: []account.RegistrationState{account.Accepted}})
		if err != nil || total != 1 || list[0].UserID != user.ID || list[0].PasswordHash != "" || list[0].ProcessedAt.IsZero() {
			t.Errorf("got %d, %+v, %v", total, list, err)
		}
		if err := w.Registrations.Delete(t.Context(), mod, asked.ID); err != nil {
			t.Fatal(err)
		}
		if _, total, err := w.Registrations.List(t.Context(), account.RegistrationFilter{}); err != nil || total != 0 {
			t.Errorf("deleted: got %d, %v", total, err)
		}
	})
}
