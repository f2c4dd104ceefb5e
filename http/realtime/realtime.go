// Package realtime tells clients written for PeerTube what happens, by Socket.IO: Engine.IO protocol revision 4 (long polling and
// WebSocket) below Socket.IO protocol revision 5. It reads nothing from clients but their access token and which lives they follow.
package realtime

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"lucarne/account"
	"lucarne/http/router"
)

// Path is where Socket.IO clients look for a server.
const Path = "/socket.io/"

// Authenticator finds who holds an access token. A token that is unknown, expired or revoked fails.
type Authenticator interface {
	ByToken(ctx context.Context, token string, from Origin) (account.Viewer, error)
}

// Origin is where a client connects from.
type Origin struct{ IP, Device string }

// Options set up the server. Where a field is 0 the value in its comment holds.
type Options struct {
	Auth            Authenticator
	Lives           LiveAudience  // nil: nobody follows lives
	PingInterval    time.Duration // 25 s: between a client's answer and the next ping, and between two checks of its token
	PingTimeout     time.Duration // 20 s: for the answer to a ping
	JoinTimeout     time.Duration // 10 s: for the first namespace
	WriteTimeout    time.Duration // 10 s: for a client to take a message
	ViewersInterval time.Duration // 5 s: between two looks at how many watch the lives that are followed
	MaxPayload      int64         // 16 KiB: bytes of a message from a client, or of a body with several
	MaxClients      int           // 5,000
	MaxPerAddress   int           // 50: clients of one address
}

func (o Options) withDefaults() Options {
	o.PingInterval = cmp.Or(o.PingInterval, 25*time.Second)
	o.PingTimeout = cmp.Or(o.PingTimeout, 20*time.Second)
	o.JoinTimeout = cmp.Or(o.JoinTimeout, 10*time.Second)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, 10*time.Second)
	o.ViewersInterval = cmp.Or(o.ViewersInterval, 5*time.Second)
	o.MaxPayload = cmp.Or(o.MaxPayload, 16<<10)
	o.MaxClients = cmp.Or(o.MaxClients, 5_000)
	o.MaxPerAddress = cmp.Or(o.MaxPerAddress, 50)
	return o
}

// Server keeps the connections. It costs nothing while there are none.
type Server struct {
	o Options

	mu        sync.Mutex
	isClosed  bool
	clients   map[string]*client // by session id
	addresses map[string]int     // how many clients each has
	rooms     map[room]map[*client]struct{}
}

// New makes a server that answers at once.
func New(o Options) *Server {
	return &Server{
		o: o.withDefaults(), clients: make(map[string]*client), addresses: make(map[string]int), rooms: make(map[room]map[*client]struct{}),
	}
}

// Run tells of viewers until ctx ends, then closes every connection: a server that stops must not wait for long polls.
func (s *Server) Run(ctx context.Context) error {
	if s.o.Lives != nil {
		s.tellViewers(ctx)
	}
	<-ctx.Done()
	for _, c := range s.stop() {
		c.close()
	}
	return nil
}

// stop lets nobody in any more.
func (s *Server) stop() []*client {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isClosed = true
	list := make([]*client, 0, len(s.clients))
	for _, c := range s.clients {
		list = append(list, c)
	}
	return list
}

// ServeHTTP answers an Engine.IO request. Pages of any origin may ask: nothing here depends on cookies.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	transport := query.Get("transport")
	switch {
	case transport != "polling" && transport != "websocket":
		refuse(w, problemTransport)
	case query.Get("EIO") != "4":
		refuse(w, problemVersion)
	case transport == "websocket":
		s.serveWebSocket(w, r, query.Get("sid"))
	default:
		s.servePolling(w, r, query.Get("sid"))
	}
}

// problem is how Engine.IO refuses a request.
type problem struct {
	status  int
	Code    int    `json:"code"`
	Message string `json:"message"`
}

var (
	problemTransport = problem{http.StatusBadRequest, 0, "Transport unknown"}
	problemSession   = problem{http.StatusBadRequest, 1, "Session ID unknown"}
	problemMethod    = problem{http.StatusBadRequest, 2, "Bad handshake method"}
	problemRequest   = problem{http.StatusBadRequest, 3, "Bad request"}
	problemFull      = problem{http.StatusServiceUnavailable, 4, "Forbidden"}
	problemVersion   = problem{http.StatusBadRequest, 5, "Unsupported protocol version"}
	problemTooLarge  = problem{http.StatusRequestEntityTooLarge, 3, "Payload too large"}
)

func refuse(w http.ResponseWriter, p problem) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.status)
	_ = json.NewEncoder(w).Encode(p)
}

// open makes the session of a new client; nil where there is no place for one.
func (s *Server) open(r *http.Request) *client {
	address := router.ClientNetwork(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed || len(s.clients) >= s.o.MaxClients || s.addresses[address] >= s.o.MaxPerAddress {
		return nil
	}
	c := newClient(s, address, r)
	s.clients[c.id] = c
	s.addresses[address]++
	return c
}

func (s *Server) find(id string) *client {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clients[id]
}

// forget takes a closed client out of everything.
func (s *Server) forget(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c.id)
	if s.addresses[c.address]--; s.addresses[c.address] <= 0 {
		delete(s.addresses, c.address)
	}
	for r := range c.rooms {
		s.drop(c, r)
	}
}
