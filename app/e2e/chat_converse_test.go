package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"lucarne/app/apptest"
)

// otherSite is a page of another origin with Converse and Strophe as they are published, and nothing of ours.
func otherSite(t *testing.T) *apptest.Server {
	t.Helper()
	needsAssets(t)
	modules := filepath.Join("..", "..", "http", "web", "assets", "node_modules")
	mux := http.NewServeMux()
	mux.Handle("/converse/", http.StripPrefix("/converse/", http.FileServer(http.Dir(filepath.Join(modules, "converse.js", "dist")))))
	mux.Handle("/strophe/", http.StripPrefix("/strophe/", http.FileServer(http.Dir(filepath.Join(modules, "strophe.js", "dist")))))
	mux.HandleFunc("/with-strophe", page(`<script src="/strophe/strophe.umd.min.js"></script>`))
	mux.HandleFunc("/with-converse", page(`<link rel="stylesheet" href="/converse/converse.min.css"><script type="module">import converse from "/converse/converse.min.js"; window.converse = converse</script>`))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return &apptest.Server{Origin: s.URL}
}

func page(head string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><html lang=en><title>Another site</title><meta charset=utf-8>" + head + "<body></body></html>"))
	}
}

// strophe is what a page does with Strophe: it joins a room, and notes what it is told.
const strophe = `
window.heard = [];
window.join = (service, room, nick) => new Promise((done, failed) => {
	const c = window.connection = new (window.strophe?.Strophe ?? Strophe).Connection(service);
	c.connect("anon.localhost", null, status => {
		const { Status } = window.strophe?.Strophe ?? Strophe;
		if ([Status.CONNFAIL, Status.AUTHFAIL, Status.ERROR].includes(status)) failed(new Error("status " + status));
		if (status !== Status.CONNECTED) return;
		c.addHandler(stanza => {
			window.heard.push(stanza.outerHTML);
			if (stanza.tagName === "presence" && stanza.querySelector('status[code="110"]')) done(c.jid);
			return true;
		});
		c.send(window.$pres({ to: room + "/" + nick }).c("x", { xmlns: "http://jabber.org/protocol/muc" }));
	});
});
window.say = (room, text) => window.connection.send(window.$msg({ to: room, type: "groupchat", id: "s" + text.length }).c("body").t(text));
true`

// ways are what carries the chat to browsers, as Converse's settings name it.
var ways = []struct{ name, setting, scheme, path string }{
	{"WebSocket", "websocket_url", "ws://", "/xmpp-websocket"},
	{"BOSH", "bosh_service_url", "http://", "/http-bind"},
	{"the plugin's WebSocket", "websocket_url", "ws://", "/plugins/livechat/ws/xmpp-websocket"},
	{"the plugin's BOSH", "bosh_service_url", "http://", "/plugins/livechat/14.0.4/router/http-bind"},
}

func TestStropheTalks(t *testing.T) {
	other, browser, home := otherSite(t), apptest.StartBrowser(t), chatSite(t)
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			r := newRoom(t, home)
			stropheTalks(t, browser.Open(t, other, true), r, way.scheme+r.address(t)+way.path, r.visitor(t, "Bo"))
		})
	}
}

func stropheTalks(t *testing.T, page *apptest.Page, r room, service string, bo *talker) {
	page.Go("/with-strophe")
	page.Eval(strophe, nil)
	var jid string
	page.Eval("join("+strconv.Quote(service)+", "+strconv.Quote(r.jid)+", 'Sophie')", &jid)
	if !strings.Contains(jid, "@anon.localhost/") {
		t.Errorf("Sophie is %s", jid)
	}
	bo.says("Hello <you> & all")
	page.Await(chatSoon, `heard.some(s => s.includes("Hello &lt;you&gt; &amp; all"))`)
	page.Eval("void say("+strconv.Quote(r.jid)+", 'Hello <Bo>')", nil)
	said := bo.hears("Hello <Bo>")
	if from := said.Attr("from"); from != r.jid+"/Sophie" {
		t.Errorf("Sophie talks as %s", from)
	}
	r.owner(t).moderates("m1", said)
	page.Await(chatSoon, `heard.some(s => s.includes("urn:xmpp:message-moderate:"))`)
}

