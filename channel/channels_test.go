package channel_test

import (
	"context"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/channel/channeltest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func TestCreateThenGet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := channeltest.New(t, d, nil)
		alice := w.User(t, "alice", account.Ordinary)
		made, err := w.Channels.Create(t.Context(), alice, channel.Draft{Username: "alice_films", Name: "Films of Alice", Description: "All my *films*", Support: "Support me"})
		if err != nil {
			t.Fatal(err)
		}
		for _, handle := range []string{"alice_films", "ALICE_films", "alice_films@localhost:9100"} {
			got, err := w.Channels.ByHandle(t.Context(), handle)
			if err != nil {
				t.Fatalf("%s: %v", handle, err)
			}
			if got.ID != made.ID || got.Name != "Films of Alice" || got.Support != "Support me" || got.Owner.Actor.Username != "alice" ||
				got.Actor.URL != "http://localhost:9100/video-channels/alice_films" {
				t.Errorf("%s: got %+v", handle, got)
			}
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := channeltest.New(t, d, nil)
		alice := w.User(t, "alice", account.Ordinary)
		for name, c := range map[string]struct {
			viewer account.Viewer
			draft  channel.Draft
			want   fault.Kind
		}{
			"nobody":                  {account.Viewer{}, channel.Draft{Username: "films", Name: "Films"}, fault.Unauthenticated},
			"a name with spaces":      {alice, channel.Draft{Username: "no spaces", Name: "x"}, fault.Invalid},
			"no display name":         {alice, channel.Draft{Username: "films"}, fault.Invalid},
			"a long description":      {alice, channel.Draft{Username: "films", Name: "x", Description: strings.Repeat("é", 1001)}, fault.Invalid},
			"the name of an account":  {alice, channel.Draft{Username: "Alice", Name: "x"}, fault.Conflict},
			"the name of its channel": {alice, channel.Draft{Username: "alice_channel", Name: "x"}, fault.Conflict},
		} {
			if _, err := w.Channels.Create(t.Context(), c.viewer, c.draft); !fault.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		w.Settings.MaxPerUser = 1
		if _, err := w.Channels.Create(t.Context(), alice, channel.Draft{Username: "films", Name: "x"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("past the number a user may have: got %v", err)
		}
	})
}

func TestUpdateAndDeleteAreForTheOwner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := channeltest.New(t, d, nil)
		alice, bob, moderator := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary), w.User(t, "moderator", account.Moderator)
		made, err := w.Channels.Create(t.Context(), alice, channel.Draft{Username: "films", Name: "Films", Support: "kept"})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name   string
			viewer account.Viewer
			want   fault.Kind
		}{{"nobody", account.Viewer{}, fault.Unauthenticated}, {"bob", bob, fault.Forbidden}} {
			name := "Taken"
			if err := w.Channels.Update(t.Context(), c.viewer, made.ID, channel.Change{Name: &name}); !fault.Is(err, c.want) {
				t.Errorf("update by %s: got %v", c.name, err)
			}
			if err := w.Channels.Delete(t.Context(), c.viewer, made.ID); !fault.Is(err, c.want) {
				t.Errorf("delete by %s: got %v", c.name, err)
			}
		}
		renamed := "Films by Alice"
		if err := w.Channels.Update(t.Context(), moderator, made.ID, channel.Change{Name: &renamed}); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Channels.Get(t.Context(), made.ID); err != nil || got.Name != renamed || got.Support != "kept" {
			t.Errorf("after the update: got %+v, %v", got, err)
		}
		if err := w.Channels.Delete(t.Context(), alice, made.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Channels.Get(t.Context(), made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("after the delete: got %v", err)
		}
		if err := w.Channels.Delete(t.Context(), alice, w.Channel(t, "alice").ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("delete of the last channel: got %v", err)
		}
	})
}

func TestDeleteOfForgetsAllChannelsOfAnAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := channeltest.New(t, d, nil)
		alice := w.User(t, "alice", account.Ordinary)
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return w.Channels.DeleteOf(ctx, tx, alice.AccountID()) })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Channels.ByHandle(t.Context(), "alice_channel"); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	})
}
