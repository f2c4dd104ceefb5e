package xmpp_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lucarne/chat/xmpp"
	carrier "lucarne/http/xmpp"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
)

const (
	nsBosh = "http://jabber.org/protocol/httpbind"
	nsSASL = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBind = "urn:ietf:params:xml:ns:xmpp-bind"
	rid0   = 4_711_000
)

// poller is a client that speaks BOSH, request by request.
type poller struct {
	t   *testing.T
	url string
	sid string
	rid int64
	// unread is what answers to say held, until hears looks.
	unread []*xmpp.Element
}

func (w *world) serveBosh(t *testing.T, o carrier.BOSHOptions) *poller {
	t.Helper()
	served := httptest.NewServer(carrier.NewBOSH(w.server, o))
	t.Cleanup(func() {
		w.server.Close() // ends requests that wait
		served.Close()
	})
	return &poller{t: t, url: served.URL, rid: rid0}
}

// another is another client of the same server.
func (p *poller) another() *poller { return &poller{t: p.t, url: p.url, rid: rid0} }

// post sends a text and gives the body that answers.
func (p *poller) post(text string) *xmpp.Element {
	p.t.Helper()
	response, err := http.Post(p.url, "text/xml; charset=utf-8", strings.NewReader(text))
	if err != nil {
		p.t.Error(err)
		return xmpp.NewElement(nsBosh, "body")
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		p.t.Errorf("got status %d, %v", response.StatusCode, err)
	}
	e, err := xmpp.ParseElement(data, xmpp.Limits{Bytes: 1 << 20})
	if err != nil || !e.Is(nsBosh, "body") {
		p.t.Errorf("got %s: %v", data, err)
		return xmpp.NewElement(nsBosh, "body")
	}
	return e
}

// body is a request of the session with a given number.
func (p *poller) body(rid int64, attributes string, stanzas ...string) string {
	return fmt.Sprintf("<body xmlns='%s' sid='%s' rid='%d' xmlns:xmpp='urn:xmpp:xbosh' %s>%s</body>", nsBosh, p.sid, rid, attributes, strings.Join(stanzas, ""))
}

// say sends the next request.
func (p *poller) say(stanzas ...string) *xmpp.Element {
	p.t.Helper()
	p.rid++
	answer := p.post(p.body(p.rid, "", stanzas...))
	p.unread = append(p.unread, answer.Children()...)
	return answer
}

// open begins a session.
func (p *poller) open(host, attributes string) *xmpp.Element {
	p.t.Helper()
	e := p.post(fmt.Sprintf("<body xmlns='%s' rid='%d' to='%s' ver='1.6' xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0' %s/>", nsBosh, p.rid, host, attributes))
	p.sid = e.Attr("sid")
	return e
}

// signIn makes a session of a visitor that has an address.
func (p *poller) signIn(secret string) *poller {
	p.t.Helper()
	p.open("anon.tube.test", "hold='1' wait='10'")
	return p.authenticate("ANONYMOUS", secret)
}

func (p *poller) authenticate(mechanism, initial string) *poller {
	p.t.Helper()
	told := p.say("<auth xmlns='" + nsSASL + "' mechanism='" + mechanism + "'>" + base64.StdEncoding.EncodeToString([]byte(initial)) + "</auth>")
	if told.Child(nsSASL, "success") == nil {
		p.t.Fatalf("not signed in: %s", told)
	}
	p.rid++
	if features := p.post(p.body(p.rid, "xmpp:restart='true'")); features.First().Child(nsBind, "bind") == nil {
		p.t.Fatalf("no feature to bind in %s", features)
	}
	bound := p.say("<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='" + nsBind + "'/></iq>")
	if bound.First().Child(nsBind, "bind") == nil {
		p.t.Fatalf("no address in %s", bound)
	}
	return p
}

// refused checks that a session was ended for a reason.
func (p *poller) refused(what string, e *xmpp.Element, condition string) {
	p.t.Helper()
	if e.Attr("type") != "terminate" || e.Attr("condition") != condition {
		p.t.Errorf("%s: got %s, want it ended by %q", what, e, condition)
	}
}

const ping = "<iq xmlns='jabber:client' type='get' id='%s' to='anon.tube.test'><ping xmlns='urn:xmpp:ping'/></iq>"

// hears looks through what came and polls until something is meant.
func (p *poller) hears(what string, isMeant func(*xmpp.Element) bool) *xmpp.Element {
	p.t.Helper()
	var heard []string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); p.say() {
		unread := p.unread
		p.unread = nil
		for _, e := range unread {
			if isMeant(e) {
				return e
			}
			heard = append(heard, e.String())
		}
	}
	p.t.Fatalf("no %s in:\n%s", what, strings.Join(heard, "\n"))
	return nil
}

