package account_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func TestAddThenFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary).User
		for _, login := range []string{"alice", "ALICE", "Alice@LocalHost.test"} {
			found, ok, err := w.Users.FindByLogin(t.Context(), login)
			if err != nil || !ok || found.ID != alice.ID {
				t.Errorf("%s: got %v, %v, %v", login, found.ID, ok, err)
			}
		}
		got, err := w.Users.Get(t.Context(), alice.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.Account.Actor.URL != "http://localhost:9100/accounts/alice" || got.Account.UserID != alice.ID || got.VideoQuota != -1 ||
			!got.Preferences.P2PEnabled || got.Notifications["newFollow"] != 1 || got.EmailVerified != nil || got.FeedToken == "" || got.HasTwoFactor {
			t.Errorf("got %+v", got)
		}
		if want := []string{"alice alice_channel Main alice channel"}; !slices.Equal(w.Channels, want) {
			t.Errorf("channels: got %q, want %q", w.Channels, want)
		}
		if _, err := w.Users.Get(t.Context(), 99_999); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown id: got %v", err)
		}
	})
}

func TestAddRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		w.User(t, "alice", account.Ordinary)
		good := account.Draft{Username: "bob", Email: "bob@localhost.test", Password: "bob-password", Role: account.Ordinary}
		tooLow := int64(-2)
		for _, c := range []struct {
			name string
			edit func(*account.Draft)
			want fault.Kind
		}{
			{"a name that is taken", func(d *account.Draft) { d.Username = "alice" }, fault.Conflict},
			{"a mail address that is taken", func(d *account.Draft) { d.Email = "ALICE@localhost.test" }, fault.Conflict},
			{"capitals", func(d *account.Draft) { d.Username = "Bob" }, fault.Invalid},
			{"a long name", func(d *account.Draft) { d.Username = strings.Repeat("b", 51) }, fault.Invalid},
			{"a short password", func(d *account.Draft) { d.Password = "short" }, fault.Invalid},
			{"no mail address", func(d *account.Draft) { d.Email = "nope" }, fault.Invalid},
			{"a header in the address", func(d *account.Draft) { d.Email = "a@b.c\r\nBcc: x@y.z" }, fault.Invalid},
			{"a role nobody has", func(d *account.Draft) { d.Role = 99 }, fault.Invalid},
			{"a quota below none", func(d *account.Draft) { d.VideoQuota = &tooLow }, fault.Invalid},
			{"the channel named as the user", func(d *account.Draft) { d.ChannelName = "bob" }, fault.Invalid},
		} {
			draft := good
			c.edit(&draft)
			if _, err := w.Users.Add(t.Context(), draft); !fault.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", c.name, err, c.want)
			}
		}
		if _, err := w.Users.Add(t.Context(), good); err != nil {
			t.Errorf("a good one: %v", err)
		}
	})
}

func TestEnsureRootAndInstanceActorAreRepeatable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		first, err := w.Users.EnsureInstanceActor(t.Context())
		if err != nil || first.Actor.Kind != account.ApplicationActor || first.Actor.URL != "http://localhost:9100/accounts/peertube" {
			t.Fatalf("got %+v, %v", first, err)
		}
		if again, err := w.Users.EnsureInstanceActor(t.Context()); err != nil || again.ID != first.ID {
			t.Errorf("again: got %d, %v, want %d", again.ID, err, first.ID)
		}
		root, generated, created, err := w.Users.EnsureRoot(t.Context(), "")
		if err != nil || !created || generated == "" || root.Role != account.Administrator {
			t.Fatalf("got %+v, %q, %v, %v", root, generated, created, err)
		}
		if _, found, err := w.Users.Verify(t.Context(), "root", generated); err != nil || !found {
			t.Errorf("the generated password does not open: %v", err)
		}
		if _, generated, created, err := w.Users.EnsureRoot(t.Context(), "another"); err != nil || created || generated != "" {
			t.Errorf("again: got %q, %v, %v", generated, created, err)
		}
	})
}

func TestVerify(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary).User
		if err := w.Users.SetPassword(t.Context(), alice.ID, "a new one"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			login, password string
			want            bool
		}{{"alice", "a new one", true}, {"alice@localhost.test", "a new one", true}, {"alice", "alice-password", false}, {"nobody", "a new one", false}} {
			if _, found, err := w.Users.Verify(t.Context(), c.login, c.password); err != nil || found != c.want {
				t.Errorf("%s with %q: got %v, %v", c.login, c.password, found, err)
			}
		}
	})
}

func TestVerifyHashesBcryptAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		old, err := bcrypt.GenerateFromPassword([]byte("from before"), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Users.Add(t.Context(), account.Draft{Username: "carol", Email: "carol@localhost.test", PasswordHash: string(old), Role: account.Ordinary})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			user, found, err := w.Users.Verify(t.Context(), "carol", "from before")
			if err != nil || !found {
				t.Fatalf("got %v, %v", found, err)
			}
			if user, err = w.Users.Get(t.Context(), user.ID); err != nil || !strings.HasPrefix(user.PasswordHash, "$argon2id$") {
				t.Errorf("got the hash %q, %v", user.PasswordHash, err)
			}
		}
	})
}
