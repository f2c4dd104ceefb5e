package s2s

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"lucarne/chat/xmpp"
)

func TestStrangersAreRefused(t *testing.T) {
	t.Parallel()
	const bomb = "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;&lol;'>]><message>&lol2;</message>"
	cases := []struct {
		name, say, want string
	}{
		{"sender of another host", "<message from='x@good.example' to='y@a.example'/>", "invalid-from"},
		{"sender of a host below", "<message from='x@below.evil.example' to='y@a.example'/>", "invalid-from"},
		{"sender of the host above", "<message from='x@example' to='y@a.example'/>", "invalid-from"},
		{"sender of ours", "<message from='x@a.example' to='y@a.example'/>", "invalid-from"},
		{"sender is a visitor of ours", "<message from='x@anon.a.example' to='y@a.example'/>", "invalid-from"},
		{"sender is missing", "<message to='y@a.example'/>", "improper-addressing"},
		{"sender is none", "<message from='@evil.example' to='y@a.example'/>", "improper-addressing"},
		{"sender whose host only looks alike", "<message from='x@ev\u0456l.example' to='y@a.example'/>", "invalid-from"},
		{"receiver is missing", "<message from='x@evil.example'/>", "improper-addressing"},
		{"receiver is not ours", "<message from='x@evil.example' to='y@good.example'/>", "host-unknown"},
		{"receiver is a visitor", "<message from='x@evil.example' to='y@anon.a.example'/>", "host-unknown"},
		{"receiver is of a host of ours that was not asked for", "<message from='x@evil.example' to='y@room.a.example'/>", "invalid-from"},
		{"stanza of a client", "<message xmlns='jabber:client' from='x@evil.example' to='y@a.example'/>", "unsupported-stanza-type"},
		{"something else", "<stanza/>", "unsupported-stanza-type"},
		{"encryption again", "<starttls xmlns='" + nsTLS + "'/>", "unsupported-stanza-type"},
		{"our own name in dialback", "<db:result from='room.a.example' to='a.example'>key</db:result>", "invalid-from"},
		{"our visitors' name in dialback", "<db:result from='anon.a.example' to='a.example'>key</db:result>", "invalid-from"},
		{"dialback to another host", "<db:result from='evil.example' to='good.example'>key</db:result>", "host-unknown"},
		{"dialback without hosts", "<db:result>key</db:result>", "improper-addressing"},
		{"dialback of a user", "<db:result from='x@evil.example' to='a.example'>key</db:result>", "improper-addressing"},
		{"dialback with an endless key", "<db:result from='other.example' to='a.example'>" + strings.Repeat("k", maxKeyBytes+1) + "</db:result>", "improper-addressing"},
		{"dialback of a blocked host", "<db:result from='very.blocked.example' to='a.example'>key</db:result>", "policy-violation"},
		{"bomb", bomb, "restricted-xml"},
		{"entity", "<message from='x@evil.example' to='y@a.example'>&lol;</message>", "restricted-xml"},
		{"comment", "<!-- hello -->", "restricted-xml"},
		{"no XML", "GET / HTTP/1.1\r\n\r\n", "not-well-formed"},
		{"no UTF-8", "<message from='x@evil.example' to='y@a.example'>\xc0\xaf</message>", "not-well-formed"},
		{"deep", strings.Repeat("<a>", 100), "policy-violation"},
		{"wide", "<a>" + strings.Repeat("<b/>", 5000) + "</a>", "policy-violation"},
		{"ends the stream of another one", "</message>", "not-well-formed"},
	}
	n := newNames(t)
	a := newNode(t, n, "a.example", func(_ *Options, d *node) { d.settings.Blocked = []string{"blocked.example"} })
	newOracle(t, n, "evil.example", agree)
	for _, c := range cases {
		for _, isProven := range []bool{false, true} {
			if isProven {
				c.name += ", from a proven host"
			}
			t.Run(c.name, func(t *testing.T) {
				s := call(t, a, "evil.example", "a.example")
				if isProven {
					s.prove("evil.example", "a.example")
				}
				s.say(c.say)
				s.endsWith(c.want)
				a.silent(t)
			})
		}
	}
}

func TestOversizeStanza(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example")
	newOracle(t, n, "evil.example", agree)
	long := func(size int) string {
		return "<message from='x@evil.example' to='y@a.example'><body>" + strings.Repeat("x", size) + "</body></message>"
	}
	s := call(t, a, "evil.example", "a.example")
	s.prove("evil.example", "a.example")
	s.say(long(xmpp.MaxElementBytes)) // too long for who has proven nothing
	if got := a.next(t).ChildText(xmpp.NSClient, "body"); len(got) != xmpp.MaxElementBytes {
		t.Fatalf("received %d bytes", len(got))
	}
	// The end may be lost with what was still on its way: that it came is what counts.
	s.say(long(xmpp.MaxServerBytes))
	if got := endOf(s); got == "" {
		t.Errorf("ended with %q", got)
	}
	s = call(t, a, "evil.example", "a.example")
	s.say(long(xmpp.MaxElementBytes))
	endOf(s)
	a.silent(t)
}

