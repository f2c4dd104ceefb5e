package chattest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
)

// fromServer writes a frame as servers do: not masked.
func fromServer(first byte, payload string) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < length16Bits:
		b = append(b, byte(n))
	case n <= 0xFFFF:
		b = binary.BigEndian.AppendUint16(append(b, length16Bits), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, length64Bits), uint64(n))
	}
	return append(b, payload...)
}

// pair is a wire and the server's end of it.
func pair(t *testing.T) (*wire, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); server.Close() })
	w, err := newWire(conn.(*net.TCPConn))
	if err != nil {
		t.Fatal(err)
	}
	return w, server
}

func TestWireReads(t *testing.T) {
	long, huge := strings.Repeat("long ", 3000), strings.Repeat("huge", 30_000)
	all := bytes.Join([][]byte{
		fromServer(finalBit|textFrame, "<a/>"), fromServer(finalBit|textFrame, long), fromServer(finalBit|pingFrame, "are you there"),
		fromServer(textFrame, "in "), fromServer(finalBit|pongFrame, ""), fromServer(continuation, "three "), fromServer(finalBit|continuation, "parts"),
		fromServer(finalBit|textFrame, huge), fromServer(finalBit|textFrame, "<b/>"), fromServer(finalBit|closeFrame, "\x03\xe8"),
	}, nil)
	want := []string{"<a/>", long, "in three parts", huge, "<b/>"}
	for name, size := range map[string]int{"at once": len(all), "in pieces": 1000, "in crumbs": 61} {
		t.Run(name, func(t *testing.T) {
			w, server := pair(t)
			go func() {
				for rest := all; len(rest) > 0; rest = rest[min(size, len(rest)):] {
					if _, err := server.Write(rest[:min(size, len(rest))]); err != nil {
						return
					}
				}
			}()
			for i, text := range want {
				got, err := w.next()
				if err != nil || string(got) != text {
					t.Fatalf("message %d: got %.40q (%d bytes), %v; want %.40q", i, got, len(got), err, text)
				}
			}
			if _, err := w.next(); !errors.Is(err, io.EOF) {
				t.Errorf("after the end: got %v, want EOF", err)
			}
			pong := make([]byte, 2+4+len("are you there"))
			if _, err := io.ReadFull(server, pong); err != nil || pong[0] != finalBit|pongFrame || unmask(pong) != "are you there" {
				t.Errorf("pong: got %q, %v", pong, err)
			}
		})
	}
}

// unmask is the payload of a short frame of a client.
func unmask(frame []byte) string {
	payload := bytes.Clone(frame[6:])
	for i := range payload {
		payload[i] ^= frame[2+i%4]
	}
	return string(payload)
}

func TestIdleWireHoldsNoBuffer(t *testing.T) {
	w, server := pair(t)
	if _, err := server.Write(fromServer(finalBit|textFrame, "<a/>")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.next(); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if _, err := w.next(); !errors.Is(err, io.EOF) {
		t.Fatalf("got %v, want EOF", err)
	}
	w.compact()
	if w.buf != nil || w.chunk != nil {
		t.Errorf("the wire still holds %d bytes", cap(w.buf))
	}
}

func TestFramesOfClients(t *testing.T) {
	for _, n := range []int{0, 125, 126, 0xFFFF, 0x10000} {
		b := appendFrame(nil, textFrame, strings.Repeat("x", n))
		if b[0] != finalBit|textFrame || b[1]&maskBit == 0 {
			t.Errorf("%d bytes: head % x", n, b[:2])
		}
		b[1] &^= maskBit
		head := len(b) - n - 4
		f, size, err := parseFrame(append(b[:head:head], b[head+4:]...))
		if err != nil || size != len(b)-4 || len(f.payload) != n {
			t.Errorf("%d bytes: read %d of %d, %v", n, len(f.payload), size, err)
		}
	}
}

func TestFramesRefused(t *testing.T) {
	tests := map[string][]byte{
		"masked":   appendFrame(nil, textFrame, "<a/>"),
		"too long": {finalBit | textFrame, length64Bits, 0, 0, 0, 1, 0, 0, 0, 0},
	}
	for name, b := range tests {
		t.Run(name, func(t *testing.T) {
			if _, _, err := parseFrame(b); err == nil {
				t.Error("no error")
			}
		})
	}
}

func FuzzParseFrame(f *testing.F) {
	f.Add(fromServer(finalBit|textFrame, "<a/>"))
	f.Add(fromServer(textFrame, strings.Repeat("x", 300)))
	f.Add([]byte{finalBit | textFrame, length64Bits, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF})
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, size, err := parseFrame(b)
		if err == nil && size > 0 && (size > len(b) || len(frame.payload) > size) {
			t.Errorf("a frame of %d bytes with %d of payload in %d", size, len(frame.payload), len(b))
		}
	})
}
