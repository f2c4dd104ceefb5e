// Package accounttest gives tests an instance with users, on a real database.
package accounttest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/account/password"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/picture"
)

// Site is where the tests' instance lives.
var Site = account.Site{Origin: "http://localhost:9100", Host: "localhost:9100"}

// Now is when a world begins.
var Now = time.Date(2026, time.November, 23, 23, 39, 0, 0, time.UTC)

// World is a small instance: users on a database, with a clock that is moved by hand.
type World struct {
	DB       *db.DB
	Clock    *clock.Fake
	Outbox   *event.Outbox
	Images   *blob.Disk
	Users    *account.Users
	Settings account.Settings
	Channels []string // "owner username display name" of each default channel made

	Letters       *account.Letters
	Registrations *account.Registrations
	Signup        account.SignupSettings
	mailbox       *mailbox
}

// New makes a world with no users.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	images, err := blob.NewDisk(blob.DiskOptions{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	fake := clock.NewFake(Now)
	w := &World{
		DB: d, Clock: fake, Images: images, Outbox: event.New(event.Options{DB: d, Clock: fake, Logger: slog.New(slog.DiscardHandler)}),
		Settings: account.Settings{
			VideoQuota: -1, VideoQuotaDaily: -1, MinPasswordLength: 6, DefaultChannelName: "Main $1 channel",
			Preferences: account.Preferences{NSFWPolicy: "do_not_list", P2PEnabled: true, VideosHistoryEnabled: true, AutoPlayVideo: true},
		},
	}
	w.Signup = account.SignupSettings{IsOpen: true, Limit: -1}
	w.newLetters(t)
	w.Users = account.New(account.Options{
		DB: d, Clock: fake, Outbox: w.Outbox, Site: Site, Passwords: Hasher(t), Channels: w, AdminEmail: "admin@localhost.test", Letters: w.Letters,
		Gallery:  account.NewGallery(images, picture.New(picture.Options{}), fake),
		Keys:     account.NewKeys(func() (account.KeyPair, error) { return account.KeyPair{Public: "public", Private: "private"}, nil }),
		Settings: func() account.Settings { return w.Settings },
	})
	w.Registrations = account.NewRegistrations(w.Users, w.Letters, func() account.SignupSettings { return w.Signup })
	return w
}

// Hasher is a hasher that costs next to nothing.
func Hasher(t testing.TB) *password.Hasher {
	t.Helper()
	h, err := password.New(password.Options{MemoryKiB: 64, Passes: 1})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// CreateDefault notes the channel a user begins with.
func (w *World) CreateDefault(_ context.Context, _ *db.Tx, owner account.Account, username, displayName string) error {
	w.Channels = append(w.Channels, owner.Actor.Username+" "+username+" "+displayName)
	return nil
}

// DeleteOf has nothing to delete.
func (w *World) DeleteOf(context.Context, *db.Tx, account.ID) error { return nil }

// User makes a user whose password is "<username>-password".
func (w *World) User(t testing.TB, username string, role account.Role) account.Viewer {
	t.Helper()
	made, err := w.Users.Add(t.Context(), account.Draft{
		Username: username, Email: username + "@localhost.test", Password: username + "-password", Role: role,
	})
	if err != nil {
		t.Fatal(err)
	}
	return account.Viewer{User: &made}
}
