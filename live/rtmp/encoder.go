package rtmp

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// AcceptOptions says what encoders may ask for and how long they may take.
type AcceptOptions struct {
	App string // the application streams are published to, as in rtmp://host/App

	SetupTimeout time.Duration // from the connection to the publish command; 0 for SetupTimeout
	IdleTimeout  time.Duration // from one tag to the next; 0 for IdleTimeout
	WriteTimeout time.Duration // for each answer; 0 for WriteTimeout
}

// Encoder is a connection that wants to publish, or does. Read is for one goroutine; the other methods are safe for concurrent use.
type Encoder struct {
	wire   *wire
	idle   time.Duration
	app    string
	agent  string
	key    string
	stream uint32
}

// lingering is how long a peer may take to hear the last words; without it what it still sends would reset the connection before.
const lingering = time.Second

// Accept shakes hands and hears the encoder out until it wants to publish; then Start or Refuse. The connection is closed on error, and
// when ctx ends before Accept returns. Who wants something else, such as to play, is told so.
func Accept(ctx context.Context, conn net.Conn, o AcceptOptions) (*Encoder, error) {
	o = o.withDefaults()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	e, err := accept(conn, o)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return e, nil
}

func (o AcceptOptions) withDefaults() AcceptOptions {
	if o.SetupTimeout == 0 {
		o.SetupTimeout = SetupTimeout
	}
	if o.IdleTimeout == 0 {
		o.IdleTimeout = IdleTimeout
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = WriteTimeout
	}
	return o
}

func accept(conn net.Conn, o AcceptOptions) (*Encoder, error) {
	// One deadline for all of it: a byte now and then gains nothing.
	if err := conn.SetDeadline(time.Now().Add(o.SetupTimeout)); err != nil {
		return nil, err
	}
	if err := welcome(conn); err != nil {
		return nil, err
	}
	e := &Encoder{wire: newWire(conn, o.WriteTimeout), idle: o.IdleTimeout}
	setup := &setup{encoder: e, app: o.App}
	for range MaxCommands {
		m, err := e.wire.read()
		if err != nil {
			return nil, err
		}
		if !m.isCommand() {
			continue
		}
		if err := setup.serve(m); err != nil {
			return nil, err
		}
		if setup.isPublishing {
			e.wire.in.isOpen = true
			return e, nil
		}
	}
	return nil, violation("%d commands and no publish", MaxCommands)
}

// Key is the stream key, as sent.
func (e *Encoder) Key() string { return e.key }

// Agent is what the encoder calls itself, fit for a log.
func (e *Encoder) Agent() string { return e.agent }

// Start consents to the publication.
func (e *Encoder) Start() error {
	return e.wire.write(
		message{kind: typeUserControl, payload: binary.BigEndian.AppendUint32([]byte{0, 0}, e.stream)}, // RTMP §7.1.7: stream begin
		onStatus(e.stream, "status", "NetStream.Publish.Start", "The stream is on air"),
	)
}

// Codes of refusals that encoders know. With BadName they ask for another key, with Denied the key is not at fault, Rejected ends a
// publication for any reason.
const (
	BadName  = "NetStream.Publish.BadName"
	Denied   = "NetStream.Publish.Denied"
	Rejected = "NetStream.Publish.Rejected"
)

// Refuse tells the encoder why it may not publish, or not any longer, and closes the connection. A Read that waits then fails.
func (e *Encoder) Refuse(code, description string) {
	e.end(onStatus(e.stream, "error", code, description))
}

// end says the last words and closes. The wait is for the peer's end, which a reader of this connection may see first.
func (e *Encoder) end(last ...message) {
	if e.wire.write(last...) == nil {
		linger(e.wire.conn)
	}
	_ = e.wire.conn.Close()
}

// linger ends our half of the connection and hears the rest of the other's, for a short time and without looking at it.
func linger(conn net.Conn) {
	half, canHalve := conn.(interface{ CloseWrite() error })
	if !canHalve || half.CloseWrite() != nil {
		return
	}
	defer time.AfterFunc(lingering, func() { _ = conn.Close() }).Stop() // a deadline would be moved by a Read of the other goroutine
	_, _ = io.Copy(io.Discard, conn)
}

// Farewell lets an encoder that said goodbye hang up by itself, for a short time, then closes the connection. GStreamer's rtmp2sink (1.22)
// goes on talking after FCUnpublish and reports an error when it is not heard.
func (e *Encoder) Farewell() {
	if e.wire.conn.SetReadDeadline(time.Now().Add(lingering)) == nil {
		_, _ = io.Copy(io.Discard, e.wire.conn)
	}
	_ = e.wire.conn.Close()
}

// Close closes the connection without a word.
func (e *Encoder) Close() error { return e.wire.conn.Close() }

// Read is the next tag; Ignored ones are passed over. io.EOF: the encoder said goodbye. What it sends wrong is a fault with words for it,
// other errors are the connection's.
func (e *Encoder) Read() (Tag, error) {
	if err := e.wire.conn.SetReadDeadline(time.Now().Add(e.idle)); err != nil {
		return Tag{}, err
	}
	for {
		m, err := e.wire.read()
		if err != nil {
			return Tag{}, e.failure(err)
		}
		if m.isCommand() {
			if err := e.serve(m); err != nil {
				return Tag{}, err
			}
			continue
		}
		tag, err := parseTag(m)
		if err != nil || tag.Kind != Ignored {
			return tag, err
		}
	}
}

func (e *Encoder) failure(err error) error {
	var late net.Error
	switch {
	case errors.Is(err, errProtocol):
		return fault.New(fault.Invalid, "The encoder does not keep to RTMP").Because(err)
	case errors.As(err, &late) && late.Timeout():
		return fault.New(fault.Unavailable, "Nothing came from the encoder for %s", e.idle).Because(err)
	case errors.Is(err, io.EOF): // io.EOF is for goodbyes
		return io.ErrUnexpectedEOF
	}
	return err
}

// serve answers commands of an encoder that publishes.
func (e *Encoder) serve(m message) error {
	c, err := parseCall(m)
	if err != nil {
		return fault.New(fault.Invalid, "The encoder sent a malformed command").Because(err)
	}
	switch c.name {
	case "FCUnpublish", "deleteStream", "closeStream":
		return io.EOF
	case "publish", "play", "play2":
		return fault.New(fault.Invalid, "One connection publishes one stream")
	}
	return nil
}

// keyOf finds the stream key: the published name, or, when the whole address was given as the server's, what follows the application.
func keyOf(app, connected, name string) string {
	if name == "" {
		name = strings.TrimPrefix(strings.TrimPrefix(connected, app), "/")
	}
	key, _, _ := strings.Cut(name, "?") // parameters some encoders add
	return key
}
