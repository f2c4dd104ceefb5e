package mail_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"lucarne/platform/mail"
)

// mailbox is a mail server on a port of this machine; it keeps what it is sent.
type mailbox struct {
	mu       sync.Mutex
	received []delivered
	logins   int
}

type delivered struct {
	from, to, data string
	encrypted      bool
}

func (b *mailbox) all() []delivered {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]delivered(nil), b.received...)
}

// listen starts the server and gives options that reach it.
func (b *mailbox) listen(t *testing.T, configure func(*smtp.Server)) mail.Options {
	t.Helper()
	s := smtp.NewServer(b)
	s.Domain, s.ErrorLog = "mx.test", discard{}
	configure(s)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(listener)
	t.Cleanup(func() { s.Close() })
	return optionsFor(t, listener.Addr().String())
}

func optionsFor(t *testing.T, address string) mail.Options {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return mail.Options{Hostname: host, Port: number, FromAddress: "Site <site@tube.test>"}
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

func (b *mailbox) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{box: b, conn: c}, nil
}

type session struct {
	box     *mailbox
	conn    *smtp.Conn
	current delivered
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != "site" || password != "secret" {
			return errors.New("bad credentials")
		}
		s.box.mu.Lock()
		defer s.box.mu.Unlock()
		s.box.logins++
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.current.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "nobody"):
		return &smtp.SMTPError{Code: 550, Message: "no such user"}
	case strings.HasPrefix(to, "full"):
		return &smtp.SMTPError{Code: 452, Message: "try later"}
	}
	s.current.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, s.current.encrypted = s.conn.TLSConnectionState()
	s.current.data = string(data)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.received = append(s.box.received, s.current)
	return nil
}

func (s *session) Reset()        { s.current = delivered{} }
func (s *session) Logout() error { return nil }

// certificate is one for 127.0.0.1 that signs itself, as server configuration and as certificate of the authority.
func certificate(t *testing.T) (*tls.Config, []byte) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	return &tls.Config{Certificates: s.TLS.Certificates}, s.Certificate().Raw
}

func tlsListen(config *tls.Config) (net.Listener, error) {
	return tls.Listen("tcp", "127.0.0.1:0", config)
}
