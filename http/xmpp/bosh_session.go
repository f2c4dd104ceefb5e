package xmpp

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"lucarne/chat/server"
	"lucarne/chat/xmpp"
)

// Bounds of a session.
const (
	maxHold      = 1               // requests held back
	keptAnswers  = 3               // the last ones, for requests that are repeated because the answer was lost
	maxBuffered  = 512 << 10       // bytes that wait for a client between two requests
	maxBodyBytes = 128 << 10       // of an answer, unless a single stanza is longer
	pollingTime  = 2 * time.Second // between two empty requests of a client that does not wait
)

// boshSession is one stream. It is the stream's server.Conn.
type boshSession struct {
	b       *BOSH
	sid     string
	network netip.Prefix
	to      string
	hold    int
	wait    time.Duration
	hello   *time.Timer // ends who does not sign in
	away    *time.Timer // ends who asks no more

	// turn is held by who calls the stream's methods: one request at a time.
	turn    sync.Mutex
	stream  *server.Stream
	isBegun bool

	mu       sync.Mutex
	last     int64 // rid of the last request that was handled
	rounds   map[int64]*round
	moved    chan struct{} // closed, and made anew, when last moves or the session ends
	waiting  int           // requests that are being served
	polledAt time.Time     // when a client that polls last sent an empty request
	greets   string        // attributes of the next answer
	out      []server.Frame
	outBytes int
	isCorked bool   // a request is being handled: what it says goes into one answer
	final    []byte // what is told of the end; nil before
}

// round is a request and its answer.
type round struct {
	isHandled bool
	body      []byte      // the answer; nil before
	waiter    chan []byte // of who waits for it; nil: nobody, the line broke
}

var errSlow = errors.New("too much waits for the client")

func (s *boshSession) requests() int { return s.hold + 1 }

// open begins the stream.
func (s *boshSession) open(from server.Origin) (err error) {
	s.turn.Lock() // the server may close the stream as soon as it knows it
	defer s.turn.Unlock()
	s.mu.Lock()
	s.hello = time.AfterFunc(s.b.o.HelloTime, func() { s.Close(&server.StreamError{Condition: server.TimedOut}) })
	s.away = time.AfterFunc(s.b.o.Inactivity, s.giveUp)
	s.mu.Unlock()
	if s.stream, err = s.b.server.Open(s, from); err != nil {
		s.hello.Stop()
		s.away.Stop()
	}
	return err
}

// serve takes a request and waits for its answer; nil when the client is gone.
func (s *boshSession) serve(ctx context.Context, request boshRequest) []byte {
	waiter := make(chan []byte, 1)
	isNew, answer := s.accept(request, waiter)
	if answer != nil {
		return answer
	}
	defer s.release()
	if isNew && s.awaitTurn(request.rid) {
		// The line may break meanwhile; the request is then repeated, and must have been handled once.
		s.handle(context.WithoutCancel(ctx), request)
	}
	return s.await(ctx, request.rid, waiter)
}

// accept finds the place of a request in the order of all (XEP-0124 §14). What can be answered at once is.
func (s *boshSession) accept(request boshRequest, waiter chan []byte) (isNew bool, answer []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.final != nil {
		return false, s.final
	}
	r, isRepeated := s.rounds[request.rid]
	switch {
	case isRepeated && r.body != nil:
		return false, r.body
	case isRepeated:
		s.replace(r, waiter)
	case request.rid <= s.last || request.rid > s.last+int64(s.requests()):
		return false, s.refuse(boshNoSuch)
	case s.unanswered() >= s.requests() || s.pollsTooOften(request):
		return false, s.refuse(boshPolicy)
	default:
		s.rounds[request.rid] = &round{waiter: waiter}
	}
	s.waiting++
	s.away.Stop()
	return !isRepeated, nil
}

// refuse ends the session because of a request, which is told at once.
func (s *boshSession) refuse(why boshCondition) []byte {
	s.b.delist(s)
	s.finish(terminated(why))
	return s.final
}

// replace lets another request wait in the place of one whose line broke, most likely.
func (s *boshSession) replace(r *round, waiter chan []byte) {
	if r.waiter != nil {
		r.waiter <- bodyOf("")
	}
	r.waiter = waiter
	if r.isHandled {
		s.settle()
	}
}

func (s *boshSession) unanswered() int {
	n := 0
	for _, r := range s.rounds {
		if r.body == nil {
			n++
		}
	}
	return n
}

// pollsTooOften follows XEP-0124 §12.
func (s *boshSession) pollsTooOften(request boshRequest) bool {
	if s.hold > 0 || len(request.payload) > 0 || request.isTerminate || request.isRestart {
		s.polledAt = time.Time{}
		return false
	}
	before := s.polledAt
	s.polledAt = time.Now()
	return !before.IsZero() && s.polledAt.Sub(before) < pollingTime
}

// release notes that a request is served.
func (s *boshSession) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting--; s.waiting == 0 {
		s.away.Reset(s.b.o.Inactivity)
	}
}

// awaitTurn waits for the requests before, which may come after (XEP-0124 §14.1); false when the session ended meanwhile.
func (s *boshSession) awaitTurn(rid int64) bool {
	patience := time.NewTimer(s.b.o.Wait)
	defer patience.Stop()
	for {
		s.mu.Lock()
		isTurn, isOver, moved := s.last == rid-1, s.final != nil, s.moved
		s.mu.Unlock()
		if isTurn || isOver {
			return !isOver
		}
		select {
		case <-moved:
		case <-patience.C:
			s.end(terminated(boshNoSuch))
		}
	}
}

