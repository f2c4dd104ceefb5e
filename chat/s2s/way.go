package s2s

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strconv"

	"lucarne/chat/xmpp"
)

// target is where TCP connects to.
type target struct {
	host     string
	port     int
	isDirect bool // TLS from the first byte (XEP-0368)
}

func (t target) address() string { return net.JoinHostPort(t.host, strconv.Itoa(t.port)) }

const (
	defaultPort = 5269
	httpsPort   = 443
	firstFree   = 1024
	maxTargets  = 6
	directALPN  = "xmpp-server"
)

// errNoWay says that a host cannot be reached, not just now but at all.
var errNoWay = errors.New("no way to this host")

// way chooses how a host is reached, as the plugin does: by TCP when both sides have it; else by WebSocket; else by what DNS says.
func (p *Peers) way(ctx context.Context, host string) (socket string, targets []target, err error) {
	ways, s := p.directory.find(ctx, host), p.o.Settings()
	switch {
	case mayDial(ways.Port) && s.DirectPort > 0:
		return "", []target{{host: asciiHost(cmp.Or(ways.Host, host)), port: ways.Port}}, nil
	case ways.WebSocket != "" && s.hasWebSocket():
		return ways.WebSocket, nil, nil
	case s.DirectPort == 0:
		// By TCP its answer would have no way back.
		socket, err = p.discoverSocket(ctx, host, s)
		return socket, nil, err
	}
	targets, err = p.lookUp(ctx, host)
	return "", targets, err
}

// discoverSocket asks the site of a host nothing is known of.
func (p *Peers) discoverSocket(ctx context.Context, host string, s Settings) (string, error) {
	if !s.hasWebSocket() {
		return "", errNoWay
	}
	if err := p.directory.discover(ctx, p.siteOf(host)); err != nil {
		return "", err
	}
	if ways := p.directory.find(ctx, host); ways.WebSocket != "" {
		return ways.WebSocket, nil
	}
	return "", errNoWay
}

// lookUp asks DNS where a host receives other servers (RFC 6120 §3.2, XEP-0368). Without an answer it is the host itself.
func (p *Peers) lookUp(ctx context.Context, host string) ([]target, error) {
	name := asciiHost(host)
	if net.ParseIP(name) != nil {
		return []target{{host: name, port: defaultPort}}, nil
	}
	direct, _ := p.services(ctx, "xmpps-server", name, true)
	plain, isNone := p.services(ctx, "xmpp-server", name, false)
	if len(direct)+len(plain) == 0 {
		if isNone {
			return nil, errNoWay
		}
		return []target{{host: name, port: defaultPort}}, nil
	}
	// XEP-0368 §3: both lists are one, by priority.
	all := append(direct, plain...)
	slices.SortStableFunc(all, func(a, b service) int { return cmp.Compare(a.priority, b.priority) })
	targets := make([]target, 0, len(all))
	for _, s := range all[:min(len(all), maxTargets)] {
		targets = append(targets, s.target)
	}
	return targets, nil
}

type service struct {
	target
	priority uint16
}

// services reads SRV records; isNone says that the host denies having the service (RFC 2782).
func (p *Peers) services(ctx context.Context, name, host string, isDirect bool) (list []service, isNone bool) {
	_, records, err := p.o.Resolver.LookupSRV(ctx, name, "tcp", host)
	if err != nil && len(records) == 0 {
		return nil, false
	}
	for _, r := range records {
		if r.Target == "." || r.Target == "" {
			isNone = true
			continue
		}
		if mayDial(int(r.Port)) {
			list = append(list, service{target{r.Target, int(r.Port), isDirect}, r.Priority})
		}
	}
	return list, isNone
}

// mayDial keeps records and declarations from leading us to services that are something else for sure.
func mayDial(port int) bool { return port == httpsPort || port >= firstFree }

// line is a stream to another server, open and encrypted.
type line struct {
	carrier
	id         string // which the other side gave the stream
	isVerified bool   // by certificate
}

// connect opens a stream to their host in the name of ours.
func (p *Peers) connect(ctx context.Context, of pair) (*line, error) {
	socket, targets, err := p.way(ctx, of.theirs)
	if err != nil {
		return nil, err
	}
	if socket != "" {
		return p.dialSocket(ctx, of, socket)
	}
	err = errNoWay
	for _, t := range targets {
		var l *line
		if l, err = p.dial(ctx, of, t); err == nil {
			return l, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

// hail opens the stream on a carrier and reads what the other side has to offer.
func hail(c carrier, of pair) (id string, features *xmpp.Element, err error) {
	if err := c.greet(header{from: of.ours, to: of.theirs, version: "1.0"}); err != nil {
		return "", nil, err
	}
	h, err := c.header()
	if err != nil {
		return "", nil, err
	}
	if h.from != "" && h.from != of.theirs {
		return "", nil, violation("invalid-from")
	}
	e, err := c.read()
	if err != nil {
		return "", nil, err
	}
	switch {
	case e.Is(xmpp.NSStreams, "error"):
		return "", nil, errorOf(e)
	case !e.Is(xmpp.NSStreams, "features") || h.id == "":
		return "", nil, violation("unsupported-version")
	}
	return h.id, e, nil
}
