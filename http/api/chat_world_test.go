package api_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/chat"
	"lucarne/chat/token"
	"lucarne/platform/db"
	"lucarne/platform/outbound"
	"lucarne/platform/picture"
	"lucarne/video"
)

// openRooms has the chats work until the test ends.
func (s *studio) openRooms(t *testing.T) *chat.Rooms {
	t.Helper()
	s.chat.Rooms = chat.New(chat.Options{
		DB: s.DB, Clock: s.Clock, Outbox: s.Outbox, Videos: s.Videos, Channels: s.Channels, Lives: s.lives.lives, Logger: slog.New(slog.DiscardHandler),
		Secret: []byte("secret"), Settings: func() chat.SiteSettings { return chat.SiteSettings{AllowPatterns: true} },
		Images: s.Images, Pictures: picture.New(picture.Options{}),
		Outbound: outbound.New(outbound.Options{AllowPrivate: true, AllowHTTP: true, AllowPlainHosts: true}),
	})
	s.chat.ChatTokens = token.New(token.Options{
		DB: s.DB, Clock: s.Clock, Outbox: s.Outbox, Rooms: s.chat.Rooms, Secret: []byte("secret"),
		Settings: func() token.Settings { return token.Settings{AllowsTokens: true} },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.chat.Rooms.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	s.serve()
	return s.chat.Rooms
}

// chatting is a studio where a video of alice's has a chat.
type chatting struct {
	*studio
	film video.Video
	room string // path
}

func newChatting(t *testing.T, d *db.DB) *chatting {
	t.Helper()
	c := &chatting{studio: newStudio(t, d, nil)}
	c.openRooms(t)
	c.film = c.Video(t, c.users["alice"], nil)
	c.room = "/chat/rooms/" + c.film.UUID.String()
	c.expect(t, http.StatusNoContent, "PUT", "/videos/"+c.film.UUID.String()+"/chat", "alice", `{"enabled":true}`)
	return c
}

// expect sends a request and checks the status of the answer.
func (s *studio) expect(t *testing.T, status int, method, path, as, body string) *httptest.ResponseRecorder {
	t.Helper()
	w := s.send(method, path, as, body)
	if w.Code != status {
		t.Fatalf("%s %s as %q: got %d %s, want %d", method, path, as, w.Code, w.Body, status)
	}
	return w
}

// read gives the answer to a GET as JSON.
func (s *studio) read(t *testing.T, path, as string) map[string]any {
	t.Helper()
	return decoded(t, s.expect(t, http.StatusOK, "GET", path, as, ""))
}

func decoded(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &value); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return value
}

// rows are the elements of a list.
func (s *studio) rows(t *testing.T, path, as string) []map[string]any {
	t.Helper()
	var rows []map[string]any
	for _, row := range s.read(t, path, as)["data"].([]any) {
		rows = append(rows, row.(map[string]any))
	}
	return rows
}

// say sends a message as a user.
func (c *chatting) say(t *testing.T, as, text string) chat.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	room, err := c.chat.Rooms.Find(ctx, c.film.UUID.String(), video.Access{})
	if err != nil {
		t.Fatal(err)
	}
	o, _, err := c.chat.Rooms.Join(ctx, room, chat.Entrance{Viewer: c.users[as]})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Leave()
	m, err := c.chat.Rooms.Send(ctx, o, chat.Post{Body: text})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func bodiesOf(rows []map[string]any) string {
	var list []string
	for _, row := range rows {
		list = append(list, row["body"].(string))
	}
	return strings.Join(list, ", ")
}

// hasFields checks that an object has these fields and no others, with the given values; anything stands for any value.
func hasFields(t *testing.T, what string, got, want map[string]any) {
	t.Helper()
	for name, value := range want {
		if there, ok := got[name]; !ok || value != anything && !reflect.DeepEqual(there, value) {
			t.Errorf("%s: %s: got %v, want %v", what, name, there, value)
		}
	}
	for name := range got {
		if _, known := want[name]; !known {
			t.Errorf("%s: an unexpected field %s", what, name)
		}
	}
}

const anything = "\x00anything"
