package rtmp

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"lucarne/platform/fault"
)

// PublishOptions says where to publish and how to get there.
type PublishOptions struct {
	Address string // rtmp://host[:port]/app or rtmps://…; with an empty Key, the last part of its path is the key
	Key     string // the stream key; never part of an error
	Agent   string // how we call ourselves; "" for a plain name

	// Dial connects; nil for net.Dialer's. Give one that refuses addresses users may not reach.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	TLS  *tls.Config // for rtmps; nil for the system's roots. The server's name is set from the address when empty

	SetupTimeout time.Duration // for connecting up to the server's consent; 0 for SetupTimeout
	WriteTimeout time.Duration // for one tag; 0 for WriteTimeout
}

// Publisher is a consented connection to another server, to which tags are sent. Its methods are safe for concurrent use.
type Publisher struct {
	wire   *wire
	name   string
	stream uint32
	codecs []Codec

	done chan struct{}
	once sync.Once
	err  error // set before done is closed
}

// Publish connects and asks to publish; it returns once the server consents. A refusal is fault.Forbidden with the server's words, a
// server that cannot be reached or talked to is fault.Unavailable, a bad address fault.Invalid.
func Publish(ctx context.Context, o PublishOptions) (*Publisher, error) {
	to, err := parseAddress(o.Address, o.Key)
	if err != nil {
		return nil, err
	}
	if o.SetupTimeout == 0 {
		o.SetupTimeout = SetupTimeout
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = WriteTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, o.SetupTimeout)
	defer cancel()
	conn, err := dial(ctx, to, o)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "The server %s cannot be reached", to.host).Because(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	p, err := negotiate(conn, to, o)
	if !stop() || err != nil {
		_ = conn.Close()
		return nil, to.failure(err)
	}
	go p.listen()
	return p, nil
}

// Codecs lists what the server says it takes beyond H.264 and AAC (Enhanced RTMP's fourCcList). Empty: it does not say.
func (p *Publisher) Codecs() []Codec { return p.codecs }

// Write sends one tag. It waits as long as WriteTimeout; an error is final, the connection is then closed.
func (p *Publisher) Write(t Tag) error {
	m, err := t.message()
	if err != nil {
		return err
	}
	m.stream = p.stream
	if err := p.wire.write(m); err != nil {
		p.fail(fault.New(fault.Unavailable, "The connection to the server was lost").Because(err))
		return p.Err()
	}
	return nil
}

// Done is closed when the connection is lost, ended by the server or closed.
func (p *Publisher) Done() <-chan struct{} { return p.done }

// Err tells why Done was closed; nil before, and after Close.
func (p *Publisher) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Close says goodbye and closes the connection. It may be called more than once.
func (p *Publisher) Close() error {
	select {
	case <-p.done:
		return nil
	default:
	}
	_ = p.wire.write(command("FCUnpublish", 0, 6, nil, p.name), command("deleteStream", 0, 7, nil, float64(p.stream)))
	p.fail(nil)
	return nil
}

func (p *Publisher) fail(err error) {
	p.once.Do(func() {
		p.err = err
		close(p.done)
		_ = p.wire.conn.Close()
	})
}

// listen answers pings and waits for the server to end it: nothing else comes back to one who publishes.
func (p *Publisher) listen() {
	for {
		m, err := p.wire.read()
		if err != nil {
			p.fail(fault.New(fault.Unavailable, "The connection to the server was lost").Because(err))
			return
		}
		if err := refusal(m); err != nil {
			p.fail(err)
			return
		}
	}
}
