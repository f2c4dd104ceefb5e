package router_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lucarne/http/router"
)

func serverOptions(handler http.Handler) router.ServerOptions {
	return router.ServerOptions{
		Address: "127.0.0.1:0", Handler: handler, Logger: slog.New(slog.DiscardHandler), ReadHeaderTimeout: time.Second,
		BodyIdleTimeout: time.Second, WriteIdleTimeout: time.Second, IdleTimeout: time.Second, StopWithin: time.Second,
	}
}

func listen(t testing.TB, handler http.Handler, change func(*router.ServerOptions)) (address string, stop func() error) {
	t.Helper()
	o := serverOptions(handler)
	if change != nil {
		change(&o)
	}
	server, err := router.Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	return run(t, server)
}

// run starts a server that stops with the test, at the latest.
func run(t testing.TB, server *router.Server) (address string, stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() { stop() })
	return server.Addr().String(), stop
}

// everything is what a request goes through on a site.
func everything(next http.Handler) http.Handler {
	no := func() bool { return false }
	return router.FromProxies(nil, router.Log(router.LogOptions{Logger: slog.New(slog.DiscardHandler), Requests: no, Pings: no, AnonymizeIP: no},
		router.Secure(router.SecurityOptions{}, router.Compress(router.CORS(next)))))
}

// spy counts the bytes of files that reach a connection's own ReadFrom in the one form sendfile takes.
type spy struct {
	net.Listener
	files atomic.Int64
}

func (s *spy) Accept() (net.Conn, error) {
	conn, err := s.Listener.Accept()
	return &spiedConn{Conn: conn, spy: s}, err
}

type spiedConn struct {
	net.Conn
	spy *spy
}

func (c *spiedConn) ReadFrom(r io.Reader) (int64, error) {
	n, err := c.Conn.(io.ReaderFrom).ReadFrom(r)
	if limited, ok := r.(*io.LimitedReader); ok {
		if _, isFile := limited.R.(*os.File); isFile {
			c.spy.files.Add(n)
		}
	}
	return n, err
}

func TestFilesGoBySendfileThroughEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film")
	content := bytes.Repeat([]byte("0123456789abcdef"), 300_000) // many chunks
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := router.Listen(serverOptions(everything(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "video/mp4")
		http.ServeFile(w, r, path)
	}))))
	if err != nil {
		t.Fatal(err)
	}
	watched := &spy{}
	server.Spy(func(l net.Listener) net.Listener {
		watched.Listener = l
		return watched
	})
	address, _ := run(t, server)
	for _, c := range []struct {
		ranges string
		want   []byte
	}{{"", content}, {"bytes=100-1999999", content[100:2_000_000]}, {"bytes=-5", content[len(content)-5:]}} {
		watched.files.Store(0)
		r, _ := http.NewRequest("GET", "http://"+address+"/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		if c.ranges != "" {
			r.Header.Set("Range", c.ranges)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || !bytes.Equal(got, c.want) {
			t.Errorf("range %q: got %d bytes, %v; want %d", c.ranges, len(got), err, len(c.want))
		}
		// net/http sends the first 512 bytes by itself, together with the headers.
		if n := watched.files.Load(); n < int64(len(c.want)-512) {
			t.Errorf("range %q: %d bytes went by sendfile, want %d", c.ranges, n, len(c.want)-512)
		}
	}
}

func TestConnectionCanBeTakenOverThroughEverything(t *testing.T) {
	address, _ := listen(t, everything(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\n\r\nours")
	})), nil)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
	got, err := io.ReadAll(conn)
	if err != nil || !strings.HasSuffix(string(got), "ours") {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestFlushedTextArrivesCompressed(t *testing.T) {
	goOn := make(chan struct{})
	address, _ := listen(t, everything(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.(http.Flusher).Flush()
		io.WriteString(w, "first ")
		w.(http.Flusher).Flush()
		<-goOn
		io.WriteString(w, "second")
	})), nil)
	response, err := http.Get("http://" + address) // the client asks for gzip, and takes it off
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	first := make([]byte, 6)
	if _, err := io.ReadFull(response.Body, first); err != nil || string(first) != "first " || !response.Uncompressed {
		t.Errorf("got %q, %v, compressed %v", first, err, response.Uncompressed)
	}
	close(goOn)
	if rest, err := io.ReadAll(response.Body); err != nil || string(rest) != "second" {
		t.Errorf("got %q, %v", rest, err)
	}
}

func TestAnswerThatBreaksOffIsNotTakenForWhole(t *testing.T) {
	for name, text := range map[string]string{"plain": "application/octet-stream", "compressed": "text/plain"} {
		t.Run(name, func(t *testing.T) {
			address, _ := listen(t, everything(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", text)
				io.WriteString(w, "half")
				w.(http.Flusher).Flush()
				panic("in the middle")
			})), nil)
			response, err := http.Get("http://" + address)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if got, err := io.ReadAll(response.Body); err == nil {
				t.Errorf("got %q and no error", got)
			}
		})
	}
}

func TestSlowClientIsDropped(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	address, _ := listen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		failed <- err
	}), func(o *router.ServerOptions) { o.BodyIdleTimeout = 50 * time.Millisecond })
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
	if err := <-failed; err == nil {
		t.Error("a body that stops in the middle was taken for whole")
	}
}

func TestKeptConnectionOutlivesTheWriteDeadline(t *testing.T) {
	t.Parallel()
	address, _ := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }),
		func(o *router.ServerOptions) {
			o.WriteIdleTimeout = 20 * time.Millisecond
			o.IdleTimeout = 5 * time.Second
		})
	for range 3 {
		response, err := http.Get("http://" + address)
		if err != nil || response.StatusCode != 204 {
			t.Fatalf("got %v, %v", response, err)
		}
		response.Body.Close()
		<-time.After(40 * time.Millisecond) // longer than the deadline of the answer before
	}
}

