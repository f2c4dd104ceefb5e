package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"lucarne/http/web/ui"
)

const htmlType = "text/html; charset=utf-8"

// show answers with a whole page.
func (r *request) show(w http.ResponseWriter, status int, p ui.Page, content templ.Component) error {
	return r.document(w, status, ui.Layout(p), withBroadcast(r, p, content))
}

// document renders a layout around its content, buffered: an error while rendering must not leave half a page.
func (r *request) document(w http.ResponseWriter, status int, layout, content templ.Component) error {
	var body bytes.Buffer
	if err := layout.Render(templ.WithChildren(r.Context(), content), &body); err != nil {
		return err
	}
	if len(r.flashes) > 0 {
		r.clearFlashes(w)
	}
	return r.write(w, status, body.Bytes())
}

// part answers htmx with the element that replaces one of the page.
func (r *request) part(w http.ResponseWriter, content templ.Component) error {
	var body bytes.Buffer
	if err := content.Render(r.Context(), &body); err != nil {
		return err
	}
	w.Header().Set("Vary", "HX-Request")
	w.Header().Set("Content-Type", htmlType)
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write(body.Bytes())
	return err
}

// write sends a page. Browsers may keep it but ask each time whether it changed; nobody in between may, since it depends on cookies.
func (r *request) write(w http.ResponseWriter, status int, body []byte) error {
	header := w.Header()
	if header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", "private, no-cache")
	}
	header.Add("Vary", "Cookie, Accept-Language, HX-Request")
	if status == http.StatusOK && r.isRead() {
		tag := r.entityTag(body)
		header.Set("ETag", tag)
		if isKnown(r.Header.Get("If-None-Match"), tag) {
			// Without a policy: that of the page the browser kept goes with its nonce (RFC 9111 §3.2).
			header.Del("Content-Security-Policy")
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	if header.Get("Content-Security-Policy") == "" {
		header.Set("Content-Security-Policy", r.policy(closedToFrames))
	}
	header.Set("Content-Type", htmlType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}

func (r *request) isRead() bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// entityTag is of the page without its nonce, which differs each time.
func (r *request) entityTag(body []byte) string {
	sum := sha256.Sum256(bytes.ReplaceAll(body, []byte(r.nonce), nil))
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

func isKnown(ifNoneMatch, tag string) bool {
	for candidate := range strings.SplitSeq(ifNoneMatch, ",") {
		if candidate = strings.TrimSpace(candidate); candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}
