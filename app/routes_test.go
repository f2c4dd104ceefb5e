package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestLanding(t *testing.T) {
	t.Parallel()
	pages := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for _, c := range []struct{ name, route, path, location string }{
		{"the default is the home page", "/videos/browse", "/", ""},
		{"the home page by name", "/home", "/", ""},
		{"no loop", "/?x=1", "/", ""},
		{"a list in another order", "/videos/browse?sort=-likes", "/", "/videos/browse?sort=-likes"},
		{"a page of its own", "/about", "/", "/about"},
		{"only the root leads on", "/about", "/about", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			landing(pages, func() string { return c.route }).ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.path, nil))
			if got := w.Header().Get("Location"); got != c.location {
				t.Errorf("got %q, want %q", got, c.location)
			}
		})
	}
}
