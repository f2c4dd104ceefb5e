package account_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
)

func TestUpdateMe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		w.User(t, "bob", account.Ordinary)
		text := func(s string) *string { return &s }
		for _, c := range []struct {
			name   string
			viewer account.Viewer
			change account.MyChange
			want   fault.Kind
		}{
			{"nobody", account.Viewer{}, account.MyChange{}, fault.Unauthenticated},
			{"a password without the current one", alice, account.MyChange{Password: text("new-password")}, fault.Invalid},
			{"a password with a wrong current one", alice, account.MyChange{Password: text("new-password"), CurrentPassword: "x"}, fault.Unauthenticated},
			{"a mail address without the password", alice, account.MyChange{Email: text("new@localhost.test")}, fault.Invalid},
			{"a mail address that is taken", alice, account.MyChange{Email: text("BOB@localhost.test"), CurrentPassword: "alice-password"}, fault.Conflict},
			{"no name", alice, account.MyChange{DisplayName: text("")}, fault.Invalid},
			{"an unknown policy", alice, account.MyChange{Preferences: func(p *account.Preferences) { p.NSFWPolicy = "maybe" }}, fault.Invalid},
		} {
			if err := w.Users.UpdateMe(t.Context(), c.viewer, c.change); !fault.Is(err, c.want) {
				t.Errorf("%s: got %v", c.name, err)
			}
		}
		err := w.Users.UpdateMe(t.Context(), alice, account.MyChange{
			CurrentPassword: "alice-password", Password: text("new-password"), Email: text("new@localhost.test"), DisplayName: text("Alice A."),
			Description: text("I make films"), Preferences: func(p *account.Preferences) { p.NSFWPolicy, p.AutoPlayVideo = "blur", false },
		})
		if err != nil {
			t.Fatal(err)
		}
		got, found, err := w.Users.Verify(t.Context(), "new@localhost.test", "new-password")
		if err != nil || !found || got.Account.Name != "Alice A." || got.Account.Description != "I make films" || got.Preferences.NSFWPolicy != "blur" ||
			got.Preferences.AutoPlayVideo || !got.Preferences.P2PEnabled {
			t.Errorf("got %+v, %v, %v", got, found, err)
		}
	})
}

func TestPasswordsOfThoseSignedInCannotBeGuessed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		for range 15 {
			if err := w.Users.CheckPassword(t.Context(), alice.UserID(), "guess"); !fault.Is(err, fault.Unauthenticated) {
				t.Fatal(err)
			}
		}
		if err := w.Users.CheckPassword(t.Context(), alice.UserID(), "alice-password"); !fault.Is(err, fault.TooMany) {
			t.Errorf("after many guesses: got %v", err)
		}
		w.Clock.Advance(5 * time.Minute)
		if err := w.Users.CheckPassword(t.Context(), alice.UserID(), "alice-password"); err != nil {
			t.Errorf("later: %v", err)
		}
	})
}

func TestAvatar(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 60, 60))); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			images, err := w.Users.SetAvatar(t.Context(), alice, bytes.NewReader(picture.Bytes()))
			if err != nil || len(images) != 4 || images[0].Width != 1500 {
				t.Fatalf("got %+v, %v", images, err)
			}
			got, err := w.Users.Get(t.Context(), alice.UserID())
			if err != nil || len(got.Account.Actor.Avatars) != 4 || got.Account.Actor.Avatars[3].Filename != images[0].Filename {
				t.Errorf("got %+v, %v", got.Account.Actor.Avatars, err)
			}
		}
		if _, err := w.Users.SetAvatar(t.Context(), alice, bytes.NewReader([]byte("no picture"))); err == nil {
			t.Error("text was taken for a picture")
		}
		if err := w.Users.DeleteAvatar(t.Context(), alice); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Users.Get(t.Context(), alice.UserID()); err != nil || len(got.Account.Actor.Avatars) != 0 {
			t.Errorf("got %+v, %v", got.Account.Actor.Avatars, err)
		}
	})
}

func TestNotificationsAndFeedToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := accounttest.New(t, d)
		alice := w.User(t, "alice", account.Ordinary)
		for name, settings := range map[string]account.NotificationSettings{"unknown": {"weather": 1}, "beyond": {"newFollow": 4}} {
			if err := w.Users.SetNotifications(t.Context(), alice, settings); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if err := w.Users.SetNotifications(t.Context(), alice, account.NotificationSettings{"newFollow": 3}); err != nil {
			t.Fatal(err)
		}
		token, err := w.Users.RenewFeedToken(t.Context(), alice)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Users.ByFeedToken(t.Context(), alice.AccountID(), token)
		if err != nil || got.Notifications["newFollow"] != 3 || got.Notifications["commentMention"] != 1 {
			t.Errorf("got %+v, %v", got.Notifications, err)
		}
		if _, err := w.Users.ByFeedToken(t.Context(), alice.AccountID(), alice.User.FeedToken); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old token: got %v", err)
		}
	})
}
