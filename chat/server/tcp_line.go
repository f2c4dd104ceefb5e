package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"lucarne/chat/xmpp"
)

const (
	nsTLS = "urn:ietf:params:xml:ns:xmpp-tls"

	lineWriteTime = 10 * time.Second // for what is sent at once
	farewellTime  = 2 * time.Second
	handshakeTime = 10 * time.Second
	elementTime   = 30 * time.Second // for the rest of an element that has begun
	strangerBytes = 16 << 10         // of an element of who is not signed in
)

var errGone = errors.New("the connection is gone")

// line is one connection of a chat program.
type line struct {
	tcp     *TCP
	raw     net.Conn // below TLS
	address netip.Addr
	network netip.Prefix
	st      *Stream
	reader  *xmpp.StreamReader

	partialBy time.Time // until when the element that has begun must be complete; of the reading goroutine

	writing sync.Mutex
	conn    net.Conn
	isOpen  bool // our header is out
	isOver  bool
}

func newLine(t *TCP, conn net.Conn) *line {
	l := &line{tcp: t, raw: conn, conn: conn}
	if remote, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
		l.address = remote.Addr().Unmap().WithZone("")
	}
	l.network = Network(l.address)
	l.listen()
	return l
}

// listen reads from the connection as it is now.
func (l *line) listen() {
	l.reader = xmpp.NewStreamReader(timed{l, l.conn}, xmpp.Limits{Bytes: strangerBytes})
}

// timed reads for the StreamReader. A client may be silent between elements, as long as it answers when it is asked whether it is there, but
// not in the middle of one.
type timed struct {
	l    *line
	conn net.Conn
}

func (r timed) Read(p []byte) (int, error) {
	if !r.l.reader.HasMore() {
		r.l.partialBy = time.Time{}
	} else if r.l.partialBy.IsZero() {
		r.l.partialBy = time.Now().Add(elementTime)
	}
	if err := r.conn.SetReadDeadline(r.l.partialBy); err != nil {
		return 0, err
	}
	n, err := r.conn.Read(p)
	if n > 0 && r.l.st != nil {
		r.l.st.Hear() // white space too (RFC 6120 §4.6.1)
	}
	return n, err
}

// serve carries the stream to its end.
func (l *line) serve(isDirect bool) {
	hello := time.AfterFunc(l.tcp.o.HelloTime, func() { l.Close(&StreamError{Condition: TimedOut}) })
	defer hello.Stop()
	err := l.secure(isDirect)
	if err == nil {
		err = l.carry(hello)
	}
	switch {
	case err == nil, errors.Is(err, io.EOF):
		l.Close(nil)
	case errors.Is(err, errGone):
		l.cut()
	default:
		l.Close(ConditionOf(err))
	}
}

// secure begins TLS, at once or when the client asks for it. Nothing else may be asked for before (RFC 6120 §5.3.1).
func (l *line) secure(isDirect bool) error {
	config := l.tcp.o.TLS.Clone()
	if isDirect {
		config.NextProtos = []string{"xmpp-client"} // XEP-0368
		return l.handshake(config)
	}
	config.NextProtos = nil
	if err := l.offerTLS(); err != nil {
		return err
	}
	return l.handshake(config)
}

func (l *line) offerTLS() error {
	if _, err := l.header(); err != nil {
		return err
	}
	features := xmpp.NewElement(xmpp.NSStreams, "features", xmpp.NewElement(nsTLS, "starttls", xmpp.NewElement(nsTLS, "required")))
	if err := l.greet(Header{From: l.tcp.o.Server.o.Host, ID: token()}, encode(features)); err != nil {
		return err
	}
	e, err := l.next()
	switch {
	case err != nil:
		return err
	case !e.Is(nsTLS, "starttls"):
		return &StreamError{Condition: PolicyViolation, Text: "Begin TLS first"}
	case l.reader.HasMore():
		// RFC 6120 §5.4.3.3: what was sent in the clear must not be taken for protected.
		return &StreamError{Condition: PolicyViolation, Text: "Wait for the answer before TLS begins"}
	}
	return l.Send(encode(xmpp.NewElement(nsTLS, "proceed")))
}

func (l *line) handshake(config *tls.Config) error {
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTime)
	defer cancel()
	_ = l.conn.SetDeadline(time.Time{})
	conn := tls.Server(l.conn, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return errGone
	}
	l.writing.Lock()
	if l.isOver {
		l.writing.Unlock()
		return errGone
	}
	l.conn, l.isOpen = conn, false
	l.writing.Unlock()
	state := conn.ConnectionState()
	l.listen()
	var err error
	l.st, err = l.tcp.o.Server.Open(l, Origin{Address: l.address, IsSecure: true, TLS: &state})
	return err
}

