package server_test

import (
	"strings"
	"sync"
	"testing"

	"lucarne/chat"
	"lucarne/chat/xmpp"
)

// What only the server may say in a message never comes from a client.
func TestNothingIsForged(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		ann, bob := p.visitor(t, "ann"), p.visitor(t, "bob")
		ann.join("Ann")
		bob.join("Bob")
		ann.send("a1", "hello", "<stanza-id xmlns='urn:xmpp:sid:0' by='"+p.room+"' id='1'/>", "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>",
			"<event xmlns='"+nsChat+"' seq='9' affiliation='owner'/>", "<x-poll xmlns='"+nsMUC+"#x-poll-message' id='1'/>", "<x-livechat-terms type='muc'/>",
			"<delay xmlns='urn:xmpp:delay' stamp='2001-01-01T00:00:00Z'/>", "<x xmlns='"+nsUser+"'><status code='104'/></x>", "<forged xmlns='x'/>",
			"<body xmlns='jabber:client' xml:lang='de'>another</body>")
		got := bob.message("hello").String()
		for _, part := range []string{"forged", "owner", "x-poll", "livechat-terms", "2001", "104", "another"} {
			if strings.Contains(got, part) {
				t.Errorf("%s got through: %s", part, got)
			}
		}
		ann.say("<message xmlns='jabber:client' type='groupchat' id='a2' to='" + p.room + "'><body x-livechat-announcement-type='warning'>beware</body></message>")
		ann.refused(ann.answer("a2"), "auth", "forbidden")
		for name, stanza := range map[string]string{
			"another's address": "<message xmlns='jabber:client' from='alice@tube.test' to='" + p.room + "'/>",
			"no stanza":         "<nonsense xmlns='jabber:client'/>",
			"another namespace": "<message xmlns='jabber:server'/>",
		} {
			if err := ann.try(stanza); err == nil {
				t.Errorf("%s: the stream goes on", name)
			}
		}
	})
}

func TestRoomTellsWhoComesAndGoes(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		ann, bob := p.visitor(t, "ann"), p.visitor(t, "bob")
		presence := func(c *client, nick, more string) {
			c.say("<presence xmlns='jabber:client' id='p' to='" + p.room + "/" + nick + "'" + more + "</presence>")
		}
		join := "><x xmlns='" + nsMUC + "'/>"
		presence(ann, "Ann", ">")
		if e := ann.own(); e.Attr("type") != "unavailable" || !hasStatus(e, "333") {
			t.Errorf("a presence of who is not in the room: %s", e)
		}
		ann.join("Ann")
		bob.join("Bob")
		for _, nick := range []string{"Ann", "A\u200bnn", "peertube", "\u202eAnn", "Alice", "\u200b"} {
			presence(bob, nick, ">")
			e := bob.answer("p")
			if e.Child(nsMUC, "x") == nil || e.Attr("from") == "" {
				t.Errorf("%q is refused without what says that it is a room's: %s", nick, e)
			}
		}
		presence(bob, "Bobby", ">")
		gone := bob.await("303", func(e *xmpp.Element) bool { return hasStatus(e, "303") })
		if item := gone.Child(nsUser, "x").First(); item.Attr("nick") != "Bobby" || gone.Attr("type") != "unavailable" || !hasStatus(gone, "110") {
			t.Errorf("another name: %s", gone)
		}
		bob.own()
		presence(bob, "Bobby", join)
		if e := bob.own(); e.Attr("type") != "" {
			t.Errorf("coming in again: %s", e)
		}
		ping := "<ping xmlns='urn:xmpp:ping'/>"
		if e := bob.iq("get", p.room+"/Bobby", ping); e.Attr("type") != "result" {
			t.Errorf("ping to oneself: %s", e)
		}
		bob.refused(bob.iq("get", p.room+"/Ann", ping), "cancel", "service-unavailable")
		bob.refused(bob.iq("get", p.room+"/Nobody", ping), "cancel", "item-not-found")
		presence(bob, "Bobby", " type='unavailable'>")
		if e := bob.own(); e.Attr("type") != "unavailable" || hasStatus(e, "333") {
			t.Errorf("leaving: %s", e)
		}
		bob.refused(bob.iq("get", p.room+"/Bobby", ping), "modify", "not-acceptable")
		presence(bob, "", join)
		bob.refused(bob.answer("p"), "modify", "jid-malformed")
	})
}

