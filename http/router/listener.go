package router

import (
	"net"
	"sync"
)

// bounded accepts no more than a number of connections at a time.
type bounded struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	close  func() error
}

func newBounded(l net.Listener, most int) net.Listener {
	b := &bounded{Listener: l, places: make(chan struct{}, most), closed: make(chan struct{})}
	b.close = sync.OnceValue(func() error {
		close(b.closed)
		return l.Close()
	})
	return b
}

func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.places <- struct{}{}:
	case <-b.closed:
		return nil, net.ErrClosed
	}
	conn, err := b.Listener.Accept()
	if err != nil {
		<-b.places
		return nil, err
	}
	leave := sync.OnceFunc(func() { <-b.places })
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &tcpConn{TCPConn: tcp, leave: leave}, nil
	}
	return &plainConn{Conn: conn, leave: leave}, nil
}

// Close stops accepting, also where Accept waits for a place.
func (b *bounded) Close() error { return b.close() }

// tcpConn embeds the TCP connection so that its ReadFrom, and with it sendfile, stays in reach.
type tcpConn struct {
	*net.TCPConn
	leave func()
}

func (c *tcpConn) Close() error {
	defer c.leave()
	return c.TCPConn.Close()
}

// plainConn is a connection of another sort: a Unix socket's.
type plainConn struct {
	net.Conn
	leave func()
}

func (c *plainConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
