package realtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"lucarne/account"
	"lucarne/http/realtime"
)

// tokens knows one token, until it is revoked.
type tokens struct{ isRevoked atomic.Bool }

func (a *tokens) ByToken(_ context.Context, token string, from realtime.Origin) (account.Viewer, error) {
	if token != "good" || from.IP == "" || a.isRevoked.Load() {
		return account.Viewer{}, errors.New("unknown token")
	}
	return account.Viewer{User: &account.User{Account: account.Account{ID: 7}}}, nil
}

type world struct {
	t      *testing.T
	tokens *tokens
	server *realtime.Server
	url    string
	stop   func()
}

func start(t *testing.T, o realtime.Options) *world {
	t.Helper()
	w := &world{t: t, tokens: &tokens{}}
	o.Auth = w.tokens
	w.server = realtime.New(o)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = w.server.Run(ctx)
	}()
	listening := httptest.NewServer(w.server)
	w.url = listening.URL + realtime.Path + "?EIO=4"
	w.stop = func() {
		cancel()
		<-stopped
	}
	t.Cleanup(func() {
		w.stop()
		listening.Close()
	})
	return w
}

// socket is a client over WebSocket.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

func (w *world) dial(query string) *socket {
	w.t.Helper()
	conn, answer, err := websocket.Dial(w.t.Context(), w.url+"&transport=websocket"+query, nil)
	if err != nil {
		w.t.Fatalf("dial: %v, %v", err, answer)
	}
	w.t.Cleanup(func() { _ = conn.CloseNow() })
	return &socket{w.t, conn}
}

// connect is a client past its handshake.
func (w *world) connect(query string) *socket {
	w.t.Helper()
	s := w.dial(query)
	s.expectPrefix("0{")
	return s
}

func (s *socket) say(frame string) {
	s.t.Helper()
	if err := s.conn.Write(s.t.Context(), websocket.MessageText, []byte(frame)); err != nil {
		s.t.Fatalf("say %s: %v", frame, err)
	}
}

func (s *socket) hear() (string, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Second)
	defer cancel()
	_, frame, err := s.conn.Read(ctx)
	if ctx.Err() != nil {
		s.t.Fatal("nothing came")
	}
	return string(frame), err
}

func (s *socket) expectPrefix(prefix string) string {
	s.t.Helper()
	frame, err := s.hear()
	if err != nil || !strings.HasPrefix(frame, prefix) {
		s.t.Fatalf("got %q, %v, want %s…", frame, err, prefix)
	}
	return frame
}

func (s *socket) expectEnd() {
	s.t.Helper()
	for {
		frame, err := s.hear()
		if err != nil {
			return
		}
		if frame != "2" {
			s.t.Fatalf("got %q, want the end", frame)
		}
	}
}

func TestHandshake(t *testing.T) {
	w := start(t, realtime.Options{})
	var got struct {
		Sid          string
		Upgrades     []string
		PingInterval int
		PingTimeout  int
		MaxPayload   int
	}
	frame := w.dial("").expectPrefix("0")
	if err := json.Unmarshal([]byte(frame[1:]), &got); err != nil {
		t.Fatal(err)
	}
	if got.Sid == "" || got.Upgrades == nil || got.PingInterval != 25_000 || got.PingTimeout != 20_000 || got.MaxPayload != 16<<10 {
		t.Fatalf("got %s", frame)
	}
}

func TestNamespaces(t *testing.T) {
	for name, c := range map[string]struct{ query, packet, answer string }{
		"token in the query":    {"&accessToken=good", "40/user-notifications,", `40/user-notifications,{"sid":`},
		"token in the packet":   {"", `40/user-notifications,{"accessToken":"good"}`, `40/user-notifications,{"sid":`},
		"the packet's token":    {"&accessToken=bad", `40/user-notifications,{"accessToken":"good"}`, `40/user-notifications,{"sid":`},
		"unknown token":         {"&accessToken=bad", "40/user-notifications,", `44/user-notifications,{"message":"The access token`},
		"no token":              {"", "40/user-notifications,", `44/user-notifications,{"message":"The access token`},
		"token of another type": {"", `40/user-notifications,{"accessToken":[1]}`, `44/user-notifications,{"message":"The access token`},
		"default namespace":     {"&accessToken=good", "40", `44{"message":"Invalid namespace"}`},
		"unknown namespace":     {"&accessToken=good", "40/admin,", `44/admin,{"message":"Invalid namespace"}`},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, realtime.Options{}).connect(c.query)
			s.say(c.packet)
			s.expectPrefix(c.answer)
		})
	}
}