func TestArchiveIsPaged(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		ann := p.visitor(t, "ann")
		ann.join("Ann")
		var ids []string
		for _, body := range []string{"1", "2", "3", "4", "5"} {
			ann.send(body, body)
			ids = append(ids, ann.message(body).Child("urn:xmpp:sid:0", "stanza-id").Attr("id"))
		}
		const rsm = "http://jabber.org/protocol/rsm"
		set := func(inner string) string { return "<set xmlns='" + rsm + "'>" + inner + "</set>" }
		form := func(name string, values ...string) string {
			return "<x xmlns='jabber:x:data' type='submit'><field var='" + name + "'><value>" + strings.Join(values, "</value><value>") + "</value></field></x>"
		}
		for name, c := range map[string]struct{ query, want, complete, count string }{
			"all":            {"", "1 2 3 4 5", "true", "5"},
			"first":          {set("<max>2</max>"), "1 2", "", "5"},
			"after":          {set("<max>2</max><after>" + ids[1] + "</after>"), "3 4", "", ""},
			"last":           {set("<max>2</max><before/>"), "4 5", "", "5"},
			"before":         {set("<max>9</max><before>" + ids[1] + "</before>"), "1", "true", ""},
			"flipped":        {set("<max>2</max><before/>") + "<flip-page/>", "5 4", "", "5"},
			"counted":        {set("<max>0</max>"), "", "", "5"},
			"by id":          {form("ids", ids[3], ids[0]), "4 1", "true", "2"},
			"after an id":    {form("after-id", ids[3]), "5", "true", ""},
			"unknown id":     {set("<after>987654</after>"), "item-not-found", "", ""},
			"no id":          {set("<before>x'</before>"), "item-not-found", "", ""},
			"unknown of ids": {form("ids", ids[0], "987654"), "item-not-found", "", ""},
			"no number":      {set("<max>-1</max>"), "bad-request", "", ""},
			"no time":        {form("start", "yesterday"), "bad-request", "", ""},
			"of somebody":    {form("with", p.room+"/Ann"), "feature-not-implemented", "", ""},
			"from then on":   {form("start", "2999-01-01T00:00:00Z"), "", "true", "0"},
		} {
			var got []string
			ann.say("<iq xmlns='jabber:client' type='set' id='page' to='" + p.room + "'><query xmlns='urn:xmpp:mam:2'>" + strings.ReplaceAll(c.query, "x'<", "x<") + "</query></iq>")
			end := ann.await("end of "+name, func(e *xmpp.Element) bool {
				if e.Name.Local == "message" {
					got = append(got, e.Child("urn:xmpp:mam:2", "result").Child("urn:xmpp:forward:0", "forwarded").Child("jabber:client", "message").ChildText("jabber:client", "body"))
				}
				return e.Attr("id") == "page"
			})
			if why := end.Child("jabber:client", "error"); why != nil {
				got = append(got, why.First().Name.Local)
			}
			fin := end.Child("urn:xmpp:mam:2", "fin")
			count := fin.Child(rsm, "set").ChildText(rsm, "count")
			if strings.Join(got, " ") != c.want || fin.Attr("complete") != c.complete || count != c.count {
				t.Errorf("%s: %v, complete %q, count %q", name, got, fin.Attr("complete"), count)
			}
		}
		bounds := ann.iq("get", p.room, "<metadata xmlns='urn:xmpp:mam:2'/>").First()
		if bounds.Child("urn:xmpp:mam:2", "start").Attr("id") != ids[0] || bounds.Child("urn:xmpp:mam:2", "end").Attr("id") != ids[4] {
			t.Errorf("bounds: %s", bounds)
		}
		outsider := p.visitor(t, "bob")
		outsider.refused(outsider.iq("set", p.room, "<query xmlns='urn:xmpp:mam:2'/>"), "modify", "not-acceptable")
	})
}

