package server_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/chat/xmpp"
)

// far is what goes to other servers.
type far struct {
	mu   sync.Mutex
	list []*xmpp.Element
}

func (f *far) Send(e *xmpp.Element) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, e)
}

// await waits for the first stanza that has all parts, and forgets those before.
func (f *far) await(t *testing.T, parts ...string) *xmpp.Element {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if e := f.take(parts); e != nil {
			return e
		}
	}
	t.Fatalf("nothing with %q went out: %v", parts, f.list)
	return nil
}

func (f *far) take(parts []string) *xmpp.Element {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, e := range f.list {
		text, isMeant := e.String(), true
		for _, part := range parts {
			isMeant = isMeant && strings.Contains(text, part)
		}
		if isMeant {
			f.list = f.list[i+1:]
			return e
		}
	}
	return nil
}

func (f *far) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.list)
}

func (p *port) fromFar(t *testing.T, stanza string) {
	t.Helper()
	e, err := xmpp.ParseElement([]byte(stanza), xmpp.Limits{})
	must(t, err)
	p.server.FromRemote(t.Context(), e)
}

func (p *port) joinFromFar(t *testing.T, from, nick string) {
	t.Helper()
	p.fromFar(t, "<presence xmlns='jabber:client' from='"+from+"' to='"+p.room+"/"+nick+"'><x xmlns='"+nsMUC+"'/></presence>")
}

func TestPeopleOfOtherServers(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		out := &far{}
		p.server.SetRemote(out)
		p.joinFromFar(t, "eve@far.example/x", "Eve")
		out.await(t, "code='110'", "to='eve@far.example/x'")
		for name, from := range map[string]string{"ours": "alice@tube.test/x", "a visitor": "x@anon.tube.test/y", "no address": "@", "none": ""} {
			before := out.count()
			p.joinFromFar(t, from, "Mallory")
			if out.count() != before {
				t.Errorf("%s is answered", name)
			}
		}
		for _, from := range []string{"far.example", "far.example/x", "eve@far.example"} {
			p.joinFromFar(t, from, "Mallory")
			out.await(t, "jid-malformed", "to='"+from+"'")
		}
		p.fromFar(t, "<message xmlns='jabber:client' type='groupchat' from='eve@far.example/other' id='s' to='"+p.room+"'><body>spoofed</body></message>")
		out.await(t, "not-acceptable", "to='eve@far.example/other'")
		p.fromFar(t, "<message xmlns='jabber:client' type='groupchat' from='eve@far.example/x' id='m' to='"+p.room+"'><body>hello</body></message>")
		out.await(t, "hello", "to='eve@far.example/x'")
		before := out.count()
		for _, kind := range []string{"message", "presence", "iq"} {
			p.fromFar(t, "<"+kind+" xmlns='jabber:client' type='error' from='mallory@far.example/x' to='"+p.room+"/Eve'/>")
			p.fromFar(t, "<"+kind+" xmlns='jabber:client' type='error' from='mallory@far.example/x' to='tube.test'/>")
			p.fromFar(t, "<"+kind+" xmlns='jabber:client' type='error' from='mallory@far.example/x' to='alice@tube.test/y'/>")
		}
		p.fromFar(t, "<message xmlns='jabber:client' type='error' from='eve@far.example/x' to='"+p.room+"'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>")
		if out.count() != before || p.rooms.Occupants(p.roomID) != 1 {
			t.Errorf("errors are answered, or end what goes on: %d stanzas, %d in the room", out.count()-before, p.rooms.Occupants(p.roomID))
		}
		p.fromFar(t, "<presence xmlns='jabber:client' type='error' from='eve@far.example/x' to='"+p.room+"'><error type='cancel'><remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>")
		if n := p.rooms.Occupants(p.roomID); n != 0 {
			t.Errorf("%d of a server that is gone are in the room", n)
		}
		p.fromFar(t, "<iq xmlns='jabber:client' type='get' id='1' from='eve@far.example/x' to='other.example'><ping xmlns='urn:xmpp:ping'/></iq>")
		if e := out.take([]string{"other.example"}); e != nil {
			t.Errorf("passed on or answered: %s", e)
		}
	})
}

