package ingest

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"lucarne/live/rtmp"
	"lucarne/platform/clock"
)

// App is the application encoders publish to: rtmp://host/live.
const App = "live"

// Options are what a server works with.
type Options struct {
	Address    string      // host:port of RTMP; "" for none
	TLSAddress string      // host:port of RTMPS; "" for none
	TLS        *tls.Config // for RTMPS; GetCertificate may change the certificate at any time
	Admitter   Admitter
	Clock      clock.Clock  // nil: the system's
	Logger     *slog.Logger // nil: nothing is logged
	Limits     Limits
}

// Limits bound what encoders may take and send. Zero ones take the default that is named.
type Limits struct {
	Connections int // at a time; 1000
	PerAddress  int // of them from one address, of IPv6 from one /64; 100
	Waiting     int // of them without a key so far; 200

	SetupTimeout time.Duration // from the connection to the key; rtmp.SetupTimeout
	IdleTimeout  time.Duration // without anything whole; rtmp.IdleTimeout
	KeyInterval  time.Duration // from one key picture to the next; 30 s

	Bitrate int64 // bits per second; 100 Mbit/s
	Pixels  int   // of a picture; 4096 × 2304
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	fallback(&o.Logger, slog.New(slog.DiscardHandler))
	fallback(&o.Limits.Connections, 1000)
	fallback(&o.Limits.PerAddress, 100)
	fallback(&o.Limits.Waiting, 200)
	fallback(&o.Limits.SetupTimeout, rtmp.SetupTimeout)
	fallback(&o.Limits.IdleTimeout, rtmp.IdleTimeout)
	fallback(&o.Limits.KeyInterval, 30*time.Second)
	fallback(&o.Limits.Bitrate, 100_000_000)
	fallback(&o.Limits.Pixels, 4096*2304) // H.264 level 5.1 and HEVC level 5 go as far
	return o
}

func fallback[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// Server takes broadcasts by RTMP and RTMPS. It is safe for concurrent use.
type Server struct {
	options Options
	door    *door
	ctx     context.Context // of all connections
	stop    context.CancelFunc
	running sync.WaitGroup

	mu        sync.Mutex
	listeners [2]net.Listener // RTMP and RTMPS, nil for none
	sessions  map[*session]struct{}
}

// New makes a server that listens nowhere yet.
func New(o Options) *Server {
	o = o.withDefaults()
	ctx, stop := context.WithCancel(context.Background())
	return &Server{options: o, door: newDoor(o.Limits), ctx: ctx, stop: stop, sessions: make(map[*session]struct{})}
}

// Listen opens the ports. Close must be called after it, also when Run never is.
func (s *Server) Listen() error {
	if s.options.TLSAddress != "" && s.options.TLS == nil {
		return errors.New("listen for RTMPS: there is no certificate")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, address := range []string{s.options.Address, s.options.TLSAddress} {
		if address == "" {
			continue
		}
		listener, err := (&net.ListenConfig{}).Listen(s.ctx, "tcp", address)
		if err != nil {
			s.closeListeners()
			return fmt.Errorf("listen for %s: %w", protocols[i], err)
		}
		s.listeners[i] = listener
	}
	return nil
}

var protocols = [2]string{"rtmp", "rtmps"}

// Addr is where RTMP is listened for; nil where it is not.
func (s *Server) Addr() net.Addr { return s.addr(0) }

// TLSAddr is where RTMPS is listened for; nil where it is not.
func (s *Server) TLSAddr() net.Addr { return s.addr(1) }

func (s *Server) addr(i int) net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listeners[i] == nil {
		return nil
	}
	return s.listeners[i].Addr()
}

// Run takes encoders on the ports that Listen opened, until ctx ends or Close is called. It then closes.
func (s *Server) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.stop)()
	s.begin()
	<-s.ctx.Done()
	s.Close()
	return nil
}

