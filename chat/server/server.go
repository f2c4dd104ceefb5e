package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/chat/sasl"
	"lucarne/chat/xmpp"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// Verifier knows who people are by what they show.
type Verifier interface {
	// ByPassword signs in with a temporary password, a chat token or, where isSecure, an account's own password. It fails with
	// fault.Unauthenticated, and with fault.TooMany for who guesses.
	ByPassword(ctx context.Context, username, password string, from Origin) (account.Viewer, error)
	// ByToken signs in with an access token of the API. It fails as ByPassword does.
	ByToken(ctx context.Context, token string, from Origin) (account.Viewer, error)
	// ScramKeys gives what is kept of the chat tokens of an account.
	ScramKeys(ctx context.Context, h sasl.Hash, username string) (sasl.Salted[account.Viewer], error)
	// AccountID is the account of a username; it fails with fault.NotFound.
	AccountID(ctx context.Context, username string) (account.ID, error)
}

// Remote takes stanzas to other servers.
type Remote interface {
	Send(stanza *xmpp.Element)
}

// Avatars gives the picture of an account here.
type Avatars interface {
	// Avatar gives a small picture and its media type; fault.NotFound where there is none.
	Avatar(ctx context.Context, username string) (data []byte, mediaType string, err error)
}

// Options set up a Server.
type Options struct {
	Rooms    *chat.Rooms
	Host     string // D, without a port
	Version  string
	Clock    clock.Clock
	Logger   *slog.Logger
	Verifier Verifier
	Avatars  Avatars
	Settings func() Settings
}

// Settings are the host's, and may change while streams are open.
type Settings struct {
	// AllowsVisitors lets people in who have no account.
	AllowsVisitors bool
}

// Bounds of the server.
const (
	maxSessions       = 30_000
	maxPerAccount     = 30   // sessions of one account
	maxPerNetwork     = 2000 // streams: a school has one address
	maxRoomsOfSession = 20
	handlingTime      = 20 * time.Second // of one stanza
)

// Server is the XMPP server of one host: accounts at D, visitors at anon.D, rooms at room.D.
type Server struct {
	o                Options
	host, anon, room xmpp.JID

	mu        sync.Mutex // before those of sessions and strangers
	remote    Remote
	sessions  map[xmpp.JID]*session
	perBare   map[xmpp.JID]int
	streams   map[*Stream]struct{}
	networks  map[netip.Prefix]int
	strangers map[xmpp.JID]*stranger
	perDomain map[string]int // strangers
	resumable map[string]*session
	resting   map[*session]struct{}
	restingOf map[xmpp.JID]int
	isClosed  bool

	kept atomic.Int64 // bytes that wait to be acknowledged
}

// New makes the server of a host. It does not listen: streams are opened by what carries them.
func New(o Options) (*Server, error) {
	s := &Server{
		o: o, sessions: make(map[xmpp.JID]*session), perBare: make(map[xmpp.JID]int), streams: make(map[*Stream]struct{}),
		networks: make(map[netip.Prefix]int), strangers: make(map[xmpp.JID]*stranger), perDomain: make(map[string]int),
		resumable: make(map[string]*session), resting: make(map[*session]struct{}), restingOf: make(map[xmpp.JID]int),
	}
	for _, host := range []struct {
		at   *xmpp.JID
		name string
	}{{&s.host, o.Host}, {&s.anon, "anon." + o.Host}, {&s.room, "room." + o.Host}} {
		jid, err := xmpp.NewJID("", host.name, "")
		if err != nil {
			return nil, err
		}
		*host.at = jid
	}
	return s, nil
}

// SetRemote connects the server with others.
func (s *Server) SetRemote(r Remote) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remote = r
}

// IsLocal tells whether a host is this server, one of its names.
func (s *Server) IsLocal(host string) bool {
	return host == s.host.Domain() || host == s.anon.Domain() || host == s.room.Domain()
}

// Close ends all streams. Nothing is opened any more.
func (s *Server) Close() {
	s.mu.Lock()
	s.isClosed = true
	open := make([]*Stream, 0, len(s.streams))
	for st := range s.streams {
		open = append(open, st)
	}
	sessions := slices.Collect(maps.Values(s.sessions))
	strangers := slices.Collect(maps.Values(s.strangers))
	s.mu.Unlock()
	for _, p := range strangers {
		p.dismiss()
	}
	shutdown := &StreamError{Condition: Shutdown}
	var closing sync.WaitGroup
	for _, c := range sessions {
		closing.Go(func() { c.end(shutdown) })
	}
	for _, st := range open {
		closing.Go(func() {
			st.conn.Close(shutdown)
			s.dismiss(st)
		})
	}
	closing.Wait()
}

// Disconnect ends the sessions of a user who was blocked or deleted, or signed in with what is no longer good.
func (s *Server) Disconnect(user account.UserID) {
	s.mu.Lock()
	var theirs []*session
	for _, c := range s.sessions {
		if c.who.viewer.IsSignedIn() && c.who.viewer.User.ID == user {
			theirs = append(theirs, c)
		}
	}
	s.mu.Unlock()
	for _, c := range theirs {
		c.endWith(&StreamError{Condition: NotAuthorized, Text: "Sign in again"})
	}
}

// admit counts a new stream, or refuses it.
func (s *Server) admit(st *Stream) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	network := Network(st.origin.Address)
	if s.isClosed {
		return &StreamError{Condition: Shutdown}
	}
	if len(s.streams) >= maxSessions || st.origin.Address.IsValid() && s.networks[network] >= maxPerNetwork {
		return &StreamError{Condition: TooMuch, Text: "Too many connections, come back in a minute"}
	}
	s.streams[st] = struct{}{}
	s.networks[network]++
	return nil
}

func (s *Server) dismiss(st *Stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, isIn := s.streams[st]; !isIn {
		return
	}
	delete(s.streams, st)
	network := Network(st.origin.Address)
	if s.networks[network]--; s.networks[network] == 0 {
		delete(s.networks, network)
	}
}

// enlist makes a session known by its address. One of the same address gives way (RFC 6120 §7.7.2.2).
func (s *Server) enlist(c *session) error {
	s.mu.Lock()
	if s.isClosed {
		s.mu.Unlock()
		return fault.New(fault.Unavailable, "The chat is being stopped")
	}
	before := s.sessions[c.jid]
	if before == nil && s.perBare[c.jid.Bare()] >= maxPerAccount {
		s.mu.Unlock()
		return fault.New(fault.Unavailable, "Too many sessions of this account are open")
	}
	if before == nil {
		s.perBare[c.jid.Bare()]++
	}
	s.sessions[c.jid] = c
	s.mu.Unlock()
	if before != nil {
		before.endWith(&StreamError{Condition: Replaced})
	}
	return nil
}

func (s *Server) delist(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.riseLocked(c)
	c.mu.Lock()
	delete(s.resumable, c.resumeID)
	c.mu.Unlock()
	if s.sessions[c.jid] != c {
		return
	}
	delete(s.sessions, c.jid)
	bare := c.jid.Bare()
	if s.perBare[bare]--; s.perBare[bare] == 0 {
		delete(s.perBare, bare)
	}
}

// token is a name nobody guesses.
func token() string {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	return hex.EncodeToString(random)
}
