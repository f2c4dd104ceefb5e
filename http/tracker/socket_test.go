package tracker_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lucarne/http/tracker"
)

func TestPlayersMeet(t *testing.T) {
	t.Parallel()
	w := start(t)
	anna, ben := w.player("192.0.2.1"), w.player("2001:db8::2")
	want := fields{"action": "announce", "interval": 120.0, "complete": 0.0, "incomplete": 1.0, "info_hash": film}
	if got := anna.join(name("anna"), fields{"event": "started", "offers": []fields{offer("a1"), offer("a2")}}); !reflect.DeepEqual(got, want) {
		t.Errorf("anna is told %v, want %v", got, want)
	}
	want["incomplete"] = 2.0
	if got := ben.join(name("ben"), fields{"offers": []fields{offer("b1"), offer("b2")}}); !reflect.DeepEqual(got, want) {
		t.Errorf("ben is told %v, want %v", got, want)
	}
	want = fields{
		"action": "announce", "info_hash": film, "peer_id": name("ben"), "offer_id": name("offerb1"), "offer": fields{"type": "offer", "sdp": "v=0 of b1"},
	}
	if got := anna.receive(); !reflect.DeepEqual(got, want) {
		t.Errorf("anna is offered %v, want %v", got, want)
	}
	anna.send(announce(film, name("anna"), fields{
		"answer": fields{"type": "answer", "sdp": "v=0 yes"}, "to_peer_id": name("ben"), "offer_id": name("offerb1"),
	}))
	want = fields{
		"action": "announce", "info_hash": film, "peer_id": name("anna"), "offer_id": name("offerb1"), "answer": fields{"type": "answer", "sdp": "v=0 yes"},
	}
	if got := ben.receive(); !reflect.DeepEqual(got, want) {
		t.Errorf("ben is answered %v, want %v", got, want)
	}
	if w.catalogue.asked != 1 {
		t.Errorf("the catalogue was asked %d times, want once for a swarm that goes on", w.catalogue.asked)
	}
}

func TestSwarmsAreCounted(t *testing.T) {
	t.Parallel()
	w := start(t)
	anna, ben := w.player("192.0.2.1"), w.player("192.0.2.2")
	anna.join(name("anna"), fields{"left": 0})
	ben.join(name("ben"))
	anna.send(fields{"action": "scrape", "info_hash": []string{film, other}})
	one, none := fields{"complete": 1.0, "incomplete": 1.0, "downloaded": 0.0}, fields{"complete": 0.0, "incomplete": 0.0, "downloaded": 0.0}
	if got, want := anna.receive(), (fields{"action": "scrape", "files": fields{film: one, other: none}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	ben.send(announce(film, name("ben"), fields{"event": "completed"}))
	if got := ben.receive(); got["complete"] != 2.0 {
		t.Errorf("after completion: %v", got)
	}
	ben.send(announce(film, name("ben"), fields{"event": "stopped"}))
	ben.send(fields{"action": "scrape"})
	if got, want := ben.receive(), (fields{"action": "scrape", "files": fields{}}); !reflect.DeepEqual(got, want) {
		t.Errorf("of none: %v, want %v", got, want)
	}
	anna.send(fields{"action": "scrape"})
	one["incomplete"], one["downloaded"] = 0.0, 1.0
	if got, want := anna.receive(), (fields{"action": "scrape", "files": fields{film: one}}); !reflect.DeepEqual(got, want) {
		t.Errorf("of its own: %v, want %v", got, want)
	}
}

func TestASeedIsNotOfferedToSeeds(t *testing.T) {
	t.Parallel()
	w := start(t)
	anna, ben, cleo := w.player("192.0.2.1"), w.player("192.0.2.2"), w.player("192.0.2.3")
	anna.join(name("anna"), fields{"left": 0})
	ben.join(name("ben"))
	cleo.join(name("cleo"), fields{"left": 0, "offers": []fields{offer("c1"), offer("c2")}})
	if got := ben.receive(); got["peer_id"] != name("cleo") {
		t.Errorf("ben: %v", got)
	}
	if got := anna.join(name("anna"), fields{"left": 0}); got["offer"] != nil {
		t.Errorf("anna, who has all, is offered %v", got)
	}
}

func TestAPlayerThatIsGoneLeavesItsSwarms(t *testing.T) {
	t.Parallel()
	w := start(t)
	anna := w.player("192.0.2.1")
	anna.join(name("anna"))
	_ = anna.conn.CloseNow()
	await(t, "no swarm", func() bool { return w.tracker.Swarms() == 0 })
}

func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s", what)
		}
	}
}