func TestFloodsOfStrangersLeaveNothing(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		out := &far{}
		p.server.SetRemote(out)
		for i := range 2500 { // more than a domain may have
			p.fromFar(t, fmt.Sprintf("<presence xmlns='jabber:client' from='e%d@far.example/x' to='nowhere@room.tube.test/Eve'><x xmlns='%s'/></presence>", i, nsMUC))
		}
		p.joinFromFar(t, "eve@far.example/x", "Eve")
		out.await(t, "code='110'", "to='eve@far.example/x'")
		p.server.Close()
		out.await(t, "code='332'", "to='eve@far.example/x'")
		p.joinFromFar(t, "eve@far.example/y", "Eve")
		out.await(t, "resource-constraint", "to='eve@far.example/y'")
	})
}

func TestOnlyRoomsAreReachedOnOtherServers(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		out := &far{}
		p.server.SetRemote(out)
		alice := p.owner(t, "phone")
		const room = "there@room.far.example"
		for name, stanza := range map[string]string{
			"a letter":       "<message xmlns='jabber:client' type='chat' id='x' to='eve@far.example'><body>buy</body></message>",
			"a room unknown": "<message xmlns='jabber:client' type='groupchat' id='x' to='" + room + "'><body>buy</body></message>",
			"a contact":      "<presence xmlns='jabber:client' type='subscribe' id='x' to='eve@far.example'/>",
			"a presence":     "<presence xmlns='jabber:client' id='x' to='eve@far.example/y'/>",
		} {
			alice.say(stanza)
			alice.refused(alice.answer("x"), "cancel", "service-unavailable")
			if out.count() > 0 {
				t.Errorf("%s went out", name)
			}
		}
		alice.say("<presence xmlns='jabber:client' to='" + room + "/Alice'><x xmlns='" + nsMUC + "'/></presence>")
		out.await(t, "to='"+room+"/Alice'", "from='alice@tube.test/phone'")
		p.fromFar(t, "<presence xmlns='jabber:client' from='"+room+"/Alice' to='alice@tube.test/phone'><x xmlns='"+nsUser+"'><item affiliation='none' role='participant'/><status code='110'/></x></presence>")
		alice.own()
		p.fromFar(t, "<presence xmlns='jabber:client' type='error' from='"+room+"/Other' to='alice@tube.test/phone'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>")
		p.fromFar(t, "<message xmlns='jabber:client' type='groupchat' from='"+room+"/Eve' to='alice@tube.test/phone'><body>still here</body></message>")
		alice.message("still here")
		p.fromFar(t, "<message xmlns='jabber:client' type='groupchat' from='other@room.far.example/Eve' to='alice@tube.test/phone'><body>unasked</body></message>")
		alice.say("<message xmlns='jabber:client' type='groupchat' to='" + room + "'><body>hello there</body></message>")
		out.await(t, "hello there")
		alice.st.Lost()
		out.await(t, "type='unavailable'", "to='"+room+"/Alice'")
		if e := alice.iqless(); strings.Contains(e, "unasked") {
			t.Errorf("what nobody asked for: %s", e)
		}
		visitor := p.visitor(t, "bob")
		visitor.say("<presence xmlns='jabber:client' id='x' to='" + room + "/Bob'><x xmlns='" + nsMUC + "'/></presence>")
		visitor.refused(visitor.answer("x"), "cancel", "remote-server-not-found")
	})
}

// iqless is all that was told and not read.
func (c *client) iqless() string {
	var b strings.Builder
	for len(c.frames) > 0 {
		b.WriteString((<-c.frames).String())
	}
	return b.String()
}
