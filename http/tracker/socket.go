package tracker

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"lucarne/http/router"
)

const (
	// maxMessageBytes holds an announce with as many offers as are read.
	maxMessageBytes = 64 << 10
	// maxWaiting is how many messages wait for a player to take them. What does not fit is lost, as offers may be.
	maxWaiting = 32
)

// socket is the WebSocket of one player, which is in a swarm for each rendition it plays.
type socket struct {
	tracker *Tracker
	network string
	conn    *websocket.Conn
	out     chan []byte
	counted window

	joined  map[id]*peer // by swarm; the registry's lock guards this and what follows
	offered window
}

// socketSet is the open WebSockets.
type socketSet struct {
	mu       sync.Mutex
	isClosed bool
	open     map[*socket]struct{}
}

func (s *socketSet) add(one *socket, most int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed || len(s.open) >= most {
		return false
	}
	s.open[one] = struct{}{}
	return true
}

func (s *socketSet) remove(one *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, one)
}

// closeAll lets nobody in any more and lets go of who is in.
func (s *socketSet) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isClosed = true
	for one := range s.open {
		go one.conn.Close(websocket.StatusGoingAway, "The site stops")
	}
}

// serveSocket carries the messages of a player until either side ends.
func (t *Tracker) serveSocket(w http.ResponseWriter, r *http.Request) {
	network := router.ClientNetwork(r)
	place := t.guard.take(network)
	if place == nil {
		router.WriteProblem(w, r, errTooMany, "")
		return
	}
	defer t.guard.give(place)
	// Any origin may connect, as embeds and other players do: nothing here depends on who is signed in.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(maxMessageBytes)
	s := &socket{tracker: t, network: network, conn: conn, out: make(chan []byte, maxWaiting), joined: make(map[id]*peer)}
	if !t.sockets.add(s, t.o.MaxSockets) {
		_ = conn.Close(websocket.StatusTryAgainLater, errFull.Error())
		return
	}
	defer t.sockets.remove(s)
	defer t.registry.part(s)
	s.talk(r.Context())
}

// talk reads until the player is gone or asks for what it may not, at which it is told why.
func (s *socket) talk(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var writing sync.WaitGroup
	writing.Go(func() { s.write(ctx) })
	defer writing.Wait()
	defer cancel()
	for {
		_, data, err := s.conn.Read(ctx)
		if err != nil {
			_ = s.conn.CloseNow()
			return
		}
		if err := s.receive(ctx, data); err != nil {
			_ = s.conn.Close(websocket.StatusPolicyViolation, clip(err.Error()))
			return
		}
	}
}

// clip makes a text fit for a closing frame: RFC 6455 §5.5.
func clip(text string) string {
	const most = 120
	return text[:min(len(text), most)]
}

func (s *socket) receive(ctx context.Context, data []byte) error {
	if s.counted.add(s.tracker.o.Clock.Now(), time.Minute) > s.tracker.o.MaxMessagesPerMinute {
		return errTooMany
	}
	m, err := parseMessage(data)
	if err != nil {
		return err
	}
	return s.handle(ctx, m)
}

// write sends what waits, and asks a silent player whether it is there: proxies in between close what is silent.
func (s *socket) write(ctx context.Context) {
	ticker := time.NewTicker(s.tracker.o.PingInterval)
	defer ticker.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case message := <-s.out:
			err = s.within(ctx, func(ctx context.Context) error { return s.conn.Write(ctx, websocket.MessageText, message) })
		case <-ticker.C:
			err = s.within(ctx, s.conn.Ping)
		}
		if err != nil {
			_ = s.conn.CloseNow()
			return
		}
	}
}

func (s *socket) within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.tracker.o.PingTimeout)
	defer cancel()
	return do(ctx)
}

// send queues a message, or loses it where the player takes none.
func (s *socket) send(message []byte) {
	select {
	case s.out <- message:
	default:
	}
}
