package xmpp

import (
	"cmp"
	"crypto/rand"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"lucarne/chat/server"
	"lucarne/chat/xmpp"
)

// BOSHOptions set up BOSH. Zero fields mean the defaults.
type BOSHOptions struct {
	Wait          time.Duration // longest a request is held back; 60 s
	Inactivity    time.Duration // longest a client may be away between two requests; 60 s
	HelloTime     time.Duration // until a client is signed in; 20 s
	MaxSessions   int           // 5,000
	MaxPerNetwork int           // sessions of one address, see server.Network; 500: a school has one
}

// BOSH carries streams over pairs of HTTP requests (XEP-0124, XEP-0206), for clients that cannot have a WebSocket. Any origin may ask:
// nothing depends on cookies.
type BOSH struct {
	server *server.Server
	o      BOSHOptions

	mu       sync.Mutex
	sessions map[string]*boshSession // by sid
	networks map[netip.Prefix]int
}

// NewBOSH makes the handler.
func NewBOSH(s *server.Server, o BOSHOptions) *BOSH {
	o.Wait = cmp.Or(o.Wait, time.Minute)
	o.Inactivity = cmp.Or(o.Inactivity, time.Minute)
	o.HelloTime = cmp.Or(o.HelloTime, helloTime)
	o.MaxSessions = cmp.Or(o.MaxSessions, 5_000)
	o.MaxPerNetwork = cmp.Or(o.MaxPerNetwork, 500)
	return &BOSH{server: s, o: o, sessions: make(map[string]*boshSession), networks: make(map[netip.Prefix]int)}
}

const maxBoshBytes = 2 * xmpp.MaxElementBytes // of one request, which may hold several stanzas

// ServeHTTP takes one request of a session, or begins one.
func (b *BOSH) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w.Header())
	switch r.Method {
	case http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
		return
	case http.MethodPost:
	default:
		w.Header().Set("Allow", "POST, OPTIONS")
		http.Error(w, "BOSH is spoken by POST (XEP-0124)", http.StatusMethodNotAllowed)
		return
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBoshBytes))
	if err != nil {
		answerBosh(w, terminated(boshBadRequest))
		return
	}
	answerBosh(w, b.answer(r, data))
}

func allowAnyOrigin(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Access-Control-Max-Age", "86400")
}

// answerBosh writes a body; none is owed to who is gone. Errors of the session are told in a body of status 200 (XEP-0124 §17.2).
func answerBosh(w http.ResponseWriter, body []byte) {
	if body == nil {
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body)
}

func (b *BOSH) answer(r *http.Request, data []byte) []byte {
	e, err := xmpp.ParseElement(data, xmpp.Limits{Bytes: maxBoshBytes})
	if err != nil || !e.Is(nsBosh, "body") {
		return terminated(boshBadRequest)
	}
	request, ok := parseBoshBody(e)
	switch {
	case !ok:
		return terminated(boshBadRequest)
	case request.sid == "":
		return b.begin(r, request)
	}
	s := b.find(request.sid)
	if s == nil {
		return terminated(boshNoSuch)
	}
	return s.serve(r.Context(), request)
}

func (b *BOSH) find(sid string) *boshSession {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sessions[sid]
}

// begin makes a session (XEP-0124 §7) and answers with the features of the stream.
func (b *BOSH) begin(r *http.Request, request boshRequest) []byte {
	if request.to == "" {
		return terminated(boshImproper)
	}
	from := originOf(r)
	s := b.newSession(from.Address, request)
	if !b.enlist(s) {
		return terminated(boshPolicy)
	}
	if err := s.open(from); err != nil {
		b.delist(s)
		return terminatedBy(server.ConditionOf(err))
	}
	return s.serve(r.Context(), request)
}

func (b *BOSH) newSession(from netip.Addr, request boshRequest) *boshSession {
	s := &boshSession{
		b: b, sid: rand.Text(), network: server.Network(from), to: request.to, hold: min(request.hold, maxHold), wait: min(request.wait, b.o.Wait), last: request.rid - 1,
		rounds: make(map[int64]*round), moved: make(chan struct{}),
	}
	if s.wait < time.Second {
		s.wait, s.hold = time.Second, 0 // XEP-0124 §12: a client that polls
	}
	return s
}

func (b *BOSH) enlist(s *boshSession) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.sessions) >= b.o.MaxSessions || b.networks[s.network] >= b.o.MaxPerNetwork {
		return false
	}
	b.sessions[s.sid] = s
	b.networks[s.network]++
	return true
}

func (b *BOSH) delist(s *boshSession) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sessions[s.sid] != s {
		return
	}
	delete(b.sessions, s.sid)
	if b.networks[s.network]--; b.networks[s.network] == 0 {
		delete(b.networks, s.network)
	}
}
