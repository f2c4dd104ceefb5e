package channel_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/channel/channeltest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func TestListAndSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := channeltest.New(t, d, nil)
		alice := w.User(t, "alice", account.Ordinary)
		w.Clock.Advance(time.Minute)
		w.User(t, "bob", account.Ordinary)
		w.Clock.Advance(time.Minute)
		if _, err := w.Channels.Create(t.Context(), alice, channel.Draft{Username: "etudes", Name: "Études", Description: "Des chevaux"}); err != nil {
			t.Fatal(err)
		}
		elsewhere := "elsewhere.example"
		for _, c := range []struct {
			name, sort string
			filter     channel.Filter
			want       string
		}{
			{"newest first", "", channel.Filter{}, "etudes bob_channel alice_channel"},
			{"oldest first", "createdAt", channel.Filter{}, "alice_channel bob_channel etudes"},
			{"by name", "name", channel.Filter{}, "alice_channel bob_channel etudes"},
			{"by name, backwards", "-name", channel.Filter{}, "etudes bob_channel alice_channel"},
			{"of an account", "", channel.Filter{Owner: alice.AccountID()}, "etudes alice_channel"},
			{"of an account, searched", "", channel.Filter{Owner: alice.AccountID(), Search: "etude"}, "etudes"},
			{"search, a word form", "", channel.Filter{Search: "cheval"}, "etudes"},
			{"search, a handle", "-createdAt", channel.Filter{Search: "bob_channel"}, "bob_channel"},
			{"search, a full handle", "", channel.Filter{Search: "@bob_channel@localhost:9100"}, "bob_channel"},
			{"search, an address", "", channel.Filter{Search: "http://localhost:9100/c/etudes/videos"}, "etudes"},
			{"search, nothing asked", "", channel.Filter{Search: "?"}, ""},
			{"handles", "", channel.Filter{Handles: []string{"BOB_channel", "etudes@localhost:9100", "x@elsewhere.example"}}, "etudes bob_channel"},
			{"host", "", channel.Filter{Host: &elsewhere}, ""},
		} {
			sort, err := channel.ParseSort(c.sort)
			if err != nil {
				t.Fatal(err)
			}
			got, err := w.Channels.List(t.Context(), c.filter, channel.Page{Sort: sort})
			var names []string
			for _, one := range got.Channels {
				names = append(names, one.Actor.Username)
			}
			if joined := strings.Join(names, " "); err != nil || joined != c.want || got.Total != len(names) {
				t.Errorf("%s: got %s (of %d), %v, want %s", c.name, joined, got.Total, err, c.want)
			}
		}
		if _, err := channel.ParseSort("nonsense"); !fault.Is(err, fault.Invalid) {
			t.Errorf("unknown order: got %v", err)
		}
	})
}

func TestImages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := channeltest.New(t, d, nil)
		alice, bob := w.User(t, "alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
		id := w.Channel(t, "alice").ID
		var file bytes.Buffer
		if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 60, 10))); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second replaces the first
			for _, kind := range []account.ImageKind{account.Avatar, account.Banner} {
				if _, err := w.Channels.SetImage(t.Context(), alice, id, kind, bytes.NewReader(file.Bytes())); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := w.Channel(t, "alice").Actor
		if len(got.Avatars) != 4 || got.Avatars[0].Width != 48 || len(got.Banners) != 2 || got.Banners[0].Width != 1920 || got.Banners[0].Height != 317 {
			t.Errorf("got %+v, %+v", got.Avatars, got.Banners)
		}
		if _, err := w.Images.Stat(t.Context(), got.Avatars[0].Filename); err != nil {
			t.Error(err)
		}
		if _, err := w.Channels.SetImage(t.Context(), bob, id, account.Avatar, bytes.NewReader(file.Bytes())); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another user: got %v", err)
		}
		if _, err := w.Channels.SetImage(t.Context(), alice, id, account.Avatar, strings.NewReader("no picture")); err == nil {
			t.Error("a text was taken for a picture")
		}
		if err := w.Channels.DeleteImage(t.Context(), alice, id, account.Avatar); err != nil {
			t.Fatal(err)
		}
		if got := w.Channel(t, "alice").Actor; len(got.Avatars) != 0 || len(got.Banners) != 2 {
			t.Errorf("after the delete: got %+v", got)
		}
	})
}
