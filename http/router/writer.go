package router

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// passing is what every wrapper here embeds: it leaves in reach what the connection's own writer can do beside writing, for
// http.ResponseController and for those who ask for an http.Flusher or http.Hijacker. A wrapper adds its own ReadFrom, so that files
// still go out by sendfile.
type passing struct{ http.ResponseWriter }

// Unwrap is for http.ResponseController.
func (p passing) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// Flush sends what is buffered.
func (p passing) Flush() { _ = http.NewResponseController(p.ResponseWriter).Flush() }

// Hijack hands the connection over; it fails with http.ErrNotSupported where that cannot be.
func (p passing) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(p.ResponseWriter).Hijack()
}

// recorder notes what was answered.
type recorder struct {
	passing
	status int // 0 until the answer begins
	bytes  int64
}

func (w *recorder) begin(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Flush begins the answer.
func (w *recorder) Flush() {
	w.begin(http.StatusOK)
	w.passing.Flush()
}

// Hijack leaves the answer to whoever takes the connection.
func (w *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := w.passing.Hijack()
	if err == nil {
		w.begin(http.StatusSwitchingProtocols)
	}
	return conn, buffered, err
}

func (w *recorder) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		w.begin(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	w.begin(http.StatusOK)
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

func (w *recorder) ReadFrom(r io.Reader) (int64, error) {
	w.begin(http.StatusOK)
	n, err := io.Copy(w.ResponseWriter, r) // uses the ReadFrom of the writer below
	w.bytes += n
	return n, err
}
