package account_test

import (
	"testing"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func TestAccountsAreFoundByHandle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary).User.Account
		for _, handle := range []string{"alice", "ALICE", "@alice", "alice@localhost:9100"} {
			if got, err := w.Users.AccountByHandle(t.Context(), handle); err != nil || got.ID != alice.ID {
				t.Errorf("%s: got %d, %v; want %d", handle, got.ID, err, alice.ID)
			}
		}
		if got, err := w.Users.AccountByID(t.Context(), alice.ID); err != nil || got.Actor.Username != "alice" {
			t.Errorf("by id: got %+v, %v", got, err)
		}
		for _, handle := range []string{"", "bob", "alice@elsewhere.example", "alice_channel"} {
			if _, err := w.Users.AccountByHandle(t.Context(), handle); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q: got %v, want not found", handle, err)
			}
		}
	})
}