func TestNamesAreNotTaken(t *testing.T) {
	t.Parallel()
	w := start(t)
	anna, mallory, again := w.player("192.0.2.1"), w.player("192.0.2.66"), w.player("192.0.2.1")
	anna.join(name("anna"))
	if got := mallory.join(name("anna")); got["failure reason"] == nil {
		t.Errorf("who takes a name is told %v", got)
	}
	mallory.send(announce(film, name("anna"), fields{"answer": fields{"type": "answer", "sdp": "x"}, "to_peer_id": name("anna"), "offer_id": name("o")}))
	if got := again.join(name("anna")); got["incomplete"] != 1.0 {
		t.Errorf("back from the same address: %v", got)
	}
	mallory.join(name("mallory"), fields{"offers": []fields{offer("m")}})
	if got := again.receive(); got["offer"] == nil {
		t.Errorf("the one that came back gets %v", got)
	}
}

func TestAnswersGoOnlyToPeersOfTheSwarm(t *testing.T) {
	t.Parallel()
	w := start(t)
	anna, mallory := w.player("192.0.2.1"), w.player("192.0.2.66")
	anna.join(name("anna"))
	answer := fields{"answer": fields{"type": "answer", "sdp": "x"}, "to_peer_id": name("anna"), "offer_id": name("o")}
	mallory.send(announce(film, name("mallory"), answer))
	mallory.send(announce(other, name("mallory")))
	mallory.receive()
	mallory.send(announce(film, name("mallory"), answer))
	mallory.send(announce(other, name("mallory"), answer))
	mallory.join(name("mallory"))
	mallory.send(announce(film, name("somebody"), answer))
	if got := anna.join(name("anna")); got["answer"] != nil {
		t.Errorf("got %v from outside the swarm", got)
	}
}

func TestWhatEndsAWebSocket(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 17<<10)
	for _, c := range []struct {
		name string
		send any
		code websocket.StatusCode
	}{
		{"no JSON", "{", websocket.StatusPolicyViolation},
		{"another type", []int{1}, websocket.StatusPolicyViolation},
		{"no action", fields{"info_hash": film, "peer_id": name("a")}, websocket.StatusPolicyViolation},
		{"an action nobody knows", announce(film, name("a"), fields{"action": "connect"}), websocket.StatusPolicyViolation},
		{"short info hash", announce("short", name("a")), websocket.StatusPolicyViolation},
		{"info hash of no bytes", announce(strings.Repeat("x", 19), name("a"), fields{"info_hash": strings.Repeat("\u0100", 20)}), websocket.StatusPolicyViolation},
		{"info hash that is a number", announce(film, name("a"), fields{"info_hash": 5}), websocket.StatusPolicyViolation},
		{"several info hashes in an announce", announce(film, name("a"), fields{"info_hash": []string{film, other}}), websocket.StatusPolicyViolation},
		{"no peer", announce(film, name("a"), fields{"peer_id": nil}), websocket.StatusPolicyViolation},
		{"an event nobody knows", announce(film, name("a"), fields{"event": "exploded"}), websocket.StatusPolicyViolation},
		{"too many offers", announce(film, name("a"), fields{"offers": make([]fields, 11)}), websocket.StatusPolicyViolation},
		{"an offer of nothing", announce(film, name("a"), fields{"offers": []fields{{}}}), websocket.StatusPolicyViolation},
		{"an offer that is an answer", announce(film, name("a"), fields{"offers": []fields{{"offer_id": name("o"), "offer": fields{"type": "answer", "sdp": "x"}}}}), websocket.StatusPolicyViolation},
		{"a long offer", announce(film, name("a"), fields{"offers": []fields{{"offer_id": name("o"), "offer": fields{"type": "offer", "sdp": long}}}}), websocket.StatusPolicyViolation},
		{"an answer for nobody", announce(film, name("a"), fields{"answer": fields{"type": "answer", "sdp": "x"}}), websocket.StatusPolicyViolation},
		{"many swarms counted", fields{"action": "scrape", "info_hash": make([]string, 65)}, websocket.StatusPolicyViolation},
		{"an info hash nobody shares", announce(unknown, name("a")), websocket.StatusPolicyViolation},
		{"a large message", announce(film, strings.Repeat("x", 70<<10)), websocket.StatusMessageTooBig},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			anna := w.player("192.0.2.1")
			anna.send(c.send)
			if code, reason := anna.ended(); code != c.code || reason == "" {
				t.Errorf("got %d %q, want %d and a reason", code, reason, c.code)
			}
			if n := w.tracker.Swarms(); n != 0 {
				t.Errorf("%d swarms are left", n)
			}
		})
	}
}

