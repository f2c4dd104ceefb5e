package chattest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
)

// The kinds of frames (RFC 6455 §5.2).
const (
	continuation = 0x0
	textFrame    = 0x1
	closeFrame   = 0x8
	pingFrame    = 0x9
	pongFrame    = 0xA
)

const (
	chunkSize    = 8 << 10
	maxFrame     = 4 << 20
	finalBit     = 0x80
	maskBit      = 0x80
	opcodeBits   = 0x0F
	lengthBits   = 0x7F
	length16Bits = 126
	length64Bits = 127
)

// chunks are the buffers of connections that have something to read. A connection that waits holds none: thousands of them cost little.
var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// wire is a WebSocket of a client (RFC 6455). One goroutine reads, any may write.
type wire struct {
	conn  *net.TCPConn
	raw   syscall.RawConn
	chunk *[chunkSize]byte // what buf lies in; nil when it is empty, or has grown out of it
	buf   []byte
	at    int    // before it all is consumed
	parts []byte // of a message that came in several frames
}

func newWire(conn *net.TCPConn) (*wire, error) {
	raw, err := conn.SyscallConn()
	return &wire{conn: conn, raw: raw}, err
}

// handshake turns the connection into a WebSocket of the subprotocol xmpp (RFC 7395 §3.1).
func (w *wire) handshake(host, path string) error {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	key := base64.StdEncoding.EncodeToString(random)
	_, err := fmt.Fprintf(w.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Protocol: xmpp\r\nSec-WebSocket-Key: %s\r\n\r\n", path, host, key)
	if err != nil {
		return err
	}
	head, err := w.head()
	if err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReaderSize(bytes.NewReader(head), len(head)), nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	switch {
	case response.StatusCode != http.StatusSwitchingProtocols:
		return fmt.Errorf("no WebSocket at %s: %s", path, response.Status)
	case response.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]):
		return errors.New("the answer to the WebSocket's key is wrong")
	case response.Header.Get("Sec-WebSocket-Protocol") != "xmpp":
		return fmt.Errorf("the WebSocket is for %q", response.Header.Get("Sec-WebSocket-Protocol"))
	}
	return nil
}

// head reads up to the end of the answer's head.
func (w *wire) head() ([]byte, error) {
	for {
		if end := bytes.Index(w.buf[w.at:], []byte("\r\n\r\n")); end >= 0 {
			head := bytes.Clone(w.buf[w.at : w.at+end+4])
			w.at += end + 4
			return head, nil
		}
		if err := w.fill(); err != nil {
			return nil, err
		}
	}
}

// next is the next message of text, valid until next is called again. Pings are answered meanwhile. It fails with io.EOF when the other side
// closed the connection.
func (w *wire) next() ([]byte, error) {
	for {
		f, size, err := parseFrame(w.buf[w.at:])
		if err != nil {
			return nil, err
		}
		if size == 0 {
			if err := w.fill(); err != nil {
				return nil, err
			}
			continue
		}
		w.at += size
		message, err := w.take(f)
		if message != nil || err != nil {
			return message, err
		}
	}
}

// take handles a frame and gives the message that ends with it; nil when none does.
func (w *wire) take(f frame) ([]byte, error) {
	switch f.opcode {
	case closeFrame:
		return nil, io.EOF
	case pingFrame:
		return nil, w.write(pongFrame, f.payload)
	case pongFrame:
		return nil, nil
	case textFrame, continuation:
	default:
		return nil, fmt.Errorf("a frame of kind %d", f.opcode)
	}
	if f.isFinal && f.opcode == textFrame {
		return f.payload, nil
	}
	if w.parts = append(w.parts, f.payload...); len(w.parts) > maxFrame {
		return nil, errTooLarge
	}
	if !f.isFinal {
		return nil, nil
	}
	whole := w.parts
	w.parts = nil
	return whole, nil
}

var errTooLarge = errors.New("a message beyond all measure")

// frame is one of the WebSocket protocol, as servers send them.
type frame struct {
	opcode  byte
	isFinal bool
	payload []byte
}

// parseFrame reads the frame b begins with and tells its size, 0 when b does not hold all of it. The payload lies in b.
func parseFrame(b []byte) (f frame, size int, err error) {
	if len(b) < 2 {
		return f, 0, nil
	}
	if b[1]&maskBit != 0 {
		return f, 0, errors.New("a server does not mask its frames") // RFC 6455 §5.1
	}
	length, at := uint64(b[1]&lengthBits), 2
	switch {
	case length == length16Bits && len(b) >= 4:
		length, at = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case length == length64Bits && len(b) >= 10:
		length, at = binary.BigEndian.Uint64(b[2:]), 10
	case length >= length16Bits:
		return f, 0, nil
	}
	if length > maxFrame {
		return f, 0, errTooLarge
	}
	size = at + int(length)
	if len(b) < size {
		return f, 0, nil
	}
	return frame{opcode: b[0] & opcodeBits, isFinal: b[0]&finalBit != 0, payload: b[at:size]}, size, nil
}

// fill waits for more bytes, behind those that are not consumed.
func (w *wire) fill() error {
	w.compact()
	var n int
	var failed error
	err := w.raw.Read(func(fd uintptr) bool {
		if w.buf == nil {
			w.chunk = chunks.Get().(*[chunkSize]byte)
			w.buf = w.chunk[:0]
		}
		for {
			n, failed = syscall.Read(int(fd), w.buf[len(w.buf):cap(w.buf)])
			if !errors.Is(failed, syscall.EINTR) {
				break
			}
		}
		if errors.Is(failed, syscall.EAGAIN) {
			w.release()
			return false
		}
		return true
	})
	switch {
	case err != nil:
		return err
	case failed != nil:
		return failed
	case n <= 0:
		return io.EOF
	}
	w.buf = w.buf[:len(w.buf)+n]
	return nil
}

// compact makes room at the end of the buffer.
func (w *wire) compact() {
	left := len(w.buf) - w.at
	if left == 0 {
		w.buf = w.buf[:0]
		w.at = 0
		w.release()
		return
	}
	if w.at > 0 {
		copy(w.buf, w.buf[w.at:])
		w.buf, w.at = w.buf[:left], 0
	}
	if left == cap(w.buf) {
		grown := append(make([]byte, 0, 2*cap(w.buf)), w.buf...)
		w.buf = nil
		w.release()
		w.buf = grown
	}
}

// release gives an empty buffer back.
func (w *wire) release() {
	if len(w.buf) > 0 {
		return
	}
	if w.chunk != nil {
		chunks.Put(w.chunk)
		w.chunk = nil
	}
	w.buf = nil
}

// write sends frames of text, all in one go.
func (w *wire) writeText(messages ...string) error {
	var b []byte
	for _, m := range messages {
		b = appendFrame(b, textFrame, m)
	}
	_, err := w.conn.Write(b)
	return err
}

func (w *wire) write(opcode byte, payload []byte) error {
	_, err := w.conn.Write(appendFrame(nil, opcode, string(payload)))
	return err
}

// appendFrame writes a frame as clients send them: masked (RFC 6455 §5.3).
func appendFrame(b []byte, opcode byte, payload string) []byte {
	b = append(b, finalBit|opcode)
	switch n := len(payload); {
	case n < length16Bits:
		b = append(b, maskBit|byte(n))
	case n <= 0xFFFF:
		b = binary.BigEndian.AppendUint16(append(b, maskBit|length16Bits), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, maskBit|length64Bits), uint64(n))
	}
	var key [4]byte
	_, _ = rand.Read(key[:]) // never fails
	b = append(b, key[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i%4])
	}
	return b
}
