package account_test

import (
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

// people are one user of each role, and root.
func people(t *testing.T, w *accounttest.World) (root, admin, mod, alice account.Viewer) {
	t.Helper()
	user, _, _, err := w.Users.EnsureRoot(t.Context(), "root-password")
	if err != nil {
		t.Fatal(err)
	}
	return account.Viewer{User: &user}, w.User(t, "boss", account.Administrator), w.User(t, "mod", account.Moderator), w.User(t, "alice", account.Ordinary)
}

func TestWhoManagesWhom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		root, admin, mod, alice := people(t, w)
		bob := w.User(t, "bob", account.Ordinary)
		none := int64(-1)
		moderator := account.Moderator
		for _, c := range []struct {
			name string
			try  func() error
			want fault.Kind // Internal: none
		}{
			{"a user updates another", func() error {
				return w.Users.Update(t.Context(), alice, bob.UserID(), account.UserChange{VideoQuota: &none})
			}, fault.Forbidden},
			{"nobody updates a user", func() error {
				return w.Users.Update(t.Context(), account.Viewer{}, bob.UserID(), account.UserChange{VideoQuota: &none})
			}, fault.Forbidden},
			{"a user gives himself room", func() error {
				return w.Users.Update(t.Context(), alice, alice.UserID(), account.UserChange{VideoQuota: &none})
			}, fault.Forbidden},
			{"a moderator updates a user", func() error {
				return w.Users.Update(t.Context(), mod, bob.UserID(), account.UserChange{VideoQuota: &none})
			}, 0},
			{"a moderator gives a role", func() error {
				return w.Users.Update(t.Context(), mod, bob.UserID(), account.UserChange{Role: &moderator})
			}, fault.Forbidden},
			{"a moderator raises himself", func() error {
				return w.Users.Update(t.Context(), mod, mod.UserID(), account.UserChange{Role: new(account.Role)})
			}, fault.Forbidden},
			{"a moderator blocks an administrator", func() error { return w.Users.Block(t.Context(), mod, admin.UserID(), "") }, fault.Forbidden},
			{"a moderator deletes a moderator", func() error { return w.Users.Delete(t.Context(), mod, mod.UserID()) }, fault.Forbidden},
			{"an administrator blocks root", func() error { return w.Users.Block(t.Context(), admin, root.UserID(), "") }, fault.Invalid},
			{"an administrator deletes root", func() error { return w.Users.Delete(t.Context(), admin, root.UserID()) }, fault.Invalid},
			{"root deletes himself", func() error { return w.Users.DeleteMe(t.Context(), root) }, fault.Invalid},
			{"root becomes a moderator", func() error {
				return w.Users.Update(t.Context(), admin, root.UserID(), account.UserChange{Role: &moderator})
			}, fault.Invalid},
			{"an administrator blocks himself", func() error { return w.Users.Block(t.Context(), admin, admin.UserID(), "") }, fault.Invalid},
			{"a long reason", func() error { return w.Users.Block(t.Context(), admin, bob.UserID(), strings.Repeat("x", 251)) }, fault.Invalid},
			{"an unknown user", func() error { return w.Users.Delete(t.Context(), admin, 99_999) }, fault.NotFound},
			{"a user deletes another", func() error { return w.Users.Delete(t.Context(), alice, bob.UserID()) }, fault.Forbidden},
			{"a user creates one", func() error {
				_, err := w.Users.Create(t.Context(), alice, account.Draft{Username: "x", Email: "x@localhost.test", Password: "x-password", Role: account.Ordinary})
				return err
			}, fault.Forbidden},
			{"a moderator creates a moderator", func() error {
				_, err := w.Users.Create(t.Context(), mod, account.Draft{Username: "x", Email: "x@localhost.test", Password: "x-password", Role: moderator})
				return err
			}, fault.Forbidden},
			{"an address that is taken", func() error {
				return w.Users.Update(t.Context(), admin, bob.UserID(), account.UserChange{Email: &alice.User.Email})
			}, fault.Conflict},
		} {
			err := c.try()
			if c.want == 0 && err != nil || c.want != 0 && !fault.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", c.name, err, c.want)
			}
		}
	})
}