// carry hands what the client says to the stream; nil when the client closed it.
func (l *line) carry(hello *time.Timer) error {
	defer l.st.Lost()
	if err := l.begin(); err != nil {
		return err
	}
	for {
		e, err := l.next()
		if errors.Is(err, io.EOF) {
			l.st.End()
			return nil
		}
		if err != nil {
			return err
		}
		wasStranger := l.st.who == nil
		if err := l.st.Receive(context.Background(), e); err != nil {
			return err
		}
		if wasStranger && l.st.who != nil {
			l.reader.Restart() // RFC 6120 §6.4.6
			l.reader.Limit(xmpp.Limits{})
			if err := l.begin(); err != nil {
				return err
			}
		}
		if l.st.IsBound() {
			hello.Stop()
		}
	}
}

// begin answers the header of the client with ours, and the features or what is wrong.
func (l *line) begin() error {
	e, err := l.header()
	if err != nil {
		return err
	}
	header, failure := l.st.Begin(e.Attr("to"))
	if failure != nil {
		_ = l.greet(header)
		return failure
	}
	return l.greet(header, encode(header.Features))
}

func (l *line) header() (*xmpp.Element, error) {
	e, err := l.reader.Header()
	l.partialBy = time.Time{}
	switch {
	case err != nil:
		return nil, lost(err)
	case !e.Is(xmpp.NSStreams, "stream"):
		return nil, &StreamError{Condition: InvalidNS}
	case e.Attr("version") != "1.0":
		return nil, &StreamError{Condition: "unsupported-version"}
	}
	return e, nil
}

// greet opens our side of the stream: an element that stays open.
func (l *line) greet(h Header, frames ...Frame) error {
	e := xmpp.NewElement(xmpp.NSStreams, "stream").Set("from", h.From).Set("id", h.ID).Set("version", "1.0").SetLang("en")
	text := append([]byte("<?xml version='1.0'?>"), bytes.TrimSuffix(xmpp.Marshal(e), []byte("/>"))...)
	text = append(text, " xmlns='"+xmpp.NSClient+"'>"...)
	l.writing.Lock()
	l.isOpen = true
	l.writing.Unlock()
	return l.Send(append([]Frame{text}, frames...)...)
}

func (l *line) next() (*xmpp.Element, error) {
	e, err := l.reader.Next()
	l.partialBy = time.Time{}
	if err != nil {
		return nil, lost(err)
	}
	return e, nil
}

// lost tells XML that is refused, and the end of the stream, from a connection that has ended.
func lost(err error) error {
	for _, told := range []error{io.EOF, xmpp.ErrNotWellFormed, xmpp.ErrRestrictedXML, xmpp.ErrTooLarge} {
		if errors.Is(err, told) {
			return err
		}
	}
	return errGone
}

// Send writes frames in one go.
func (l *line) Send(frames ...Frame) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if l.isOver {
		return errGone
	}
	if err := l.conn.SetWriteDeadline(time.Now().Add(lineWriteTime)); err != nil {
		return errGone
	}
	text := frames[0]
	if len(frames) > 1 {
		text = bytes.Join(asBytes(frames), nil)
	}
	_, err := l.conn.Write(text)
	return err
}

func asBytes(frames []Frame) [][]byte {
	list := make([][]byte, len(frames))
	for i, f := range frames {
		list[i] = f
	}
	return list
}

// NeedsTo is true: chat programs look for it.
func (l *line) NeedsTo() bool { return true }

// Close tells the client why, where a stream is open, and ends it.
func (l *line) Close(reason *StreamError) {
	// Before the lock: whoever is stuck in a write holds it.
	_ = l.raw.SetWriteDeadline(time.Now().Add(farewellTime))
	l.writing.Lock()
	defer l.writing.Unlock()
	if l.isOver {
		return
	}
	l.isOver = true
	_ = l.conn.SetWriteDeadline(time.Now().Add(farewellTime))
	if l.isOpen {
		var text []byte
		if reason != nil {
			text = reason.Frame()
		}
		_, _ = l.conn.Write(append(text[:len(text):len(text)], "</stream:stream>"...))
	}
	_ = l.conn.Close()
}

// cut ends a connection that is gone already.
func (l *line) cut() {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.isOver, l.isOpen = true, false
	_ = l.conn.Close()
}
