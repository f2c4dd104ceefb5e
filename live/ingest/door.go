package ingest

import (
	"net"
	"net/netip"
	"slices"
	"sync"
)

// door bounds how many are inside. Those who have not shown a key yet are the first to go: an attacker may hold many half-open
// connections, an honest encoder is through in a second.
type door struct {
	limits Limits

	mu      sync.Mutex
	inside  int
	from    map[netip.Prefix]int
	waiting []*guest // without a key so far, in the order they came
}

type guest struct {
	door *door
	conn net.Conn
	from netip.Prefix
	left bool // guarded by the door
}

func newDoor(limits Limits) *door { return &door{limits: limits, from: make(map[netip.Prefix]int)} }

// enter lets a connection in, or tells that it may not. Where it is full, the one that waits longest is closed for it.
func (d *door) enter(conn net.Conn) (*guest, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := &guest{door: d, conn: conn, from: network(remote(conn))}
	if d.from[g.from] >= d.limits.PerAddress {
		return nil, false
	}
	if d.inside >= d.limits.Connections || len(d.waiting) >= d.limits.Waiting {
		if len(d.waiting) == 0 {
			return nil, false
		}
		oldest := d.waiting[0]
		_ = oldest.conn.Close()
		d.remove(oldest)
	}
	d.inside++
	d.from[g.from]++
	d.waiting = append(d.waiting, g)
	return g, true
}

// admitted says that the guest has shown a key.
func (g *guest) admitted() {
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	g.door.stopWaiting(g)
}

func (g *guest) leave() {
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	g.door.remove(g)
}

func (d *door) remove(g *guest) {
	if g.left {
		return
	}
	g.left = true
	d.stopWaiting(g)
	d.inside--
	if d.from[g.from]--; d.from[g.from] == 0 {
		delete(d.from, g.from)
	}
}

func (d *door) stopWaiting(g *guest) {
	d.waiting = slices.DeleteFunc(d.waiting, func(other *guest) bool { return other == g })
}

func remote(conn net.Conn) netip.Addr {
	address, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return address.Addr().Unmap().WithZone("")
}

// network is what one customer has: an address, of IPv6 64 bits.
func network(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	prefix, _ := a.Prefix(bits)
	return prefix
}
