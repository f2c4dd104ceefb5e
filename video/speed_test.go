package video_test

import (
	"os"
	"strconv"
	"testing"

	"lucarne/account"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
	"lucarne/video/videotest"
)

// The hot requests cost these many queries, however much they answer.
const (
	queriesOfList    = 5 // videos, channels with owners, their images, thumbnails, total
	queriesOfDetails = 10
)

func TestQueriesAreBounded(t *testing.T) {
	w := videotest.New(t, dbtest.SQLite(t))
	w.Crowd(t, 300)
	for _, count := range []int{1, 15, 100} {
		before := w.DB.Queries()
		if _, err := w.Videos.List(t.Context(), account.Viewer{}, video.Filter{}, video.Page{Count: count}); err != nil {
			t.Fatal(err)
		}
		if asked := w.DB.Queries() - before; asked > queriesOfList {
			t.Errorf("a list of %d asked %d queries, want at most %d", count, asked, queriesOfList)
		}
	}
	before := w.DB.Queries()
	if _, err := w.Videos.Get(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	if asked := w.DB.Queries() - before; asked > queriesOfDetails {
		t.Errorf("a video asked %d queries, want at most %d", asked, queriesOfDetails)
	}
}

// crowd is how many videos the benchmarks run with: LUCARNE_BENCH_VIDEOS, or 10,000.
func crowd() int {
	if n, err := strconv.Atoi(os.Getenv("LUCARNE_BENCH_VIDEOS")); err == nil {
		return n
	}
	return 10_000
}

func BenchmarkVideos(b *testing.B) {
	w := videotest.New(b, dbtest.SQLite(b))
	w.Crowd(b, crowd())
	no := false
	for name, work := range map[string]func() error{
		"list":   func() error { return list(b, w, video.Filter{}, video.Sort{}) },
		"filter": func() error { return list(b, w, video.Filter{NSFW: &no}, video.Sort{By: "views", IsDescending: true}) },
		"name":   func() error { return list(b, w, video.Filter{}, video.Sort{By: "name"}) },
		"details": func() error {
			_, err := w.Videos.Get(b.Context(), 7)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := work(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func list(b *testing.B, w *videotest.World, f video.Filter, s video.Sort) error {
	_, err := w.Videos.List(b.Context(), account.Viewer{}, f, video.Page{Sort: s})
	return err
}