func TestEachPairIsVerifiedByItself(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example")
	newOracle(t, n, "evil.example", agree)
	newOracle(t, n, "room.evil.example", agree)
	newOracle(t, n, "good.example", func(d dialback, say func(string)) {
		say(string(encode(dialback{name: "verify", from: d.to, to: d.from, id: d.id, kind: isInvalid}.element())))
	})
	s := call(t, a, "evil.example", "a.example")
	for _, of := range []pair{{"a.example", "evil.example"}, {"room.a.example", "evil.example"}, {"room.a.example", "room.evil.example"}} {
		s.prove(of.theirs, of.ours)
		s.say("<message from='x@" + of.theirs + "' to='y@" + of.ours + "'/>")
		a.expect(t, "<message xmlns='jabber:client' from='x@"+of.theirs+"' to='y@"+of.ours+"'/>")
	}
	s.say("<db:result from='good.example' to='a.example'>key</db:result>")
	if d, ok := parseDialback(s.hear()); !ok || d.kind != isInvalid || d.from != "a.example" || d.to != "good.example" {
		t.Fatalf("got %+v", d)
	}
	s.say("<message from='x@evil.example' to='y@a.example'/>") // who is proven goes on
	a.next(t)
	s.say("<message from='x@good.example' to='y@a.example'/>")
	s.endsWith("invalid-from")
	a.silent(t)
}

// A host that is asked about its own keys may say what it likes about others': it is not listened to.
func TestAnswersThatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example")
	newOracle(t, n, "good.example", mute)
	newOracle(t, n, "evil.example", func(d dialback, say func(string)) {
		for _, from := range []string{"good.example", "evil.example", "a.example"} {
			for _, to := range []string{"a.example", "room.a.example"} {
				if from == d.to && to == d.from {
					continue
				}
				say(string(encode(dialback{name: "verify", from: from, to: to, id: d.id, kind: isValid}.element())))
				say(string(encode(dialback{name: "result", from: from, to: to, kind: isValid}.element())))
			}
		}
		say("<db:verify from='evil.example' to='a.example' id='never' type='valid'/>")
		say("<db:verify from='evil.example' to='a.example' id='" + d.id + "'/>")
		agree(d, say)
		agree(d, say)
	})
	s := call(t, a, "evil.example", "a.example")
	s.say("<db:result from='good.example' to='a.example'>key</db:result>")
	s.prove("evil.example", "a.example")
	s.say("<message from='x@evil.example' to='y@a.example'/>")
	a.next(t)
	s.say("<message from='x@good.example' to='y@a.example'/>")
	s.endsWith("invalid-from")
	a.silent(t)
}

func TestAnAnswerThatComesTooLate(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example")
	asked, goOn := make(chan struct{}), make(chan struct{})
	newOracle(t, n, "evil.example", func(d dialback, say func(string)) {
		asked <- struct{}{}
		<-goOn
		agree(d, say)
	})
	s := call(t, a, "evil.example", "a.example")
	s.say("<db:result from='evil.example' to='a.example'>key</db:result>")
	<-asked
	s.say("<message from='x@evil.example' to='y@a.example'/>") // before it is known who that is
	s.endsWith("invalid-from")
	other := call(t, a, "evil.example", "a.example")
	other.say("<db:result from='evil.example' to='a.example'>key</db:result>")
	goOn <- struct{}{} // about the first stream, which is gone
	<-asked
	other.say("<message from='x@evil.example' to='y@a.example'/>")
	other.endsWith("invalid-from")
	a.silent(t)
	close(goOn)
}

func TestKeysAreGoodForOneStreamOnly(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example")
	key := a.keys.key("evil.example", "a.example", "id1")
	cases := []struct {
		name, from, to, id, key, want string
	}{
		{"ours", "evil.example", "a.example", "id1", key, isValid},
		{"of another stream", "evil.example", "a.example", "id2", key, isInvalid},
		{"of no stream", "evil.example", "a.example", "", a.keys.key("evil.example", "a.example", ""), isInvalid},
		{"for another receiver", "good.example", "a.example", "id1", key, isInvalid},
		{"for another host of ours", "evil.example", "room.a.example", "id1", key, isInvalid},
		{"with another secret", "evil.example", "a.example", "id1", newKeys([]byte("x")).key("evil.example", "a.example", "id1"), isInvalid},
		{"empty", "evil.example", "a.example", "id1", "", isInvalid},
	}
	s := call(t, a, "evil.example", "a.example")
	for _, c := range cases {
		s.say(string(encode(dialback{name: "verify", from: c.from, to: c.to, id: c.id, key: c.key}.element())))
		want := dialback{name: "verify", from: c.to, to: c.from, id: c.id, kind: c.want}
		if got, ok := parseDialback(s.hear()); !ok || got != want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, want)
		}
	}
	s.say("<db:verify from='evil.example' to='a.example' id='id1' type='valid'>" + key + "</db:verify>") // an answer nobody asked for
	s.say("<message from='x@evil.example' to='y@a.example'/>")
	s.endsWith("invalid-from")
}