// converse opens Converse in a room, with no more settings than it needs.
func converse(t *testing.T, page *apptest.Page, r room, service string) {
	t.Helper()
	page.Go("/with-converse")
	page.Await(browserWithin, "window.converse")
	page.Eval(fmt.Sprintf(`void converse.initialize({
		authentication: "anonymous", jid: "anon.localhost", auto_login: true, %s, discover_connection_methods: false,
		auto_join_rooms: [{jid: %q, nick: "Connie"}], view_mode: "fullscreen", assets_path: "/converse/", i18n: "en", play_sounds: false,
		archived_messages_page_size: 10, muc_history_max_stanzas: 0,
	})`, service, r.jid), nil)
	page.Await(browserWithin, `document.querySelector("converse-muc .chat-textarea")`)
}

// shows waits until Converse shows a message.
func shows(page *apptest.Page, text string) {
	page.Await(chatSoon, fmt.Sprintf(`[...document.querySelectorAll(".chat-msg__text")].some(e => e.textContent.trim() === %q)`, text))
}

// types writes into Converse's field and presses the key that sends.
func types(page *apptest.Page, text string) {
	page.Eval(fmt.Sprintf(`void (field => {
		field.value = %q;
		field.dispatchEvent(new Event("input", {bubbles: true}));
		field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", keyCode: 13, bubbles: true, cancelable: true}));
	})(document.querySelector("converse-muc .chat-textarea"))`, text), nil)
}

func TestConverseTalks(t *testing.T) {
	other, browser, home := otherSite(t), apptest.StartBrowser(t), chatSite(t)
	for _, way := range ways[:2] {
		t.Run(way.name, func(t *testing.T) {
			r := newRoom(t, home)
			connie := browser.Open(t, other, true)
			converse(t, connie, r, way.setting+": "+strconv.Quote(way.scheme+r.address(t)+way.path))
			converseTalks(t, connie, r)
		})
	}
}

func converseTalks(t *testing.T, connie *apptest.Page, r room) {
	bo := r.visitor(t, "Bo")
	bo.says("Hello Connie")
	shows(connie, "Hello Connie")
	types(connie, "Hello Bo")
	said := bo.hears("Hello Bo")
	if from := said.Attr("from"); from != r.jid+"/Connie" {
		t.Errorf("Connie talks as %s", from)
	}
	shows(connie, "Hello Bo")
	bo.says("I am here") // Converse shows its own message before it has come back, and misses a retraction that overtakes it
	shows(connie, "I am here")

	owner := r.owner(t)
	owner.moderates("m1", said)
	connie.Await(chatSoon, `[...document.querySelectorAll(".retraction")].some(e => e.textContent.includes("Not here"))`)
	owner.configures("slow", "muc#roomconfig_slow_mode_duration", "600")
	types(connie, "Too quick")
	connie.Await(chatSoon, `[...document.querySelectorAll(".chat-msg__error")].some(e => e.textContent.includes("Slow mode"))`)
}

// What was said before is fetched from the archive, page by page, as one scrolls up.
func TestConverseReadsTheArchive(t *testing.T) {
	other, browser, home := otherSite(t), apptest.StartBrowser(t), chatSite(t)
	r := newRoom(t, home)
	const each = 8 // nobody may say much more at once
	for _, nick := range []string{"Ada", "Bo", "Cy"} {
		speaker := r.visitor(t, nick)
		for i := range each {
			speaker.says(fmt.Sprintf("%s %d", nick, i))
		}
		speaker.hears(fmt.Sprintf("%s %d", nick, each-1))
	}
	connie := browser.Open(t, other, true)
	converse(t, connie, r, `websocket_url: "ws://`+r.address(t)+`/xmpp-websocket"`)
	shows(connie, "Cy 7")
	connie.Await(chatSoon, `(shown => {
		document.querySelector(".chat-content__messages").scrollTop = -1e6;
		document.querySelector(".chat-content__messages").scrollTo(0, -1e6);
		return shown.includes("Ada 0");
	})([...document.querySelectorAll(".chat-msg__text")].map(e => e.textContent.trim()))`)
	var shown []string
	connie.Eval(`[...document.querySelectorAll(".chat-msg__text")].map(e => e.textContent.trim())`, &shown)
	if len(shown) != 3*each || shown[0] != "Ada 0" || shown[len(shown)-1] != "Cy 7" {
		t.Errorf("Converse shows %q", shown)
	}
}
