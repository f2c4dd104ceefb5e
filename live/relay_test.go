package live_test

import (
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/live"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func TestRelaysOfALive(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		of := w.live(t, alice, live.Change{})
		to := live.RelayChange{Name: ptr("Elsewhere"), Address: ptr("rtmps://live.example.org/app/"), Key: ptr("secret")}
		if _, err := w.relays.Add(t.Context(), bob, of.VideoID, to); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by another user: %v, want forbidden", err)
		}
		made, err := w.relays.Add(t.Context(), alice, of.VideoID, to)
		if err != nil || made.Key != "" || !made.IsEnabled {
			t.Fatalf("added %+v, %v", made, err)
		}
		list, err := w.relays.List(t.Context(), alice, of.VideoID)
		if err != nil || len(list) != 1 || list[0] != made {
			t.Errorf("listed %+v, %v; want %+v", list, err, made)
		}
		enabled, err := w.relays.Enabled(t.Context(), of.VideoID)
		if err != nil || len(enabled) != 1 || enabled[0].Target() != "rtmps://live.example.org/app/secret" {
			t.Errorf("enabled %+v, %v", enabled, err)
		}
		if err := w.relays.Update(t.Context(), alice, of.VideoID, made.ID, live.RelayChange{IsEnabled: ptr(false)}); err != nil {
			t.Fatal(err)
		}
		if enabled, err := w.relays.Enabled(t.Context(), of.VideoID); err != nil || len(enabled) != 0 {
			t.Errorf("enabled after it was switched off: %+v, %v", enabled, err)
		}
		for range live.MaxRelays - 1 {
			if _, err := w.relays.Add(t.Context(), alice, of.VideoID, to); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.relays.Add(t.Context(), alice, of.VideoID, to); !fault.Is(err, fault.Invalid) {
			t.Errorf("one too many: %v, want invalid", err)
		}
		if err := w.relays.Remove(t.Context(), bob, of.VideoID, made.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("removed by another user: %v, want forbidden", err)
		}
		if err := w.relays.Remove(t.Context(), alice, of.VideoID, made.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.relays.Remove(t.Context(), alice, of.VideoID, made.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed twice: %v, want not found", err)
		}
	})
}

func TestRelaysThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	alice := w.User(t, "alice", account.Ordinary)
	of := w.live(t, alice, live.Change{})
	for _, c := range []struct{ name, address, key, param string }{
		{"no address", "", "k", "address"},
		{"another protocol", "https://example.org/app", "k", "address"},
		{"a file", "file:///etc/passwd", "k", "address"},
		{"no host", "rtmp:///app", "k", "address"},
		{"credentials", "rtmp://user:password@example.org/app", "k", "address"},
		{"a second line", "rtmp://example.org/app\r\nX: y", "k", "address"},
		{"endless", "rtmp://example.org/" + strings.Repeat("a", 1000), "k", "address"},
		{"no key", "rtmp://example.org/app", "", "key"},
		{"a key of two lines", "rtmp://example.org/app", "a\nb", "key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := w.relays.Add(t.Context(), alice, of.VideoID, live.RelayChange{Name: ptr("Elsewhere"), Address: &c.address, Key: &c.key})
			checkFault(t, err, fault.Invalid, "", c.param)
		})
	}
}