func TestWhoAsksForTheUnknownIsBlockedForAWhile(t *testing.T) {
	t.Parallel()
	w := start(t, func(o *tracker.Options) { o.MaxUnknown = 2 })
	w.settings.LogsUnknown = true
	for range 3 {
		anna := w.player("2001:db8::1")
		anna.send(announce(unknown, name("anna")))
		anna.ended()
	}
	if _, answer, err := w.dial("2001:db8::99"); err == nil || answer.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the same network: %v, %v, want 429", answer, err)
	}
	w.player("2001:db8:1::1")
	w.clock.Advance(6 * time.Minute)
	w.player("2001:db8::1")
	if got := w.log.String(); strings.Count(got, "00ff80") != 3 || !strings.Contains(got, "2001:db8::/64") {
		t.Errorf("the log says %s", got)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	t.Run("WebSockets of an address", func(t *testing.T) {
		t.Parallel()
		w := start(t, func(o *tracker.Options) { o.MaxSocketsPerAddress = 2 })
		first := w.player("192.0.2.1")
		w.player("192.0.2.1")
		if _, answer, err := w.dial("192.0.2.1"); err == nil || answer.StatusCode != http.StatusTooManyRequests {
			t.Errorf("the third: %v, %v, want 429", answer, err)
		}
		w.player("192.0.2.2")
		_ = first.conn.CloseNow()
		await(t, "place for another", func() bool { _, _, err := w.dial("192.0.2.1"); return err == nil })
	})
	t.Run("WebSockets", func(t *testing.T) {
		t.Parallel()
		w := start(t, func(o *tracker.Options) { o.MaxSockets = 1 })
		w.player("192.0.2.1")
		if code, _ := w.player("192.0.2.2").ended(); code != websocket.StatusTryAgainLater {
			t.Errorf("the second: %d", code)
		}
	})
	t.Run("messages", func(t *testing.T) {
		t.Parallel()
		w := start(t, func(o *tracker.Options) { o.MaxMessagesPerMinute = 3 })
		anna := w.player("192.0.2.1")
		for range 3 {
			anna.join(name("anna"))
		}
		anna.send(announce(film, name("anna")))
		if code, _ := anna.ended(); code != websocket.StatusPolicyViolation {
			t.Errorf("after the fourth: %d", code)
		}
	})
	t.Run("peers of a swarm, swarms of a player", func(t *testing.T) {
		t.Parallel()
		w := start(t, func(o *tracker.Options) { o.MaxPeers, o.MaxSwarmsPerSocket = 1, 1 })
		anna, ben := w.player("192.0.2.1"), w.player("192.0.2.2")
		anna.join(name("anna"))
		if got := ben.join(name("ben")); got["failure reason"] == nil {
			t.Errorf("a full swarm: %v", got)
		}
		anna.send(announce(other, name("anna")))
		if got := anna.receive(); got["failure reason"] == nil {
			t.Errorf("a second swarm of one player: %v", got)
		}
	})
	t.Run("swarms", func(t *testing.T) {
		t.Parallel()
		w := start(t, func(o *tracker.Options) { o.MaxSwarms = 1 })
		anna := w.player("192.0.2.1")
		anna.join(name("anna"))
		anna.send(announce(other, name("anna")))
		if got := anna.receive(); got["failure reason"] == nil {
			t.Errorf("a second swarm: %v", got)
		}
	})
	t.Run("announces, where they are bounded", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		w.settings.RejectsTooMany = true
		anna := w.player("192.0.2.1")
		for i := range 31 {
			if got := anna.join(name("anna")); (got["failure reason"] != nil) != (i == 30) {
				t.Fatalf("announce %d: %v", i+1, got)
			}
		}
		w.clock.Advance(6 * time.Minute)
		if got := anna.join(name("anna")); got["failure reason"] != nil {
			t.Errorf("later: %v", got)
		}
	})
	t.Run("offers to one player", func(t *testing.T) {
		t.Parallel()
		w := start(t, func(o *tracker.Options) { o.MaxOffersPerMinute = 2 })
		anna, ben := w.player("192.0.2.1"), w.player("192.0.2.2")
		anna.join(name("anna"))
		for i := range 3 {
			ben.join(name("ben"), fields{"offers": []fields{offer(fmt.Sprint(i))}})
		}
		for range 2 {
			if got := anna.receive(); got["offer"] == nil {
				t.Errorf("got %v", got)
			}
		}
		if got := anna.join(name("anna")); got["offer"] != nil {
			t.Errorf("the third came through: %v", got)
		}
	})
	t.Run("a player that takes nothing", func(t *testing.T) {
		t.Parallel()
		w := start(t, func(o *tracker.Options) { o.MaxMessagesPerMinute = 10_000 })
		lazy, anna := w.player("192.0.2.1"), w.player("192.0.2.2")
		lazy.join(name("lazy"))
		big := strings.Repeat("x", 15<<10)
		for i := range 400 {
			anna.join(name("anna"), fields{"offers": []fields{{"offer_id": name(fmt.Sprint("o", i)), "offer": fields{"type": "offer", "sdp": big}}}})
		}
	})
}

