package s2s

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/coder/websocket"

	"lucarne/chat/xmpp"
)

// Serve receives other servers on a port, until Peers end or the listener fails. It closes the listener.
func (p *Peers) Serve(l net.Listener) error {
	stop := context.AfterFunc(p.ctx, func() { _ = l.Close() })
	defer stop()
	defer l.Close()
	for {
		conn, err := l.Accept()
		switch {
		case p.ctx.Err() != nil:
			return nil
		case err != nil && isPassing(err):
			p.pause()
			continue
		case err != nil:
			return err
		}
		p.admit(conn)
	}
}

// admit speaks with who connects, if there is room.
func (p *Peers) admit(conn net.Conn) {
	address := addressOf(conn.RemoteAddr().String())
	leave, ok := p.door.enter(address)
	if !ok {
		_ = conn.Close()
		return
	}
	if !p.begin(func() { defer leave(); p.receiveTCP(conn, address) }) {
		leave()
		_ = conn.Close()
	}
}

// isPassing says whether accepting may work again in a moment, as when files are short.
func isPassing(err error) bool {
	return !errors.Is(err, net.ErrClosed) && strings.Contains(err.Error(), "too many open files")
}

func (p *Peers) pause() {
	select {
	case <-time.After(100 * time.Millisecond):
	case <-p.ctx.Done():
	}
}

func addressOf(text string) netip.Addr {
	at, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

func connectionAddress(r *http.Request) netip.Addr { return addressOf(r.RemoteAddr) }

// receiveTCP encrypts a connection, from its first byte or by STARTTLS, and speaks with the peer over it.
func (p *Peers) receiveTCP(conn net.Conn, address netip.Addr) {
	defer conn.Close()
	stop := context.AfterFunc(p.ctx, func() { _ = conn.Close() })
	defer stop()
	if p.o.Settings().DirectPort == 0 || !p.step(address) {
		return
	}
	watchdog := time.AfterFunc(headerTime+handshakeTime, func() { _ = conn.Close() })
	defer watchdog.Stop()
	first, err := peek(conn)
	if err != nil {
		return
	}
	config := p.identity.server()
	if first.isHandshake() {
		config = p.identity.server(directALPN)
	} else if err := p.offerTLS(first); err != nil {
		return
	}
	secure := tls.Server(first, config)
	if err := secure.HandshakeContext(p.ctx); err != nil || !watchdog.Stop() || !stop() {
		return
	}
	p.receive(newTCP(secure, p.slowDown(address)), address, secure.ConnectionState().PeerCertificates)
}

// offerTLS is RFC 6120 §5 up to the handshake. Nothing else is done in the clear.
func (p *Peers) offerTLS(conn net.Conn) (err error) {
	c := newTCP(conn, unlimited)
	defer func() {
		if err != nil {
			c.end(err)
		}
	}()
	h, err := c.header()
	if err != nil && conditionOf(err) == "" {
		return err
	}
	if err == nil {
		err = p.checkHeader(h)
	}
	if unsaid := c.greet(p.greeting(h, rand.Text())); unsaid != nil {
		return unsaid
	}
	if err != nil {
		return err
	}
	offer := xmpp.NewElement(nsTLS, "starttls", xmpp.NewElement(nsTLS, "required"))
	if err := c.write(encode(xmpp.NewElement(xmpp.NSStreams, "features", offer))); err != nil {
		return err
	}
	e, err := c.read()
	if err != nil {
		return err
	}
	if !e.Is(nsTLS, "starttls") || c.reader.HasMore() {
		return violation("policy-violation")
	}
	return c.write(encode(xmpp.NewElement(nsTLS, "proceed")))
}

// peeked is a connection whose first byte was looked at.
type peeked struct {
	net.Conn
	first  byte
	isRead bool
}

func peek(conn net.Conn) (*peeked, error) {
	var b [1]byte
	if _, err := conn.Read(b[:]); err != nil {
		return nil, err
	}
	return &peeked{Conn: conn, first: b[0]}, nil
}

// isHandshake tells TLS from XML (RFC 8446 §5.1).
func (c *peeked) isHandshake() bool { return c.first == 22 }

func (c *peeked) Read(p []byte) (int, error) {
	if c.isRead || len(p) == 0 {
		return c.Conn.Read(p)
	}
	c.isRead = true
	p[0] = c.first
	return 1, nil
}

// slowDown makes whoever sends more bytes than is reasonable wait.
func (p *Peers) slowDown(address netip.Addr) func(int) {
	who := networkOf(address).String()
	return func(n int) { p.wait(p.bytes, who, float64(n)) }
}

// ServeHTTP receives other servers over WebSocket (XEP-0468), at ServerPath.
func (p *Peers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.o.Settings().hasWebSocket() {
		http.NotFound(w, r)
		return
	}
	if !p.hold() {
		http.Error(w, "Shutting down", http.StatusServiceUnavailable)
		return
	}
	defer p.running.Done()
	address := p.o.ClientAddress(r)
	leave, ok := p.door.enter(address)
	if !ok {
		http.Error(w, "Too many connections", http.StatusServiceUnavailable)
		return
	}
	defer leave()
	if !p.step(address) {
		http.Error(w, "Too many connections", http.StatusTooManyRequests)
		return
	}
	// Servers have no origin, and no cookies that another site could make use of.
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{subprotocol}, InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return // answered
	}
	if conn.Subprotocol() != subprotocol {
		_ = conn.Close(websocket.StatusPolicyViolation, "subprotocol xmpp expected")
		return
	}
	p.getToKnow(r.Header.Get(instanceHeader))
	p.receive(newWeb(conn, p.slowDown(address)), address, nil)
}

// getToKnow finds out the way back to a site that connects. Where it does not tell, there may be another one.
func (p *Peers) getToKnow(address string) {
	if address == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, fetchTime)
	defer cancel()
	if err := p.directory.discover(ctx, address); err != nil {
		p.o.Logger.Info("another site does not say how its chat is reached", "site", address, "error", err)
	}
}
