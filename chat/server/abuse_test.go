package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lucarne/chat"
	"lucarne/chat/server"
	"lucarne/chat/xmpp"
	"lucarne/platform/db/dbtest"
)

func TestAMistakeEndsOneStanza(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		alice := p.owner(t, "")
		p.breaks.Store(true)
		alice.refused(alice.iq("get", "alice@tube.test", "<vCard xmlns='vcard-temp'/>"), "wait", "internal-server-error")
		p.breaks.Store(false)
		if list := p.log.take(); len(list) != 1 || !strings.Contains(list[0], "the picture is broken") {
			t.Errorf("the log says %v", list)
		}
		if e := alice.iq("get", "alice@tube.test", "<vCard xmlns='vcard-temp'/>"); e.Attr("type") != "result" {
			t.Errorf("after that: %s", e)
		}
	})
}

// enable begins stream management and gives the name to resume by.
func (c *client) enable() string {
	c.t.Helper()
	c.say("<enable xmlns='" + nsSM + "' resume='true'/>")
	return c.await("enabled", func(e *xmpp.Element) bool { return e.Is(nsSM, "enabled") }).Attr("id")
}

// resume gives the answer to an attempt.
func (c *client) resume(id, h string) *xmpp.Element {
	c.t.Helper()
	c.say("<resume xmlns='" + nsSM + "' previd='" + id + "' h='" + h + "'/>")
	return c.await("answer", func(e *xmpp.Element) bool {
		return e.Name.Space == nsSM && (e.Name.Local == "resumed" || e.Name.Local == "failed")
	})
}

func (p *port) signedIn(t testing.TB) *client {
	t.Helper()
	return p.line(t).signIn("tube.test", "PLAIN", "\x00alice\x00"+p.secret)
}

func TestSessionsThatRestAreBounded(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		var ids []string
		for i := range 7 {
			c := p.owner(t, fmt.Sprint("r", i))
			ids = append(ids, c.enable())
			c.join("any")
			c.st.Lost()
		}
		for i, id := range ids {
			got := p.signedIn(t).resume(id, "1").Name.Local
			if want := map[bool]string{true: "resumed", false: "failed"}[i < 5]; got != want {
				t.Errorf("session %d: %s, want %s", i, got, want)
			}
		}
		again := p.signedIn(t)
		if got := again.resume(ids[0], "9"); got.Name.Local != "failed" {
			t.Errorf("more is acknowledged than was sent: %s", got)
		}
	})
}

func TestResumingWhileTheOldLineHangs(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		old, bob := p.owner(t, "phone"), p.visitor(t, "bob")
		id := old.enable()
		old.join("any")
		bob.join("Bob")
		old.hang()
		bob.send("1", "while it hangs")
		bob.message("while it hangs")
		now := p.signedIn(t)
		if got := now.resume(id, "1"); got.Name.Local != "resumed" {
			t.Fatalf("resuming: %s", got)
		}
		now.message("while it hangs")
		old.st.Lost() // too late to end anything
		bob.send("2", "after that")
		now.message("after that")
		now.st.End()
		if got := p.signedIn(t).resume(id, "1"); got.Name.Local != "failed" {
			t.Errorf("after the end: %s", got)
		}
	})
}

func TestTheSameAddressTwice(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		first := p.owner(t, "phone")
		id := first.enable()
		first.join("any")
		p.owner(t, "phone").join("any")
		if why := <-first.ended; why == nil || why.Condition != "conflict" {
			t.Errorf("the first ends with %v", why)
		}
		if got := p.signedIn(t).resume(id, "0"); got.Name.Local != "failed" {
			t.Errorf("the first is resumed: %s", got)
		}
	})
}

func TestASlowReaderIsCutOff(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		slow, alice := p.visitor(t, "slow"), p.owner(t, "")
		slow.join("Slow")
		alice.join("any")
		alice.send("0", "before")
		slow.message("before")
		alice.message("before")
		slow.hang()
		begun := time.Now()
		for i := range 300 { // more than waits for one occupant
			must(t, p.rooms.Configure(t.Context(), p.alice, p.roomID, chat.Settings{SlowMode: time.Duration(i%9) * time.Second}))
			alice.await("change", func(e *xmpp.Element) bool { return hasStatus(e, "104") })
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("the room took %s", took)
		}
		if n := p.rooms.Occupants(p.roomID); n != 1 {
			t.Errorf("%d are in the room", n)
		}
		slow.free()
		if why := <-slow.ended; why == nil || why.Condition != "resource-constraint" {
			t.Errorf("it is told %v", why)
		}
	})
}

