package server

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// TCPOptions set up TCP. Zero bounds mean the defaults.
type TCPOptions struct {
	Server *Server
	Logger *slog.Logger
	// TLS has the certificate: nothing is said in the clear but that TLS is to begin.
	TLS *tls.Config
	// Address takes connections that begin TLS by STARTTLS (RFC 6120 §5), DirectAddress those that begin with it (XEP-0368); "" for none.
	Address, DirectAddress string
	MaxConns               int           // 5,000
	MaxPerNetwork          int           // 200, see Network
	HelloTime              time.Duration // until a client is signed in; 30 s
}

// TCP carries one client's stream on each connection: for ordinary chat programs.
type TCP struct {
	o      TCPOptions
	starts net.Listener // nil: none
	direct net.Listener // nil: none
	serve  sync.WaitGroup

	mu       sync.Mutex
	lines    map[*line]struct{}
	networks map[netip.Prefix]int
	isClosed bool
}

// ListenTCP opens the addresses; Run takes connections.
func ListenTCP(o TCPOptions) (*TCP, error) {
	o.MaxConns = cmp.Or(o.MaxConns, 5_000)
	o.MaxPerNetwork = cmp.Or(o.MaxPerNetwork, 200)
	o.HelloTime = cmp.Or(o.HelloTime, 30*time.Second)
	t := &TCP{o: o, lines: make(map[*line]struct{}), networks: make(map[netip.Prefix]int)}
	for _, l := range []struct {
		address string
		at      *net.Listener
	}{{o.Address, &t.starts}, {o.DirectAddress, &t.direct}} {
		if l.address == "" {
			continue
		}
		listener, err := net.Listen("tcp", l.address)
		if err != nil {
			t.Close()
			return nil, fmt.Errorf("listen for chat programs on %s: %w", l.address, err)
		}
		*l.at = listener
	}
	return t, nil
}

// Addr is where STARTTLS is taken, DirectAddr where TLS is; nil for none.
func (t *TCP) Addr() net.Addr { return addressOf(t.starts) }

// DirectAddr is where TLS begins at once; nil for none.
func (t *TCP) DirectAddr() net.Addr { return addressOf(t.direct) }

func addressOf(l net.Listener) net.Addr {
	if l == nil {
		return nil
	}
	return l.Addr()
}

// Run takes connections until ctx ends; all are closed then.
func (t *TCP) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, t.Close)()
	var accepting sync.WaitGroup
	for _, l := range []net.Listener{t.starts, t.direct} {
		if l != nil {
			accepting.Go(func() { t.accept(ctx, l, l == t.direct) })
		}
	}
	<-ctx.Done()
	t.Close()
	accepting.Wait()
	t.serve.Wait()
	return nil
}

const acceptPause = 100 * time.Millisecond // when there are no file handles left, say

func (t *TCP) accept(ctx context.Context, l net.Listener, isDirect bool) {
	for {
		conn, err := l.Accept()
		switch {
		case err == nil:
			t.receive(conn, isDirect)
		case ctx.Err() != nil || errors.Is(err, net.ErrClosed):
			return
		default:
			t.o.Logger.Warn("a connection of a chat program could not be taken", "error", err)
			time.Sleep(acceptPause)
		}
	}
}

// receive serves a connection, or closes one too many without a word, which costs least.
func (t *TCP) receive(conn net.Conn, isDirect bool) {
	l := newLine(t, conn)
	if !t.enlist(l) {
		_ = conn.Close()
		return
	}
	t.serve.Go(func() {
		defer t.delist(l)
		l.serve(isDirect)
	})
}

func (t *TCP) enlist(l *line) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.isClosed || len(t.lines) >= t.o.MaxConns || t.networks[l.network] >= t.o.MaxPerNetwork {
		return false
	}
	t.lines[l] = struct{}{}
	t.networks[l.network]++
	return true
}

func (t *TCP) delist(l *line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.lines, l)
	if t.networks[l.network]--; t.networks[l.network] == 0 {
		delete(t.networks, l.network)
	}
}

// Close frees the addresses and ends all connections. Run does that too; it may be called twice.
func (t *TCP) Close() {
	t.mu.Lock()
	t.isClosed = true
	open := make([]*line, 0, len(t.lines))
	for l := range t.lines {
		open = append(open, l)
	}
	t.mu.Unlock()
	for _, listener := range []net.Listener{t.starts, t.direct} {
		if listener != nil {
			_ = listener.Close()
		}
	}
	for _, l := range open {
		go l.Close(&StreamError{Condition: Shutdown})
	}
}
