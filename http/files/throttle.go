package files

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"lucarne/http/router"
)

// throttle spreads the bytes of downloads over time, all together and per client. Watching is not slowed down.
type throttle struct {
	mu      sync.Mutex
	all     time.Time            // when the bytes given out so far are paid for
	clients map[string]time.Time // the same per address
}

// maxThrottled bounds the addresses remembered. Past it new ones share one account.
const maxThrottled = 10_000

// reserve gives out bytes and says how long to wait before the next.
func (t *throttle) reserve(now time.Time, client string, bytes int64, s Settings) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	paid := now
	if s.MaxRate > 0 {
		t.all = later(t.all, now).Add(cost(bytes, s.MaxRate))
		paid = later(paid, t.all)
	}
	if s.MaxRatePerIP > 0 {
		account := t.accountOf(now, client)
		t.clients[account] = later(t.clients[account], now).Add(cost(bytes, s.MaxRatePerIP))
		paid = later(paid, t.clients[account])
	}
	return paid.Sub(now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func cost(bytes, rate int64) time.Duration {
	return time.Duration(float64(bytes) / float64(rate) * float64(time.Second))
}

func (t *throttle) accountOf(now time.Time, client string) string {
	if t.clients == nil {
		t.clients = make(map[string]time.Time)
	}
	if _, isKnown := t.clients[client]; isKnown || len(t.clients) < maxThrottled {
		return client
	}
	for other, paid := range t.clients {
		if !paid.After(now) {
			delete(t.clients, other)
		}
	}
	if len(t.clients) < maxThrottled {
		return client
	}
	return ""
}

// throttled is w, slowed down where settings say so.
func (f *Files) throttled(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	s := f.o.Settings()
	if s.MaxRate <= 0 && s.MaxRatePerIP <= 0 {
		return w
	}
	client := router.ClientIP(r)
	return &slowWriter{ResponseWriter: w, ctx: r.Context(), reserve: func(n int64) time.Duration {
		return f.throttle.reserve(time.Now(), client, n, f.o.Settings())
	}}
}

// slowChunk is sent at once, then paid for by waiting.
const slowChunk = 64 << 10

// slowWriter waits after each chunk for as long as it costs.
type slowWriter struct {
	http.ResponseWriter
	ctx     context.Context
	reserve func(bytes int64) time.Duration
}

// Unwrap is for http.ResponseController.
func (w *slowWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *slowWriter) Write(p []byte) (total int, err error) {
	for total < len(p) {
		n, err := w.ResponseWriter.Write(p[total:min(len(p), total+slowChunk)])
		total += n
		if err == nil {
			err = w.wait(int64(n))
		}
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// ReadFrom hands files on chunk by chunk, still by sendfile.
func (w *slowWriter) ReadFrom(r io.Reader) (total int64, err error) {
	source, left := r, int64(1)<<62
	if limited, ok := r.(*io.LimitedReader); ok { // sendfile sees through one of these only
		source, left = limited.R, limited.N
		defer func() { limited.N = left }()
	}
	for left > 0 {
		chunk := min(left, slowChunk)
		n, err := io.Copy(w.ResponseWriter, io.LimitReader(source, chunk))
		total += n
		left -= n
		if err == nil {
			err = w.wait(n)
		}
		if err != nil || n < chunk {
			return total, err
		}
	}
	return total, nil
}

func (w *slowWriter) wait(bytes int64) error {
	timer := time.NewTimer(w.reserve(bytes))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}
