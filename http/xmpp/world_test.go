package xmpp_test

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/chat/sasl"
	"lucarne/chat/server"
	"lucarne/chat/xmpp"
	carrier "lucarne/http/xmpp"
	"lucarne/live"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/video/videotest"
)

// world is an instance with a video of alice's, its room, and the chat's WebSocket.
type world struct {
	*videotest.World
	rooms   *chat.Rooms
	site    chat.SiteSettings
	viewers map[string]account.Viewer
	room    string // its address
	server  *server.Server
	url     string
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: videotest.New(t, d), site: chat.SiteSettings{AllVideos: true}, viewers: map[string]account.Viewer{}}
	for name, role := range map[string]account.Role{"alice": account.Ordinary, "bob": account.Ordinary, "mod": account.Moderator} {
		w.viewers[name] = w.User(t, name, role)
	}
	film := w.Video(t, w.viewers["alice"], nil)
	w.room = film.UUID.String() + "@room.tube.test"
	w.rooms = chat.New(chat.Options{
		DB: w.DB, Clock: clock.System{}, Outbox: w.Outbox, Videos: w.Videos, Channels: w.Channels, Logger: slog.New(slog.DiscardHandler), Secret: []byte("secret"),
		Lives:    live.New(live.Options{DB: w.DB, Clock: w.Clock, Outbox: w.Outbox, Videos: w.Videos, Settings: func() live.Settings { return live.Settings{} }}),
		Settings: func() chat.SiteSettings { return w.site },
	})
	s, err := server.New(server.Options{
		Rooms: w.rooms, Host: "tube.test", Version: "test", Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Verifier: w, Avatars: w,
		Settings: func() server.Settings { return server.Settings{AllowsVisitors: true} },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server = s
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- w.rooms.Run(ctx) }()
	go func() { done <- s.Run(ctx) }()
	served := httptest.NewServer(carrier.WebSocket(s))
	w.url = "ws" + strings.TrimPrefix(served.URL, "http")
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		served.Close()
	})
	return w
}

// ByPassword takes a user's name for their password.
func (w *world) ByPassword(_ context.Context, username, password string, _ server.Origin) (account.Viewer, error) {
	viewer, known := w.viewers[username]
	if !known || password != username+" password" {
		return account.Viewer{}, fault.New(fault.Unauthenticated, "Name or password is wrong")
	}
	return viewer, nil
}

func (w *world) ByToken(_ context.Context, token string, _ server.Origin) (account.Viewer, error) {
	viewer, known := w.viewers[token]
	if !known {
		return viewer, fault.New(fault.Unauthenticated, "Invalid token")
	}
	return viewer, nil
}

func (w *world) ScramKeys(context.Context, sasl.Hash, string) (sasl.Salted[account.Viewer], error) {
	return sasl.Salted[account.Viewer]{Salt: []byte("salt"), Iterations: sasl.Iterations}, nil
}

func (w *world) AccountID(_ context.Context, username string) (account.ID, error) {
	viewer, known := w.viewers[username]
	if !known {
		return 0, fault.New(fault.NotFound, "User not found")
	}
	return viewer.AccountID(), nil
}

func (w *world) Avatar(_ context.Context, username string) ([]byte, string, error) {
	if username != "alice" {
		return nil, "", fault.New(fault.NotFound, "There is no picture")
	}
	return []byte("picture"), "image/png", nil
}

// client is one end of a WebSocket, driven stanza by stanza.
type client struct {
	t    *testing.T
	conn *websocket.Conn
	jid  string
}

func (w *world) dial(t *testing.T) *client {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), w.url, &websocket.DialOptions{Subprotocols: []string{"xmpp"}})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &client{t: t, conn: conn}
}

const framing = "xmlns='urn:ietf:params:xml:ns:xmpp-framing'"

func (c *client) say(stanzas ...string) {
	c.t.Helper()
	for _, s := range stanzas {
		if err := c.conn.Write(c.t.Context(), websocket.MessageText, []byte(s)); err != nil {
			c.t.Fatal(err)
		}
	}
}

