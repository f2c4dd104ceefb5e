package router

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// smallestCompressed is the size below which gzip costs more than it saves.
const smallestCompressed = 1 << 10

var gzipPool = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	return w
}}

// Compress sends text answers gzipped to clients that accept it. Media, ranges and what is encoded already pass untouched, and with
// them io.ReaderFrom.
func Compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !AcceptsGzip(r.Header.Get("Accept-Encoding")) || r.Header.Get("Range") != "" || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		compressed := &compressor{passing: passing{w}}
		defer compressed.close()
		next.ServeHTTP(compressed, r)
	})
}

// AcceptsGzip reads Accept-Encoding (RFC 9110 §12.5.3): a coding with the weight 0 is refused. "*" is not taken for gzip: those who
// send it rarely mean it.
func AcceptsGzip(header string) bool {
	for item := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(item, ";")
		if coding = strings.TrimSpace(coding); !strings.EqualFold(coding, "gzip") && !strings.EqualFold(coding, "x-gzip") {
			continue
		}
		name, value, hasWeight := strings.Cut(strings.TrimSpace(weight), "=")
		if !hasWeight || !strings.EqualFold(name, "q") {
			return true
		}
		q, err := strconv.ParseFloat(value, 64)
		return err == nil && q > 0
	}
	return false
}

// compressor decides at the first byte, by the headers set until then.
type compressor struct {
	passing
	gzip    *gzip.Writer
	decided bool
}

func (c *compressor) WriteHeader(status int) {
	if !c.decided && status >= http.StatusOK {
		c.decide(status)
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *compressor) decide(status int) {
	c.decided = true
	header := c.Header()
	if !isCompressible(header.Get("Content-Type")) {
		return
	}
	header.Add("Vary", "Accept-Encoding")
	if status == http.StatusNoContent || status == http.StatusNotModified || status == http.StatusPartialContent || header.Get("Content-Encoding") != "" {
		return
	}
	if size, err := strconv.Atoi(header.Get("Content-Length")); err == nil && size < smallestCompressed {
		return
	}
	header.Del("Content-Length")
	header.Set("Content-Encoding", "gzip")
	if etag := header.Get("ETag"); etag != "" && !strings.HasPrefix(etag, "W/") {
		header.Set("ETag", "W/"+etag)
	}
	c.gzip = gzipPool.Get().(*gzip.Writer)
	c.gzip.Reset(c.ResponseWriter)
}

func (c *compressor) Write(p []byte) (int, error) {
	if !c.decided {
		if c.Header().Get("Content-Type") == "" {
			c.Header().Set("Content-Type", http.DetectContentType(p))
		}
		c.decide(http.StatusOK)
	}
	if c.gzip != nil {
		return c.gzip.Write(p)
	}
	return c.ResponseWriter.Write(p)
}

func (c *compressor) ReadFrom(r io.Reader) (int64, error) {
	if !c.decided {
		c.decide(http.StatusOK)
	}
	if c.gzip != nil {
		return io.Copy(c.gzip, r)
	}
	return io.Copy(c.ResponseWriter, r)
}

// Flush sends what is there, so that server-sent events arrive.
func (c *compressor) Flush() {
	if !c.decided { // the headers go out now
		c.decide(http.StatusOK)
	}
	if c.gzip != nil {
		_ = c.gzip.Flush()
	}
	c.passing.Flush()
}

func (c *compressor) close() {
	if c.gzip == nil {
		return
	}
	_ = c.gzip.Close()
	gzipPool.Put(c.gzip)
}

var compressible = []string{
	"text/", "application/json", "application/problem+json", "application/activity+json", "application/ld+json",
	"application/javascript", "application/xml", "application/rss+xml", "application/atom+xml", "application/feed+json",
	"application/manifest+json", "application/jrd+json", "application/xrd+xml", "application/x-mpegurl", "application/vnd.apple.mpegurl", "image/svg+xml",
}

func isCompressible(contentType string) bool {
	contentType = strings.ToLower(contentType)
	for _, prefix := range compressible {
		if strings.HasPrefix(contentType, prefix) {
			return contentType != "text/event-stream"
		}
	}
	return false
}
