package signin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/account/signin"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func newCodes(t *testing.T, w *accounttest.World, secret string) *signin.Codes {
	t.Helper()
	codes, err := signin.NewCodes(signin.CodeOptions{DB: w.DB, Clock: w.Clock, Users: w.Users, Site: accounttest.Site, Secret: []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// enrol turns alice's second factor on and gives its secret.
func enrol(t *testing.T, w *accounttest.World, codes *signin.Codes, alice account.Viewer) string {
	t.Helper()
	e, err := codes.Request(t.Context(), alice, alice.UserID(), "alice-password")
	if err != nil {
		t.Fatal(err)
	}
	if err := codes.Confirm(t.Context(), alice, alice.UserID(), e.RequestToken, codeAt(t, e.Secret, w.Clock.Now())); err != nil {
		t.Fatal(err)
	}
	return e.Secret
}

func TestSettingUpASecondFactorRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		codes := newCodes(t, w, "secret")
		alice, bob, admin := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary), w.User(t, "boss", account.Administrator)
		e, err := codes.Request(t.Context(), alice, alice.UserID(), "alice-password")
		if err != nil || len(e.Secret) != 32 || !strings.HasPrefix(e.URI, "otpauth://totp/localhost%3A9100:alice%40localhost.test?") {
			t.Fatalf("got %+v, %v", e, err)
		}
		right := codeAt(t, e.Secret, w.Clock.Now())
		ask := func(viewer account.Viewer, password string) error {
			_, err := codes.Request(t.Context(), viewer, alice.UserID(), password)
			return err
		}
		confirm := func(viewer account.Viewer, token, code string) error {
			return codes.Confirm(t.Context(), viewer, viewer.UserID(), token, code)
		}
		for _, c := range []struct {
			name string
			err  error
			want fault.Kind
		}{
			{"no password", ask(alice, ""), fault.Invalid},
			{"a wrong password", ask(alice, "x"), fault.Forbidden},
			{"an administrator for somebody else", ask(admin, "boss-password"), fault.Forbidden},
			{"nobody", ask(account.Viewer{}, "x"), fault.Forbidden},
			{"a made-up request", confirm(alice, "x", right), fault.Forbidden},
			{"the request of somebody else", confirm(bob, e.RequestToken, right), fault.Forbidden},
			{"a wrong code", confirm(alice, e.RequestToken, "000000x"), fault.Forbidden},
			{"disabling what is off", codes.Disable(t.Context(), alice, alice.UserID(), "alice-password"), fault.Conflict},
			{"an unknown user", codes.Disable(t.Context(), admin, 99_999, ""), fault.NotFound},
		} {
			if !fault.Is(c.err, c.want) {
				t.Errorf("%s: got %v, want %v", c.name, c.err, c.want)
			}
		}
		w.Clock.Advance(10 * time.Minute)
		if err := confirm(alice, e.RequestToken, codeAt(t, e.Secret, w.Clock.Now())); !fault.Is(err, fault.Forbidden) {
			t.Errorf("too late: got %v", err)
		}
	})
}

func TestCodesAreGoodOnceAndForAMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		codes := newCodes(t, w, "secret")
		alice := w.User(t, "alice", account.Ordinary)
		secret := enrol(t, w, codes, alice)
		check := func(name string, at time.Duration, want bool) {
			t.Helper()
			got, err := codes.Check(t.Context(), alice.UserID(), codeAt(t, secret, w.Clock.Now().Add(at)))
			if err != nil || got != want {
				t.Errorf("%s: got %v, %v", name, got, err)
			}
		}
		check("the code that confirmed", 0, false)
		w.Clock.Advance(2 * time.Minute)
		check("a step late", -30*time.Second, true)
		check("that again", -30*time.Second, false)
		check("the current one", 0, true)
		check("the current one again", 0, false)
		check("one from before it", -30*time.Second, false)
		check("a step early", 30*time.Second, true)
		check("two steps early", 60*time.Second, false)
		w.Clock.Advance(5 * time.Minute)
		check("two steps late", -60*time.Second, false)
		if _, err := newCodes(t, w, "another").Check(t.Context(), alice.UserID(), codeAt(t, secret, w.Clock.Now())); err == nil {
			t.Error("the secret opens with another key")
		}
		stored, err := db.Value[int](t.Context(), d, "SELECT COUNT(*) FROM users WHERE otp_secret LIKE ?", "%"+secret+"%")
		if err != nil || stored != 0 {
			t.Errorf("got %d secrets in clear, %v", stored, err)
		}
	})
}

func TestDisablingASecondFactor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		codes := newCodes(t, w, "secret")
		alice, bob, mod := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary), w.User(t, "mod", account.Moderator)
		for _, c := range []struct {
			name     string
			viewer   account.Viewer
			password string
			want     bool
		}{
			{"alice without her password", alice, "", false}, {"bob", bob, "bob-password", false}, {"alice", alice, "alice-password", true}, {"a moderator", mod, "", true},
		} {
			if user, _ := w.Users.Get(t.Context(), alice.UserID()); !user.HasTwoFactor {
				w.Clock.Advance(5 * time.Minute)
				enrol(t, w, codes, alice)
			}
			err := codes.Disable(t.Context(), c.viewer, alice.UserID(), c.password)
			user, getErr := w.Users.Get(t.Context(), alice.UserID())
			if (err == nil) != c.want || getErr != nil || user.HasTwoFactor == c.want {
				t.Errorf("%s: got %v, still on %v, %v", c.name, err, user.HasTwoFactor, getErr)
			}
		}
	})
}

func TestPasswordsAreNotGuessedHere(t *testing.T) {
	w := accounttest.New(t, dbtest.SQLite(t))
	codes := newCodes(t, w, "secret")
	alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
	var err error
	for attempt := 0; attempt < 100 && !fault.Is(err, fault.TooMany); attempt++ {
		_, err = codes.Request(t.Context(), alice, alice.UserID(), "wrong")
	}
	if !fault.Is(err, fault.TooMany) {
		t.Errorf("a hundred wrong passwords are answered with %v", err)
	}
	if _, err := codes.Request(t.Context(), bob, bob.UserID(), "bob-password"); err != nil {
		t.Errorf("bob suffers for it: %v", err)
	}
}