func TestWhoSaysMuchIsReadMoreSlowly(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		ann, bob := p.visitor(t, "ann"), p.visitor(t, "bob")
		begun := time.Now()
		for range 25 {
			ann.say("<presence xmlns='jabber:client' to='nowhere@room.tube.test/Ann'><x xmlns='" + nsMUC + "'/></presence>")
		}
		if took := time.Since(begun); took < 2*time.Second {
			t.Errorf("25 attempts to come in took %s", took)
		}
		begun = time.Now()
		bob.join("Bob")
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("another one waits %s", took)
		}
	})
}

// FuzzStanza says anything that is XML to the server as somebody in a room.
func FuzzStanza(f *testing.F) {
	p := newPort(f, dbtest.SQLite(f), server.TCPOptions{})
	to := " to='" + p.room + "' "
	for _, seed := range []string{
		"<message xmlns='jabber:client' type='groupchat' id='1'" + to + "><body>x</body></message>",
		"<message xmlns='jabber:client' type='groupchat'" + to + "><body>!1</body><replace xmlns='urn:xmpp:message-correct:0' id='1'/></message>",
		"<message xmlns='jabber:client' type='groupchat'" + to + "><apply-to xmlns='urn:xmpp:fasten:0' id='1'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to></message>",
		"<message xmlns='jabber:client' type='groupchat'" + to + "><reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>x</reaction></reactions></message>",
		"<presence xmlns='jabber:client' to='" + p.room + "/Bob'><x xmlns='" + nsMUC + "'><history seconds='9'/></x><since xmlns='" + nsChat + "' seq='1'/></presence>",
		"<presence xmlns='jabber:client' type='unavailable' to='" + p.room + "/Bob'/>",
		"<iq xmlns='jabber:client' type='set' id='1'" + to + "><query xmlns='" + nsMUC + "#admin'><item nick='Bob' role='visitor'/></query></iq>",
		"<iq xmlns='jabber:client' type='set' id='1'" + to + "><query xmlns='" + nsMUC + "#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>",
		"<iq xmlns='jabber:client' type='set' id='1'" + to + "><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>1</max><before/></set></query></iq>",
		"<iq xmlns='jabber:client' type='set' id='1'" + to + "><query xmlns='urn:xmpp:mam:2#x-search'/></iq>",
		"<iq xmlns='jabber:client' type='set' id='1'" + to + "><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='livechat-notes'><item><note xmlns='urn:peertube-plugin-livechat:note'/></item></publish></pubsub></iq>",
		"<iq xmlns='jabber:client' type='get' id='1'" + to + "><moderate xmlns='urn:xmpp:message-moderate:1' id='1'/></iq>",
		"<iq xmlns='jabber:client' type='get' id='1' to='room.tube.test'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
		"<iq xmlns='jabber:client' type='get' id='1'><vCard xmlns='vcard-temp'/></iq>",
		"<r xmlns='urn:xmpp:sm:3'/>", "<a xmlns='urn:xmpp:sm:3' h='7'/>", "<enable xmlns='urn:xmpp:sm:3' resume='1'/>", "<resume xmlns='urn:xmpp:sm:3'/>",
		"<auth xmlns='" + nsSASL + "'/>", "<iq xmlns='jabber:client'/>", "<message xmlns='jabber:client' to='a@b@c/'/>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := xmpp.ParseElement([]byte(text), xmpp.Limits{})
		if err != nil {
			return
		}
		alice, bob := p.owner(t, ""), p.visitor(t, "bob")
		alice.join("any")
		bob.join("Bob")
		for _, c := range []*client{alice, bob} {
			_ = c.st.Receive(t.Context(), e)
			for len(c.frames) > 0 {
				<-c.frames
			}
		}
		p.server.FromRemote(t.Context(), e.Copy().Set("from", "eve@far.example/x").Set("to", p.room+"/Eve"))
		if list := p.log.take(); len(list) > 0 {
			t.Fatalf("%s: %s", text, strings.Join(list, "\n"))
		}
	})
}
