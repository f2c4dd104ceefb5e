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

func TestFollowers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		actor := func(name string) account.ActorID { return w.User(t, name, account.Ordinary).User.Account.Actor.ID }
		alice, bob, carol, dave := actor("alice"), actor("bob"), actor("carol"), actor("dave")
		for i, f := range []struct {
			from, to account.ActorID
			state    string
		}{{bob, alice, "accepted"}, {carol, alice, "accepted"}, {dave, alice, "pending"}, {alice, bob, "accepted"}} {
			_, err := db.Exec(t.Context(), d, `INSERT INTO follow (actor_id, target_actor_id, state, url, score, created_at, updated_at) VALUES (?, ?, ?, ?, 1000, ?, 0)`,
				f.from, f.to, f.state, "http://localhost:9100/follows/"+string(rune('a'+i)), i)
			if err != nil {
				t.Fatal(err)
			}
		}
		oldest, err := account.ParseFollowSort("createdAt")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name   string
			filter account.FollowFilter
			want   string
			total  int
		}{
			{"newest first", account.FollowFilter{Targets: []account.ActorID{alice}}, "carol→alice bob→alice", 2},
			{"oldest first", account.FollowFilter{Targets: []account.ActorID{alice}, Sort: oldest}, "bob→alice carol→alice", 2},
			{"several targets", account.FollowFilter{Targets: []account.ActorID{alice, bob}, Sort: oldest, Start: 2}, "alice→bob", 3},
			{"search", account.FollowFilter{Targets: []account.ActorID{alice, bob, carol}, Search: "CAR"}, "carol→alice", 1},
			{"nobody", account.FollowFilter{Targets: []account.ActorID{dave}}, "", 0},
			{"no target", account.FollowFilter{}, "", 0},
		} {
			follows, total, err := w.Users.Followers(t.Context(), c.filter)
			var pairs []string
			for _, f := range follows {
				pairs = append(pairs, f.Follower.Username+"→"+f.Target.Username)
			}
			if got := strings.Join(pairs, " "); err != nil || got != c.want || total != c.total {
				t.Errorf("%s: got %q of %d, %v; want %q of %d", c.name, got, total, err, c.want, c.total)
			}
		}
		if _, err := account.ParseFollowSort("url"); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown order: got %v", err)
		}
	})
}

func TestListAccounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		if _, err := w.Users.EnsureInstanceActor(t.Context()); err != nil {
			t.Fatal(err)
		}
		people(t, w)
		for text, want := range map[string]string{"": "alice mod boss root peertube", "name": "alice boss mod peertube root", "-id": "alice mod boss root peertube"} {
			order, err := account.ParseAccountSort(text)
			if err != nil {
				t.Fatal(err)
			}
			accounts, total, err := w.Users.Accounts(t.Context(), account.AccountFilter{Sort: order})
			var names []string
			for _, a := range accounts {
				names = append(names, a.Actor.Username)
			}
			if got := strings.Join(names, " "); err != nil || got != want || total != 5 {
				t.Errorf("%q: got %q of %d, %v; want %q", text, got, total, err, want)
			}
		}
	})
}
