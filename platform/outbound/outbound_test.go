package outbound_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lucarne/platform/fault"
	"lucarne/platform/outbound"
)

// open reaches the servers of httptest.
var open = outbound.Options{AllowPrivate: true, AllowHTTP: true, AllowPlainHosts: true}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, c *outbound.Client, address string) (string, error) {
	t.Helper()
	response, err := c.Get(t.Context(), address)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: got %v, want an error of kind %v", what, err, kind)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", r.Method, r.UserAgent())
	})
	o := open
	o.UserAgent = "Lucarne/1 (+https://tube.test)"
	got, err := get(t, outbound.New(o), s.URL)
	if want := "GET Lucarne/1 (+https://tube.test)"; err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestURLRules(t *testing.T) {
	t.Parallel()
	strict, lenient := outbound.New(outbound.Options{}), outbound.New(open)
	cases := []struct {
		address         string
		strict, lenient bool
	}{
		{"https://tube.test/videos", true, true},
		{"https://tube.test:9000/", true, true},
		{"https://8.8.8.8/", true, true},
		{"http://tube.test/", false, true},
		{"https://localhost/", false, true},
		{"https://localhost./", false, true},
		{"https://127.0.0.1/", false, true},
		{"https://[::1]:80/", false, true},
		{"https://[::ffff:10.0.0.1]/", false, true},
		{"https://169.254.169.254/latest/meta-data", false, false},
		{"https://[fe80::1%25eth0]/", false, false},
		{"https://0.0.0.0/", false, false},
		{"https://user:secret@tube.test/", false, false},
		{"ftp://tube.test/", false, false},
		{"file:///etc/passwd", false, false},
		{"gopher://tube.test/", false, false},
		{"https:tube.test", false, false},
		{"https://", false, false},
		{"//tube.test/", false, false},
		{"/relative", false, false},
		{"", false, false},
		{"https://tube.test/%zz", false, false},
		{"https://tube.test/" + strings.Repeat("a", 2000), false, false},
	}
	for _, c := range cases {
		for name, client := range map[string]*outbound.Client{"strict": strict, "lenient": lenient} {
			want := c.strict
			if name == "lenient" {
				want = c.lenient
			}
			if _, err := client.ParseURL(c.address); (err == nil) != want {
				t.Errorf("%s client, %.60s: got %v, want accepted %v", name, c.address, err, want)
			}
		}
	}
}

func FuzzParseURL(f *testing.F) {
	for _, address := range []string{"https://tube.test/", "http://[::1]/", "https://127.0.0.1", "https://a@b.test", "https://localhost.", "https://0x7f.1/"} {
		f.Add(address)
	}
	client := outbound.New(outbound.Options{})
	f.Fuzz(func(t *testing.T, address string) {
		u, err := client.ParseURL(address)
		if err != nil {
			return
		}
		if u.Scheme != "https" || u.User != nil || !strings.ContainsAny(u.Hostname(), ".:") {
			t.Errorf("%q was accepted", address)
		}
	})
}

func TestPrivateAddressesAreNotDialled(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	s := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	port := s.Listener.Addr().(*net.TCPAddr).Port
	n := &names{answers: map[string][]string{"peer.test.": {"127.0.0.1"}}}
	c := outbound.New(outbound.Options{AllowHTTP: true, AllowPlainHosts: true, Resolver: n.resolver()})
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "peer.test"} {
		_, err := get(t, c, fmt.Sprintf("http://%s:%d/", host, port))
		wantKind(t, host, err, fault.Invalid)
	}
	if got := reached.Load(); got != 0 {
		t.Errorf("requests that got through: %d", got)
	}
}

func TestRebindingIsSeenWhenDialling(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	s := serve(t, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	n := &names{answers: map[string][]string{"peer.test.": {"8.8.8.8", "127.0.0.1"}}}
	resolver := n.resolver()
	if first, err := resolver.LookupHost(t.Context(), "peer.test."); err != nil || first[0] != "8.8.8.8" {
		t.Fatalf("first answer: got %v, %v, want a public address", first, err)
	}
	c := outbound.New(outbound.Options{AllowHTTP: true, Resolver: resolver})
	_, err := get(t, c, strings.Replace(s.URL, "127.0.0.1", "peer.test", 1))
	wantKind(t, "second answer", err, fault.Invalid)
	if got := reached.Load(); got != 0 {
		t.Errorf("requests that got through: %d", got)
	}
}

func TestMetadataAddressesAreNeverDialled(t *testing.T) {
	t.Parallel()
	n := &names{answers: map[string][]string{"peer.test.": {"169.254.169.254"}}}
	o := open
	o.Resolver = n.resolver()
	_, err := get(t, outbound.New(o), "http://peer.test/latest/meta-data")
	wantKind(t, "metadata behind a name", err, fault.Invalid)
}

func TestRedirectRules(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		fmt.Fprint(w, "arrived")
	})
	c := outbound.New(open)
	hops := func(n int) string {
		address := s.URL
		for range n {
			address = s.URL + "/?to=" + url.QueryEscape(address)
		}
		return address
	}
	if got, err := get(t, c, hops(5)); err != nil || got != "arrived" {
		t.Errorf("five hops: got %q, %v", got, err)
	}
	_, err := get(t, c, hops(6))
	wantKind(t, "six hops", err, fault.Unavailable)
	_, err = get(t, c.With(outbound.Limits{MaxRedirects: 1}), hops(2))
	wantKind(t, "past a lower limit", err, fault.Unavailable)
	for _, to := range []string{"http://169.254.169.254/", "ftp://tube.test/", "http://user@tube.test/"} {
		_, err = get(t, c, s.URL+"/?to="+url.QueryEscape(to))
		wantKind(t, "redirect to "+to, err, fault.Invalid)
	}
	response, err := c.With(outbound.Limits{MaxRedirects: -1}).Get(t.Context(), hops(1))
	if err != nil || response.StatusCode != http.StatusFound {
		t.Fatalf("redirects not followed: got %v, %v", response, err)
	}
	response.Body.Close()
}

