package server_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lucarne/chat/server"
	"lucarne/chat/xmpp"
	"lucarne/platform/db/dbtest"
)

const (
	nsMUC  = "http://jabber.org/protocol/muc"
	nsUser = nsMUC + "#user"
	nsChat = "urn:lucarne:chat:0"
	nsSM   = "urn:xmpp:sm:3"
)

// mistakes is a log that keeps what the server blames itself for.
type mistakes struct {
	mu   sync.Mutex
	list []string
}

func (m *mistakes) Enabled(context.Context, slog.Level) bool { return true }
func (m *mistakes) WithAttrs([]slog.Attr) slog.Handler       { return m }
func (m *mistakes) WithGroup(string) slog.Handler            { return m }

func (m *mistakes) Handle(_ context.Context, r slog.Record) error {
	if r.Level < slog.LevelError {
		return nil
	}
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = append(m.list, text)
	return nil
}

func (m *mistakes) take() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.list
	m.list = nil
	return list
}

// client is somebody whose line is memory: it keeps what the server sends.
type client struct {
	t      testing.TB
	p      *port
	st     *server.Stream
	jid    string
	frames chan *xmpp.Element
	ended  chan *server.StreamError
	once   sync.Once
	stuck  atomic.Pointer[context.Context] // until it ends, whoever sends waits; nil: nobody does
	free   context.CancelFunc
}

// Send takes frames, unless the line is stuck: it fails then when the line is closed, as a socket does.
func (c *client) Send(frames ...server.Frame) error {
	if stuck := c.stuck.Load(); stuck != nil {
		<-(*stuck).Done()
		return context.DeadlineExceeded
	}
	for _, f := range frames {
		e, err := xmpp.ParseElement(f, xmpp.Limits{Bytes: 8 << 20, Nodes: 1 << 20})
		if err != nil {
			c.t.Errorf("the server wrote %q: %v", f, err)
			continue
		}
		select {
		case c.frames <- e:
		default:
			return context.DeadlineExceeded
		}
	}
	return nil
}

func (c *client) NeedsTo() bool { return false }

func (c *client) Close(reason *server.StreamError) {
	c.once.Do(func() {
		c.free()
		c.ended <- reason
	})
}

// hang lets whoever sends wait from now on, until the line is closed or freed.
func (c *client) hang() {
	ctx, cancel := context.WithCancel(context.Background())
	c.free = cancel
	c.stuck.Store(&ctx)
}

func (p *port) line(t testing.TB) *client {
	t.Helper()
	c := &client{t: t, p: p, frames: make(chan *xmpp.Element, 8192), ended: make(chan *server.StreamError, 1), free: func() {}}
	st, err := p.server.Open(c, server.Origin{IsSecure: true})
	if err != nil {
		t.Fatal(err)
	}
	c.st = st
	t.Cleanup(st.Lost)
	return c
}

// signIn is what comes before an address is bound.
func (c *client) signIn(host, mechanism, initial string) *client {
	c.t.Helper()
	if _, err := c.st.Begin(host); err != nil {
		c.t.Fatal(err)
	}
	c.say("<auth xmlns='" + nsSASL + "' mechanism='" + mechanism + "'>" + base64.StdEncoding.EncodeToString([]byte(initial)) + "</auth>")
	c.await("success", func(e *xmpp.Element) bool { return e.Is(nsSASL, "success") })
	if _, err := c.st.Begin(host); err != nil {
		c.t.Fatal(err)
	}
	return c
}

func (c *client) bind(resource string) *client {
	c.t.Helper()
	c.say("<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='" + nsBind + "'><resource>" + resource + "</resource></bind></iq>")
	c.jid = c.answer("bind").First().ChildText(nsBind, "jid")
	return c
}

func (p *port) visitor(t testing.TB, name string) *client {
	t.Helper()
	return p.line(t).signIn("anon.tube.test", "ANONYMOUS", "the secret of the browser of "+name).bind("")
}

func (p *port) owner(t testing.TB, resource string) *client {
	t.Helper()
	return p.line(t).signIn("tube.test", "PLAIN", "\x00alice\x00"+p.secret).bind(resource)
}

