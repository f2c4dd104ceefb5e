package token_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/channel/channeltest"
	"lucarne/chat"
	"lucarne/chat/sasl"
	"lucarne/chat/token"
	"lucarne/live"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/platform/picture"
	"lucarne/video"
	"lucarne/video/videotest"
)

// world is an instance with two users and the tokens of its chat.
type world struct {
	*videotest.World
	Users      *account.Users
	tokens     *token.Tokens
	settings   token.Settings
	rooms      *chat.Rooms
	alice, bob account.Viewer
	revoked    []any // the facts told
}

var secret = []byte("the secret of the site")

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: videotest.New(t, d), settings: token.Settings{AllowsTokens: true}}
	w.Users = account.New(account.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Site: channeltest.Site, Passwords: accounttest.Hasher(t), Channels: w.Channels, Keys: w.Keys,
		Gallery:  account.NewGallery(w.Images, picture.New(picture.Options{}), w.Clock),
		Settings: func() account.Settings { return account.Settings{MinPasswordLength: 6} },
	})
	w.alice, w.bob = w.User(t, "Alice", account.Ordinary), w.User(t, "bob", account.Ordinary)
	w.startRooms(t)
	w.tokens = token.New(token.Options{
		DB: d, Clock: w.Clock, Outbox: w.Outbox, Users: w.Users, Rooms: w.rooms, Secret: secret, Logger: slog.New(slog.DiscardHandler),
		Settings: func() token.Settings { return w.settings },
	})
	w.Outbox.Subscribe(
		event.On("test.token", func(_ context.Context, f token.Revoked) error { w.revoked = append(w.revoked, f); return nil }),
		event.On("test.overlay", func(_ context.Context, f token.OverlayRevoked) error { w.revoked = append(w.revoked, f); return nil }),
	)
	return w
}

func (w *world) startRooms(t *testing.T) {
	t.Helper()
	w.rooms = chat.New(chat.Options{
		DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Channels: w.Channels, Logger: slog.New(slog.DiscardHandler), Secret: secret,
		Lives:    live.New(live.Options{DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Settings: func() live.Settings { return live.Settings{} }}),
		Settings: func() chat.SiteSettings { return chat.SiteSettings{AllVideos: true} },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.rooms.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// room makes a video of somebody's and its room.
func (w *world) room(t *testing.T, owner account.Viewer) chat.Room {
	t.Helper()
	room, err := w.rooms.Find(t.Context(), w.Video(t, owner, nil).UUID.String(), video.Access{})
	must(t, err)
	return room
}

func (w *world) temporary(t *testing.T, viewer account.Viewer) token.Temporary {
	t.Helper()
	given, err := w.tokens.Temporary(t.Context(), viewer)
	must(t, err)
	return given
}

func (w *world) create(t *testing.T, viewer account.Viewer, label string) token.Created {
	t.Helper()
	made, err := w.tokens.Create(t.Context(), viewer, label)
	must(t, err)
	return made
}

// who says whom a name and a password let in: "nobody" for a refusal.
func (w *world) who(t *testing.T, username, password string) string {
	t.Helper()
	grant, err := w.tokens.CheckPassword(t.Context(), username, password)
	if fault.Is(err, fault.Unauthenticated) {
		return "nobody"
	}
	must(t, err)
	return grant.Viewer.User.Username
}

// whoByScram is who, for a client that knows SCRAM.
func (w *world) whoByScram(t *testing.T, h sasl.Hash, username, password string) string {
	t.Helper()
	salted, err := w.tokens.ScramKeys(t.Context(), h, username)
	must(t, err)
	known, err := sasl.Derive(h, password, salted.Salt, salted.Iterations)
	must(t, err)
	for _, key := range salted.Keys {
		if string(key.StoredKey) != string(known.StoredKey) || string(key.ServerKey) != string(known.ServerKey) {
			continue
		}
		grant, err := key.Accept(t.Context())
		if fault.Is(err, fault.Unauthenticated) {
			return "nobody"
		}
		must(t, err)
		return grant.Viewer.User.Username
	}
	return "nobody"
}

func refused(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: got %v, want %s", what, err, kind)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const day = 24 * time.Hour
