package web_test

import (
	"net/http"
	"testing"

	"lucarne/account"
	"lucarne/http/web/webtest"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// BenchmarkPages measures the pages most asked for, on an instance with many videos.
func BenchmarkPages(b *testing.B) {
	w := webtest.New(b, dbtest.SQLite(b), nil)
	w.Crowd(b, 10_000)
	w.Clock.Advance(1)
	owner := w.Join(b, "zoe", account.Ordinary)
	film := w.Film(b, owner, []byte("film"), func(d *video.Draft) { d.Name, d.Tags = "A rare one", []string{"unheard of", "tag7"} })
	for name, path := range map[string]string{
		"home": "/", "watch": "/w/" + film.ShortUUID(), "browse": "/videos/browse", "search": "/search?search=number", "channel": "/c/user3_channel",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if answer := w.Browser("").Get(path); answer.Code != http.StatusOK {
					b.Fatalf("got %d: %.200s", answer.Code, answer.Body)
				}
			}
		})
	}
}