func body(text string) func(*xmpp.Element) bool {
	return func(e *xmpp.Element) bool { return e.ChildText("jabber:client", "body") == text }
}

func onSQLite(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() == db.SQLite { // what is tested here asks no question of the database
			test(t, newWorld(t, d))
		}
	})
}

func TestBoshSession(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{})
		opened := p.open("tube.test", "hold='5' wait='3600' content='text/xml; charset=utf-8' xml:lang='en'")
		want := map[string]string{"hold": "1", "requests": "2", "wait": "60", "inactivity": "60", "from": "tube.test", "ver": "1.6"}
		for name, value := range want {
			if got := opened.Attr(name); got != value {
				t.Errorf("%s: got %q, want %q", name, got, value)
			}
		}
		if restarts, _ := opened.FindAttr("urn:xmpp:xbosh", "restartlogic"); restarts != "true" || len(p.sid) < 20 || opened.Attr("authid") == "" {
			t.Errorf("got %s", opened)
		}
		if opened.Child(xmpp.NSStreams, "features").Child(nsSASL, "mechanisms") == nil {
			t.Errorf("no mechanisms in %s", opened)
		}
		p.authenticate("PLAIN", "\x00alice\x00alice password")
		p.say("<presence xmlns='jabber:client' to='" + w.room + "/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
		v := p.another().signIn("the secret of a visitor")
		v.say("<presence to='" + w.room + "/Vera'><x xmlns='http://jabber.org/protocol/muc'/></presence>") // in no namespace of its own
		v.say("<message xmlns='jabber:client' type='groupchat' id='m1' to='" + w.room + "'><body>&lt;b&gt; &amp; 'quotes'</body></message>")
		heard := p.hears("message", body("<b> & 'quotes'"))
		if heard.Attr("from") != w.room+"/Vera" {
			t.Errorf("got %s", heard)
		}
		p.rid++
		if ended := p.post(p.body(p.rid, "type='terminate'", "<presence xmlns='jabber:client' type='unavailable'/>")); ended.Attr("type") != "terminate" || ended.Attr("condition") != "" {
			t.Errorf("got %s", ended)
		}
		p.refused("after the end", p.say(), "item-not-found")
	})
}

func TestBoshRequestsThatAreNone(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{})
		for _, c := range []struct{ name, text, condition string }{
			{"nothing", "", "bad-request"},
			{"half a body", "<body xmlns='" + nsBosh + "' rid='1' to='tube.test'>", "bad-request"},
			{"a bomb", "<!DOCTYPE b [<!ENTITY a 'a'>]><body xmlns='" + nsBosh + "' rid='1' to='tube.test'/>", "bad-request"},
			{"another element", "<open xmlns='" + nsBosh + "' rid='1' to='tube.test'/>", "bad-request"},
			{"another namespace", "<body rid='1' to='tube.test'/>", "bad-request"},
			{"too large", "<body xmlns='" + nsBosh + "' rid='1' to='tube.test'>" + strings.Repeat(" ", 200<<10) + "</body>", "bad-request"},
			{"too deep", "<body xmlns='" + nsBosh + "' rid='1' to='tube.test'>" + strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100) + "</body>", "bad-request"},
			{"no rid", "<body xmlns='" + nsBosh + "' to='tube.test'/>", "bad-request"},
			{"rid of 0", "<body xmlns='" + nsBosh + "' rid='0' to='tube.test'/>", "bad-request"},
			{"rid beyond 2^53", "<body xmlns='" + nsBosh + "' rid='9007199254740992' to='tube.test'/>", "bad-request"},
			{"a wait that is no number", "<body xmlns='" + nsBosh + "' rid='1' to='tube.test' wait='-1'/>", "bad-request"},
			{"no host", "<body xmlns='" + nsBosh + "' rid='1'/>", "improper-addressing"},
			{"unknown host", "<body xmlns='" + nsBosh + "' rid='1' to='elsewhere.test'/>", "host-unknown"},
			{"unknown session", "<body xmlns='" + nsBosh + "' rid='1' sid='ABC'/>", "item-not-found"},
		} {
			p.refused(c.name, p.post(c.text), c.condition)
		}
	})
}