// try says something and gives the error that ends the stream.
func (c *client) try(stanza string) error {
	c.t.Helper()
	e, err := xmpp.ParseElement([]byte(stanza), xmpp.Limits{})
	if err != nil {
		c.t.Fatalf("%s: %v", stanza, err)
	}
	return c.st.Receive(c.t.Context(), e)
}

func (c *client) say(stanzas ...string) {
	c.t.Helper()
	for _, s := range stanzas {
		if err := c.try(s); err != nil {
			c.t.Fatalf("%s: %v", s, err)
		}
	}
}

// await reads on to the first element that is meant.
func (c *client) await(what string, isMeant func(*xmpp.Element) bool) *xmpp.Element {
	c.t.Helper()
	patience := time.After(10 * time.Second)
	var heard []string
	for {
		select {
		case e := <-c.frames:
			if isMeant(e) {
				return e
			}
			heard = append(heard, e.String())
		case <-patience:
			c.t.Fatalf("no %s in:\n%s", what, strings.Join(heard, "\n"))
		}
	}
}

func (c *client) answer(id string) *xmpp.Element {
	c.t.Helper()
	return c.await("answer "+id, func(e *xmpp.Element) bool {
		return e.Attr("id") == id && (e.Name.Local == "iq" || e.Attr("type") == "error")
	})
}

var asked int

// iq asks and gives the answer.
func (c *client) iq(kind, to, payload string) *xmpp.Element {
	c.t.Helper()
	asked++
	id := fmt.Sprint("q", asked)
	c.say("<iq xmlns='jabber:client' type='" + kind + "' id='" + id + "' to='" + to + "'>" + payload + "</iq>")
	return c.answer(id)
}

// refused checks the condition of a refusal.
func (c *client) refused(e *xmpp.Element, kind, condition string) {
	c.t.Helper()
	why := e.Child("jabber:client", "error")
	if why.Attr("type") != kind || why.First() == nil || why.First().Name.Local != condition {
		c.t.Errorf("got %s, want %s %s", e, kind, condition)
	}
}

func (c *client) join(nick string, more ...string) *xmpp.Element {
	c.t.Helper()
	c.say("<presence xmlns='jabber:client' id='join' to='" + c.p.room + "/" + nick + "'><x xmlns='" + nsMUC + "'/>" + strings.Join(more, "") + "</presence>")
	return c.own()
}

func (c *client) own() *xmpp.Element {
	c.t.Helper()
	return c.await("own presence", func(e *xmpp.Element) bool { return e.Name.Local == "presence" && hasStatus(e, "110") })
}

func hasStatus(e *xmpp.Element, code string) bool {
	for _, child := range e.Child(nsUser, "x").Children() {
		if child.Name.Local == "status" && child.Attr("code") == code {
			return true
		}
	}
	return false
}

func (c *client) send(id, body string, more ...string) {
	c.t.Helper()
	c.say("<message xmlns='jabber:client' type='groupchat' id='" + id + "' to='" + c.p.room + "'><body>" + body + "</body>" + strings.Join(more, "") + "</message>")
}

func (c *client) message(body string) *xmpp.Element {
	c.t.Helper()
	return c.await("message "+body, func(e *xmpp.Element) bool {
		return e.Name.Local == "message" && e.ChildText("jabber:client", "body") == body
	})
}

// inMemory runs a test where the database and the line do not matter, and looks whether all of it ends.
func inMemory(t *testing.T, test func(*testing.T, *port)) {
	t.Helper()
	t.Run("in memory", func(t *testing.T) { test(t, newPort(t, dbtest.SQLite(t), server.TCPOptions{})) })
	for range 100 {
		if running() == "" {
			return
		}
		time.Sleep(20 * time.Millisecond) // what was told to end is ending
	}
	t.Errorf("still running: %s", running())
}

// running are the stacks of the goroutines of sessions and rooms.
func running() string {
	buffer := make([]byte, 1<<20)
	var found []string
	for stack := range strings.SplitSeq(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
		if strings.Contains(stack, "server.(*occupancy)") || strings.Contains(stack, "server.(*session)") || strings.Contains(stack, "server.(*Server)") {
			found = append(found, stack)
		}
	}
	return strings.Join(found, "\n\n")
}
