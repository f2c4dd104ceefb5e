package s2s

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"lucarne/chat/xmpp"
)

const (
	dialTime    = 10 * time.Second // one address
	connectTime = 40 * time.Second // from the first look-up to an open stream
	// instanceHeader names the site of who connects by WebSocket, so that the other one can find the way back.
	instanceHeader = "peertube-livechat-ws-s2s-instance-url"
)

func unlimited(int) {}

// dial opens a stream over TCP. It is encrypted, or there is none.
func (p *Peers) dial(ctx context.Context, of pair, t target) (*line, error) {
	dialling, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	conn, err := p.o.Client.Dial(dialling, "tcp", t.address())
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	l, err := p.negotiate(ctx, conn, of, t.isDirect)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return l, nil
}

func (p *Peers) negotiate(ctx context.Context, conn net.Conn, of pair, isDirect bool) (*line, error) {
	config := p.identity.client(of.theirs)
	if isDirect {
		config = p.identity.client(of.theirs, directALPN)
	} else if err := askForTLS(conn, of); err != nil {
		return nil, err
	}
	secure := tls.Client(conn, config)
	shaking, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	if err := secure.HandshakeContext(shaking); err != nil {
		return nil, err
	}
	c := newTCP(secure, unlimited)
	id, features, err := hail(c, of)
	if err != nil {
		c.end(err)
		return nil, err
	}
	return external(&line{carrier: c, id: id}, of, features)
}

// askForTLS is RFC 6120 §5 up to the handshake.
func askForTLS(conn net.Conn, of pair) error {
	c := newTCP(conn, unlimited)
	_, features, err := hail(c, of)
	if err != nil {
		return err
	}
	if features.Child(nsTLS, "starttls") == nil {
		return violation("policy-violation")
	}
	if err := c.write(encode(xmpp.NewElement(nsTLS, "starttls"))); err != nil {
		return err
	}
	answer, err := c.read()
	if err != nil {
		return err
	}
	// §5.4.3.3: what was sent ahead in the clear is not part of the protected stream.
	if !answer.Is(nsTLS, "proceed") || c.reader.HasMore() {
		return violation("policy-violation")
	}
	return nil
}

// external lets our certificate speak for us where the other side offers that (XEP-0178 §3); where it does not, or thinks otherwise of it in
// the end, dialback is left.
func external(l *line, of pair, features *xmpp.Element) (*line, error) {
	if !offersExternal(features) {
		return l, nil
	}
	auth := xmpp.NewText(nsSASL, "auth", base64.StdEncoding.EncodeToString([]byte(of.ours))).Set("mechanism", "EXTERNAL")
	if err := l.write(encode(auth)); err != nil {
		return nil, err
	}
	answer, err := l.read()
	if err != nil {
		return nil, err
	}
	if !answer.Is(nsSASL, "success") {
		return l, nil
	}
	l.restart()
	l.id, _, err = hail(l, of)
	l.isVerified = true
	return l, err
}

func offersExternal(features *xmpp.Element) bool {
	for _, mechanism := range features.Child(nsSASL, "mechanisms").Children() {
		if mechanism.Text() == "EXTERNAL" {
			return true
		}
	}
	return false
}

// newSocketClient makes the client that opens WebSockets: at the same addresses as every other one, and without following redirects.
func (p *Peers) newSocketClient() *http.Client {
	transport := &http.Transport{
		DialContext: p.o.Client.Dial, TLSClientConfig: &tls.Config{RootCAs: p.o.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: handshakeTime, ResponseHeaderTimeout: headerTime, MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true,
	}
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// dialSocket opens a stream over a WebSocket.
func (p *Peers) dialSocket(ctx context.Context, of pair, address string) (*line, error) {
	if _, err := p.o.Client.ParseURL("http" + strings.TrimPrefix(address, "ws")); err != nil {
		return nil, err
	}
	named := http.Header{}
	named.Set(instanceHeader, p.o.Site.Origin)
	conn, response, err := websocket.Dial(ctx, address, &websocket.DialOptions{
		HTTPClient: p.sockets, HTTPHeader: named,
		Subprotocols: []string{subprotocol}, CompressionMode: websocket.CompressionDisabled,
	})
	if response != nil && response.Body != nil {
		defer response.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	c := newWeb(conn, unlimited)
	stop := context.AfterFunc(ctx, func() { _ = conn.CloseNow() })
	defer stop()
	id, _, err := hail(c, of)
	if err != nil {
		c.end(err)
		return nil, err
	}
	return &line{carrier: c, id: id}, nil
}