func TestBlockThenUnblock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		_, admin, _, alice := people(t, w)
		if err := w.Users.Block(t.Context(), admin, alice.UserID(), "spam"); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Users.Get(t.Context(), alice.UserID()); err != nil || !got.IsBlocked || got.BlockedReason != "spam" {
			t.Errorf("blocked: got %v, %q, %v", got.IsBlocked, got.BlockedReason, err)
		}
		if err := w.Users.Unblock(t.Context(), admin, alice.UserID()); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Users.Get(t.Context(), alice.UserID()); err != nil || got.IsBlocked || got.BlockedReason != "" {
			t.Errorf("unblocked: got %v, %q, %v", got.IsBlocked, got.BlockedReason, err)
		}
	})
}

func TestDeletedUsersLeaveFactsAndNoRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		_, admin, _, alice := people(t, w)
		bob := w.User(t, "bob", account.Ordinary)
		if err := w.Users.Delete(t.Context(), admin, alice.UserID()); err != nil {
			t.Fatal(err)
		}
		if err := w.Users.DeleteMe(t.Context(), bob); err != nil {
			t.Fatal(err)
		}
		for _, id := range []account.UserID{alice.UserID(), bob.UserID()} {
			if _, err := w.Users.Get(t.Context(), id); !fault.Is(err, fault.NotFound) {
				t.Errorf("deleted user %d: got %v", id, err)
			}
		}
		if left, err := db.Value[int](t.Context(), d, "SELECT COUNT(*) FROM actor WHERE username IN ('alice', 'bob')"); err != nil || left != 0 {
			t.Errorf("got %d actors left, %v", left, err)
		}
		facts, err := db.Value[int](t.Context(), d, "SELECT COUNT(*) FROM outbox_fact WHERE kind = 'account.UserDeleted'")
		if err != nil || facts != 2 {
			t.Errorf("got %d facts, %v, want 2", facts, err)
		}
	})
}

func TestListUsers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		_, admin, mod, alice := people(t, w)
		if err := w.Users.Block(t.Context(), admin, alice.UserID(), ""); err != nil {
			t.Fatal(err)
		}
		isBlocked, isFree := true, false
		sorted := func(text string) account.UserSort {
			s, err := account.ParseUserSort(text)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		for _, c := range []struct {
			name   string
			filter account.UserFilter
			want   string
			total  int
		}{
			{"newest first", account.UserFilter{}, "alice mod boss root", 4},
			{"by name", account.UserFilter{Sort: sorted("username")}, "alice boss mod root", 4},
			{"by name, backwards", account.UserFilter{Sort: sorted("-username"), Count: 2}, "root mod", 4},
			{"a part", account.UserFilter{Sort: sorted("id"), Start: 1, Count: 2}, "boss mod", 4},
			{"search a name", account.UserFilter{Search: "ALI"}, "alice", 1},
			{"search an address", account.UserFilter{Search: "admin@"}, "root", 1},
			{"a wildcard is a letter", account.UserFilter{Search: "%"}, "", 0},
			{"blocked", account.UserFilter{IsBlocked: &isBlocked}, "alice", 1},
			{"not blocked moderators", account.UserFilter{IsBlocked: &isFree, Role: &mod.User.Role}, "mod", 1},
		} {
			users, total, err := w.Users.List(t.Context(), c.filter)
			var names []string
			for _, u := range users {
				names = append(names, u.Username)
			}
			if got := strings.Join(names, " "); err != nil || got != c.want || total != c.total {
				t.Errorf("%s: got %q of %d, %v; want %q of %d", c.name, got, total, err, c.want, c.total)
			}
		}
		if _, err := account.ParseUserSort("password_hash"); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown order: got %v", err)
		}
		if names, err := w.Users.Complete(t.Context(), "o"); err != nil || strings.Join(names, " ") != "boss mod root" {
			t.Errorf("complete: got %q, %v", names, err)
		}
	})
}
