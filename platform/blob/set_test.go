package blob_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lucarne/platform/blob"
)

func TestSetGivesEachKindItsPlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	set, err := blob.NewSet(blob.SetOptions{
		Directories: map[blob.Kind]string{
			blob.Avatars: filepath.Join(dir, "faces"), blob.WebVideos: filepath.Join(dir, "big", "videos"), blob.Temporary: filepath.Join(dir, "tmp"),
		},
		S3:      &blob.S3Options{Endpoint: "s3.test"},
		Buckets: map[blob.Kind]blob.Bucket{blob.WebVideos: {Name: "media", Prefix: "web-videos/"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	put(t, set.Store(blob.Avatars), "a.png", "face")
	if _, err := os.Stat(filepath.Join(dir, "faces", "a.png")); err != nil {
		t.Errorf("avatar on disk: %v", err)
	}
	if got, want := set.Store(blob.WebVideos).URL("a.mp4"), "https://media.s3.test/web-videos/a.mp4"; got != want {
		t.Errorf("address of a video: got %s, want %s", got, want)
	}
	if got, want := set.Local(blob.WebVideos).Root(), filepath.Join(dir, "big", "videos"); got != want {
		t.Errorf("local folder of videos: got %s, want %s", got, want)
	}
	if _, ok := set.Remote(blob.Avatars); ok {
		t.Error("avatars have a bucket")
	}
	if got, want := set.Kinds(), []blob.Kind{blob.Avatars, blob.Temporary, blob.WebVideos}; !slices.Equal(got, want) {
		t.Errorf("kinds: got %v, want %v", got, want)
	}
}

func TestSetTempFileCanBeAdopted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	set, err := blob.NewSet(blob.SetOptions{Directories: map[blob.Kind]string{
		blob.Temporary: filepath.Join(dir, "tmp"), blob.Thumbnails: filepath.Join(dir, "thumbnails"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := set.TempFile("upload-*.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("picture"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := set.Store(blob.Thumbnails).Adopt(t.Context(), "a.jpg", f.Name(), blob.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := readKey(t, set.Store(blob.Thumbnails), "a.jpg"); got != "picture" {
		t.Errorf("content: got %q", got)
	}
}

func TestSetPanicsForAnUnknownKind(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	set, err := blob.NewSet(blob.SetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	set.Store(blob.Logs)
}
