package router

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"time"
)

// steadyBody lets a body take as long as it needs while it keeps coming. Its read deadline moves on each time enough bytes came: a
// fixed deadline would cut long uploads, one that moves with every byte would let a client hold a connection with a trickle.
type steadyBody struct {
	io.ReadCloser
	control  *http.ResponseController
	idle     time.Duration
	minBytes int64 // that must come within idle, unless the body ends
	got      int64 // since the deadline was set
	deadline time.Time
}

func newSteadyBody(body io.ReadCloser, control *http.ResponseController, idle time.Duration, minRate int64) *steadyBody {
	b := &steadyBody{ReadCloser: body, control: control, idle: idle, minBytes: max(1, int64(float64(minRate)*idle.Seconds()))}
	b.extend() // also bounds what net/http reads of a body its handler left alone
	return b
}

func (b *steadyBody) extend() {
	b.got, b.deadline = 0, time.Now().Add(b.idle)
	_ = b.control.SetReadDeadline(b.deadline) // fails only where there is no connection, in tests of handlers
}

func (b *steadyBody) Read(p []byte) (int, error) {
	if time.Now().After(b.deadline) { // we were slow ourselves
		b.extend()
	}
	n, err := b.ReadCloser.Read(p)
	b.got += int64(n)
	switch {
	case err == io.EOF:
		_ = b.control.SetReadDeadline(time.Time{})
	case err == nil && b.got >= b.minBytes:
		b.extend()
	}
	return n, err
}

// How much goes out under one deadline: at first little enough that a slow but honest client (40 kbit/s) takes it within a minute, and
// more while a client is quick, so that sendfile is called seldom.
const (
	steadyChunk  = 256 << 10
	largestChunk = 8 << 20
	quick        = time.Second // in which a chunk is taken for the next to be twice as large
)

// steadyWriter gives each chunk of an answer its own deadline, so that downloads may last while they progress and a client that takes
// nothing is dropped.
type steadyWriter struct {
	passing
	control *http.ResponseController
	idle    time.Duration
	isTaken bool // the connection, by Hijack: its deadlines are no longer ours
}

func newSteadyWriter(w http.ResponseWriter, control *http.ResponseController, idle time.Duration) *steadyWriter {
	_ = control.SetWriteDeadline(time.Time{}) // that of the connection's answer before
	return &steadyWriter{passing: passing{w}, control: control, idle: idle}
}

func (w *steadyWriter) extend() { _ = w.control.SetWriteDeadline(time.Now().Add(w.idle)) }

// Hijack hands the connection over, without deadlines.
func (w *steadyWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := w.passing.Hijack()
	w.isTaken = err == nil
	return conn, buffered, err
}

// finish gives time to what net/http still holds back when the handler has returned.
func (w *steadyWriter) finish() {
	if !w.isTaken {
		w.extend()
	}
}

// Flush sends what is buffered.
func (w *steadyWriter) Flush() {
	w.extend()
	w.passing.Flush()
}

func (w *steadyWriter) WriteHeader(status int) {
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

func (w *steadyWriter) Write(p []byte) (total int, err error) {
	for {
		w.extend()
		n, err := w.ResponseWriter.Write(p[total:min(len(p), total+steadyChunk)])
		total += n
		if err != nil || total == len(p) {
			return total, err
		}
	}
}

// ReadFrom passes chunks of r to the connection's own ReadFrom, which knows sendfile for files (also behind io.LimitedReader).
func (w *steadyWriter) ReadFrom(r io.Reader) (total int64, err error) {
	below, ok := w.ResponseWriter.(io.ReaderFrom)
	if !ok {
		return io.Copy(struct{ io.Writer }{w}, r)
	}
	source, left := unlimited(r)
	defer func() { setLeft(r, left) }()
	for size := int64(steadyChunk); left > 0; {
		chunk, begin := min(left, size), time.Now()
		w.extend()
		n, err := below.ReadFrom(io.LimitReader(source, chunk))
		total += n
		left -= n
		if err != nil || n < chunk {
			return total, err
		}
		size = nextChunk(size, time.Since(begin))
	}
	return total, nil
}

func nextChunk(size int64, took time.Duration) int64 {
	if took > quick {
		return steadyChunk
	}
	return min(2*size, largestChunk)
}

const noLimit = int64(1) << 62

// unlimited looks through an io.LimitedReader, since sendfile sees through only one.
func unlimited(r io.Reader) (source io.Reader, left int64) {
	if limited, ok := r.(*io.LimitedReader); ok {
		return limited.R, limited.N
	}
	return r, noLimit
}

func setLeft(r io.Reader, left int64) {
	if limited, ok := r.(*io.LimitedReader); ok {
		limited.N = left
	}
}
