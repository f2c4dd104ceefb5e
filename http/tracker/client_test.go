package tracker_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"lucarne/http/tracker"
)

func peerName(of string) string { return of + strings.Repeat("-", 20-len(of)) }

func TestClientsMeet(t *testing.T) {
	t.Parallel()
	w := start(t)
	seed := w.announce("192.0.2.1", client(film, peerName("seed"), "left", "0", "event", "started"))
	want := fields{"complete": int64(1), "incomplete": int64(0), "interval": int64(900), "min interval": int64(225), "peers": ""}
	if !reflect.DeepEqual(seed, want) {
		t.Errorf("the first is told %v, want %v", seed, want)
	}
	w.announce("2001:db8::7", client(film, peerName("six"), "port", "258"))
	got := w.announce("192.0.2.2", client(film, peerName("four")))
	want["incomplete"] = int64(2)
	want["peers"], want["peers6"] = "\xc0\x00\x02\x01\x1a\xe1", "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07\x01\x02"
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the third is told %q, want %q", got, want)
	}
	got = w.announce("192.0.2.1", client(film, peerName("seed"), "left", "0", "compact", "0", "numwant", "1"))
	if list, ok := got["peers"].([]any); !ok || len(list) != 1 || list[0].(fields)["peer id"] == "" {
		t.Errorf("spelled out: %v", got)
	}
	got = w.announce("192.0.2.1", client(film, peerName("seed"), "left", "0", "compact", "0", "no_peer_id", "1"))
	if list, ok := got["peers"].([]any); !ok || len(list) != 2 || list[0].(fields)["peer id"] != nil {
		t.Errorf("spelled out without names: %v", got)
	}
}

func TestClientsAndPlayersAreCountedTogetherAndMeetTheirKind(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.player("192.0.2.1").join(name("anna"))
	got := w.announce("192.0.2.2", client(film, peerName("ben")))
	if got["incomplete"] != int64(2) || got["peers"] != "" {
		t.Errorf("got %v", got)
	}
	status, counted := w.get("192.0.2.2", tracker.ScrapePath, url.Values{"info_hash": {film, other}})
	two, none := fields{"complete": int64(0), "downloaded": int64(0), "incomplete": int64(2)}, fields{"complete": int64(0), "downloaded": int64(0), "incomplete": int64(0)}
	if want := (fields{"files": fields{film: two, other: none}}); status != http.StatusOK || !reflect.DeepEqual(counted, want) {
		t.Errorf("scrape: got %v, want %v", counted, want)
	}
}

func TestClientsLeave(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.announce("192.0.2.1", client(film, peerName("anna")))
	w.announce("192.0.2.2", client(film, peerName("anna"), "event", "stopped"))
	if got := w.announce("192.0.2.3", client(film, peerName("ben"))); got["incomplete"] != int64(2) {
		t.Errorf("a goodbye from another address was heard: %v", got)
	}
	if got := w.announce("192.0.2.3", client(film, peerName("ben"), "event", "stopped")); got["incomplete"] != int64(1) {
		t.Errorf("after a goodbye: %v", got)
	}
	w.clock.Advance(31 * time.Minute)
	w.tracker.Sweep()
	if n, visitors := w.tracker.Swarms(), w.tracker.Visitors(); n != 0 || visitors != 0 {
		t.Errorf("%d swarms and %d addresses are remembered", n, visitors)
	}
}

func TestWhatClientsAreRefused(t *testing.T) {
	t.Parallel()
	w := start(t, func(o *tracker.Options) { o.MaxUnknown = 100 })
	for _, c := range []struct {
		name  string
		query url.Values
	}{
		{"nothing said", url.Values{}},
		{"short info hash", client("short", peerName("a"))},
		{"long peer name", client(film, strings.Repeat("x", 21))},
		{"no port", client(film, peerName("a"), "port", "")},
		{"port 0", client(film, peerName("a"), "port", "0")},
		{"port too high", client(film, peerName("a"), "port", "65536")},
		{"negative port", client(film, peerName("a"), "port", "-1")},
		{"event nobody knows", client(film, peerName("a"), "event", "exploded")},
		{"unknown info hash", client(unknown, peerName("a"))},
		{"long query", client(film, peerName("a"), "key", strings.Repeat("x", 9<<10))},
	} {
		if got := w.announce("192.0.2.1", c.query); got["failure reason"] == nil || len(got) != 1 {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
	for what, query := range map[string]url.Values{"no swarm": {}, "many": {"info_hash": make([]string, 65)}, "a short one": {"info_hash": {"short"}}} {
		if _, got := w.get("192.0.2.1", tracker.ScrapePath, query); got["failure reason"] == nil {
			t.Errorf("scrape of %s: got %v", what, got)
		}
	}
	if got := w.announce("no address", client(film, peerName("a"))); got["failure reason"] == nil {
		t.Errorf("from nowhere: got %v", got)
	}
	if n := w.tracker.Swarms(); n != 0 {
		t.Errorf("%d swarms are left", n)
	}
}

func TestBoundsOfClients(t *testing.T) {
	t.Parallel()
	w := start(t, func(o *tracker.Options) { o.MaxPeersPerAddress, o.MaxAsksPerMinute = 3, 20 })
	for i := range 4 {
		got := w.announce("192.0.2.1", client(film, peerName(fmt.Sprint("p", i))))
		if (got["failure reason"] != nil) != (i == 3) {
			t.Errorf("peer %d of one address: %v", i+1, got)
		}
	}
	if got := w.announce("192.0.2.1", client(film, peerName("p0"), "port", "7000")); got["failure reason"] != nil {
		t.Errorf("one that is there: %v", got)
	}
	if got := w.announce("192.0.2.1", client(film, peerName("p0"), "event", "stopped")); got["failure reason"] != nil {
		t.Errorf("goodbye: %v", got)
	}
	if got := w.announce("192.0.2.1", client(film, peerName("p3"))); got["failure reason"] != nil {
		t.Errorf("in the place of one that is gone: %v", got)
	}
	var refused int
	for range 20 {
		if w.announce("192.0.2.1", client(film, peerName("p3")))["failure reason"] != nil {
			refused++
		}
	}
	if refused != 7 {
		t.Errorf("%d of too many questions were refused, want 7", refused)
	}
}

func TestADatabaseThatFailsIsNotTold(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.catalogue.err = errors.New("secret table")
	got := w.announce("192.0.2.1", client(film, peerName("a")))
	if reason := fmt.Sprint(got["failure reason"]); reason == "" || strings.Contains(reason, "secret") {
		t.Errorf("told %v", got)
	}
	if !strings.Contains(w.log.String(), "secret table") {
		t.Errorf("the log says %s", w.log)
	}
}
