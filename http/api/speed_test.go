package api_test

import (
	"context"
	"net/http"
	"testing"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// BenchmarkAnswers measures whole requests: remembered ones, and the first after a commit that touched videos.
func BenchmarkAnswers(b *testing.B) {
	s := newSite(b, dbtest.SQLite(b))
	s.Crowd(b, 10_000)
	touch := func() {
		if err := s.DB.Write(b.Context(), func(_ context.Context, tx *db.Tx) error {
			tx.Touch(video.Topic)
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	for name, path := range map[string]string{"list": "/api/v1/videos?count=15", "details": "/api/v1/videos/7"} {
		for kind, before := range map[string]func(){"remembered": func() {}, "fresh": touch} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				for b.Loop() {
					before()
					if got := s.do("GET", path, "", nil); got.Code != http.StatusOK {
						b.Fatal(got.Body)
					}
				}
			})
		}
	}
}
