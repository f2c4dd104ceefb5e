package router_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/http/capturetest"
	"lucarne/http/router"
	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

func TestProblemsLookAsRecorded(t *testing.T) {
	cases := []struct {
		recording, operation, path string
		err                        error
	}{
		{"012", "getOAuthToken", "/api/v1/users/token", fault.New(fault.Invalid, "Invalid grant: user credentials are invalid").WithCode("invalid_grant")},
		{"025", "putCustomConfig", "/api/v1/config/custom", fault.InvalidParam("signup.limit", "x", "Invalid value")},
		{"047", "", "/api/v1/users/me", fault.New(fault.Unauthenticated, "Token is invalid").WithCode("invalid_token")},
		{"048", "", "/api/v1/users/99999", fault.New(fault.NotFound, "User not found")},
		{"104", "getVideo", "/api/v1/videos/x", fault.New(fault.Unauthenticated, "Not authenticated")},
	}
	for _, c := range cases {
		t.Run(c.recording, func(t *testing.T) {
			capture := capturetest.Load(t, c.recording)
			w := httptest.NewRecorder()
			router.WriteProblem(w, httptest.NewRequest("GET", c.path, nil), c.err, c.operation)
			var got, want any
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			want = capture.Response.Body
			if a, b := canonical(got), canonical(want); a != b || w.Code != capture.Response.Status {
				t.Errorf("status %d\n got %s\nwant %s", w.Code, a, b)
			}
			if got, want := w.Header().Get("Content-Type"), capture.Response.Headers["content-type"]; got != want {
				t.Errorf("content type %q, want %q", got, want)
			}
		})
	}
}

func canonical(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

func TestUnmarkedErrorsSayNothing(t *testing.T) {
	w := httptest.NewRecorder()
	router.WriteProblem(w, httptest.NewRequest("GET", "/", nil), errors.New("open /secret/path"), "")
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestClientBehindProxies(t *testing.T) {
	proxies, err := router.ParseProxies([]string{"loopback", "10.1.0.0/16", "2001:db8::1"})
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, remote, forwarded, want string }{
		{"no proxy", "203.0.113.9:1", "", "203.0.113.9"},
		{"a stranger claims", "203.0.113.9:1", "1.2.3.4", "203.0.113.9"},
		{"one proxy", "127.0.0.1:1", "198.51.100.7", "198.51.100.7"},
		{"the client lies to the left", "127.0.0.1:1", "1.2.3.4, 198.51.100.7", "198.51.100.7"},
		{"two proxies", "[::1]:1", "198.51.100.7, 10.1.2.3", "198.51.100.7"},
		{"rubbish", "127.0.0.1:1", "<script>", "127.0.0.1"},
		{"IPv6", "[2001:db8::1]:1", "2001:db8:1::5", "2001:db8:1::5"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.remote
			if c.forwarded != "" {
				r.Header.Set("X-Forwarded-For", c.forwarded)
			}
			var got string
			router.FromProxies(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = router.ClientIP(r) })).ServeHTTP(httptest.NewRecorder(), r)
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	if _, err := router.ParseProxies([]string{"nonsense"}); err == nil {
		t.Error("a proxy that is no address went through")
	}
}

func TestLimitCountsPerClientAndForgets(t *testing.T) {
	now := clock.NewFake(time.UnixMilli(0))
	rate := router.Rate{Window: time.Minute, Max: 2}
	limiter := router.NewLimiter(now, func(string) router.Rate { return rate })
	handler := limiter.Limit("login", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	ask := func(ip string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/", nil)
		r.RemoteAddr = net.JoinHostPort(ip, "1")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
	ask("192.0.2.1")
	if w := ask("192.0.2.1"); w.Code != 204 || w.Header().Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("second request: got %d, %q left", w.Code, w.Header().Get("X-RateLimit-Remaining"))
	}
	if w := ask("192.0.2.1"); w.Code != 429 || w.Header().Get("Retry-After") != "60" {
		t.Errorf("third request: got %d, retry after %q", w.Code, w.Header().Get("Retry-After"))
	}
	if w := ask("192.0.2.2"); w.Code != 204 {
		t.Errorf("another client: got %d", w.Code)
	}
	ask("2001:db8::1")
	ask("2001:db8::2")
	if w := ask("2001:db8::3"); w.Code != 429 {
		t.Errorf("third request of one IPv6 network: got %d", w.Code)
	}
	now.Advance(time.Minute)
	if w := ask("192.0.2.1"); w.Code != 204 {
		t.Errorf("next window: got %d", w.Code)
	}
	rate.Max = 0
	for range 5 {
		if w := ask("192.0.2.1"); w.Code != 204 {
			t.Errorf("limit switched off: got %d", w.Code)
		}
	}
}

func TestPreflightIsAnsweredAsRecorded(t *testing.T) {
	capture := capturetest.Load(t, "350")
	r := httptest.NewRequest("OPTIONS", "/api/v1/videos", nil)
	r.Header.Set("Origin", "https://example.org")
	r.Header.Set("Access-Control-Request-Method", "GET")
	r.Header.Set("Access-Control-Request-Headers", "authorization")
	w := httptest.NewRecorder()
	router.CORS(http.NotFoundHandler()).ServeHTTP(w, r)
	if w.Code != capture.Response.Status {
		t.Errorf("status %d", w.Code)
	}
	for _, name := range []string{"access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers", "access-control-allow-credentials", "vary"} {
		if got, want := w.Header().Get(name), capture.Response.Headers[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestPanicIsAnsweredWithoutItsText(t *testing.T) {
	var log bytes.Buffer
	yes := func() bool { return true }
	handler := router.Log(router.LogOptions{Logger: slog.New(slog.NewTextHandler(&log, nil)), Requests: yes, Pings: yes, AnonymizeIP: yes},
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the secret") }))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "the secret") || !strings.Contains(log.String(), "192.0.2.0") {
		t.Errorf("the log misses the panic or the masked address: %s", &log)
	}
}

func TestCompression(t *testing.T) {
	long := strings.Repeat("word ", 1000)
	cases := []struct {
		name, contentType, accept, body string
		want                            bool
	}{
		{"JSON", "application/json; charset=utf-8", "gzip, br", long, true},
		{"not accepted", "application/json", "", long, false},
		{"media", "video/mp4", "gzip", long, false},
		{"events", "text/event-stream", "gzip", long, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			handler := router.Compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := router.WriteBody(w, r, c.contentType, []byte(c.body)); err != nil {
					t.Error(err)
				}
			}))
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept-Encoding", c.accept)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != c.want {
				t.Fatalf("compressed %v, want %v", got, c.want)
			}
			var body io.Reader = w.Body
			if c.want {
				body, _ = gzip.NewReader(w.Body)
			}
			if text, err := io.ReadAll(body); err != nil || string(text) != c.body {
				t.Errorf("body differs: %d bytes, %v", len(text), err)
			}
		})
	}
}