func TestRedirectToAPrivateNameIsNotDialled(t *testing.T) {
	t.Parallel()
	n := &names{answers: map[string][]string{"front.test.": {"127.0.0.1"}, "inside.test.": {"169.254.1.1"}}}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://inside.test/", http.StatusFound)
	})
	o := open
	o.Resolver = n.resolver()
	_, err := get(t, outbound.New(o), strings.Replace(s.URL, "127.0.0.1", "front.test", 1))
	wantKind(t, "redirect inside", err, fault.Invalid)
}

func TestDowngradeIsRefused(t *testing.T) {
	t.Parallel()
	plain := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "plain") })
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	t.Cleanup(secure.Close)
	c := outbound.New(open)
	outbound.TrustForTest(c, secure.Client())
	_, err := get(t, c, secure.URL)
	wantKind(t, "https to http", err, fault.Unavailable)
}

func TestBodyCap(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := strings.NewReader(strings.Repeat("x", 100))
		switch r.URL.Path {
		case "/chunked":
			w.(http.Flusher).Flush()
			_, _ = io.Copy(w, body)
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.Copy(z, body)
			z.Close()
		default:
			w.Header().Set("Content-Length", "100")
			_, _ = io.Copy(w, body)
		}
	})
	exact, short := outbound.New(open).With(outbound.Limits{MaxBody: 100}), outbound.New(open).With(outbound.Limits{MaxBody: 99})
	for _, path := range []string{"/", "/chunked", "/gzip"} {
		if got, err := get(t, exact, s.URL+path); err != nil || len(got) != 100 {
			t.Errorf("%s at the limit: got %d bytes, %v, want 100", path, len(got), err)
		}
		got, err := get(t, short, s.URL+path)
		wantKind(t, path+" past the limit", err, fault.TooLarge)
		if len(got) > 99 {
			t.Errorf("%s past the limit: got %d bytes", path, len(got))
		}
	}
}

func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Large", strings.Repeat("x", 100_000)) })
	_, err := get(t, outbound.New(open), s.URL)
	wantKind(t, "large header", err, fault.Unavailable)
}

func TestTotalTimeout(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			fmt.Fprint(w, "begins")
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	})
	c := outbound.New(open).With(outbound.Limits{Timeout: 50 * time.Millisecond})
	for _, path := range []string{"/header", "/body"} {
		_, err := get(t, c, s.URL+path)
		wantKind(t, path, err, fault.Unavailable)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := outbound.New(open).Get(ctx, s.URL); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(nil)
	s.Close()
	_, err := get(t, outbound.New(open), s.URL)
	wantKind(t, "closed port", err, fault.Unavailable)
}

func TestNoCookiesAreKept(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
		fmt.Fprint(w, r.Header.Get("Cookie"))
	})
	c := outbound.New(open)
	for range 2 {
		if got, err := get(t, c, s.URL); err != nil || got != "" {
			t.Errorf("cookies sent: got %q, %v, want none", got, err)
		}
	}
}

func TestProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "proxy") })
	t.Setenv("HTTP_PROXY", proxy.URL)
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "direct") })
	o := open
	o.Resolver = (&names{answers: map[string][]string{"peer.test.": {"127.0.0.1"}}}).resolver()
	got, err := get(t, outbound.New(o), strings.Replace(s.URL, "127.0.0.1", "peer.test", 1))
	if err != nil || got != "direct" {
		t.Errorf("got %q, %v, want it direct", got, err)
	}
}

func TestDoKeepsTheCallersRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.UserAgent(), body)
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader("activity"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "own")
	response, err := outbound.New(open).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, err := io.ReadAll(response.Body); err != nil || string(got) != "POST own activity" {
		t.Errorf("got %q, %v", got, err)
	}
}
