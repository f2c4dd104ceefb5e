package xmpp_test

import (
	"strings"
	"testing"

	"lucarne/chat/xmpp"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

const nsChat = "urn:lucarne:chat:0"

func stableID(e *xmpp.Element) string { return e.Child("urn:xmpp:sid:0", "stanza-id").Attr("id") }

func TestTalk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ann, alice := w.visitor(t, "the secret of ann's browser"), w.user(t, "alice")
		if got := ann.join(w, "Ann"); got.Attr("from") != w.room+"/Ann" || got.Child(nsChat, "room").Attr("seq") == "" {
			t.Errorf("own presence: %s", got)
		}
		own := alice.join(w, "whatever")
		if !hasStatus(own, "210") || !strings.Contains(own.String(), "affiliation='owner'") || !strings.HasPrefix(alice.jid, "alice@tube.test/") {
			t.Errorf("the owner's presence: %s", own)
		}
		ann.send(w, "a1", "Hello &amp; welcome")
		sent := alice.message("Hello & welcome")
		if sent.Attr("from") != w.room+"/Ann" || sent.Attr("id") != "a1" || stableID(sent) == "" || sent.Child("urn:xmpp:occupant-id:0", "occupant-id").Attr("id") == "" {
			t.Errorf("message: %s", sent)
		}
		if echo := ann.message("Hello & welcome"); echo.String() != sent.String() {
			t.Errorf("sender sees %s", echo)
		}
		alice.send(w, "b1", "Hello Ann", "<reply xmlns='urn:xmpp:reply:0' id='"+stableID(sent)+"'/>")
		if got := ann.message("Hello Ann"); got.Child("urn:xmpp:reply:0", "reply").Attr("id") != stableID(sent) || got.Child(nsChat, "event").Attr("affiliation") != "owner" {
			t.Errorf("answer: %s", got)
		}
	})
}

func TestWhoComesBackMissesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ann, bob := w.visitor(t, "the secret of ann's browser"), w.user(t, "bob")
		ann.join(w, "Ann")
		bob.join(w, "bob")
		bob.send(w, "1", "one")
		seq := ann.message("one").Child(nsChat, "event").Attr("seq")
		_ = ann.conn.CloseNow()
		bob.send(w, "2", "two")
		bob.send(w, "3", "three")
		bob.message("three")
		again := w.visitor(t, "the secret of ann's browser")
		if again.jid[:40] != ann.jid[:40] {
			t.Errorf("the same browser is %s and %s", ann.jid, again.jid)
		}
		own := again.join(w, "Ann", "<since xmlns='"+nsChat+"' seq='"+seq+"'/>")
		if own.Child(nsChat, "room").Attr("reset") != "" {
			t.Errorf("reset: %s", own)
		}
		if first := again.await("message", isMessage); first.ChildText("jabber:client", "body") != "two" {
			t.Errorf("first after coming back: %s", first)
		}
		again.message("three")
		fresh := w.visitor(t, "the secret of another browser")
		fresh.join(w, "Cleo")
		for _, body := range []string{"one", "two", "three"} {
			if got := fresh.message(body); got.Child("urn:xmpp:delay", "delay") == nil {
				t.Errorf("history without its time: %s", got)
			}
		}
	})
}

func isMessage(e *xmpp.Element) bool { return e.Child("jabber:client", "body") != nil }

func TestEditReactRetract(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ann, bob := w.visitor(t, "the secret of ann's browser"), w.user(t, "bob")
		ann.join(w, "Ann")
		bob.join(w, "bob")
		ann.send(w, "a1", "helo")
		id := stableID(bob.message("helo"))
		ann.send(w, "a2", "hello", "<replace xmlns='urn:xmpp:message-correct:0' id='a1'/>")
		edited := bob.message("hello")
		if edited.Child("urn:xmpp:message-correct:0", "replace").Attr("id") != "a1" || stableID(edited) != id {
			t.Errorf("edited: %s", edited)
		}
		bob.say("<message xmlns='jabber:client' type='groupchat' id='r1' to='" + w.room + "'><reactions xmlns='urn:xmpp:reactions:0' id='" + id + "'><reaction>👍</reaction></reactions></message>")
		reacted := ann.await("reaction", func(e *xmpp.Element) bool { return e.Child("urn:xmpp:reactions:0", "reactions") != nil })
		if got := reacted.Child(nsChat, "tally"); got.Attr("id") != id || got.First().Attr("n") != "1" || got.First().Text() != "👍" {
			t.Errorf("reaction: %s", reacted)
		}
		bob.say("<message xmlns='jabber:client' type='groupchat' id='x1' to='" + w.room + "'><retract xmlns='urn:xmpp:message-retract:1' id='" + id + "'/></message>")
		if condition, _ := bob.refused("x1"); condition != "forbidden" {
			t.Errorf("somebody else's message: %s", condition)
		}
		ann.say("<message xmlns='jabber:client' type='groupchat' id='x2' to='" + w.room + "'><retract xmlns='urn:xmpp:message-retract:1' id='" + id + "'/></message>")
		gone := bob.await("retraction", func(e *xmpp.Element) bool { return e.Child("urn:xmpp:message-retract:1", "retract") != nil })
		old := gone.Child("urn:xmpp:fasten:0", "apply-to")
		if gone.Attr("from") != w.room+"/Ann" || old.Attr("id") != id || old.Child("urn:xmpp:message-retract:0", "retract") == nil {
			t.Errorf("retraction: %s", gone)
		}
	})
}

