package outbound_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// names is a DNS server for tests: each question for a name takes the next of its answers, the last one for ever.
type names struct {
	mu      sync.Mutex
	answers map[string][]string
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go n.serve(server)
		return client, nil
	}}
}

// serve answers one question; on a stream each message has its length in front (RFC 1035 §4.2.2).
func (n *names) serve(conn net.Conn) {
	defer conn.Close()
	var length uint16
	if binary.Read(conn, binary.BigEndian, &length) != nil {
		return
	}
	question := make([]byte, length)
	if _, err := io.ReadFull(conn, question); err != nil {
		return
	}
	var m dnsmessage.Message
	if m.Unpack(question) != nil {
		return
	}
	answer, err := n.answer(m).Pack()
	if err != nil {
		return
	}
	_ = binary.Write(conn, binary.BigEndian, uint16(len(answer)))
	_, _ = conn.Write(answer)
}

func (n *names) answer(m dnsmessage.Message) *dnsmessage.Message {
	m.Header.Response, m.Header.RecursionAvailable, m.Additionals = true, true, nil
	q := m.Questions[0]
	if q.Type == dnsmessage.TypeA {
		address := netip.MustParseAddr(n.next(q.Name.String())).As4()
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body:   &dnsmessage.AResource{A: address},
		}}
	}
	return &m
}

func (n *names) next(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	answers := n.answers[name]
	if len(answers) > 1 {
		n.answers[name] = answers[1:]
	}
	return answers[0]
}

func TestFakeResolverRebinds(t *testing.T) {
	t.Parallel()
	n := &names{answers: map[string][]string{"peer.test.": {"8.8.8.8", "127.0.0.1"}}}
	for _, want := range []string{"8.8.8.8", "127.0.0.1", "127.0.0.1"} {
		got, err := n.resolver().LookupHost(t.Context(), "peer.test.")
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("got %v, %v, want %s", got, err, want)
		}
	}
}
