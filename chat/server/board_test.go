package server_test

import (
	"strings"
	"testing"

	"lucarne/chat/xmpp"
)

const (
	nsPubSub = "http://jabber.org/protocol/pubsub"
	nsEvent  = nsPubSub + "#event"
	nsTask   = "urn:peertube-plugin-livechat:task"
	nsNote   = "urn:peertube-plugin-livechat:note"
)

func (c *client) board(kind, inner string) *xmpp.Element {
	c.t.Helper()
	return c.iq(kind, c.p.room, "<pubsub xmlns='"+nsPubSub+"'>"+inner+"</pubsub>")
}

// headline awaits what is told of a node.
func (c *client) headline(node string) *xmpp.Element {
	c.t.Helper()
	e := c.await("headline of "+node, func(e *xmpp.Element) bool {
		return e.Attr("type") == "headline" && e.Child(nsEvent, "event").Child(nsEvent, "items").Attr("node") == node
	})
	return e.Child(nsEvent, "event").Child(nsEvent, "items").First()
}

func TestBoardOfModerators(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		alice, phone, bob := p.owner(t, "desk"), p.owner(t, "phone"), p.visitor(t, "bob")
		alice.join("any")
		phone.join("any")
		own := bob.join("Bob")
		subscribe := func(node, jid string) string { return "<subscribe node='" + node + "' jid='" + jid + "'/>" }
		if e := alice.board("set", subscribe("livechat-tasks", alice.jid)); !strings.Contains(e.String(), "subscription='subscribed'") {
			t.Fatalf("subscribing: %s", e)
		}
		alice.board("set", subscribe("livechat-notes", alice.jid))
		list := alice.board("get", "<items node='livechat-tasks'/>").First().Child(nsPubSub, "items").First()
		if list.First().ChildText(nsTask+"list", "name") != "A test film" {
			t.Fatalf("at first: %s", list)
		}
		task := "<publish node='livechat-tasks'><item id='t1'><task xmlns='" + nsTask + "' list='" + list.Attr("id") + "' order='3' done='true'><name>greet</name><description>all</description></task></item></publish>"
		if e := phone.board("set", task); !strings.Contains(e.String(), "id='t1'") || e.Attr("type") != "result" {
			t.Fatalf("publishing: %s", e)
		}
		put := alice.headline("livechat-tasks")
		for put.Attr("id") == list.Attr("id") { // the first list, which was made when it was asked for
			put = alice.headline("livechat-tasks")
		}
		if want := "<task xmlns='" + nsTask + "' list='" + list.Attr("id") + "' order='3' done='true'><name>greet</name><description>all</description></task>"; put.First().String() != want || put.Attr("id") != "t1" {
			t.Errorf("told %s, want %s", put, want)
		}
		occupant := own.Child("urn:xmpp:occupant-id:0", "occupant-id").Attr("id")
		phone.board("set", "<publish node='livechat-notes'><item><note xmlns='"+nsNote+"' order='1'><description>was warned</description><note-about nick='Bob' jid='"+p.room+
			"/Bob'><occupant-id xmlns='urn:xmpp:occupant-id:0' id='"+occupant+"'/></note-about></note></item></publish>")
		note := alice.headline("livechat-notes").First()
		if about := note.Child(nsNote, "note-about"); about.Attr("nick") != "Bob" || about.First().Attr("id") != occupant || note.Attr("order") != "1" {
			t.Errorf("note: %s", note)
		}
		if e := phone.board("set", "<retract node='livechat-tasks' notify='true'><item id='t1'/></retract>"); e.Attr("type") != "result" {
			t.Errorf("retracting: %s", e)
		}
		if gone := alice.headline("livechat-tasks"); gone.Name.Local != "retract" || gone.Attr("id") != "t1" {
			t.Errorf("told %s", gone)
		}
		if told := phone.iqless(); strings.Contains(told, "headline") {
			t.Errorf("told who did not subscribe: %s", told)
		}
		if told := bob.iqless(); strings.Contains(told, "headline") || strings.Contains(told, "warned") {
			t.Errorf("told a visitor: %s", told)
		}
		bob.refused(bob.board("get", "<items node='livechat-notes'/>"), "auth", "forbidden")
		bob.refused(bob.board("set", task), "auth", "forbidden")
	})
}

func TestBoardRefuses(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		alice := p.owner(t, "")
		alice.join("any")
		item := func(node, payload string) string {
			return "<publish node='" + node + "'><item id='x'>" + payload + "</item></publish>"
		}
		note := func(attr, text string) string {
			return "<note xmlns='" + nsNote + "' " + attr + "><description>" + text + "</description></note>"
		}
		for name, c := range map[string]struct{ inner, condition string }{
			"nothing":           {"", "item-not-found"},
			"another node":      {"<items node='other'/>", "item-not-found"},
			"another thing":     {item("livechat-notes", "<x xmlns='x'/>"), "bad-request"},
			"a note as a task":  {item("livechat-tasks", note("", "x")), "bad-request"},
			"an empty note":     {item("livechat-notes", note("", " ")), "bad-request"},
			"a long note":       {item("livechat-notes", note("", strings.Repeat("x", 5001))), "bad-request"},
			"no order":          {item("livechat-notes", note("order='first'", "x")), "bad-request"},
			"no item":           {"<publish node='livechat-notes'/>", "bad-request"},
			"an empty item":     {item("livechat-notes", ""), "bad-request"},
			"no such list":      {item("livechat-tasks", "<task xmlns='"+nsTask+"' list='none'><name>x</name></task>"), "item-not-found"},
			"no such item":      {"<retract node='livechat-notes'><item id='none'/></retract>", "item-not-found"},
			"for somebody else": {"<subscribe node='livechat-notes' jid='eve@far.example'/>", "bad-request"},
			"a new node":        {"<create node='livechat-notes'/>", "feature-not-implemented"},
		} {
			e := alice.board("set", c.inner)
			if why := e.Child("jabber:client", "error").First(); why == nil || why.Name.Local != c.condition {
				t.Errorf("%s: %s, want %s", name, e, c.condition)
			}
		}
	})
}
