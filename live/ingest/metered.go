package ingest

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"lucarne/platform/clock"
	"lucarne/platform/fault"
)

// backlog is how much an encoder may send at once, in terms of its highest rate: what it kept while its line was down.
const backlog = 30 * time.Second

// metered is a connection that ends when it sends more than it may.
type metered struct {
	net.Conn
	clock clock.Clock
	mu    sync.Mutex
	rate  allowance    // of bytes; guarded by mu: who says the last words reads beside who reads on
	ends  atomic.Bool  // our half ended: what still comes is not looked at
	heard atomic.Int64 // when something came, Unix milliseconds
}

func newMetered(conn net.Conn, bitrate int64, c clock.Clock) *metered {
	perSecond := float64(bitrate) / 8
	m := &metered{Conn: conn, clock: c, rate: allowance{most: perSecond * backlog.Seconds(), perSecond: perSecond}}
	m.heard.Store(c.Now().UnixMilli())
	return m
}

// Read fails with a fault once the rate is exceeded.
func (m *metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if n == 0 || m.ends.Load() {
		return n, err
	}
	now := m.clock.Now()
	m.heard.Store(now.UnixMilli())
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.rate.take(float64(n), now) {
		return 0, fault.New(fault.TooLarge, "The encoder sends more than the %d Mbit/s that are taken here", int64(m.rate.perSecond*8/1e6))
	}
	return n, err
}

// CloseWrite ends our half, where the connection has halves. What the other half still sends is not counted.
func (m *metered) CloseWrite() error {
	m.ends.Store(true)
	if half, canHalve := m.Conn.(interface{ CloseWrite() error }); canHalve {
		return half.CloseWrite()
	}
	return m.Close()
}

// silence is how long nothing came.
func (m *metered) silence() time.Duration {
	return m.clock.Now().Sub(time.UnixMilli(m.heard.Load()))
}
