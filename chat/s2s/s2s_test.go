package s2s

import (
	"fmt"
	"net"
	"testing"

	"lucarne/chat/xmpp"
)

const hello = "<message xmlns='jabber:client' from='%s' to='%s'><body>%s</body></message>"

// talk sends a message each way, twice, so that both new and known streams are used.
func talk(t *testing.T, a, b *node) {
	t.Helper()
	for _, body := range []string{"first", "second"} {
		for _, way := range [][2]*node{{a, b}, {b, a}} {
			from, to := "room@room."+way[0].host+"/nick", "user@"+way[1].host+"/x"
			way[0].Send(message(from, to, body))
			way[1].expect(t, fmt.Sprintf(hello, from, to, body))
		}
	}
}

func TestServersTalk(t *testing.T) {
	t.Parallel()
	authority := newAuthority(t)
	cases := []struct {
		name string
		with []setup
		port string // the service of DNS
	}{
		{"over TCP, by dialback", nil, ""},
		{"over TCP, by certificate", []setup{certified(authority)}, ""},
		{"over TCP, with TLS from the first byte", nil, "xmpps-server"},
		{"over WebSocket", []setup{socketsOnly}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := newNames(t)
			a, b := newNode(t, n, "a.example", c.with...), newNode(t, n, "b.example", c.with...)
			if c.port != "" {
				n.point(c.port, "b.example", "b.example.", b.port)
			}
			if a.settings.DirectPort == 0 {
				a.Learn(b.Infos()) // the other one has to find out by itself
			}
			talk(t, a, b)
		})
	}
}

func TestServersTalkOverIPv6(t *testing.T) {
	t.Parallel()
	if l, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skip("this machine has no IPv6")
	} else {
		l.Close()
	}
	n := newNames(t)
	talk(t, newNode(t, n, "a.example"), newNode(t, n, sixHost))
}

func TestForwardedStanzasKeepTheirNamespace(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	a, b := newNode(t, n, "a.example"), newNode(t, n, "b.example")
	inner := xmpp.NewElement("urn:xmpp:forward:0", "forwarded", message("x@c.example", "y@c.example", "old"))
	a.Send(message("a.example", "b.example", "new").Add(inner))
	b.expect(t, message("a.example", "b.example", "new").Add(inner).String())
}