func TestModeration(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		troll, alice := w.visitor(t, "the secret of the troll's browser"), w.user(t, "alice")
		troll.join(w, "Troll")
		alice.join(w, "alice")
		troll.send(w, "t1", "nonsense")
		id := stableID(alice.message("nonsense"))
		answer := alice.iq("set", w.room, "m1", "<moderate xmlns='urn:xmpp:message-moderate:1' id='"+id+"'><retract xmlns='urn:xmpp:message-retract:1'/><reason>no</reason></moderate>")
		if answer.Attr("type") != "result" {
			t.Errorf("moderation: %s", answer)
		}
		gone := troll.await("retraction", func(e *xmpp.Element) bool { return e.Child("urn:xmpp:message-retract:1", "retract") != nil })
		if r := gone.Child("urn:xmpp:message-retract:1", "retract"); r.Child("urn:xmpp:message-moderate:1", "moderated") == nil || r.ChildText("urn:xmpp:message-retract:1", "reason") != "no" {
			t.Errorf("moderated: %s", gone)
		}
		if answer := troll.iq("set", w.room, "k0", "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='alice' role='none'/></query>"); answer.Attr("type") != "error" {
			t.Errorf("a visitor kicks: %s", answer)
		}
		alice.iq("set", w.room, "k1", "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='Troll' affiliation='outcast'><reason>enough</reason></item></query>")
		out := troll.await("ban", func(e *xmpp.Element) bool { return hasStatus(e, "301") })
		if !hasStatus(out, "110") || out.Attr("type") != "unavailable" || !strings.Contains(out.String(), "enough") {
			t.Errorf("ban: %s", out)
		}
		troll.say("<presence xmlns='jabber:client' id='again' to='" + w.room + "/Angel'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
		if condition, text := troll.refused("again"); condition != "forbidden" || !strings.Contains(text, "enough") {
			t.Errorf("coming back: %s, %s", condition, text)
		}
		list := alice.iq("get", w.room, "l1", "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast'/></query>")
		bare, _, _ := strings.Cut(troll.jid, "/")
		if !strings.Contains(list.String(), bare) {
			t.Errorf("outcasts: %s", list)
		}
		alice.iq("set", w.room, "u1", "<query xmlns='http://jabber.org/protocol/muc#admin'><item jid='"+bare+"' affiliation='none'/></query>")
		troll.join(w, "Angel")
	})
}

func TestArchive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ann := w.visitor(t, "the secret of ann's browser")
		ann.join(w, "Ann")
		for _, body := range []string{"one", "two", "three", "four", "five"} {
			ann.send(w, body, body)
			ann.message(body)
		}
		page := func(id, set string) ([]string, *xmpp.Element) {
			ann.say("<iq xmlns='jabber:client' type='set' id='" + id + "' to='" + w.room + "'><query xmlns='urn:xmpp:mam:2' queryid='q'><set xmlns='http://jabber.org/protocol/rsm'>" + set + "</set></query></iq>")
			var bodies []string
			for {
				e := ann.hear()
				if e.Name.Local == "iq" {
					return bodies, e.Child("urn:xmpp:mam:2", "fin")
				}
				message := e.Child("urn:xmpp:mam:2", "result").Child("urn:xmpp:forward:0", "forwarded").Child("jabber:client", "message")
				bodies = append(bodies, message.ChildText("jabber:client", "body"))
			}
		}
		last, fin := page("p1", "<max>2</max><before/>")
		if strings.Join(last, " ") != "four five" || fin.Attr("complete") != "" {
			t.Errorf("last page: %v %s", last, fin)
		}
		first := fin.Child("http://jabber.org/protocol/rsm", "set").ChildText("http://jabber.org/protocol/rsm", "first")
		rest, fin := page("p2", "<max>10</max><before>"+first+"</before>")
		if strings.Join(rest, " ") != "one two three" || fin.Attr("complete") != "true" {
			t.Errorf("page before: %v %s", rest, fin)
		}
	})
}

