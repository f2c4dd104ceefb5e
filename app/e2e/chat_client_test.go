package e2e_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"lucarne/app/apptest"
	"lucarne/chat/chattest"
)

const chatSoon = 15 * time.Second

// room is the chat of a live.
type room struct {
	*apptest.Server
	show
	jid string
}

// chatSite is a site with as many lives as wanted, whose rooms people talk in.
func chatSite(t *testing.T, settings ...string) *apptest.Server {
	t.Helper()
	settings = append(settings, "LUCARNE_LIVE_ENABLED=true", "LUCARNE_LIVE_MAX_USER_LIVES=-1", "LUCARNE_LIVE_MAX_INSTANCE_LIVES=-1")
	return &start(t, settings...).Server
}

// newRoom makes a live whose room is empty.
func newRoom(t *testing.T, site *apptest.Server) room {
	t.Helper()
	s := liveOf(site.Root(t), "", nil) // nobody broadcasts
	return room{site, s, s.UUID + "@room.localhost"}
}

// talker is somebody with an XMPP program in a room.
type talker struct {
	t *testing.T
	*chattest.Client
	at      room
	options chattest.Options
	arrival chattest.Arrival
}

// address is where the site is, without http://.
func (r room) address(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(r.Origin)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// visitor comes in without an account.
func (r room) visitor(t *testing.T, nick string) *talker {
	t.Helper()
	return r.enter(t, chattest.Options{Host: "anon.localhost", Trace: "the secret of the browser of " + nick}, nick, 0)
}

// owner comes in as who the live belongs to.
func (r room) owner(t *testing.T) *talker {
	t.Helper()
	return r.enter(t, chattest.Options{Host: "localhost", Username: "root", Password: apptest.RootPassword}, "root", 0)
}

func (r room) enter(t *testing.T, o chattest.Options, nick string, since int64) *talker {
	t.Helper()
	o.Address, o.Within = r.address(t), chatSoon
	c, a, err := chattest.Enter(t.Context(), o, chattest.Place{Room: r.jid, Nick: nick, Since: since, History: 20})
	if err != nil {
		t.Fatalf("%s enters: %v", nick, err)
	}
	t.Cleanup(c.Close)
	return &talker{t, c, r, o, a}
}

func (w *talker) says(text string) (id string) {
	w.t.Helper()
	id, err := w.Say(text)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *talker) sends(element string) {
	w.t.Helper()
	if err := w.Send(element); err != nil {
		w.t.Fatal(err)
	}
}

// hears reads up to a message that says a text.
func (w *talker) hears(text string) chattest.Stanza {
	w.t.Helper()
	return w.sees("message "+text, func(s chattest.Stanza) bool { return s.Is("message") && s.Child("body", "").Text() == text })
}

// sees reads up to a stanza that is as wanted.
func (w *talker) sees(what string, is func(chattest.Stanza) bool) chattest.Stanza {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), chatSoon)
	defer cancel()
	s, err := w.Await(ctx, is)
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
	return append(chattest.Stanza(nil), s...)
}

// refused reads up to the error that answers what was sent with an id.
func (w *talker) refused(id string) *chattest.Refusal {
	w.t.Helper()
	return w.sees("refusal of "+id, func(s chattest.Stanza) bool { return s.Attr("id") == id && s.Refusal() != nil }).Refusal()
}

// asks sends an IQ to the room and gives the answer, which must be no error.
func (w *talker) asks(kind, id, payload string) chattest.Stanza {
	w.t.Helper()
	w.sends("<iq xmlns='jabber:client' type='" + kind + "' id='" + id + "' to='" + w.at.jid + "'>" + payload + "</iq>")
	s := w.sees("answer to "+id, func(s chattest.Stanza) bool { return s.Is("iq") && s.Attr("id") == id })
	if refusal := s.Refusal(); refusal != nil {
		w.t.Fatalf("%s is refused: %v", id, refusal)
	}
	return s
}

// configures sets fields of the room's form (XEP-0045 §10.2): name, value, name, value.
func (w *talker) configures(id string, fields ...string) {
	w.t.Helper()
	var form strings.Builder
	form.WriteString("<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field>")
	for i := 0; i+1 < len(fields); i += 2 {
		form.WriteString("<field var='" + fields[i] + "'><value>" + fields[i+1] + "</value></field>")
	}
	w.asks("set", id, form.String()+"</x></query>")
}

// moderates retracts somebody's message (XEP-0425).
func (w *talker) moderates(id string, message chattest.Stanza) {
	w.t.Helper()
	w.asks("set", id, "<moderate xmlns='urn:xmpp:message-moderate:1' id='"+stableID(message)+"'><retract xmlns='urn:xmpp:message-retract:1'/><reason>Not here</reason></moderate>")
}

func stableID(s chattest.Stanza) string { return s.Child("stanza-id", "urn:xmpp:sid:0").Attr("id") }

// displays waits until a page of ours shows, or shows no more, what somebody said.
func displays(page *apptest.Page, text string, shown bool) {
	page.Await(chatSoon, fmt.Sprintf(`%t === [...document.querySelectorAll(".chat-row .chat-text")].some(e => e.textContent.trim() === %q)`, shown, text))
}

// writes sends a message in a page of ours.
func writes(page *apptest.Page, text string) {
	page.Await(browserWithin, `document.querySelector(".chat-input")`)
	page.Fill(".chat-input", text)
	page.Click(".chat-send")
}
