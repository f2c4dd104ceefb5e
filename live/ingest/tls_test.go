package ingest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lucarne/live/rtmp"
	"lucarne/live/streamtest"
)

// certificate is one for the loopback that is its own authority.
func certificate(t *testing.T, serial int64) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: leaf}
}

// secure listens for RTMPS with the certificate there is at the time.
func secure(t *testing.T, current *atomic.Pointer[tls.Certificate]) (*Server, *air) {
	t.Helper()
	return listen(t, func(o *Options) {
		o.TLSAddress = "127.0.0.1:0"
		o.TLS = &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return current.Load(), nil }}
	})
}

func TestRTMPSWithFFmpeg(t *testing.T) {
	t.Parallel()
	var current atomic.Pointer[tls.Certificate]
	current.Store(certificate(t, 1))
	s, a := secure(t, &current)
	if said, err := push(t, "rtmps://"+s.TLSAddr().String()+"/live/"+streamKey, tone+" "+streamtest.AAC); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	show := a.next(t)
	_ = show.ended(t)
	show.check(t)
	if show.request.Protocol != "rtmps" || !show.request.Remote.IsLoopback() || show.request.Key != streamKey {
		t.Errorf("asked as %+v", show.request)
	}
}

func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	var current atomic.Pointer[tls.Certificate]
	s, a := secure(t, &current)
	for serial := range int64(2) {
		fresh := certificate(t, serial+1)
		current.Store(fresh)
		roots := x509.NewCertPool()
		roots.AddCert(fresh.Leaf)
		p, err := rtmp.Publish(t.Context(), rtmp.PublishOptions{
			Address: "rtmps://" + s.TLSAddr().String() + "/live/" + streamKey, TLS: &tls.Config{RootCAs: roots},
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = p.Close()
		_ = a.next(t).ended(t)
	}
}

// What a moderator says is heard over TLS as well.
func TestRefusedOverTLS(t *testing.T) {
	t.Parallel()
	var current atomic.Pointer[tls.Certificate]
	current.Store(certificate(t, 1))
	s, _ := secure(t, &current)
	said, err := push(t, "rtmps://"+s.TLSAddr().String()+"/live/wrong", tone+" "+streamtest.AAC)
	if err == nil || !strings.Contains(said, "There is no live with this stream key") {
		t.Fatalf("ffmpeg ended with %v: %s", err, said)
	}
}

func TestNoCertificate(t *testing.T) {
	t.Parallel()
	s := New(Options{TLSAddress: "127.0.0.1:0", Admitter: newAir()})
	defer s.Close()
	if err := s.Listen(); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Fatalf("got %v", err)
	}
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	first, _ := listen(t, nil)
	second := New(Options{Address: first.Addr().String(), Admitter: newAir()})
	defer second.Close()
	if err := second.Listen(); err == nil || second.Addr() != nil {
		t.Fatalf("got %v", err)
	}
}