func TestBoshAnswersAreRepeated(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{}).signIn("the secret of a visitor")
		say := "<message xmlns='jabber:client' type='groupchat' id='m%d' to='" + w.room + "'><body>%d</body></message>"
		p.say("<presence xmlns='jabber:client' to='" + w.room + "/Vera'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
		first := p.say(fmt.Sprintf(ping, "one"))
		for i := range 3 {
			if again := p.post(p.body(p.rid, "", fmt.Sprintf(ping, "one"))); again.String() != first.String() {
				t.Errorf("repetition %d: got %s, want %s", i, again, first)
			}
		}
		// What is repeated is not done again.
		p.say(fmt.Sprintf(say, 1, 1))
		p.post(p.body(p.rid, "", fmt.Sprintf(say, 2, 2)))
		p.say(fmt.Sprintf(say, 3, 3))
		reader := p.another().signIn("the secret of another")
		reader.say("<presence xmlns='jabber:client' to='" + w.room + "/Rita'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
		reader.hears("message 3", func(e *xmpp.Element) bool {
			if body("2")(e) {
				t.Error("a repeated request was handled twice")
			}
			return body("3")(e)
		})
		// An answer given long ago is kept no more.
		for i := range 5 {
			p.say(fmt.Sprintf(ping, fmt.Sprint("p", i)))
		}
		p.refused("an old request", p.post(p.body(p.rid-4, "")), "item-not-found")
		p.refused("the session after it", p.say(), "item-not-found")
	})
}

func TestBoshNumbersDoNotJump(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{})
		for _, jump := range []int64{3, 1000, 1 << 50, -1, -1000} {
			one := p.another()
			one.open("anon.tube.test", "hold='1' wait='10'")
			one.refused(fmt.Sprint("jump of ", jump), one.post(one.body(one.rid+jump, "")), "item-not-found")
			one.refused(fmt.Sprint("after a jump of ", jump), one.say(), "item-not-found")
		}
	})
}

// TestBoshRequestsOvertakeEachOther sends the second of two requests first.
func TestBoshRequestsOvertakeEachOther(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{}).signIn("the secret of a visitor")
		second := make(chan *xmpp.Element, 1)
		go func() { second <- p.post(p.body(p.rid+2, "", fmt.Sprintf(ping, "second"))) }()
		select {
		case e := <-second:
			t.Fatalf("the second was answered before the first came: %s", e)
		case <-time.After(50 * time.Millisecond):
		}
		if first := p.post(p.body(p.rid+1, "", fmt.Sprintf(ping, "first"))); first.First().Attr("id") != "first" {
			t.Errorf("the first hears %s", first)
		}
		if e := <-second; e.First().Attr("id") != "second" {
			t.Errorf("the second hears %s", e)
		}
	})
}

func TestBoshHoldsOneRequest(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{Wait: time.Second}).signIn("the secret of a visitor")
		held := make(chan *xmpp.Element, 1)
		go func() { held <- p.post(p.body(p.rid+1, "")) }()
		waitUntilHeld(t, held)
		if e := p.post(p.body(p.rid+2, "", fmt.Sprintf(ping, "two"))); len(e.Children()) != 0 && e.First().Attr("id") != "two" {
			t.Errorf("the second hears %s", e)
		} else if first := <-held; len(first.Children())+len(e.Children()) != 1 {
			t.Errorf("the two hear %s and %s", first, e)
		}
	})
}

// waitUntilHeld gives a request time to arrive; that it is not answered is part of what is tested.
func waitUntilHeld(t *testing.T, held chan *xmpp.Element) {
	t.Helper()
	select {
	case e := <-held:
		t.Fatalf("not held: %s", e)
	case <-time.After(50 * time.Millisecond):
	}
}

func TestBoshTooManyRequestsAtOnce(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{}).signIn("the secret of a visitor")
		held := make(chan *xmpp.Element, 1)
		go func() { held <- p.post(p.body(p.rid+1, "")) }()
		waitUntilHeld(t, held)
		// The one after the next waits for the next, and fills what is allowed.
		early := make(chan *xmpp.Element, 1)
		go func() { early <- p.post(p.body(p.rid+3, "")) }()
		waitUntilHeld(t, early)
		p.refused("a third at once", p.post(p.body(p.rid+2, "")), "policy-violation")
		p.refused("the first", <-held, "policy-violation")
		p.refused("the second", <-early, "policy-violation")
	})
}

func TestBoshSameRequestTwiceAtOnce(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{Wait: time.Second}).signIn("the secret of a visitor")
		first := make(chan *xmpp.Element, 1)
		go func() { first <- p.post(p.body(p.rid+1, "")) }()
		waitUntilHeld(t, first)
		again := make(chan *xmpp.Element, 1)
		go func() { again <- p.post(p.body(p.rid+1, "")) }()
		if e := <-first; len(e.Children()) != 0 || e.Attr("type") != "" {
			t.Errorf("the one that was replaced hears %s", e)
		}
		p.rid += 2
		p.post(p.body(p.rid, "", fmt.Sprintf(ping, "x")))
		if e := <-again; e.Attr("type") == "terminate" {
			t.Errorf("the one in its place hears %s", e)
		}
	})
}