func TestLateVotesAreShownToNobody(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		alice, bob := p.owner(t, ""), p.visitor(t, "bob")
		alice.join("any")
		bob.join("Bob")
		ask := func(question string) {
			t.Helper()
			field := func(name, value string) string {
				return "<field var='muc#roompoll_" + name + "'><value>" + value + "</value></field>"
			}
			if e := alice.iq("set", p.room, "<query xmlns='"+nsMUC+"#x-poll'><x xmlns='jabber:x:data' type='submit'>"+
				field("question", question)+field("duration", "1")+field("choice1", "Yes")+field("choice2", "No")+"</x></query>"); e.Attr("type") != "result" {
				t.Fatalf("poll: %s", e)
			}
			bob.await("poll", func(e *xmpp.Element) bool {
				return strings.HasPrefix(e.ChildText("jabber:client", "body"), question) && e.Child(nsMUC+"#x-poll-message", "x-poll").Attr("over") == ""
			})
		}
		ask("Tea?")
		bob.send("v1", "!7")
		bob.refused(bob.answer("v1"), "modify", "bad-request")
		for _, minutes := range []string{"", "x", "99999999999999999999", "-1", "100000000"} {
			e := alice.iq("set", p.room, "<query xmlns='"+nsMUC+"#x-poll'><x xmlns='jabber:x:data' type='submit'><field var='muc#roompoll_duration'><value>"+minutes+"</value></field></x></query>")
			alice.refused(e, "modify", "bad-request")
		}
	})
}

func TestEverythingAtOnce(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		alice := p.owner(t, "")
		alice.join("any")
		var all sync.WaitGroup
		for _, name := range []string{"ann", "bob", "cleo", "dan"} {
			c := p.visitor(t, name)
			all.Go(func() {
				for range 4 {
					_ = c.try("<presence xmlns='jabber:client' to='" + p.room + "/" + name + "'><x xmlns='" + nsMUC + "'/></presence>")
					_ = c.try("<message xmlns='jabber:client' type='groupchat' to='" + p.room + "'><body>" + name + "</body></message>")
					_ = c.try("<presence xmlns='jabber:client' type='unavailable' to='" + p.room + "/" + name + "'/>")
					_ = c.try("<presence xmlns='jabber:client' to='" + p.room + "/" + name + "'><x xmlns='" + nsMUC + "'/></presence>")
				}
				c.st.Lost()
			})
			all.Go(func() {
				for range 4 {
					_ = p.owner(t, name).try("<iq xmlns='jabber:client' type='set' id='k' to='" + p.room + "'><query xmlns='" + nsMUC + "#admin'><item nick='" + name + "' role='none'/></query></iq>")
				}
			})
		}
		all.Wait()
		if n := p.rooms.Occupants(p.roomID); n != 1 {
			t.Errorf("%d are still in the room", n)
		}
		if list := p.log.take(); len(list) > 0 {
			t.Errorf("mistakes: %s", strings.Join(list, "\n"))
		}
	})
}

func TestTheBotIsNoAnnouncement(t *testing.T) {
	inMemory(t, func(t *testing.T, p *port) {
		room, err := p.rooms.Get(t.Context(), p.roomID)
		must(t, err)
		must(t, p.rooms.ConfigureChannel(t.Context(), p.alice, room.ChannelID, chat.ChannelSettings{
			Bot: chat.Bot{IsOn: true, Commands: []chat.Command{{Name: "rules", Answer: "be kind"}}},
		}))
		ann, alice := p.visitor(t, "ann"), p.owner(t, "")
		ann.join("Ann")
		ann.send("1", "!rules")
		if said := ann.message("be kind"); strings.Contains(said.String(), "announcement-type") || said.Attr("from") != p.room+"/Sepia" {
			t.Errorf("the bot says %s", said)
		}
		if card := ann.iq("get", p.room+"/Sepia", "<vCard xmlns='vcard-temp'/>"); card.First().ChildText("vcard-temp", "FN") != "Sepia" {
			t.Errorf("its card: %s", card)
		}
		alice.say("<presence xmlns='jabber:client' to='" + p.room + "/any'><x xmlns='" + nsMUC + "'/></presence>")
		bot := alice.await("the bot", func(e *xmpp.Element) bool { return e.Attr("from") == p.room+"/Sepia" && e.Name.Local == "presence" })
		if got := bot.Child(nsUser, "x").First().Attr("jid"); got != "moderator@bot.tube.test" {
			t.Errorf("its address is %q", got)
		}
	})
}
