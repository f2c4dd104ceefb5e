package account_test

import (
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func TestForgottenPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.TurnMailOn(t)
		alice, bob := w.User(t, "alice", account.Ordinary).User, w.User(t, "bob", account.Ordinary).User
		if err := w.Letters.AskReset(t.Context(), "ALICE@localhost.test"); err != nil {
			t.Fatal(err)
		}
		m := w.Mail(t)
		if m.To != "alice@localhost.test" || !strings.Contains(m.Text, "http://localhost:9100/reset-password?userId=") {
			t.Errorf("got %+v", m)
		}
		token := accounttest.Token(t, m)
		for _, c := range []struct {
			name, token, password string
			user                  account.UserID
			want                  fault.Kind
		}{
			{"a made-up token", "x", "another-password", alice.ID, fault.Forbidden},
			{"the token of somebody else", token, "another-password", bob.ID, fault.Forbidden},
			{"an unknown user", token, "another-password", 99_999, fault.NotFound},
			{"a short password", token, "x", alice.ID, fault.Invalid},
		} {
			if err := w.Users.ResetPassword(t.Context(), c.user, c.token, c.password); !fault.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", c.name, err, c.want)
			}
		}
		if err := w.Users.ResetPassword(t.Context(), alice.ID, token, "another-password"); err != nil {
			t.Fatal(err)
		}
		if _, found, err := w.Users.Verify(t.Context(), "alice", "another-password"); err != nil || !found {
			t.Errorf("the new password does not open: %v", err)
		}
		if err := w.Users.ResetPassword(t.Context(), alice.ID, token, "once-again"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("used twice: got %v", err)
		}
		stored, err := db.Value[int](t.Context(), d, "SELECT COUNT(*) FROM one_time_token WHERE token_hash = ?", token)
		if err != nil || stored != 0 {
			t.Errorf("got %d tokens in clear, %v", stored, err)
		}
	})
}

func TestLinksExpireAndAreNotSentTooOften(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.TurnMailOn(t)
		alice := w.User(t, "alice", account.Ordinary).User
		ask := func() {
			t.Helper()
			if err := w.Letters.AskReset(t.Context(), "alice@localhost.test"); err != nil {
				t.Fatal(err)
			}
		}
		ask()
		token := accounttest.Token(t, w.Mail(t))
		w.Settle(t)
		ask()
		if unread := w.Settle(t); unread != 0 {
			t.Errorf("asked again at once: got %d mails", unread)
		}
		w.Clock.Advance(time.Hour)
		if err := w.Users.ResetPassword(t.Context(), alice.ID, token, "another-password"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("expired: got %v", err)
		}
		ask()
		w.Mail(t)
		if err := w.Users.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left, err := db.Value[int](t.Context(), d, "SELECT COUNT(*) FROM one_time_token"); err != nil || left != 1 {
			t.Errorf("got %d tokens, %v, want the new one", left, err)
		}
	})
}

func TestLinksToANewPasswordGoWithWhatTheyWereFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.TurnMailOn(t)
		_, admin, _, alice := people(t, w)
		password, address := "chosen-meanwhile", "moved@localhost.test"
		for name, change := range map[string]account.UserChange{"a new password": {Password: &password}, "a new address": {Email: &address}} {
			user, err := w.Users.Get(t.Context(), alice.UserID())
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Letters.AskReset(t.Context(), user.Email); err != nil {
				t.Fatal(err)
			}
			token := accounttest.Token(t, w.Mail(t))
			if err := w.Users.Update(t.Context(), admin, alice.UserID(), change); err != nil {
				t.Fatal(err)
			}
			if err := w.Users.ResetPassword(t.Context(), alice.UserID(), token, "another-password"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("after %s: got %v", name, err)
			}
			w.Clock.Advance(5 * time.Minute)
			w.Settle(t)
		}
	})
}

func TestClaimingAnAddressDivertsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.TurnMailOn(t)
		w.Settings.VerifiesEmail = true
		mallory := w.User(t, "mallory", account.Ordinary)
		claimed := "alice@localhost.test"
		if err := w.Users.UpdateMe(t.Context(), mallory, account.MyChange{Email: &claimed, CurrentPassword: "mallory-password"}); err != nil {
			t.Fatal(err)
		}
		proof := w.Mail(t)
		alice := w.User(t, "alice", account.Ordinary)
		if err := w.Letters.AskReset(t.Context(), claimed); err != nil {
			t.Fatal(err)
		}
		if m := w.Mail(t); m.To != claimed || !strings.Contains(m.Text, "alice") {
			t.Errorf("the link went to %s: %s", m.To, m.Text)
		}
		if err := w.Users.VerifyEmail(t.Context(), mallory.UserID(), accounttest.Token(t, proof)); !fault.Is(err, fault.Conflict) {
			t.Errorf("an address that is taken by now: got %v", err)
		}
		if got, err := w.Users.Get(t.Context(), alice.UserID()); err != nil || got.Email != claimed {
			t.Errorf("got %s, %v", got.Email, err)
		}
	})
}

func TestNobodyLearnsWhetherAnAddressIsKnown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.TurnMailOn(t)
		_, admin, _, alice := people(t, w)
		if err := w.Users.Block(t.Context(), admin, alice.UserID(), "spam"); err != nil {
			t.Fatal(err)
		}
		if m := w.Mail(t); m.To != "alice@localhost.test" || !strings.Contains(m.Text, "spam") {
			t.Errorf("the blocked user reads %+v", m)
		}
		for _, address := range []string{"nobody@localhost.test", "alice@localhost.test"} {
			if err := w.Letters.AskReset(t.Context(), address); err != nil {
				t.Errorf("%s: got %v", address, err)
			}
			if err := w.Letters.AskVerification(t.Context(), address); err != nil {
				t.Errorf("%s: got %v", address, err)
			}
		}
		if unread := w.Settle(t); unread != 0 {
			t.Errorf("got %d mails", unread)
		}
		if err := w.Letters.AskReset(t.Context(), "not an address"); !fault.Is(err, fault.Invalid) {
			t.Errorf("no address: got %v", err)
		}
	})
}

func TestNewAddressWaitsForItsProof(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.TurnMailOn(t)
		w.Settings.VerifiesEmail = true
		alice := w.User(t, "alice", account.Ordinary)
		address := "new@localhost.test"
		err := w.Users.UpdateMe(t.Context(), alice, account.MyChange{Email: &address, CurrentPassword: "alice-password"})
		if err != nil {
			t.Fatal(err)
		}
		m := w.Mail(t)
		got, err := w.Users.Get(t.Context(), alice.UserID())
		if err != nil || m.To != address || got.Email != "alice@localhost.test" || got.PendingEmail != address {
			t.Fatalf("got a mail to %s, address %s, pending %s, %v", m.To, got.Email, got.PendingEmail, err)
		}
		if err := w.Users.VerifyEmail(t.Context(), alice.UserID(), accounttest.Token(t, m)); err != nil {
			t.Fatal(err)
		}
		if got, err = w.Users.Get(t.Context(), alice.UserID()); err != nil || got.Email != address || got.PendingEmail != "" || !*got.EmailVerified {
			t.Errorf("got %s, pending %q, %v", got.Email, got.PendingEmail, err)
		}
	})
}

func TestUsersWithoutPasswordAreMailedALink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		_, admin, _, _ := people(t, w)
		draft := account.Draft{Username: "carol", Email: "carol@localhost.test", Role: account.Ordinary}
		if _, err := w.Users.Create(t.Context(), admin, draft); !fault.Is(err, fault.Invalid) {
			t.Fatalf("without mail: got %v", err)
		}
		w.TurnMailOn(t)
		carol, err := w.Users.Create(t.Context(), admin, draft)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(6 * 24 * time.Hour)
		if err := w.Users.ResetPassword(t.Context(), carol.ID, accounttest.Token(t, w.Mail(t)), "carol-password"); err != nil {
			t.Error(err)
		}
	})
}