// handle passes what a request says to the stream. One at a time has its turn.
func (s *boshSession) handle(ctx context.Context, request boshRequest) {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.mu.Lock()
	s.isCorked = true
	s.mu.Unlock()
	err := s.process(ctx, request)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isCorked, s.last = false, request.rid
	s.rounds[request.rid].isHandled = true
	close(s.moved)
	s.moved = make(chan struct{})
	switch {
	case s.final != nil:
	case errors.Is(err, errEnded):
		s.finish(terminated("", s.out...))
	case err != nil:
		s.finish(terminatedBy(server.ConditionOf(err), s.out...))
	default:
		s.settle()
	}
}

func (s *boshSession) process(ctx context.Context, request boshRequest) error {
	if !s.isBegun || request.isRestart {
		if err := s.begin(); err != nil {
			return err
		}
	}
	s.stream.Hear()
	for _, e := range request.payload {
		if err := s.stream.Receive(ctx, e); err != nil {
			return err
		}
	}
	if request.isTerminate {
		s.stream.End()
		return errEnded
	}
	if s.stream.IsBound() {
		s.hello.Stop()
	}
	return nil
}

// begin opens the stream, or opens it anew after SASL (XEP-0206 §5).
func (s *boshSession) begin() error {
	header, err := s.stream.Begin(s.to)
	if err != nil {
		return err
	}
	if !s.isBegun {
		s.isBegun = true
		s.mu.Lock()
		s.greets = s.greeting(header)
		s.mu.Unlock()
	}
	return s.Send(xmpp.Marshal(header.Features))
}

// await waits for the answer to a request, no longer than was agreed.
func (s *boshSession) await(ctx context.Context, rid int64, waiter chan []byte) []byte {
	patience := time.NewTimer(s.wait)
	defer patience.Stop()
	select {
	case body := <-waiter:
		return body
	case <-patience.C:
		s.expire(rid, waiter)
		return <-waiter
	case <-ctx.Done():
		s.abandon(rid, waiter)
		return nil
	}
}

// expire gives who has waited long enough an empty answer.
func (s *boshSession) expire(rid int64, waiter chan []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rounds[rid]
	switch {
	case r == nil || r.waiter != waiter:
	case r.isHandled:
		s.give(r, s.compose())
	default:
		r.waiter <- bodyOf("")
		r.waiter = nil
	}
}

func (s *boshSession) abandon(rid int64, waiter chan []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.rounds[rid]; r != nil && r.waiter == waiter {
		r.waiter = nil
	}
}

// settle answers requests, the oldest first: with what is to be told, and without anything where more wait than agreed. It is called with mu held.
func (s *boshSession) settle() {
	if s.isCorked {
		return
	}
	for rid := s.last - int64(s.requests()); rid <= s.last; rid++ {
		r := s.rounds[rid]
		switch {
		case r == nil || !r.isHandled || r.body != nil:
		case r.waiter != nil && (len(s.out) > 0 || s.greets != ""):
			s.give(r, s.compose())
		case s.unanswered() > s.hold:
			s.give(r, bodyOf(""))
		}
	}
	for rid := range s.rounds {
		if rid <= s.last-keptAnswers {
			delete(s.rounds, rid)
		}
	}
}

func (s *boshSession) give(r *round, body []byte) {
	r.body = body
	if r.waiter != nil {
		r.waiter <- body
		r.waiter = nil
	}
}

// compose takes as much of what is to be told as one answer should hold.
func (s *boshSession) compose() []byte {
	n, size := 0, 0
	for n < len(s.out) && (n == 0 || size+len(s.out[n]) <= maxBodyBytes) {
		size += len(s.out[n])
		n++
	}
	body := bodyOf(s.greets, s.out[:n]...)
	s.greets, s.out, s.outBytes = "", append([]server.Frame(nil), s.out[n:]...), s.outBytes-size
	return body
}

// Send answers a request that waits, or keeps the frames for the next.
func (s *boshSession) Send(frames ...server.Frame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.final != nil {
		return errGone
	}
	for _, f := range frames {
		s.outBytes += len(f)
	}
	s.out = append(s.out, frames...)
	if s.settle(); s.outBytes > maxBuffered {
		return errSlow
	}
	return nil
}

// NeedsTo is false: a session has one client.
func (s *boshSession) NeedsTo() bool { return false }

// Close ends the session, and tells the client why with the answer it waits for or the next.
func (s *boshSession) Close(reason *server.StreamError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.final == nil {
		s.finish(terminatedBy(reason, s.out...))
	}
}

func (s *boshSession) end(final []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.final == nil {
		s.finish(final)
	}
}

// finish ends the session. It is called with mu held, once. Where nobody waits, the next request is told.
func (s *boshSession) finish(final []byte) {
	s.final, s.out = final, nil
	s.hello.Stop()
	isTold := false
	for _, r := range s.rounds {
		isTold = isTold || r.body == nil && r.waiter != nil
		if r.body == nil {
			s.give(r, final)
		}
	}
	close(s.moved)
	s.moved = make(chan struct{})
	if isTold {
		s.b.delist(s)
	}
	go s.lose()
}

// lose tells the server, which may be in the middle of a request, that the connection is gone.
func (s *boshSession) lose() {
	s.turn.Lock()
	defer s.turn.Unlock()
	s.stream.Lost()
}

// giveUp ends a session nobody asked for in a while.
func (s *boshSession) giveUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting > 0 {
		return
	}
	s.b.delist(s)
	if s.final == nil {
		s.finish(terminated(boshNoSuch))
	}
}