func TestASwarmWhoseVideoIsGoneEnds(t *testing.T) {
	t.Parallel()
	w := start(t)
	anna := w.player("192.0.2.1")
	anna.join(name("anna"))
	w.catalogue.forget("66696c6d2d66696c6d2d66696c6d2d66696c6d2d")
	anna.join(name("anna"))
	w.clock.Advance(11 * time.Minute)
	anna.send(announce(film, name("anna")))
	if code, _ := anna.ended(); code != websocket.StatusPolicyViolation || w.tracker.Swarms() != 0 {
		t.Errorf("got %d with %d swarms left", code, w.tracker.Swarms())
	}
}

func TestATrackerForAllKnowsEverything(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.settings.Private = false
	anna := w.player("192.0.2.1")
	anna.send(announce(unknown, name("anna")))
	if got := anna.receive(); got["incomplete"] != 1.0 || got["info_hash"] != latin(unknown) || w.catalogue.asked != 0 {
		t.Errorf("got %v", got)
	}
}

func TestASilentPlayerIsAskedAndLetGo(t *testing.T) {
	t.Parallel()
	w := start(t, func(o *tracker.Options) { o.PingInterval, o.PingTimeout = 5*time.Millisecond, 20*time.Millisecond })
	anna := w.player("192.0.2.1")
	anna.join(name("anna")) // and reads no more, so that no pong is sent
	await(t, "end of a dead player", func() bool { return w.tracker.Swarms() == 0 })
}

func TestTheTrackerStops(t *testing.T) {
	t.Parallel()
	w := start(t)
	anna := w.player("192.0.2.1")
	anna.join(name("anna"))
	w.stop()
	if code, _ := anna.ended(); code != websocket.StatusGoingAway {
		t.Errorf("got %d", code)
	}
	if code, _ := w.player("192.0.2.2").ended(); code != websocket.StatusTryAgainLater {
		t.Errorf("after it stopped: %d", code)
	}
}

func TestATrackerThatIsOff(t *testing.T) {
	t.Parallel()
	w := start(t)
	anna := w.player("192.0.2.1")
	w.settings.Enabled = false
	anna.send(announce(film, name("anna")))
	if code, _ := anna.ended(); code != websocket.StatusPolicyViolation {
		t.Errorf("who is in: %d", code)
	}
	if _, answer, err := w.dial("192.0.2.1"); err == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("a new one: %v, %v, want 403", answer, err)
	}
	if status, _ := w.get("192.0.2.1", tracker.AnnouncePath, client(film, strings.Repeat("p", 20))); status != http.StatusForbidden {
		t.Errorf("over HTTP: %d", status)
	}
}
