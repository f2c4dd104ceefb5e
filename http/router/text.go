package router

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"lucarne/platform/fault"
)

// TextPaths refuses paths that are no text once they are unescaped: a NUL or invalid UTF-8 names nothing here, and PostgreSQL takes
// neither as text.
func TextPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !utf8.ValidString(r.URL.Path) || strings.ContainsRune(r.URL.Path, 0) {
			WriteProblem(w, r, fault.New(fault.Invalid, "The address holds bytes that are no text"), "")
			return
		}
		next.ServeHTTP(w, r)
	})
}