func TestAnswerMayTakeItsTime(t *testing.T) {
	t.Parallel()
	address, _ := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "begun, ")        // buffered
		<-time.After(60 * time.Millisecond) // longer than a client may take nothing
		io.WriteString(w, "done")
		<-time.After(60 * time.Millisecond)
	}), func(o *router.ServerOptions) { o.WriteIdleTimeout = 20 * time.Millisecond })
	response, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, err := io.ReadAll(response.Body); err != nil || string(text) != "begun, done" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestStopLetsARunningRequestFinish(t *testing.T) {
	started, goOn := make(chan struct{}), make(chan struct{})
	address, stop := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(started)
		<-goOn
		io.WriteString(w, "whole")
	}), nil)
	got := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + address)
		if err != nil {
			got <- err.Error()
			return
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		got <- string(text)
	}()
	<-started
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	close(goOn)
	if text := <-got; text != "whole" {
		t.Errorf("got %q", text)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestTrickleIsDropped(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	address, _ := listen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		failed <- err
	}), func(o *router.ServerOptions) { o.BodyIdleTimeout, o.MinBodyRate = 100*time.Millisecond, 10_000 })
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
	tick := time.NewTicker(10 * time.Millisecond) // never silent, but a tenth of the rate asked for
	defer tick.Stop()
	for {
		select {
		case err := <-failed:
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			return
		case <-tick.C:
			io.WriteString(conn, "0123456789")
		}
	}
}

func TestSlowUploadThatKeepsComingLasts(t *testing.T) {
	t.Parallel()
	got := make(chan int, 1)
	address, _ := listen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- len(body)
	}), func(o *router.ServerOptions) { o.BodyIdleTimeout, o.MinBodyRate = 200*time.Millisecond, 1000 })
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n")
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 10 { // 500 ms in all, more than twice the timeout
		<-tick.C
		conn.Write(bytes.Repeat([]byte("x"), 1000))
	}
	if n := <-got; n != 10_000 {
		t.Errorf("%d bytes arrived, want 10000", n)
	}
}

func TestReaderThatStallsIsDropped(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	address, _ := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, err := w.Write(make([]byte, 64<<20)) // more than the sockets hold
		failed <- err
	}), func(o *router.ServerOptions) { o.WriteIdleTimeout = 50 * time.Millisecond })
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if err := <-failed; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	address, _ := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }),
		func(o *router.ServerOptions) { o.MaxConns, o.IdleTimeout = 1, time.Minute })
	first, second := dial(t, address), dial(t, address)
	if status := ask(t, first); status != "HTTP/1.1 204 No Content" {
		t.Fatalf("first: %s", status)
	}
	answered := make(chan string, 1)
	go func() { answered <- ask(t, second) }()
	select {
	case status := <-answered:
		t.Errorf("the second connection was answered while the first was open: %s", status)
	case <-time.After(30 * time.Millisecond):
	}
	first.Close()
	if status := <-answered; status != "HTTP/1.1 204 No Content" {
		t.Errorf("second: %s", status)
	}
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func ask(t *testing.T, conn net.Conn) (status string) {
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Error(err)
	}
	return strings.TrimSpace(line)
}

func TestStopEndsWhatDoesNotEndItself(t *testing.T) {
	started, ended := make(chan struct{}), make(chan struct{})
	address, stop := listen(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		defer close(ended)
		close(started)
		<-r.Context().Done()
	}), func(o *router.ServerOptions) { o.StopWithin = 20 * time.Millisecond })
	io.WriteString(dial(t, address), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
	<-started
	if err := stop(); err != nil {
		t.Error(err)
	}
	select {
	case <-ended:
	default:
		t.Error("the server stopped before its handlers returned")
	}
}

func TestRenewedCertificateIsUsed(t *testing.T) {
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	writeCertificate(t, cert, key, "old")
	pair, err := router.LoadCertificate(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if name := nameOf(t, pair.Current(now)); name != "old" {
		t.Fatalf("got %s", name)
	}
	writeCertificate(t, cert, key, "new")
	later := now.Add(time.Hour)
	if err := errors.Join(os.Chtimes(cert, later, later), os.Chtimes(key, later, later)); err != nil {
		t.Fatal(err)
	}
	if name := nameOf(t, pair.Current(now.Add(2*time.Minute))); name != "new" {
		t.Errorf("after renewal: got %s", name)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if name := nameOf(t, pair.Current(now.Add(4*time.Minute))); name != "new" {
		t.Errorf("while the key is missing: got %s", name)
	}
}

func TestTLSSpeaksHTTP2(t *testing.T) {
	t.Parallel()
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	writeCertificate(t, cert, key, "localhost")
	address, _ := listen(t, everything(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) })),
		func(o *router.ServerOptions) { o.CertFile, o.KeyFile = cert, key })
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	response, err := client.Get("https://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); string(text) != "HTTP/2.0" {
		t.Errorf("got %s", text)
	}
	if _, err := router.Listen(router.ServerOptions{Address: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), CertFile: cert, KeyFile: "none"}); err == nil {
		t.Error("a missing key went unnoticed")
	}
}

func writeCertificate(t *testing.T, cert, key, name string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	if err != nil {
		t.Fatal(err)
	}
}

func nameOf(t *testing.T, pair *tls.Certificate) string {
	t.Helper()
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return leaf.DNSNames[0]
}