func TestEventsReachTheUserOnly(t *testing.T) {
	w := start(t, realtime.Options{})
	s := w.connect("&accessToken=good")
	s.say("40/user-notifications,")
	s.expectPrefix("40")
	for _, user := range []account.ID{8, 7} {
		if err := w.server.ToUser(user, "new-notification", map[string]int64{"for": int64(user)}); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := s.expectPrefix("42"), `42/user-notifications,["new-notification",{"for":7}]`; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestConnectionLastsWhileAnswered(t *testing.T) {
	w := start(t, realtime.Options{PingInterval: 5 * time.Millisecond, JoinTimeout: 200 * time.Millisecond, PingTimeout: 200 * time.Millisecond})
	s := w.connect("&accessToken=good")
	s.say("40/user-notifications,")
	s.expectPrefix("40")
	for range 3 {
		s.expectPrefix("2")
		s.say(`42/user-notifications,["anything"]`) // events are let pass
		s.say("3")
	}
	s.expectEnd() // as the next ping is not answered
}

func TestConnectionEnds(t *testing.T) {
	quick := realtime.Options{PingInterval: 5 * time.Millisecond, JoinTimeout: 20 * time.Millisecond}
	for name, c := range map[string]struct {
		o      realtime.Options
		frames []string
	}{
		"nobody joined":                     {quick, nil},
		"event without payload":             {realtime.Options{}, []string{"40/user-notifications,", "42/user-notifications,"}},
		"event before joining":              {realtime.Options{}, []string{`42/user-notifications,["a"]`}},
		"event of another namespace":        {realtime.Options{}, []string{"40/user-notifications,", `42["a"]`}},
		"joined twice":                      {realtime.Options{}, []string{"40/user-notifications,", "40/user-notifications,"}},
		"left":                              {realtime.Options{}, []string{"40/user-notifications,", "41/user-notifications,"}},
		"ping, which is the server's":       {realtime.Options{}, []string{"2"}},
		"closed":                            {realtime.Options{}, []string{"1"}},
		"empty":                             {realtime.Options{}, []string{""}},
		"too large":                         {realtime.Options{}, []string{"4" + strings.Repeat("x", 20_000)}},
		"too many tokens":                   {realtime.Options{}, []string{"40/x,", "40/x,", "40/x,", "40/x,", "40/x,"}},
		"attachments":                       {realtime.Options{}, []string{"40/user-notifications,", `451-/user-notifications,["a",{"_placeholder":true,"num":0}]`}},
		"upgrade where there is nothing to": {realtime.Options{}, []string{"5"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, c.o).connect("&accessToken=good")
			for _, frame := range c.frames {
				s.say(frame)
			}
			for {
				if frame, err := s.hear(); err != nil {
					return
				} else if !strings.HasPrefix(frame, "4") {
					t.Fatalf("got %q", frame)
				}
			}
		})
	}
}

func TestRevokedTokenEndsTheConnection(t *testing.T) {
	w := start(t, realtime.Options{PingInterval: time.Millisecond, JoinTimeout: 10 * time.Millisecond})
	s := w.connect("&accessToken=good")
	s.say("40/user-notifications,")
	s.expectPrefix("40")
	s.expectPrefix("2")
	w.tokens.isRevoked.Store(true)
	s.say("3")
	s.expectEnd()
}

func TestClientThatDoesNotReadIsLetGo(t *testing.T) {
	w := start(t, realtime.Options{WriteTimeout: 50 * time.Millisecond})
	s := w.connect("&accessToken=good")
	s.say("40/user-notifications,")
	s.expectPrefix("40")
	large := strings.Repeat("x", 256<<10)
	for range 100 {
		if err := w.server.ToUser(7, "news", large); err != nil {
			t.Fatal(err)
		}
	}
	for {
		if _, err := s.hear(); err != nil {
			return
		}
	}
}

func (w *world) request(method, query, body string) (status int, answer string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+query, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(got))
}

// poller opens a session by polling and gives what addresses it.
func (w *world) poller() (query string) {
	w.t.Helper()
	_, answer := w.request("GET", "&transport=polling&accessToken=good", "")
	var open struct{ Sid string }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(answer, "0")), &open); err != nil || open.Sid == "" {
		w.t.Fatalf("handshake: %q, %v", answer, err)
	}
	return "&sid=" + open.Sid
}

func TestPolling(t *testing.T) {
	w := start(t, realtime.Options{})
	sid := w.poller()
	if status, answer := w.request("POST", "&transport=polling"+sid, "40/nowhere,\x1e40/user-notifications,"); status != 200 || answer != "ok" {
		t.Fatalf("post: %d %q", status, answer)
	}
	_, answer := w.request("GET", "&transport=polling"+sid, "")
	frames := strings.Split(answer, "\x1e")
	if len(frames) != 2 || !strings.HasPrefix(frames[0], "44/nowhere,") || !strings.HasPrefix(frames[1], `40/user-notifications,{"sid"`) {
		t.Fatalf("poll: %q", answer)
	}
}

