package router_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"lucarne/http/router"
)

func TestPathsAreText(t *testing.T) {
	h := router.TextPaths(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for path, want := range map[string]int{
		"/c/caf%C3%A9": http.StatusNoContent, "/c/a%20b": http.StatusNoContent,
		"/c/a%00b": http.StatusBadRequest, "/c/%ff": http.StatusBadRequest, "/c/%c3": http.StatusBadRequest,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want {
			t.Errorf("%s: got %d, want %d", path, w.Code, want)
		}
	}
}
