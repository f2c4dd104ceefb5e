// Package channeltest gives tests users with channels, on a real database.
package channeltest

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/channel"
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

// World is a small instance: channels on a database, with a clock that is moved by hand.
type World struct {
	DB       *db.DB
	Clock    *clock.Fake
	Outbox   *event.Outbox
	Images   *blob.Disk
	Keys     *account.Keys
	Channels *channel.Channels
	Settings channel.Settings
}

// New makes a world. videos may be nil where no channel with videos is deleted.
func New(t testing.TB, d *db.DB, videos func(*World) channel.Videos) *World {
	t.Helper()
	images, err := blob.NewDisk(blob.DiskOptions{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	fake := clock.NewFake(Now)
	w := &World{
		DB: d, Clock: fake, Images: images, Settings: channel.Settings{MaxPerUser: 20},
		Outbox: event.New(event.Options{DB: d, Clock: fake, Logger: slog.New(slog.DiscardHandler)}),
		Keys:   account.NewKeys(func() (account.KeyPair, error) { return account.KeyPair{Public: "public", Private: "private"}, nil }),
	}
	o := channel.Options{
		DB: d, Clock: fake, Outbox: w.Outbox, Site: Site, Keys: w.Keys, Images: images, Pictures: picture.New(picture.Options{}), Videos: noVideos{},
		Settings: func() channel.Settings { return w.Settings },
	}
	if videos != nil {
		o.Videos = videos(w)
	}
	w.Channels = channel.New(o)
	return w
}

type noVideos struct{}

func (noVideos) ForgetChannel(context.Context, *db.Tx, channel.ID) error { return nil }

// User makes a user with an account and a default channel named "<username>_channel".
func (w *World) User(t testing.TB, username string, role account.Role) account.Viewer {
	t.Helper()
	user := &account.User{Username: username, Email: username + "@example.org", Role: role}
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := w.insertUser(ctx, tx, user); err != nil {
			return err
		}
		return w.Channels.CreateDefault(ctx, tx, user.Account, username+"_channel", username+"_channel")
	})
	if err != nil {
		t.Fatal(err)
	}
	return account.Viewer{User: user}
}

func (w *World) insertUser(ctx context.Context, tx *db.Tx, user *account.User) error {
	now := w.Clock.Now()
	actor, err := account.CreateActor(ctx, tx, account.NewActor{Site: Site, Kind: account.AccountActor, Username: user.Username, At: now})
	if err != nil {
		return err
	}
	user.ID, err = db.Insert[account.UserID](ctx, tx, `INSERT INTO users (username, email, role, video_quota, video_quota_daily, feed_token, preferences,
		notification_settings, created_at, updated_at) VALUES (?, ?, ?, -1, -1, '', '{}', '{}', ?, ?) RETURNING id`, user.Username, user.Email, user.Role, now, now)
	if err != nil {
		return err
	}
	user.Account = account.Account{UserID: user.ID, Actor: actor, Name: strings.ToUpper(user.Username[:1]) + user.Username[1:], CreatedAt: now, UpdatedAt: now}
	user.Account.ID, err = db.Insert[account.ID](ctx, tx, `INSERT INTO account (actor_id, user_id, name, name_sort, created_at, updated_at)
		VALUES (?, ?, ?, '', ?, ?) RETURNING id`, actor.ID, user.ID, user.Account.Name, now, now)
	return err
}

// Channel is the default channel of a user.
func (w *World) Channel(t testing.TB, username string) channel.Channel {
	t.Helper()
	found, err := w.Channels.ByHandle(t.Context(), username+"_channel")
	if err != nil {
		t.Fatal(err)
	}
	return found
}
