package router

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"
)

// LogOptions say what the access log holds.
type LogOptions struct {
	Logger      *slog.Logger
	Requests    func() bool // log requests at all
	Pings       func() bool // log /api/v1/ping too
	AnonymizeIP func() bool // keep only the network of an address
}

// Log writes one line per request, gives each an id (the header X-Request-Id, and RequestID), and turns a panic into a 500 that says
// nothing.
func Log(o LogOptions, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, id := time.Now(), rand.Text()[:12]
		recorded := &recorder{passing: passing{w}}
		w.Header().Set("X-Request-Id", id)
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		isCut := o.serve(recorded, r, next)
		if o.Requests() && (r.URL.Path != "/api/v1/ping" || o.Pings()) {
			o.Logger.Info("request", "id", id, "method", r.Method, "path", r.URL.Path, "status", recorded.status, "bytes", recorded.bytes,
				"ms", time.Since(start).Milliseconds(), "ip", shownIP(ClientIP(r), o.AnonymizeIP()), "cut", isCut)
		}
		if isCut {
			panic(http.ErrAbortHandler)
		}
	})
}

// serve reports whether the connection must be cut: an answer that stopped in the middle must not be taken for whole.
func (o LogOptions) serve(w *recorder, r *http.Request, next http.Handler) (isCut bool) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		if value != http.ErrAbortHandler {
			o.Logger.Error("request panicked", "id", RequestID(r.Context()), "method", r.Method, "path", r.URL.Path, "panic", value, "stack", string(debug.Stack()))
		}
		isCut = w.status != 0 || value == http.ErrAbortHandler
		if !isCut {
			for _, name := range ofTheAnswer {
				w.Header().Del(name)
			}
			answer(w, problemOf(r, errHidden, ""))
		}
	}()
	next.ServeHTTP(w, r)
	return false
}

// errHidden stands for what was logged already.
var errHidden = errors.New("panic")

// ofTheAnswer are the headers that described the answer that did not come.
var ofTheAnswer = []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Range", "ETag", "Last-Modified", "Location"}

type requestKey struct{}

// RequestID is how the log names the request of ctx; "" outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// shownIP masks the last 8 bits of IPv4, the last 80 of IPv6.
func shownIP(ip string, isMasked bool) string {
	address, err := netip.ParseAddr(ip)
	if !isMasked || err != nil {
		return ip
	}
	bits := 24
	if address.Is6() {
		bits = 48
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.Addr().String()
}

// CORS lets pages of any origin read our public answers, as PeerTube does, and answers their preflight requests (Fetch standard,
// "CORS protocol"). Cookies are not sent to us from other origins: they are SameSite.
func CORS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Allow-Credentials", "true")
		header.Set("Access-Control-Expose-Headers", "Retry-After, Location, Range, Content-Range, ETag, X-PeerTube-OTP")
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		header.Set("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
		header.Add("Vary", "Access-Control-Request-Headers")
		if wanted := r.Header.Get("Access-Control-Request-Headers"); wanted != "" {
			header.Set("Access-Control-Allow-Headers", wanted)
		}
		header.Set("Content-Length", "0")
		w.WriteHeader(http.StatusNoContent)
	})
}

// SecurityOptions say which protective headers every answer carries.
type SecurityOptions struct {
	PoweredBy  bool // name PeerTube, which clients look for
	FrameGuard bool // no other site may frame our answers; handlers of embeds take the header away again
}

// Secure sets the headers that protect visitors.
func Secure(o SecurityOptions, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		header.Set("Tk", "N")
		if o.PoweredBy {
			header.Set("X-Powered-By", "PeerTube")
		}
		if o.FrameGuard {
			header.Set("X-Frame-Options", "DENY")
		}
		next.ServeHTTP(w, r)
	})
}