// hear gives the next element.
func (c *client) hear() *xmpp.Element {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	_, data, err := c.conn.Read(ctx)
	if err != nil {
		c.t.Fatalf("nothing was said: %v", err)
	}
	e, err := xmpp.ParseElement(data, xmpp.Limits{Bytes: 1 << 20})
	if err != nil {
		c.t.Fatalf("%s: %v", data, err)
	}
	return e
}

// await reads on to the first element that is meant.
func (c *client) await(what string, isMeant func(*xmpp.Element) bool) *xmpp.Element {
	c.t.Helper()
	var heard []string
	for range 200 {
		e := c.hear()
		if isMeant(e) {
			return e
		}
		heard = append(heard, e.String())
		if e.Is("urn:ietf:params:xml:ns:xmpp-framing", "close") {
			break
		}
	}
	c.t.Fatalf("no %s in:\n%s", what, strings.Join(heard, "\n"))
	return nil
}

// enter signs in and binds, all in one go.
func (c *client) enter(host, mechanism, initial string) *client {
	c.t.Helper()
	c.say("<open "+framing+" to='"+host+"' version='1.0'/>",
		"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='"+mechanism+"'>"+base64.StdEncoding.EncodeToString([]byte(initial))+"</auth>",
		"<open "+framing+" to='"+host+"' version='1.0'/>",
		"<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
	bound := c.await("address", func(e *xmpp.Element) bool { return e.Attr("id") == "bind" })
	c.jid = bound.First().ChildText("urn:ietf:params:xml:ns:xmpp-bind", "jid")
	if c.jid == "" {
		c.t.Fatalf("no address in %s", bound)
	}
	return c
}

func (w *world) visitor(t *testing.T, secret string) *client {
	t.Helper()
	return w.dial(t).enter("anon.tube.test", "ANONYMOUS", secret)
}

func (w *world) user(t *testing.T, name string) *client {
	t.Helper()
	return w.dial(t).enter("tube.test", "PLAIN", "\x00"+name+"\x00"+name+" password")
}

// join comes into the room and gives the own presence.
func (c *client) join(w *world, nick string, more ...string) *xmpp.Element {
	c.t.Helper()
	c.say("<presence xmlns='jabber:client' id='join' to='" + w.room + "/" + nick + "'><x xmlns='http://jabber.org/protocol/muc'/>" + strings.Join(more, "") + "</presence>")
	return c.await("own presence", func(e *xmpp.Element) bool { return e.Name.Local == "presence" && hasStatus(e, "110") })
}

func hasStatus(e *xmpp.Element, code string) bool {
	for _, child := range e.Child("http://jabber.org/protocol/muc#user", "x").Children() {
		if child.Name.Local == "status" && child.Attr("code") == code {
			return true
		}
	}
	return false
}

// send says something in the room.
func (c *client) send(w *world, id, body string, more ...string) {
	c.t.Helper()
	c.say("<message xmlns='jabber:client' type='groupchat' id='" + id + "' to='" + w.room + "'><body>" + body + "</body>" + strings.Join(more, "") + "</message>")
}

// message awaits a message with this text.
func (c *client) message(body string) *xmpp.Element {
	c.t.Helper()
	return c.await("message "+body, func(e *xmpp.Element) bool {
		return e.Name.Local == "message" && e.Attr("type") == "groupchat" && e.ChildText("jabber:client", "body") == body
	})
}

// iq asks and awaits the answer.
func (c *client) iq(kind, to, id, payload string) *xmpp.Element {
	c.t.Helper()
	c.say("<iq xmlns='jabber:client' type='" + kind + "' id='" + id + "' to='" + to + "'>" + payload + "</iq>")
	return c.await("answer", func(e *xmpp.Element) bool { return e.Name.Local == "iq" && e.Attr("id") == id })
}

func (c *client) refused(id string) (condition, text string) {
	c.t.Helper()
	e := c.await("refusal", func(e *xmpp.Element) bool { return e.Attr("type") == "error" && e.Attr("id") == id })
	refused := e.Child("jabber:client", "error")
	return refused.First().Name.Local, refused.ChildText("urn:ietf:params:xml:ns:xmpp-stanzas", "text")
}
