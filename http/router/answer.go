package router

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// WriteBody answers a GET with a buffered body: status 200 with a weak ETag of the body, or 304 when the client has it (RFC 9110 §13.1.2).
func WriteBody(w http.ResponseWriter, r *http.Request, contentType string, body []byte) error {
	sum := sha256.Sum256(body)
	etag := `W/"` + strconv.FormatInt(int64(len(body)), 16) + "-" + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
	header := w.Header()
	header.Set("ETag", etag)
	header.Set("Content-Type", contentType) // net/http leaves it out of a 304; Compress adds Vary by it
	if (r.Method == http.MethodGet || r.Method == http.MethodHead) && matches(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	_, err := w.Write(body)
	return err
}

// matches compares weakly, as If-None-Match asks.
func matches(ifNoneMatch, etag string) bool {
	for candidate := range strings.SplitSeq(ifNoneMatch, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}
