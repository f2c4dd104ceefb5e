package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	gomail "github.com/wneessen/go-mail"
)

// server delivers by SMTP, one connection per message: mail is rare and servers drop idle connections.
type server struct {
	host    string
	options []gomail.Option
}

func newServer(o Options) (*server, error) {
	trusted, err := tlsConfig(o)
	if err != nil {
		return nil, err
	}
	options := append([]gomail.Option{
		gomail.WithTimeout(o.Timeout),
		gomail.WithTLSConfig(trusted),
	}, o.encryption()...)
	options = append(options, o.authentication()...)
	if _, err := gomail.NewClient(o.Hostname, options...); err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	return &server{host: o.Hostname, options: options}, nil
}

func (o Options) encryption() []gomail.Option {
	port := o.Port
	switch {
	case o.TLS:
		return []gomail.Option{gomail.WithSSL(), gomail.WithPort(portOr(port, gomail.DefaultPortSSL))}
	case o.DisableSTARTTLS:
		return []gomail.Option{gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithPort(portOr(port, gomail.DefaultPortTLS))}
	}
	return []gomail.Option{gomail.WithTLSPolicy(gomail.TLSOpportunistic), gomail.WithPort(portOr(port, gomail.DefaultPortTLS))}
}

func portOr(port, usual int) int {
	if port == 0 {
		return usual
	}
	return port
}

// authentication picks the best mechanism the server offers. The password crosses the network unencrypted only when the
// operator has switched encryption off; a server that merely does not offer it gets none.
func (o Options) authentication() []gomail.Option {
	if o.Username == "" {
		return nil
	}
	mechanism := gomail.SMTPAuthAutoDiscover
	if o.DisableSTARTTLS && !o.TLS {
		mechanism = gomail.SMTPAuthPlainNoEnc
	}
	return []gomail.Option{gomail.WithSMTPAuth(mechanism), gomail.WithUsername(o.Username), gomail.WithPassword(o.Password)}
}

func tlsConfig(o Options) (*tls.Config, error) {
	config := &tls.Config{ServerName: o.Hostname, MinVersion: tls.VersionTLS12}
	if o.CAFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("certificates of the mail server: %w", err)
	}
	if config.RootCAs, err = x509.SystemCertPool(); err != nil {
		config.RootCAs = x509.NewCertPool()
	}
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("certificates of the mail server: %s holds none", o.CAFile)
	}
	return config, nil
}

func (s *server) deliver(ctx context.Context, m *gomail.Msg) error {
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, m)
}

// check connects, greets, encrypts and authenticates as for a message, then leaves.
func (s *server) check(ctx context.Context) error {
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	return client.Close()
}
