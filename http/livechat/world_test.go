package livechat_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/account/signin"
	"lucarne/channel/channeltest"
	"lucarne/chat"
	"lucarne/chat/token"
	"lucarne/http/livechat"
	"lucarne/live"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/picture"
	"lucarne/video"
	"lucarne/video/videotest"
)

// world is an instance with a video of alice's, its room, and the plugin's addresses.
type world struct {
	*videotest.World
	rooms    *chat.Rooms
	site     chat.SiteSettings
	users    map[string]account.Viewer
	film     video.Video
	handler  http.Handler
	info     any
	tokens   *token.Tokens
	noTokens bool
}

// Viewer takes a user's name for a token.
func (w *world) Viewer(_ context.Context, r *http.Request) (account.Viewer, error) {
	token, found := signin.Bearer(r)
	if !found {
		return account.Viewer{}, nil
	}
	viewer, known := w.users[token]
	if !known {
		return viewer, fault.New(fault.Unauthenticated, "Invalid token").WithCode("invalid_token")
	}
	return viewer, nil
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: videotest.New(t, d), site: chat.SiteSettings{AllVideos: true, AllowPatterns: true}, users: map[string]account.Viewer{}}
	for name, role := range map[string]account.Role{"root": account.Administrator, "mod": account.Moderator, "alice": account.Ordinary, "bob": account.Ordinary} {
		w.users[name] = w.User(t, name, role)
	}
	w.film = w.Video(t, w.users["alice"], nil)
	w.rooms = chat.New(chat.Options{
		DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Channels: w.Channels, Logger: slog.New(slog.DiscardHandler), Secret: []byte("secret"),
		Lives:    live.New(live.Options{DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Settings: func() live.Settings { return live.Settings{} }}),
		Settings: func() chat.SiteSettings { return w.site }, Images: w.Images, Pictures: picture.New(picture.Options{}),
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
	w.tokens = token.New(token.Options{
		DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Rooms: w.rooms, Secret: []byte("secret"),
		Settings: func() token.Settings { return token.Settings{AllowsTokens: !w.noTokens} },
	})
	carry := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(name + " " + r.URL.Path)) })
	}
	w.handler = livechat.New(livechat.Options{
		Site: channeltest.Site, Auth: w, Rooms: w.rooms, Tokens: w.tokens, Videos: w.Videos, Channels: w.Channels, ServerInfo: func() any { return w.info },
		RoomPage:  func(room string) string { return "/chat/" + room },
		RoomFrame: func(room string) string { return "/chat/" + room + "/embed" },
		BOSH:      carry("bosh"), WebSocket: carry("socket"), ServerWebSocket: carry("server socket"),
	})
	return w
}

// do sends a request as a user ("" nobody); the path is below the prefix.
func (w *world) do(method, path, as, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, livechat.Prefix+path, strings.NewReader(body))
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+as)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	return recorder
}

// get asks as a user and reads the answer.
func (w *world) get(t *testing.T, path, as string, into any) {
	t.Helper()
	read(t, w.do("GET", path, as, ""), into)
}

func read(t *testing.T, w *httptest.ResponseRecorder, into any) {
	t.Helper()
	if w.Code != http.StatusOK {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
}
