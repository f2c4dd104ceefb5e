package web_test

import (
	"net/http"
	"strings"
	"testing"

	"lucarne/account"
)

func TestARoomIsFramedInAnyOfItsForms(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	film := w.Film(t, alice, []byte("film"), named("A walk"))
	if err := w.Rooms.SetOnVideo(t.Context(), alice, film.UUID, true); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ query, mode string }{
		{"", "is-room"},
		{"?readonly=1", "is-read"},
		{"?transparent=1", "is-overlay"},
		{"?_readonly=true&_transparent=true&readonly=1&transparent=1", "is-overlay"},
	} {
		answer := w.Browser("").Get("/chat/" + film.UUID.String() + "/embed" + tt.query)
		status(t, answer, http.StatusOK)
		if policy := answer.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors *") {
			t.Errorf("%s: other sites may not frame it: %s", tt.query, policy)
		}
		if body := answer.Body.String(); !strings.Contains(body, `class="chat `+tt.mode+`"`) {
			t.Errorf("%s: want %s in %s", tt.query, tt.mode, body)
		}
	}
}
