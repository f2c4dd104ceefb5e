package router

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ServerOptions bound connections against clients that are slow on purpose.
type ServerOptions struct {
	Address           string
	Handler           http.Handler
	Logger            *slog.Logger
	ReadHeaderTimeout time.Duration // for the head of a request
	BodyIdleTimeout   time.Duration // longest silence within a body; uploads may last as long as bytes move
	WriteIdleTimeout  time.Duration // longest time a client may take nothing of an answer
	IdleTimeout       time.Duration // of connections between requests
	StopWithin        time.Duration // for running requests when the server stops
	MaxHeaderBytes    int
	MaxConns          int // open connections; more wait in the system's queue. 0 means 10,000
}

const defaultMaxConns = 10_000

// Server answers HTTP on one address.
type Server struct {
	o        ServerOptions
	listener net.Listener
	server   *http.Server
}

// Listen opens the address, so that what follows knows the port before anything is answered.
func Listen(o ServerOptions) (*Server, error) {
	if o.MaxConns == 0 {
		o.MaxConns = defaultMaxConns
	}
	listener, err := net.Listen("tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.Address, err)
	}
	s := &Server{o: o, listener: newBounded(listener, o.MaxConns)}
	s.server = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: o.ReadHeaderTimeout,
		IdleTimeout:       o.IdleTimeout,
		MaxHeaderBytes:    o.MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(o.Logger.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Run serves until ctx ends, then lets running requests finish for StopWithin and closes the rest.
func (s *Server) Run(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- s.server.Serve(s.listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", s.o.Address, err)
	case <-ctx.Done():
	}
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.o.StopWithin)
	defer cancel()
	if err := s.server.Shutdown(limited); errors.Is(err, context.DeadlineExceeded) {
		return s.server.Close()
	}
	return nil
}

// serve moves the connection's deadlines along with its bytes: a fixed deadline would cut long uploads and downloads, none at all
// would let a client hold a connection for ever.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	if r.Body != nil && r.Body != http.NoBody && s.o.BodyIdleTimeout > 0 {
		r.Body = &steadyBody{ReadCloser: r.Body, control: control, idle: s.o.BodyIdleTimeout}
	}
	if s.o.WriteIdleTimeout <= 0 {
		s.o.Handler.ServeHTTP(w, r)
		return
	}
	_ = control.SetWriteDeadline(time.Time{}) // that of the connection's last answer
	s.o.Handler.ServeHTTP(&steadyWriter{ResponseWriter: w, control: control, idle: s.o.WriteIdleTimeout}, r)
}

// steadyBody gives each read its own deadline.
type steadyBody struct {
	io.ReadCloser
	control *http.ResponseController
	idle    time.Duration
}

func (b *steadyBody) Read(p []byte) (int, error) {
	_ = b.control.SetReadDeadline(time.Now().Add(b.idle)) // unsupported below HTTP/1 tests: no deadline then
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

// steadyChunk is how much of a file goes out under one deadline: large enough for sendfile to stay cheap, small enough that a slow but
// honest client (64 kbit/s) takes it within a minute or so.
const steadyChunk = 1 << 20

// steadyWriter gives each write, and each chunk of a file, its own deadline.
type steadyWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	idle    time.Duration
}

func (w *steadyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush sends what is buffered.
func (w *steadyWriter) Flush() {
	w.extend()
	_ = w.control.Flush()
}

func (w *steadyWriter) WriteHeader(status int) {
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

func (w *steadyWriter) extend() { _ = w.control.SetWriteDeadline(time.Now().Add(w.idle)) }

func (w *steadyWriter) Write(p []byte) (int, error) {
	w.extend()
	return w.ResponseWriter.Write(p)
}

// ReadFrom passes chunks of r to the connection's own ReadFrom, which knows sendfile for files (also behind io.LimitedReader).
func (w *steadyWriter) ReadFrom(r io.Reader) (total int64, err error) {
	below, ok := w.ResponseWriter.(io.ReaderFrom)
	if !ok {
		return io.Copy(struct{ io.Writer }{w}, r)
	}
	source, left := unlimited(r)
	for left > 0 {
		chunk := min(left, steadyChunk)
		w.extend()
		n, err := below.ReadFrom(io.LimitReader(source, chunk))
		total += n
		left -= n
		if err != nil || n < chunk {
			setLeft(r, left)
			return total, err
		}
	}
	setLeft(r, left)
	return total, nil
}

const noLimit = int64(1) << 62

// unlimited looks through an io.LimitedReader, since sendfile sees through only one.
func unlimited(r io.Reader) (source io.Reader, left int64) {
	if limited, ok := r.(*io.LimitedReader); ok {
		return limited.R, limited.N
	}
	return r, noLimit
}

func setLeft(r io.Reader, left int64) {
	if limited, ok := r.(*io.LimitedReader); ok {
		limited.N = left
	}
}

// bounded accepts no more than a number of connections at a time.
type bounded struct {
	net.Listener
	places chan struct{}
}

func newBounded(l net.Listener, most int) net.Listener {
	return &bounded{Listener: l, places: make(chan struct{}, most)}
}

func (b *bounded) Accept() (net.Conn, error) {
	b.places <- struct{}{}
	conn, err := b.Listener.Accept()
	if err != nil {
		<-b.places
		return nil, err
	}
	return &boundedConn{TCPConn: conn.(*net.TCPConn), leave: b.leave()}, nil
}

func (b *bounded) leave() func() {
	left := make(chan struct{}, 1)
	return func() {
		select {
		case left <- struct{}{}:
			<-b.places
		default: // closed before
		}
	}
}

// boundedConn embeds the TCP connection so that its ReadFrom, and with it sendfile, stays in reach.
type boundedConn struct {
	*net.TCPConn
	leave func()
}

func (c *boundedConn) Close() error {
	err := c.TCPConn.Close()
	c.leave()
	return err
}