func TestKnownAnswerIsNotSentAgain(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := router.WriteBody(w, r, "text/plain", []byte("same")); err != nil {
			t.Error(err)
		}
	})
	first := httptest.NewRecorder()
	handler.ServeHTTP(first, httptest.NewRequest("GET", "/", nil))
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("If-None-Match", `"other", `+first.Header().Get("ETag"))
	second := httptest.NewRecorder()
	handler.ServeHTTP(second, r)
	if second.Code != 304 || second.Body.Len() != 0 {
		t.Errorf("got %d with %d bytes, want 304 and none", second.Code, second.Body.Len())
	}
}

func listen(t *testing.T, handler http.Handler, change func(*router.ServerOptions)) (address string, stop func() error) {
	t.Helper()
	o := router.ServerOptions{
		Address: "127.0.0.1:0", Handler: handler, Logger: slog.New(slog.DiscardHandler), ReadHeaderTimeout: time.Second,
		BodyIdleTimeout: time.Second, WriteIdleTimeout: time.Second, IdleTimeout: time.Second, StopWithin: time.Second,
	}
	if change != nil {
		change(&o)
	}
	server, err := router.Listen(o)
	if err != nil {
		t.Fatal(err)
	}
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

func TestFilesPassAllWrappersWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film")
	content := bytes.Repeat([]byte("0123456789abcdef"), 300_000) // more than four chunks
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	no := func() bool { return false }
	reached := make(chan bool, 10)
	handler := router.Compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, keepsReadFrom := w.(io.ReaderFrom)
		reached <- keepsReadFrom
		w.Header().Set("Content-Type", "video/mp4")
		http.ServeFile(w, r, path)
	}))
	address, _ := listen(t, router.Log(router.LogOptions{Logger: slog.New(slog.DiscardHandler), Requests: no, Pings: no, AnonymizeIP: no}, handler), nil)
	for _, c := range []struct {
		ranges string
		want   []byte
	}{{"", content}, {"bytes=100-1999999", content[100:2_000_000]}, {"bytes=-5", content[len(content)-5:]}} {
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
		if !<-reached {
			t.Error("a wrapper lost io.ReaderFrom: files would not go by sendfile")
		}
	}
}

func TestSlowClientIsDropped(t *testing.T) {
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