func TestBoshBrokenLineIsTakenUp(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{Wait: time.Second}).signIn("the secret of a visitor")
		// A request whose answer nobody reads: the line is cut while the server holds it.
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		p.rid++
		text := p.body(p.rid, "")
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
		_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := bufio.NewReader(conn).ReadByte(); err == nil {
			t.Fatal("it was answered")
		}
		conn.Close()
		taken := make(chan *xmpp.Element, 1)
		go func() { taken <- p.post(text) }()
		waitUntilHeld(t, taken)
		next := p.say(fmt.Sprintf(ping, "x"))
		if e := <-taken; len(e.Children())+len(next.Children()) != 1 {
			t.Errorf("got %s, then %s", e, next)
		}
	})
}

func TestBoshWaitIsBounded(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{Wait: time.Second})
		if wait := p.open("anon.tube.test", "hold='1' wait='30'").Attr("wait"); wait != "1" {
			t.Fatalf("got wait %q", wait)
		}
		began := time.Now()
		if e := p.say(); len(e.Children()) != 0 || e.Attr("type") != "" {
			t.Errorf("got %s", e)
		}
		if took := time.Since(began); took < 900*time.Millisecond || took > 5*time.Second {
			t.Errorf("answered after %s", took)
		}
		// A request for which another has to come first is not kept for ever either.
		p.refused("a gap", p.post(p.body(p.rid+2, "")), "item-not-found")
	})
}

func TestBoshPolling(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{})
		opened := p.open("anon.tube.test", "hold='0' wait='0'")
		if opened.Attr("requests") != "1" || opened.Attr("hold") != "0" {
			t.Errorf("got %s", opened)
		}
		p.say("<auth xmlns='" + nsSASL + "' mechanism='ANONYMOUS'>=</auth>")
		if e := p.say(); e.Attr("type") != "" {
			t.Errorf("got %s", e)
		}
		p.refused("another empty request at once", p.say(), "policy-violation")
	})
}

func TestBoshEndsWhoStaysAway(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{Inactivity: 100 * time.Millisecond, MaxSessions: 1}).signIn("the secret of a visitor")
		p.refused("another meanwhile", p.another().open("anon.tube.test", ""), "policy-violation")
		deadline := time.Now().Add(10 * time.Second)
		for p.another().open("anon.tube.test", "").Attr("sid") == "" { // there is room for one
			if time.Now().After(deadline) {
				t.Fatal("the session is kept")
			}
		}
		p.refused("who was away", p.say(), "item-not-found")
	})
}

func TestBoshEndsWhoDoesNotSignIn(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{HelloTime: 100 * time.Millisecond})
		p.open("anon.tube.test", "hold='1' wait='10'")
		e := p.say()
		p.refused("who waits", e, "remote-stream-error")
		if e.Child(xmpp.NSStreams, "error").Child("urn:ietf:params:xml:ns:xmpp-streams", "connection-timeout") == nil {
			t.Errorf("got %s", e)
		}
	})
}

func TestBoshSessionsAreBounded(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{MaxPerNetwork: 3})
		var let, refused int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				sid := p.another().open("anon.tube.test", "").Attr("sid")
				mu.Lock()
				defer mu.Unlock()
				if sid == "" {
					refused++
					return
				}
				let++
			})
		}
		all.Wait()
		if let != 3 || refused != 17 {
			t.Errorf("got %d sessions, %d refused", let, refused)
		}
	})
}

func TestBoshServerClosing(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{}).signIn("the secret of a visitor")
		held := make(chan *xmpp.Element, 1)
		go func() { held <- p.post(p.body(p.rid+1, "")) }()
		waitUntilHeld(t, held)
		w.server.Close()
		e := <-held
		p.refused("who waits", e, "remote-stream-error")
		if e.Child(xmpp.NSStreams, "error").Child("urn:ietf:params:xml:ns:xmpp-streams", "system-shutdown") == nil {
			t.Errorf("got %s", e)
		}
	})
}

func TestBoshFromOtherSites(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		p := w.serveBosh(t, carrier.BOSHOptions{})
		for method, want := range map[string]int{"OPTIONS": 204, "GET": 405, "PUT": 405, "POST": 200} {
			request, err := http.NewRequestWithContext(t.Context(), method, p.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Origin", "https://elsewhere.test")
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			h := response.Header
			if response.StatusCode != want || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Credentials") != "" ||
				!strings.Contains(h.Get("Access-Control-Allow-Headers"), "Content-Type") {
				t.Errorf("%s: got %d, %v", method, response.StatusCode, h)
			}
		}
	})
}
