package realtime_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lucarne/account"
	"lucarne/http/realtime"
	"lucarne/video"
)

// audience lets anybody follow the lives below 100, and users those below 200.
type audience struct{ viewers atomic.Int64 }

func (a *audience) MayFollow(_ context.Context, viewer account.Viewer, id video.ID) bool {
	return id < 100 || id < 200 && viewer.IsSignedIn()
}

func (a *audience) Viewers(video.ID) int { return int(a.viewers.Load()) }

// watching is a client that follows a live, once it really does.
func (w *world) watching(query string, id video.ID) *socket {
	w.t.Helper()
	s := w.connect(query)
	s.say("40/live-videos,")
	s.expectPrefix(`40/live-videos,{"sid":`)
	s.subscribe(id)
	s.expectPrefix(`42/live-videos,["views-change",`)
	return s
}

func (s *socket) subscribe(id video.ID) {
	s.say(fmt.Sprintf(`42/live-videos,["subscribe",{"videoId":%d}]`, id))
}

func quick(a *audience) realtime.Options {
	return realtime.Options{Lives: a, ViewersInterval: time.Millisecond}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhoFollowsALiveHearsOfIt(t *testing.T) {
	a := &audience{}
	w := start(t, quick(a))
	s := w.watching("", 7)
	check(t, w.server.StateChanged(8, video.Published))
	check(t, w.server.StateChanged(7, video.Published))
	if got, want := s.expectPrefix("42"), `42/live-videos,["state-change",{"state":1}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	a.viewers.Store(12)
	if got, want := s.expectPrefix("42"), `42/live-videos,["views-change",{"viewers":12}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	check(t, w.server.ForceEnded(7))
	if got, want := s.expectPrefix("42"), `42/live-videos,["force-end",{}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	s.say(`42/live-videos,["unsubscribe",{"videoId":"7"}]`)
	s.subscribe(9)
	s.expectPrefix(`42/live-videos,["views-change",`)
	check(t, w.server.StateChanged(7, video.LiveEnded))
	check(t, w.server.StateChanged(9, video.LiveEnded))
	if got, want := s.expectPrefix("42"), `42/live-videos,["state-change",{"state":5}]`; got != want {
		t.Errorf("got %s, want that of the other live alone: %s", got, want)
	}
}

func TestPrivateLivesAreFollowedByWhoMay(t *testing.T) {
	w := start(t, quick(&audience{}))
	stranger, user := w.watching("", 7), w.watching("&accessToken=good", 150)
	stranger.subscribe(150)
	user.subscribe(250)
	for _, id := range []video.ID{250, 150} {
		check(t, w.server.ForceEnded(id))
	}
	user.expectPrefix(`42/live-videos,["force-end"`)
	check(t, w.server.StateChanged(7, video.LiveEnded))
	stranger.expectPrefix(`42/live-videos,["state-change"`)
}

func TestOneConnectionCarriesBothNamespaces(t *testing.T) {
	w := start(t, quick(&audience{}))
	s := w.watching("&accessToken=good", 7)
	s.say("40/user-notifications,")
	s.expectPrefix("40/user-notifications,")
	check(t, w.server.ToUser(7, "new-notification", 1))
	s.expectPrefix(`42/user-notifications,["new-notification"`)
	s.say("41/user-notifications,")
	check(t, w.server.StateChanged(7, video.Published))
	s.expectPrefix(`42/live-videos,["state-change"`)
	s.say("41/live-videos,")
	s.expectEnd()
}

func TestWhatIsNoSubscriptionIsPassedOver(t *testing.T) {
	w := start(t, quick(&audience{}))
	s := w.watching("", 7)
	for _, event := range []string{
		`["subscribe"]`, `["subscribe",null]`, `["subscribe",{}]`, `["subscribe",{"videoId":0}]`, `["subscribe",{"videoId":-1}]`,
		`["subscribe",{"videoId":1.5}]`, `["subscribe",{"videoId":1e300}]`, `["subscribe",{"videoId":"x"}]`, `["subscribe",{"videoId":{"$gt":0}}]`,
		`["subscribe",[7]]`, `["anything",{"videoId":8}]`,
	} {
		s.say("42/live-videos," + event)
	}
	check(t, w.server.StateChanged(8, video.Published))
	check(t, w.server.StateChanged(7, video.LiveEnded))
	s.expectPrefix(`42/live-videos,["state-change",{"state":5}]`)
}

func TestSubscriptionsOfAClientAreBounded(t *testing.T) {
	w := start(t, realtime.Options{Lives: &audience{}, ViewersInterval: time.Hour})
	s := w.connect("")
	s.say("40/live-videos,")
	s.expectPrefix("40/live-videos,")
	for id := range video.ID(60) {
		s.subscribe(id + 1)
	}
	s.say("40/nowhere,") // answered once the others were read
	s.expectPrefix("44/nowhere,")
	check(t, w.server.StateChanged(60, video.Published))
	check(t, w.server.StateChanged(1, video.LiveEnded))
	s.expectPrefix(`42/live-videos,["state-change",{"state":5}]`)
	for range 500 { // the connection may end before the last
		_ = s.conn.Write(t.Context(), websocket.MessageText, []byte(`42/live-videos,["subscribe",{"videoId":1}]`))
	}
	for {
		if frame, err := s.hear(); err != nil {
			return
		} else if !strings.HasPrefix(frame, "42") {
			t.Fatalf("got %q, want the end", frame)
		}
	}
}