func TestResume(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ann, bob := w.visitor(t, "the secret of ann's browser"), w.user(t, "bob")
		ann.say("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
		enabled := ann.await("enabled", func(e *xmpp.Element) bool { return e.Is("urn:xmpp:sm:3", "enabled") })
		ann.join(w, "Ann")
		bob.join(w, "bob")
		ann.say("<r xmlns='urn:xmpp:sm:3'/>")
		if a := ann.await("count", func(e *xmpp.Element) bool { return e.Is("urn:xmpp:sm:3", "a") }); a.Attr("h") != "1" {
			t.Errorf("handled: %s", a)
		}
		_ = ann.conn.CloseNow()
		bob.send(w, "1", "while you were away")
		bob.message("while you were away")
		again := w.dial(t)
		again.say("<open "+framing+" to='anon.tube.test'/>", "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'>dGhlIHNlY3JldCBvZiBhbm4ncyBicm93c2Vy</auth>",
			"<open "+framing+" to='anon.tube.test'/>", "<resume xmlns='urn:xmpp:sm:3' previd='"+enabled.Attr("id")+"' h='2'/>")
		again.await("resumed", func(e *xmpp.Element) bool { return e.Is("urn:xmpp:sm:3", "resumed") })
		got := again.message("while you were away")
		if got.Attr("to") != ann.jid {
			t.Errorf("resent: %s", got)
		}
		thief := w.visitor(t, "the secret of another browser")
		thief.say("<resume xmlns='urn:xmpp:sm:3' previd='" + enabled.Attr("id") + "' h='0'/>")
		thief.await("refusal", func(e *xmpp.Element) bool { return e.Is("urn:xmpp:sm:3", "failed") })
	})
}

func TestRoomIsAsked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bob, alice := w.user(t, "bob"), w.user(t, "alice")
		info := bob.iq("get", w.room, "d1", "<query xmlns='http://jabber.org/protocol/disco#info'/>")
		for _, want := range []string{"urn:xmpp:mam:2", "urn:xmpp:message-moderate:1", "category='conference'", "muc#roominfo_slow_mode_duration"} {
			if !strings.Contains(info.String(), want) {
				t.Errorf("no %s in %s", want, info)
			}
		}
		owner := alice.join(w, "any").Attr("from")
		self := bob.join(w, "any").Attr("from")
		card := bob.iq("get", owner, "v1", "<vCard xmlns='vcard-temp'/>")
		if !strings.Contains(card.String(), "<BINVAL>cGljdHVyZQ==</BINVAL>") {
			t.Errorf("card: %s", card)
		}
		if got := bob.iq("get", self, "p1", "<ping xmlns='urn:xmpp:ping'/>"); got.Attr("type") != "result" {
			t.Errorf("ping to oneself: %s", got)
		}
		form := alice.iq("set", w.room, "c1", "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
			"<field var='muc#roomconfig_slow_mode_duration'><value>30</value></field></x></query>")
		if form.Attr("type") != "result" {
			t.Errorf("settings: %s", form)
		}
		changed := bob.await("new settings", func(e *xmpp.Element) bool { return hasStatus(e, "104") })
		if got := changed.Child(nsChat, "settings").Attr("slow-mode"); got != "30" {
			t.Errorf("settings: %s", changed)
		}
		bob.send(w, "1", "first")
		bob.message("first")
		bob.send(w, "2", "second")
		if condition, text := bob.refused("2"); condition != "policy-violation" || !strings.Contains(text, "30") {
			t.Errorf("slow mode: %s, %s", condition, text)
		}
	})
}

func TestPolls(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		bob, alice := w.user(t, "bob"), w.user(t, "alice")
		alice.join(w, "alice")
		bob.join(w, "bob")
		field := func(name, value string) string {
			return "<field var='muc#roompoll_" + name + "'><value>" + value + "</value></field>"
		}
		asked := alice.iq("set", w.room, "q1", "<query xmlns='http://jabber.org/protocol/muc#x-poll'><x xmlns='jabber:x:data' type='submit'>"+
			field("question", "Tea?")+field("duration", "1")+field("choice1", "Yes")+field("choice2", "No")+"</x></query>")
		if asked.Attr("type") != "result" {
			t.Fatalf("poll: %s", asked)
		}
		isPoll := func(e *xmpp.Element) bool {
			return e.Child("http://jabber.org/protocol/muc#x-poll-message", "x-poll") != nil
		}
		if got := bob.await("poll", isPoll); !strings.Contains(got.ChildText("jabber:client", "body"), "1. Yes") {
			t.Errorf("poll: %s", got)
		}
		bob.send(w, "v1", "!1")
		counted := alice.await("count", func(e *xmpp.Element) bool { return isPoll(e) && e.Child("jabber:client", "body") == nil })
		if got := counted.Child("http://jabber.org/protocol/muc#x-poll-message", "x-poll"); got.Attr("votes") != "1" {
			t.Errorf("count: %s", got)
		}
	})
}
