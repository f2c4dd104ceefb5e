package token_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/chat/sasl"
	"lucarne/chat/token"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func TestTemporaryPasswords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		first := w.temporary(t, w.alice)
		if first.Username != "alice" || len(first.Password) < 20 || !first.ExpiresAt.Equal(w.Clock.Now().Add(day)) {
			t.Fatalf("got %+v", first)
		}
		w.Clock.Advance(time.Hour)
		second := w.temporary(t, w.alice)
		for _, c := range []struct{ name, username, password, want string }{
			{"right", "alice", first.Password, "Alice"},
			{"again, and in any case", "aLICE", first.Password, "Alice"},
			{"another page", "alice", second.Password, "Alice"},
			{"of another", "bob", first.Password, "nobody"},
			{"no name", "", first.Password, "nobody"},
			{"no password", "alice", "", "nobody"},
			{"cut off", "alice", first.Password[:25], "nobody"},
			{"in small letters", "alice", strings.ToLower(first.Password), "nobody"},
			{"the account's own", "alice", "Alice-password", "nobody"},
			{"far too long", "alice", strings.Repeat("x", 1<<20), "nobody"},
		} {
			if got := w.who(t, c.username, c.password); got != c.want {
				t.Errorf("%s: got %s, want %s", c.name, got, c.want)
			}
		}
		if got := w.whoByScram(t, sasl.SHA256, "alice", first.Password); got != "nobody" {
			t.Errorf("SCRAM lets %s in", got)
		}
		_, err := w.tokens.Temporary(t.Context(), account.Viewer{})
		refused(t, "nobody", err, fault.Unauthenticated)
		w.Clock.Advance(day - time.Hour)
		if a, b := w.who(t, "alice", first.Password), w.who(t, "alice", second.Password); a != "nobody" || b != "Alice" {
			t.Errorf("a day later the first lets %s in, the second %s", a, b)
		}
	})
}

// ends are what may happen to a user, bob, who has a secret.
var ends = []struct {
	name   string
	happen func(*testing.T, *world)
	spares bool // long-term tokens
}{
	{"block", func(t *testing.T, w *world) {
		must(t, w.Users.Block(t.Context(), w.User(t, "boss", account.Administrator), w.bob.UserID(), ""))
	}, false},
	{"deletion", func(t *testing.T, w *world) { must(t, w.Users.DeleteMe(t.Context(), w.bob)) }, false},
	{"new password", func(t *testing.T, w *world) {
		must(t, w.Users.SetPassword(t.Context(), w.bob.UserID(), "another password"))
	}, true},
}

func TestWhatEndsSecrets(t *testing.T) {
	for _, c := range ends {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				given, made := w.temporary(t, w.bob), w.create(t, w.bob, "phone")
				salted, err := w.tokens.ScramKeys(t.Context(), sasl.SHA1, "bob")
				must(t, err)
				c.happen(t, w)
				want := "nobody"
				if c.spares {
					want = "bob"
				}
				if got := w.who(t, "bob", given.Password); got != "nobody" {
					t.Errorf("the temporary password lets %s in", got)
				}
				if plain, scram := w.who(t, "bob", made.Secret), w.whoByScram(t, sasl.SHA1, "bob", made.Secret); plain != want || scram != want {
					t.Errorf("the token lets %s in, %s by SCRAM, want %s", plain, scram, want)
				}
				// What happens between the two messages of SCRAM counts too.
				if _, err := salted.Keys[0].Accept(t.Context()); c.spares != (err == nil) {
					t.Errorf("an exchange that had begun: got %v", err)
				}
			})
		})
	}
}

func TestTemporaryPasswordsOfOneUserAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		other := w.temporary(t, w.bob)
		var given []token.Temporary
		for range 9 {
			given = append(given, w.temporary(t, w.alice))
		}
		for i, g := range given {
			want := "Alice"
			if i == 0 {
				want = "nobody"
			}
			if got := w.who(t, "alice", g.Password); got != want {
				t.Errorf("number %d lets %s in, want %s", i, got, want)
			}
		}
		if got := w.who(t, "bob", other.Password); got != "bob" {
			t.Errorf("that of another lets %s in", got)
		}
	})
}

func TestLongTermTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		phone := w.create(t, w.alice, "  my\tphone ")
		if phone.Username != "alice" || len(phone.Secret) < 30 || phone.Label != "my phone" || phone.ID == 0 {
			t.Fatalf("got %+v", phone)
		}
		w.Clock.Advance(30 * day)
		laptop := w.create(t, w.alice, "laptop")
		w.create(t, w.bob, "his")
		for _, c := range []struct{ name, username, password, want string }{
			{"right", "alice", phone.Secret, "Alice"},
			{"again, and in any case", "ALICE", phone.Secret, "Alice"},
			{"the other", "alice", laptop.Secret, "Alice"},
			{"of another", "bob", phone.Secret, "nobody"},
			{"unknown name", "carol", phone.Secret, "nobody"},
			{"no name", "", phone.Secret, "nobody"},
			{"in small letters", "alice", strings.ToLower(phone.Secret), "nobody"},
			{"the two together", "alice", phone.Secret + laptop.Secret, "nobody"},
			{"a pattern", "%", phone.Secret, "nobody"},
		} {
			plain, sha1, sha256 := w.who(t, c.username, c.password), w.whoByScram(t, sasl.SHA1, c.username, c.password), w.whoByScram(t, sasl.SHA256, c.username, c.password)
			if plain != c.want || sha1 != c.want || sha256 != c.want {
				t.Errorf("%s: got %s, by SCRAM %s and %s, want %s", c.name, plain, sha1, sha256, c.want)
			}
		}
		grant, err := w.tokens.CheckPassword(t.Context(), "alice", laptop.Secret)
		if err != nil || grant.Token != laptop.ID {
			t.Errorf("got %+v, %v", grant, err)
		}
		want := []token.Token{laptop.Token, phone.Token}
		want[0].UsedAt, want[1].UsedAt = w.Clock.Now(), w.Clock.Now()
		if list, err := w.tokens.List(t.Context(), w.alice); err != nil || !reflect.DeepEqual(list, want) {
			t.Errorf("got %+v, %v, want %+v", list, err, want)
		}
	})
}

func TestNothingStoredSignsIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		made := w.create(t, w.alice, "phone")
		for _, column := range []string{"hash", "sha1_stored", "sha1_server", "sha256_stored", "sha256_server", "label"} {
			stored, err := db.Value[string](t.Context(), d, "SELECT "+column+" FROM chat_token WHERE id = ?", made.ID)
			must(t, err)
			if strings.Contains(strings.ToLower(stored), strings.ToLower(made.Secret)) {
				t.Errorf("%s holds the secret", column)
			}
			if got := w.who(t, "alice", stored); got != "nobody" {
				t.Errorf("%s lets %s in", column, got)
			}
		}
	})
}

func TestRevoking(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		made, other := w.create(t, w.alice, "phone"), w.create(t, w.alice, "laptop")
		refused(t, "by another", w.tokens.Revoke(t.Context(), w.bob, made.ID), fault.NotFound)
		refused(t, "by an administrator", w.tokens.Revoke(t.Context(), w.User(t, "boss", account.Administrator), made.ID), fault.NotFound)
		refused(t, "by nobody", w.tokens.Revoke(t.Context(), account.Viewer{}, made.ID), fault.Unauthenticated)
		refused(t, "unknown", w.tokens.Revoke(t.Context(), w.alice, made.ID+1000), fault.NotFound)
		salted, err := w.tokens.ScramKeys(t.Context(), sasl.SHA256, "alice")
		must(t, err)
		must(t, w.tokens.Revoke(t.Context(), w.alice, made.ID))
		refused(t, "twice", w.tokens.Revoke(t.Context(), w.alice, made.ID), fault.NotFound)
		for _, key := range salted.Keys {
			if grant, err := key.Accept(t.Context()); err == nil && grant.Token == made.ID {
				t.Error("an exchange that had begun goes on with the revoked token")
			}
		}
		if a, b := w.who(t, "alice", made.Secret), w.whoByScram(t, sasl.SHA1, "alice", made.Secret); a != "nobody" || b != "nobody" {
			t.Errorf("the revoked token lets %s in, %s by SCRAM", a, b)
		}
		if got := w.who(t, "alice", other.Secret); got != "Alice" {
			t.Errorf("the other lets %s in", got)
		}
		must(t, w.Outbox.Deliver(t.Context()))
		if want := []any{token.Revoked{ID: made.ID, UserID: w.alice.UserID(), Username: "Alice"}}; !reflect.DeepEqual(w.revoked, want) {
			t.Errorf("told %+v, want %+v", w.revoked, want)
		}
	})
}

func TestTokensOfOneUserAreBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var last token.Created
		for i := range 50 {
			last = w.create(t, w.alice, fmt.Sprint("number ", i))
		}
		_, err := w.tokens.Create(t.Context(), w.alice, "one more")
		refused(t, "one more", err, fault.Conflict)
		must(t, w.tokens.Revoke(t.Context(), w.alice, last.ID))
		w.create(t, w.alice, "in its place")
		w.create(t, w.bob, "of another")
		for _, label := range []string{"", " \t ", strings.Repeat("x", 101), "a\x00b", "a\u202eb", "\xff"} {
			_, err := w.tokens.Create(t.Context(), w.bob, label)
			refused(t, fmt.Sprintf("label %.10q", label), err, fault.Invalid)
		}
	})
}

func TestTheSiteMayHaveNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		made := w.create(t, w.alice, "phone")
		w.settings.AllowsTokens = false
		_, err := w.tokens.Create(t.Context(), w.alice, "laptop")
		refused(t, "create", err, fault.Forbidden)
		_, err = w.tokens.List(t.Context(), w.alice)
		refused(t, "list", err, fault.Forbidden)
		if a, b := w.who(t, "alice", made.Secret), w.whoByScram(t, sasl.SHA1, "alice", made.Secret); a != "nobody" || b != "nobody" {
			t.Errorf("lets %s in, %s by SCRAM", a, b)
		}
		if got := w.who(t, "alice", w.temporary(t, w.alice).Password); got != "Alice" {
			t.Errorf("a temporary password lets %s in", got)
		}
		must(t, w.tokens.Revoke(t.Context(), w.alice, made.ID))
	})
}

func TestSaltsDoNotTellWhoIsThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.create(t, w.alice, "phone")
		seen := map[string]string{}
		for _, name := range []string{"alice", "bob", "nobody", "a'b\"; --"} {
			first, err := w.tokens.ScramKeys(t.Context(), sasl.SHA1, name)
			must(t, err)
			again, err := w.tokens.ScramKeys(t.Context(), sasl.SHA256, strings.ToUpper(name))
			must(t, err)
			if len(first.Salt) != 16 || first.Iterations != 4096 || string(first.Salt) != string(again.Salt) {
				t.Errorf("%s: got %x, then %x", name, first.Salt, again.Salt)
			}
			if other := seen[string(first.Salt)]; other != "" {
				t.Errorf("%s has the salt of %s", name, other)
			}
			seen[string(first.Salt)] = name
			if hasKeys := len(first.Keys) > 0; hasKeys != (name == "alice") {
				t.Errorf("%s has %d keys", name, len(first.Keys))
			}
		}
	})
}
