package s2s

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"
)

// identity is the certificate shown to others, and what is made of theirs.
type identity struct {
	own   func() (*tls.Certificate, error)
	roots *x509.CertPool // nil: the system's
}

func newIdentity(site Site, own func() (*tls.Certificate, error), roots *x509.CertPool) *identity {
	if own == nil {
		// Who checks it turns to dialback; who listens only is kept out.
		own = sync.OnceValues(func() (*tls.Certificate, error) { return selfSigned(site) })
	}
	return &identity{own: own, roots: roots}
}

func selfSigned(site Site) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	const years = 10
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: site.Host}, DNSNames: []string{asciiHost(site.Host), asciiHost(site.Room())},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().AddDate(years, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// server is how others are received. Their certificate is asked for, and judged later, for the host they say they are.
func (i *identity) server(protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert, SessionTicketsDisabled: true, NextProtos: protocols,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return i.own() },
	}
}

// client is how others are called. A certificate that proves nothing is accepted: the host proves itself by dialback then.
func (i *identity) client(host string, protocols ...string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, ServerName: asciiHost(host), NextProtos: protocols,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return i.own() },
	}
}

// proves says whether certificates are good for a host (RFC 6120 §13.7.2). Whether they were meant for a client or a server does not matter:
// authorities have stopped making the former.
func (i *identity) proves(certificates []*x509.Certificate, host string) bool {
	if len(certificates) == 0 {
		return false
	}
	intermediates := x509.NewCertPool()
	for _, c := range certificates[1:] {
		intermediates.AddCert(c)
	}
	_, err := certificates[0].Verify(x509.VerifyOptions{
		DNSName: asciiHost(host), Roots: i.roots, Intermediates: intermediates, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err == nil
}

// asciiHost is a host as DNS and certificates have it.
func asciiHost(host string) string {
	if strings.HasPrefix(host, "[") {
		return strings.Trim(host, "[]")
	}
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return ascii
	}
	return host
}
