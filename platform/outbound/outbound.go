// Package outbound is the HTTP client for every address that came from outside: it reaches public servers only, and
// nothing it receives is unbounded.
package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"lucarne/platform/fault"
)

// Options says what the client may reach. The zero value reaches public https servers with the default limits.
type Options struct {
	AllowPrivate    bool // loopback, private and carrier-grade NAT networks too; never link-local, multicast or metadata addresses
	AllowHTTP       bool // http beside https
	AllowPlainHosts bool // host names without a dot, such as localhost
	UserAgent       string
	Limits          Limits
	Resolver        *net.Resolver // nil means the system's
}

// Limits bound one exchange. A zero field means its default.
type Limits struct {
	Timeout      time.Duration // from the first byte sent to the last byte of the body read; 30 s
	MaxBody      int64         // bytes of the body after decompression; 10 MiB
	MaxRedirects int           // 5; negative hands redirects to the caller instead of following them
}

const (
	defaultTimeout   = 30 * time.Second
	defaultMaxBody   = 10 << 20
	defaultRedirects = 5
	dialTimeout      = 10 * time.Second
	maxHeaderBytes   = 64 << 10
	maxConnsPerHost  = 16
)

// Client sends requests to servers nobody vouches for. It keeps no cookies and uses no proxy. It is safe for concurrent use.
type Client struct {
	rules     Options
	transport *http.Transport
	http      *http.Client
}

// New makes a client with its own connections.
func New(o Options) *Client {
	return build(o, newTransport(o))
}

// With is the same client with other limits; both share their connections.
func (c *Client) With(l Limits) *Client {
	o := c.rules
	o.Limits = l
	return build(o, c.transport)
}

// Dial connects for a protocol other than HTTP, to the same addresses: the one that is dialled is looked at, whatever the name said.
func (c *Client) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return c.transport.DialContext(ctx, network, address)
}

func build(o Options, transport *http.Transport) *Client {
	o.Limits = o.Limits.withDefaults()
	c := &Client{rules: o, transport: transport}
	c.http = &http.Client{Transport: transport, Timeout: o.Limits.Timeout, CheckRedirect: c.checkRedirect}
	return c
}

func (l Limits) withDefaults() Limits {
	if l.Timeout <= 0 {
		l.Timeout = defaultTimeout
	}
	if l.MaxBody <= 0 {
		l.MaxBody = defaultMaxBody
	}
	if l.MaxRedirects == 0 {
		l.MaxRedirects = defaultRedirects
	}
	return l
}

func newTransport(o Options) *http.Transport {
	guard := guard{allowPrivate: o.AllowPrivate}
	dialer := &net.Dialer{Timeout: dialTimeout, Resolver: o.Resolver, ControlContext: guard.control}
	return &http.Transport{
		Proxy:                  nil, // a proxy would resolve names behind the guard's back
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    dialTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    2,
		MaxConnsPerHost:        maxConnsPerHost,
		IdleConnTimeout:        time.Minute,
	}
}

// Get fetches an address. The caller closes the body.
func (c *Client) Get(ctx context.Context, address string) (*http.Response, error) {
	u, err := c.ParseURL(address)
	if err != nil {
		return nil, err
	}
	r := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}}).WithContext(ctx)
	return c.Do(r)
}

// Do sends a request, whatever status comes back. The caller closes the body, which fails with TooLarge past MaxBody.
// An address that may not be reached gives Invalid, a server that does not answer Unavailable. The request gets our
// User-Agent when it has none.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	if err := c.CheckURL(r.URL); err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", c.rules.UserAgent)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, exchangeFault(err)
	}
	if response.ContentLength > c.rules.Limits.MaxBody && r.Method != http.MethodHead {
		response.Body.Close()
		return nil, tooLarge()
	}
	response.Body = &cappedBody{body: response.Body, left: c.rules.Limits.MaxBody}
	return response, nil
}

// checkRedirect holds every hop to the rules of the first; the address it leads to is checked again when it is dialled.
func (c *Client) checkRedirect(next *http.Request, via []*http.Request) error {
	limit := c.rules.Limits.MaxRedirects
	if limit < 0 {
		return http.ErrUseLastResponse
	}
	if len(via) > limit {
		return fault.New(fault.Unavailable, "The other server redirects too often")
	}
	if via[len(via)-1].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return fault.New(fault.Unavailable, "The other server redirects to an insecure address")
	}
	return c.CheckURL(next.URL)
}

// exchangeFault gives a failed exchange its kind and a message fit for a user.
func exchangeFault(err error) error {
	var known *fault.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return fault.New(fault.Unavailable, "The other server took too long to answer").Because(err)
	}
	return fault.New(fault.Unavailable, "The other server does not answer").Because(err)
}
