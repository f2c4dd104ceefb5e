package api

import (
	"testing"

	"lucarne/account"
	"lucarne/video"
)

func TestThumbnailPathsOfOlderClients(t *testing.T) {
	t.Parallel()
	miniature := video.Thumbnail{Kind: video.Miniature, Width: 280, Height: 157, Filename: "280.jpg"}
	preview := func(width int, name string) video.Thumbnail {
		return video.Thumbnail{Kind: video.Preview, Width: width, Height: width * 9 / 16, Filename: name}
	}
	for _, c := range []struct {
		name       string
		thumbnails []video.Thumbnail
		path       string
	}{
		{"the usual sizes", []video.Thumbnail{preview(1920, "1920.jpg"), preview(850, "850.jpg"), miniature}, "/lazy-static/previews/850.jpg"},
		{"in another order", []video.Thumbnail{miniature, preview(850, "850.jpg"), preview(1920, "1920.jpg")}, "/lazy-static/previews/850.jpg"},
		{"other sizes", []video.Thumbnail{preview(1280, "1280.jpg"), preview(640, "640.jpg"), miniature}, "/lazy-static/previews/640.jpg"},
		{"no preview", []video.Thumbnail{miniature}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var j videoJSON
			(&API{Services: Services{Site: account.Site{Origin: "https://here.test"}}}).addThumbnails(&j, c.thumbnails)
			if got := valueOf(j.PreviewPath); got != c.path {
				t.Errorf("got preview %q, want %q", got, c.path)
			}
			if got, want := valueOf(j.ThumbnailPath), "/lazy-static/thumbnails/280.jpg"; got != want {
				t.Errorf("got thumbnail %q, want %q", got, want)
			}
			if len(j.Thumbnails) != len(c.thumbnails) {
				t.Errorf("got %d in the list, want %d", len(j.Thumbnails), len(c.thumbnails))
			}
		})
	}
}
