package router

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"
)

// ServerOptions bound connections against clients that are slow on purpose.
type ServerOptions struct {
	Address           string
	Handler           http.Handler
	Logger            *slog.Logger
	ReadHeaderTimeout time.Duration // for the head of a request
	BodyIdleTimeout   time.Duration // longest silence within a body; uploads may last as long as bytes move
	MinBodyRate       int64         // bytes a second that count as moving, over a BodyIdleTimeout. 0 means 500
	WriteIdleTimeout  time.Duration // longest time a client may take nothing of an answer
	IdleTimeout       time.Duration // of connections between requests
	StopWithin        time.Duration // for running requests when the server stops
	MaxHeaderBytes    int
	MaxConns          int    // open connections; more wait in the system's queue. 0 means 10,000
	CertFile, KeyFile string // PEM; with them the server speaks TLS (and HTTP/2), without them plain HTTP
}

const (
	defaultMaxConns    = 10_000
	defaultMinBodyRate = 500
)

// Server answers HTTP on one address.
type Server struct {
	o        ServerOptions
	listener net.Listener
	server   *http.Server
	running  atomic.Int64 // handlers
	abort    func()       // ends the contexts of all requests
}

// Listen opens the address, so that what follows knows the port before anything is answered.
func Listen(o ServerOptions) (*Server, error) {
	o.MaxConns = cmp.Or(o.MaxConns, defaultMaxConns)
	o.MinBodyRate = cmp.Or(o.MinBodyRate, defaultMinBodyRate)
	s := &Server{o: o}
	requests, abort := context.WithCancel(context.Background())
	s.abort = abort
	s.server = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: o.ReadHeaderTimeout,
		IdleTimeout:       o.IdleTimeout,
		MaxHeaderBytes:    o.MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(o.Logger.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	if o.CertFile != "" {
		pair, err := loadCertificate(o.CertFile, o.KeyFile)
		if err != nil {
			return nil, err
		}
		s.server.TLSConfig = pair.config()
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, refusedAddress(o.Address, err)
	}
	s.listener = newBounded(listener, o.MaxConns)
	return s, nil
}

// refusedAddress says what to do about an address that cannot be opened.
func refusedAddress(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("another program uses %s: stop it, or choose another port (listen.port): %w", address, err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("the system does not let this user open %s: choose a port from 1024 on (listen.port), with a proxy before it: %w", address, err)
	}
	return fmt.Errorf("listen on %s: %w", address, err)
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Run serves until ctx ends, then lets running requests finish for StopWithin, closes the rest and gives their handlers a moment to
// return.
func (s *Server) Run(ctx context.Context) error {
	defer s.abort()
	failed := make(chan error, 1)
	go func() { failed <- s.accept() }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", s.o.Address, err)
	case <-ctx.Done():
		return s.stop(context.WithoutCancel(ctx))
	}
}

func (s *Server) accept() error {
	if s.server.TLSConfig != nil {
		return s.server.ServeTLS(s.listener, "", "")
	}
	return s.server.Serve(s.listener)
}

func (s *Server) stop(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, s.o.StopWithin)
	defer cancel()
	err := s.server.Shutdown(limited)
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	err = s.server.Close()
	s.abort()
	s.waitForHandlers()
	return err
}

// returnWithin is what handlers have to notice that their request is over.
const returnWithin = 500 * time.Millisecond

// waitForHandlers lets those whose connection was closed undo what they began while the database is still open.
func (s *Server) waitForHandlers() {
	deadline := time.After(returnWithin)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for s.running.Load() > 0 {
		select {
		case <-deadline:
			s.o.Logger.Warn("requests still run after their connections were closed", "count", s.running.Load())
			return
		case <-look.C:
		}
	}
}

// serve moves the connection's deadlines along with its bytes: fixed ones would cut long uploads and downloads, none at all would let
// a client hold a connection for ever.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.running.Add(1)
	defer s.running.Add(-1)
	control := http.NewResponseController(w)
	if r.Body != nil && r.Body != http.NoBody && s.o.BodyIdleTimeout > 0 {
		r.Body = newSteadyBody(r.Body, control, s.o.BodyIdleTimeout, s.o.MinBodyRate)
	}
	if s.o.WriteIdleTimeout > 0 {
		steady := newSteadyWriter(w, control, s.o.WriteIdleTimeout)
		defer steady.finish()
		w = steady
	}
	s.o.Handler.ServeHTTP(w, r)
}
