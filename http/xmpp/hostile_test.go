package xmpp_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"lucarne/chat"
	"lucarne/chat/xmpp"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// raw is a WebSocket driven frame by frame.
type raw struct {
	t      *testing.T
	conn   net.Conn
	reader *bufio.Reader
}

func (w *world) raw(t *testing.T) *raw {
	t.Helper()
	conn, buffered, _, err := ws.Dialer{Protocols: []string{"xmpp"}}.Dial(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if buffered == nil {
		buffered = bufio.NewReader(conn)
	}
	return &raw{t, conn, buffered}
}

// frame writes one, masked as a client's is.
func (r *raw) frame(code ws.OpCode, isFinal bool, text string) {
	r.t.Helper()
	if err := ws.WriteFrame(r.conn, ws.MaskFrame(ws.NewFrame(code, isFinal, []byte(text)))); err != nil {
		r.t.Fatal(err)
	}
}

// rest is all that is told until the server ends the connection; isEnded is false when it does not in time.
func (r *raw) rest() (texts string, isEnded bool) {
	r.t.Helper()
	_ = r.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	var b strings.Builder
	for {
		f, err := ws.ReadFrame(r.reader)
		if err != nil {
			return b.String(), !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err)
		}
		if f.Header.OpCode == ws.OpClose {
			return b.String(), true
		}
		b.Write(f.Payload)
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// next is the payload of the next frame of a kind.
func (r *raw) next(code ws.OpCode) string {
	r.t.Helper()
	_ = r.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		f, err := ws.ReadFrame(r.reader)
		if err != nil {
			r.t.Fatal(err)
		}
		if f.Header.OpCode == code {
			return string(f.Payload)
		}
	}
}

const hello = "<open " + framing + " to='anon.tube.test' version='1.0'/>"

func TestFramesThatAreNone(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for name, c := range map[string]struct {
		send func(*raw)
		want string // the condition that is told; "": the connection just ends
	}{
		"binary":                   {func(r *raw) { r.frame(ws.OpBinary, true, hello) }, "bad-format"},
		"no mask":                  {func(r *raw) { _ = ws.WriteFrame(r.conn, ws.NewTextFrame([]byte(hello))) }, "bad-format"},
		"a part of nothing":        {func(r *raw) { r.frame(ws.OpContinuation, true, hello) }, "bad-format"},
		"text within a text":       {func(r *raw) { r.frame(ws.OpText, false, "<open"); r.frame(ws.OpText, true, "/>") }, "bad-format"},
		"a ping in parts":          {func(r *raw) { r.frame(ws.OpPing, false, "x") }, "bad-format"},
		"a long ping":              {func(r *raw) { r.frame(ws.OpPing, true, strings.Repeat("x", 126)) }, "bad-format"},
		"an unknown kind":          {func(r *raw) { r.frame(ws.OpCode(3), true, "x") }, "bad-format"},
		"a reserved bit":           {func(r *raw) { _, _ = r.conn.Write([]byte{0xC1, 0x80, 0, 0, 0, 0}) }, "bad-format"},
		"too long":                 {func(r *raw) { r.frame(ws.OpText, true, strings.Repeat("x", xmpp.MaxElementBytes+1)) }, "policy-violation"},
		"said to be endless":       {func(r *raw) { _, _ = r.conn.Write([]byte{0x81, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) }, "policy-violation"},
		"too long in parts":        {tooLongInParts, "policy-violation"},
		"half an element":          {func(r *raw) { r.frame(ws.OpText, true, "<open") }, "not-well-formed"},
		"two elements":             {func(r *raw) { r.frame(ws.OpText, true, hello+hello) }, "not-well-formed"},
		"nothing":                  {func(r *raw) { r.frame(ws.OpText, true, "") }, "not-well-formed"},
		"no UTF-8":                 {func(r *raw) { r.frame(ws.OpText, true, "<open a='\xff'/>") }, "not-well-formed"},
		"a document type":          {func(r *raw) { r.frame(ws.OpText, true, "<open><!DOCTYPE x></open>") }, "restricted-xml"},
		"a stanza before anything": {func(r *raw) { r.frame(ws.OpText, true, "<message xmlns='jabber:client'/>") }, "not-authorized"},
		"half a frame and the end": {func(r *raw) { _, _ = r.conn.Write([]byte{0x81}); _ = r.conn.(*net.TCPConn).CloseWrite() }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.raw(t)
			c.send(r)
			told, isEnded := r.rest()
			if !isEnded || c.want == "" && told != "" || !strings.Contains(told, c.want) {
				t.Errorf("ended %t, told %q, want %q", isEnded, told, c.want)
			}
		})
	}
}

func tooLongInParts(r *raw) {
	part := strings.Repeat("x", xmpp.MaxElementBytes/4)
	r.frame(ws.OpText, false, part)
	for range 4 {
		if ws.WriteFrame(r.conn, ws.MaskFrame(ws.NewFrame(ws.OpContinuation, false, []byte(part)))) != nil {
			return
		}
	}
}

func TestFramesInPartsAndBetween(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	r := w.raw(t)
	r.frame(ws.OpText, false, hello[:9])
	r.frame(ws.OpPing, true, "are you there")
	if got := r.next(ws.OpPong); got != "are you there" {
		t.Errorf("the answer is %q", got)
	}
	r.frame(ws.OpPong, true, "unasked")
	r.frame(ws.OpContinuation, false, hello[9:20])
	r.frame(ws.OpContinuation, true, hello[20:])
	if got := r.next(ws.OpText); !strings.Contains(got, "from='anon.tube.test'") {
		t.Errorf("opened: %q", got)
	}
	r.frame(ws.OpClose, true, "")
	if _, isEnded := r.rest(); !isEnded {
		t.Error("the connection stays")
	}
}

func TestASlowReaderDoesNotSlowTheRoom(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes as long as a line may hang")
	}
	w := newWorld(t, dbtest.SQLite(t))
	slow, alice := w.raw(t), w.user(t, "alice")
	_ = slow.conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	for _, text := range []string{
		hello, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>", hello,
		"<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
		"<presence xmlns='jabber:client' to='" + w.room + "/Slow'><x xmlns='http://jabber.org/protocol/muc'/></presence>",
	} {
		slow.frame(ws.OpText, true, text)
	}
	for !strings.Contains(slow.next(ws.OpText), "110") {
	}
	alice.join(w, "any")
	name, _, _ := strings.Cut(w.room, "@")
	room, err := w.rooms.Find(t.Context(), name, accessOf(w, "alice"))
	if err != nil {
		t.Fatal(err)
	}
	terms, begun, slowest := strings.Repeat("\U0001F600", 390), time.Now(), time.Duration(0)
	for n := 0; w.rooms.Occupants(room.ID) > 1; n++ {
		at := time.Now()
		err := w.rooms.ConfigureChannel(t.Context(), w.viewers["alice"], room.ChannelID, chat.ChannelSettings{Terms: fmt.Sprint(terms, n)})
		if err != nil || time.Since(begun) > 30*time.Second {
			t.Fatalf("the slow one is still there after %s and %d changes: %v", time.Since(begun), n, err)
		}
		alice.message(fmt.Sprint(terms, n))
		slowest = max(slowest, time.Since(at))
	}
	if slowest > 3*time.Second {
		t.Errorf("the others waited %s", slowest)
	}
	_, _ = io.Copy(io.Discard, slow.reader)
}

