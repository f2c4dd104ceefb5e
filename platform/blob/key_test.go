package blob_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lucarne/platform/blob"
	"lucarne/platform/blob/blobtest"
)

func put(t *testing.T, s blob.Store, key, content string) {
	t.Helper()
	if err := s.Put(t.Context(), key, strings.NewReader(content), blob.PutOptions{Size: int64(len(content))}); err != nil {
		t.Fatalf("put %q: %v", key, err)
	}
}

func readKey(t *testing.T, s blob.Store, key string) string {
	t.Helper()
	object, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatalf("open %q: %v", key, err)
	}
	defer object.Close()
	content, err := io.ReadAll(object.Content)
	if err != nil {
		t.Fatalf("read %q: %v", key, err)
	}
	return string(content)
}

func TestValidateKey(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"a", "a.mp4", "hls/private/0b2e/master.m3u8", "é ü.vtt", "a..b", "a/b...", strings.Repeat("x", 255)} {
		if err := blob.ValidateKey(key); err != nil {
			t.Errorf("%q: got %v, want it accepted", key, err)
		}
	}
	for _, key := range blobtest.BadKeys {
		if blob.ValidateKey(key) == nil {
			t.Errorf("%q was accepted", key)
		}
	}
}

// FuzzValidateKey checks that no accepted key leaves the folder it is joined to, or reaches hidden files in it.
func FuzzValidateKey(f *testing.F) {
	for _, key := range append([]string{"a", "hls/a.m3u8"}, blobtest.BadKeys...) {
		f.Add(key)
	}
	root := filepath.FromSlash("/srv/media")
	f.Fuzz(func(t *testing.T, key string) {
		if blob.ValidateKey(key) != nil {
			return
		}
		path := filepath.Join(root, filepath.FromSlash(key))
		if !filepath.IsLocal(key) || path != root+string(os.PathSeparator)+key || strings.Contains(path, "/.") {
			t.Errorf("%q was accepted and gives %s", key, path)
		}
	})
}

func TestContentType(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"a/master.m3u8": "application/vnd.apple.mpegurl", "A.MP4": "video/mp4", "fr.vtt": "text/vtt; charset=utf-8",
		"none": "application/octet-stream", "x.html": "application/octet-stream",
	}
	for key, want := range cases {
		if got := blob.ContentType(key); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}
