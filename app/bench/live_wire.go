package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"
)

// wire is one kept-alive connection of a viewer. It is as plain as can be: what viewers cost must not be taken for what the server costs.
type wire struct {
	*net.TCPConn
	raw  syscall.RawConn
	host string
	buf  []byte
}

func dialWire(host string) (*wire, error) {
	conn, err := net.DialTimeout("tcp", host, 10*time.Second)
	if err != nil {
		return nil, err
	}
	tcp := conn.(*net.TCPConn)
	raw, err := tcp.SyscallConn()
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &wire{TCPConn: tcp, raw: raw, host: host, buf: make([]byte, 0, 2048)}, nil
}

// ask sends a request for a file.
func (w *wire) ask(path string) error {
	_, err := w.Write([]byte("GET " + path + " HTTP/1.1\r\nHost: " + w.host + "\r\nAccept-Encoding: gzip\r\n\r\n"))
	return err
}

// answer is the head of a response.
type answer struct {
	status int
	length int
	etag   string
	packed bool
}

// hear reads the head of the next response; what follows is in what is returned as far as it came along.
func (w *wire) hear() (a answer, early []byte, err error) {
	w.buf = w.buf[:0]
	for {
		n, err := w.Read(w.buf[len(w.buf):cap(w.buf)])
		if err != nil {
			return a, nil, err
		}
		w.buf = w.buf[:len(w.buf)+n]
		if head, rest, found := bytes.Cut(w.buf, []byte("\r\n\r\n")); found {
			a, err = parseHead(head)
			return a, rest, err
		}
		if len(w.buf) == cap(w.buf) {
			return a, nil, fmt.Errorf("the head of a response is too long")
		}
	}
}

func parseHead(head []byte) (a answer, err error) {
	line, head, _ := bytes.Cut(head, []byte("\r\n"))
	if len(line) < len("HTTP/1.1 200") {
		return a, fmt.Errorf("no response: %q", line)
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, err
	}
	a.length = -1
	for len(head) > 0 {
		line, head, _ = bytes.Cut(head, []byte("\r\n"))
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch string(name) {
		case "Content-Length":
			a.length, err = strconv.Atoi(string(value))
		case "Etag", "ETag":
			a.etag = string(value)
		case "Content-Encoding":
			a.packed = string(value) == "gzip"
		}
	}
	if a.length < 0 && err == nil {
		err = fmt.Errorf("a response of unknown length, status %d", a.status)
	}
	return a, err
}

// skip lets the rest of a body go.
func (w *wire) skip(a answer, early []byte) error { return w.discard(a.length - len(early)) }

// keep reads the rest of a body.
func (w *wire) keep(a answer, early []byte) ([]byte, error) {
	body := make([]byte, a.length)
	n := copy(body, early)
	_, err := io.ReadFull(w, body[n:])
	return body, err
}

// nowhere is never written to: MSG_TRUNC has the kernel throw bytes of TCP away (tcp(7)).
var nowhere = make([]byte, 1<<20)

// discard reads bytes without copying them.
func (w *wire) discard(left int) error {
	var failed error
	err := w.raw.Read(func(fd uintptr) bool {
		for left > 0 && failed == nil {
			n, _, err := syscall.Recvfrom(int(fd), nowhere[:min(left, len(nowhere))], syscall.MSG_TRUNC)
			switch {
			case err == syscall.EAGAIN:
				return false
			case err == syscall.EINTR:
			case err != nil:
				failed = err
			case n == 0:
				failed = io.ErrUnexpectedEOF
			default:
				left -= n
			}
		}
		return true
	})
	if failed != nil {
		return failed
	}
	return err
}