func TestResultsAreBounded(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example")
	mutes := newOracle(t, n, "evil.example", mute)
	s := call(t, a, "evil.example", "a.example")
	for i := range maxPendingOfStream + 1 {
		host := fmt.Sprintf("%d.evil.example", i)
		n.point("xmpp-server", host, host+".", mutes.listener.Addr().(*net.TCPAddr).Port)
		s.say("<db:result from='" + host + "' to='a.example'>key</db:result>")
		s.say("<db:result from='" + host + "' to='a.example'>key</db:result>") // again: no second question
	}
	s.endsWith("resource-constraint")
	if called := mutes.called(); called > maxPendingOfStream {
		t.Errorf("called %d times", called)
	}
}

// paced gives a node another pace for the stanzas of a host.
func paced(burst, perSec float64) setup {
	return func(_ *Options, d *node) {
		d.prepare = append(d.prepare, func(p *Peers) { p.hosts = newPace(p.o.Clock, burst, perSec) })
	}
}

func TestFloodsAreSlowedDown(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example", paced(10, 100))
	newOracle(t, n, "evil.example", agree)
	s := call(t, a, "evil.example", "a.example")
	s.prove("evil.example", "a.example")
	start := time.Now()
	s.say(strings.Repeat("<message from='x@evil.example' to='y@a.example'/>", 20))
	for range 20 {
		a.next(t)
	}
	if took := time.Since(start); took < 90*time.Millisecond {
		t.Errorf("20 stanzas at 100 a second, 10 at once, took %v", took)
	}
}

func TestFloodsOfAHostAreCutOffOnAllItsStreams(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example", paced(10, 1e-3))
	newOracle(t, n, "evil.example", agree)
	newOracle(t, n, "good.example", agree)
	for range 2 {
		s := call(t, a, "evil.example", "a.example")
		s.prove("evil.example", "a.example")
		s.say(strings.Repeat("<message from='x@evil.example' to='y@a.example'/>", 5))
		for range 5 {
			a.next(t)
		}
	}
	s, other := call(t, a, "evil.example", "a.example"), call(t, a, "good.example", "a.example")
	s.prove("evil.example", "a.example")
	s.say("<message from='x@evil.example' to='y@a.example'/>")
	s.endsWith("policy-violation")
	a.silent(t)
	other.prove("good.example", "a.example")
	other.say("<message from='x@good.example' to='y@a.example'/>")
	a.next(t)
}

func TestQuestionsOfAnAddressAreBounded(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example", func(_ *Options, d *node) {
		d.prepare = append(d.prepare, func(p *Peers) {
			p.addresses = newPace(p.o.Clock, 3, 1e-3)
		})
	})
	s := call(t, a, "evil.example", "a.example")
	for range 3 {
		s.say("<db:verify from='evil.example' to='a.example' id='x'>key</db:verify>")
	}
	s.endsWith("policy-violation")
}

func TestStreamsOfAnAddressAreBounded(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example", func(_ *Options, d *node) {
		d.prepare = append(d.prepare, func(p *Peers) { p.door = newDoor(10, 2) })
	})
	first := call(t, a, "evil.example", "a.example")
	call(t, a, "evil.example", "a.example")
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(a.port)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the third was let in: %v", err)
	}
	first.end(nil)
	endOf(first)
	for range 100 { // its place is free as soon as the server has noticed
		if leave, ok := a.door.enter(addressOf("127.0.0.1:1")); ok {
			leave()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the place of a stream that ended is not free")
}

// However many names strangers give, our own stanzas find their way.
func TestQuestionsLeaveRoomForStanzas(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a := newNode(t, n, "a.example")
	b := newNode(t, n, "b.example")
	a.mu.Lock()
	for i := range maxOutgoingToAsk {
		of := pair{ours: "a.example", theirs: fmt.Sprintf("%d.evil.example", i)}
		a.outgoing[of] = newOutgoing(a.Peers, of)
	}
	a.mu.Unlock()
	s := call(t, a, "evil.example", "a.example")
	s.say("<db:result from='evil.example' to='a.example'>key</db:result>")
	if d, ok := parseDialback(s.hear()); !ok || d.kind != isError {
		t.Errorf("got %+v", d)
	}
	a.Send(message("a.example", "b.example", "hello"))
	b.expect(t, message("a.example", "b.example", "hello").String())
	a.mu.Lock()
	clear(a.outgoing)
	a.mu.Unlock()
}