func accessOf(w *world, name string) video.Access { return video.Access{Viewer: w.viewers[name]} }

// A crowd that comes in at once from one address, and from many, is let in; who takes no part holds nothing once the lines are cut.
func TestFloodsOfJoins(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	alice := w.user(t, "alice")
	alice.join(w, "any")
	for name, secret := range map[string]func(int) string{
		"one browser":   func(int) string { return "the secret of one browser" },
		"many browsers": func(n int) string { return fmt.Sprint("the secret of browser ", n) },
	} {
		t.Run(name, func(t *testing.T) {
			crowd := make([]*client, 60)
			for i := range crowd {
				crowd[i] = w.dial(t)
				crowd[i].say(hello, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'>"+base64.StdEncoding.EncodeToString([]byte(secret(i)))+"</auth>", hello,
					"<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
					"<presence xmlns='jabber:client' id='join' to='"+w.room+"/"+fmt.Sprint("Guest ", i)+"'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
			}
			in := 0
			for _, c := range crowd {
				e := c.await("answer", func(e *xmpp.Element) bool {
					return e.Name.Local == "presence" && (hasStatus(e, "110") || e.Attr("type") == "error") || e.Attr("id") == "bind" && e.Attr("type") == "error"
				})
				if hasStatus(e, "110") {
					in++
				}
			}
			if want := map[string]int{"one browser": 20, "many browsers": 60}[name]; in != want {
				t.Errorf("%d are in, want %d", in, want)
			}
			alice.send(w, name, name)
			alice.message(name)
			for _, c := range crowd {
				_ = c.conn.CloseNow()
			}
			id, _, _ := strings.Cut(w.room, "@")
			room, err := w.rooms.Find(t.Context(), id, accessOf(w, "alice"))
			if err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(10 * time.Second); w.rooms.Occupants(room.ID) > 1; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("%d are still in the room", w.rooms.Occupants(room.ID))
				}
			}
		})
	}
}
