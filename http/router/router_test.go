package router_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
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
	proxies, err := router.ParseProxies([]string{"loopback", "linklocal", "10.1.0.0/16", "2001:db8::1"})
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
		{"a zone", "[fe80::1%eth0]:1", "198.51.100.7", "198.51.100.7"},
		{"a port", "127.0.0.1:1", "198.51.100.7:4711", "198.51.100.7"},
		{"a port behind IPv6", "127.0.0.1:1", "[2001:db8:1::5]:4711", "2001:db8:1::5"},
		{"nothing but proxies", "127.0.0.1:1", "10.1.2.3, 10.1.2.4", "10.1.2.3"},
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
		{"refused by weight", "application/json", "br, gzip;q=0", long, false},
		{"accepted with a weight", "application/json", "br;q=1.0, gzip;q=0.8", long, true},
		{"short", "application/json", "gzip", "word", false},
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
	handler := router.Compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := router.WriteBody(w, r, "text/plain", []byte("same")); err != nil {
			t.Error(err)
		}
	}))
	first := httptest.NewRecorder()
	handler.ServeHTTP(first, httptest.NewRequest("GET", "/", nil))
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("If-None-Match", `"other", `+first.Header().Get("ETag"))
	r.Header.Set("Accept-Encoding", "gzip")
	second := httptest.NewRecorder()
	handler.ServeHTTP(second, r)
	if second.Code != 304 || second.Body.Len() != 0 || second.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("got %d with %d bytes, varying by %q; want 304 and none, by Accept-Encoding", second.Code, second.Body.Len(), second.Header().Get("Vary"))
	}
}

func TestLimiterRemembersABoundedNumberOfClients(t *testing.T) {
	t.Parallel()
	limiter := router.NewLimiter(clock.NewFake(time.UnixMilli(0)), func(string) router.Rate { return router.Rate{Window: time.Minute, Max: 1} })
	handler := limiter.Limit("api", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	ask := func(i int) int {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = net.JoinHostPort(net.IPv4(10, byte(i>>16), byte(i>>8), byte(i)).String(), "1")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	for i := range router.MaxClients {
		if code := ask(i); code != 204 {
			t.Fatalf("client %d: got %d", i, code)
		}
	}
	if first, second := ask(router.MaxClients), ask(router.MaxClients+1); first != 204 || second != 429 {
		t.Errorf("strangers past the bound: got %d and %d, want one shared count", first, second)
	}
}

func TestBodyTooLargeIs413(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader("too long"))
	r.Body = http.MaxBytesReader(w, r.Body, 3)
	_, err := io.ReadAll(r.Body)
	router.WriteProblem(w, r, err, "")
	if w.Code != 413 || !strings.Contains(w.Body.String(), "larger than 3 bytes") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestUnknownOperationIsAnsweredAsRecorded(t *testing.T) {
	capture := capturetest.Load(t, "049")
	w := httptest.NewRecorder()
	router.UnknownOperation(w, httptest.NewRequest("GET", "/api/v1/nothing-here", nil))
	if w.Code != capture.Response.Status || w.Body.Len() != 0 {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
	for _, name := range []string{"content-type", "content-length"} {
		if got, want := w.Header().Get(name), capture.Response.Headers[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestHeadersOfEveryAnswerAreAsRecorded(t *testing.T) {
	capture := capturetest.Load(t, "351")
	w := httptest.NewRecorder()
	handler := router.Secure(router.SecurityOptions{PoweredBy: true, FrameGuard: true}, router.CORS(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/config", nil))
	for _, name := range []string{"x-powered-by", "x-frame-options", "tk", "access-control-allow-origin", "access-control-allow-credentials"} {
		if got, want := w.Header().Get(name), capture.Response.Headers[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := w.Header().Get("Access-Control-Expose-Headers"); !strings.Contains(got, "Retry-After") {
		t.Errorf("exposed: %q", got)
	}
	bare := httptest.NewRecorder()
	router.Secure(router.SecurityOptions{}, http.NotFoundHandler()).ServeHTTP(bare, httptest.NewRequest("GET", "/", nil))
	if h := bare.Header(); h.Get("X-Powered-By") != "" || h.Get("X-Frame-Options") != "" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("switched off: %v", h)
	}
}

func FuzzForwardedFor(f *testing.F) {
	f.Add("198.51.100.7, 10.1.2.3")
	f.Add("[2001:db8::1]:80,,")
	f.Add("<script>")
	proxies, err := router.ParseProxies([]string{"loopback", "uniquelocal"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "127.0.0.1:1"
		r.Header.Set("X-Forwarded-For", header)
		router.FromProxies(proxies, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if _, err := netip.ParseAddr(router.ClientIP(r)); err != nil {
				t.Errorf("%q: the client is %q", header, router.ClientIP(r))
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	})
}