func (s *Server) begin() {
	s.mu.Lock() // so that Close waits for what is begun here, or nothing is
	defer s.mu.Unlock()
	for i, listener := range s.listeners {
		if listener != nil && s.ctx.Err() == nil {
			s.running.Go(func() { s.accept(listener, protocols[i]) })
		}
	}
}

// Close ends all connections, as if they had broken: encoders come back when the site is there again. It returns when all are gone.
func (s *Server) Close() {
	s.stop()
	s.mu.Lock()
	s.closeListeners()
	s.mu.Unlock()
	s.running.Wait()
}

func (s *Server) closeListeners() {
	for _, listener := range s.listeners {
		if listener != nil {
			_ = listener.Close()
		}
	}
}

// acceptPause lets connections end when there are no file descriptors left.
const acceptPause = 100 * time.Millisecond

func (s *Server) accept(listener net.Listener, protocol string) {
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			s.options.Logger.Warn("a connection could not be accepted", "protocol", protocol, "error", err)
			select {
			case <-s.ctx.Done():
			case <-time.After(acceptPause):
			}
			continue
		}
		g, isIn := s.door.enter(conn)
		if !isIn {
			_ = conn.Close()
			continue
		}
		s.running.Go(func() {
			defer g.leave()
			s.serve(conn, g, protocol)
		})
	}
}

// serve is the life of a connection.
func (s *Server) serve(conn net.Conn, g *guest, protocol string) {
	logger := s.options.Logger.With("protocol", protocol, "remote", remote(conn))
	if protocol == "rtmps" {
		conn = tls.Server(conn, s.options.TLS) // its handshake is within the time of the setup
	}
	m := newMetered(conn, s.options.Limits.Bitrate, s.options.Clock)
	encoder, err := rtmp.Accept(s.ctx, m, rtmp.AcceptOptions{
		App: App, SetupTimeout: s.options.Limits.SetupTimeout, IdleTimeout: s.options.Limits.IdleTimeout,
	})
	if err != nil {
		logger.Debug("a connection did not come to publish", "error", err)
		return
	}
	publication, err := s.admit(encoder, Request{Key: encoder.Key(), Protocol: protocol, Remote: remote(conn), Encoder: encoder.Agent()})
	if err != nil {
		logger.Info("an encoder was refused", "encoder", encoder.Agent(), "reason", err)
		encoder.Refuse(refusalCode(err), words(err))
		return
	}
	g.admitted()
	session := &session{
		key: encoder.Key(), conn: m, encoder: encoder, publication: publication, converter: newConverter(publication, s.options.Limits),
		logger: logger, ended: make(chan struct{}), closed: make(chan struct{}),
	}
	s.add(session)
	defer s.remove(session)
	if err := encoder.Start(); err != nil {
		logger.Debug("an encoder did not wait for consent", "error", err) // reading fails as well, and says more
	}
	session.run(s.ctx)
}

// admit asks whether the encoder may go on air.
func (s *Server) admit(encoder *rtmp.Encoder, r Request) (Publication, error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.options.Limits.SetupTimeout)
	defer cancel()
	s.replace(ctx, encoder.Key())
	return s.options.Admitter.Admit(ctx, r)
}

// replace ends the session of a key that sends nothing any more: its encoder comes back on a new connection before the old one is known
// to be dead, and would be taken for a second encoder.
func (s *Server) replace(ctx context.Context, key string) {
	s.mu.Lock()
	var silent *session
	for other := range s.sessions {
		if subtle.ConstantTimeCompare([]byte(other.key), []byte(key)) == 1 && other.isSilent() {
			silent = other
		}
	}
	s.mu.Unlock()
	if silent == nil {
		return
	}
	silent.end(errReplaced)
	select {
	case <-silent.closed:
	case <-ctx.Done():
	}
}

func (s *Server) add(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[one] = struct{}{}
}

func (s *Server) remove(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, one)
}