func TestUpgrade(t *testing.T) {
	w := start(t, realtime.Options{})
	sid := w.poller()
	w.request("POST", "&transport=polling"+sid, "40/user-notifications,")
	w.request("GET", "&transport=polling"+sid, "")
	polled := make(chan string, 1)
	go func() {
		_, answer := w.request("GET", "&transport=polling"+sid, "")
		polled <- answer
	}()
	s := w.dial(sid)
	s.say("2probe")
	s.expectPrefix("3probe")
	if got := <-polled; got != "6" {
		t.Fatalf("the poll ended with %q", got)
	}
	s.say("5")
	if err := w.server.ToUser(7, "news", 1); err != nil {
		t.Fatal(err)
	}
	s.expectPrefix("42")
}

func TestFailedUpgradeLeavesPolling(t *testing.T) {
	w := start(t, realtime.Options{})
	sid := w.poller()
	s := w.dial(sid)
	s.say("2other")
	s.expectEnd()
	w.request("POST", "&transport=polling"+sid, "40/user-notifications,")
	if _, answer := w.request("GET", "&transport=polling"+sid, ""); !strings.HasPrefix(answer, "40/user-notifications,") {
		t.Fatalf("got %q", answer)
	}
}

func TestRefusedRequests(t *testing.T) {
	w := start(t, realtime.Options{})
	sid, other := w.poller(), w.poller()
	w.url = strings.TrimSuffix(w.url, "?EIO=4")
	for name, c := range map[string]struct {
		method, query, body string
		status              int
		answer              string
	}{
		"no transport":        {"GET", "?EIO=4", "", 400, `{"code":0,"message":"Transport unknown"}`},
		"unknown transport":   {"GET", "?EIO=4&transport=webtransport", "", 400, `{"code":0,"message":"Transport unknown"}`},
		"old protocol":        {"GET", "?EIO=3&transport=polling", "", 400, `{"code":5,"message":"Unsupported protocol version"}`},
		"unknown session":     {"GET", "?EIO=4&transport=polling&sid=x", "", 400, `{"code":1,"message":"Session ID unknown"}`},
		"unknown, to upgrade": {"GET", "?EIO=4&transport=websocket&sid=x", "", 400, `{"code":1,"message":"Session ID unknown"}`},
		"handshake by POST":   {"POST", "?EIO=4&transport=polling", "", 400, `{"code":2,"message":"Bad handshake method"}`},
		"another method":      {"PUT", "?EIO=4&transport=polling" + sid, "", 400, `{"code":2,"message":"Bad handshake method"}`},
		"large body":          {"POST", "?EIO=4&transport=polling" + other, strings.Repeat("x", 20_000), 413, `{"code":3,"message":"Payload too large"}`},
	} {
		status, answer := w.request(c.method, c.query, c.body)
		if status != c.status || answer != c.answer {
			t.Errorf("%s: got %d %s, want %d %s", name, status, answer, c.status, c.answer)
		}
	}
}

func TestTwoPollsEndTheSession(t *testing.T) {
	w := start(t, realtime.Options{})
	sid := w.poller()
	answers := make(chan int, 2)
	for range 2 {
		go func() {
			status, _ := w.request("GET", "&transport=polling"+sid, "")
			answers <- status
		}()
	}
	if sum := <-answers + <-answers; sum != 400+200 && sum != 400+400 { // the second may come when the session is gone
		t.Fatalf("the polls answered %d together", sum)
	}
	if status, _ := w.request("GET", "&transport=polling"+sid, ""); status != 400 {
		t.Fatalf("the session lives on: %d", status)
	}
}

func TestPlacesAreBounded(t *testing.T) {
	for name, o := range map[string]realtime.Options{"all": {MaxClients: 2}, "one address": {MaxPerAddress: 2}} {
		t.Run(name, func(t *testing.T) {
			w := start(t, o)
			w.connect("")
			sid := w.poller()
			if status, _ := w.request("GET", "&transport=polling", ""); status != 503 {
				t.Fatalf("a third client: %d", status)
			}
			if _, answer, err := websocket.Dial(t.Context(), w.url+"&transport=websocket", nil); err == nil || answer.StatusCode != 503 {
				t.Fatalf("a third client by WebSocket: %v", err)
			}
			w.request("POST", "&transport=polling"+sid, "1")
			w.connect("")
		})
	}
}

func TestStopEndsEveryConnection(t *testing.T) {
	w := start(t, realtime.Options{})
	s := w.connect("")
	sid := w.poller()
	polled := make(chan string, 1)
	go func() {
		_, answer := w.request("GET", "&transport=polling"+sid, "")
		polled <- answer
	}()
	w.stop()
	s.expectEnd()
	if got := <-polled; got != "1" && !strings.Contains(got, "Session ID unknown") {
		t.Fatalf("the poll ended with %q", got)
	}
	if status, _ := w.request("GET", "&transport=polling", ""); status != 503 {
		t.Fatalf("a client after the stop: %d", status)
	}
}
