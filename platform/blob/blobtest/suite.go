// Package blobtest is the conformance suite every blob.Store passes.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"lucarne/platform/blob"
	"lucarne/platform/fault"
)

// Run checks a kind of store. Every call of open gives an empty one.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	cases := []struct {
		name string
		test func(*testing.T, blob.Store)
	}{
		{"what is put is read back", putAndOpen},
		{"a second put replaces the first", putReplaces},
		{"a failed put leaves the old file", failedPutLeavesOld},
		{"a reader shorter than its size is refused", shortReaderIsRefused},
		{"a reader longer than its size is cut", longReaderIsCut},
		{"a cancelled put stores nothing", cancelledPut},
		{"concurrent puts leave one whole file", concurrentPuts},
		{"adopt moves a local file", adoptMoves},
		{"adopt of nothing is not found", adoptOfNothing},
		{"missing keys are not found", missingKeys},
		{"bad keys are refused everywhere", badKeys},
		{"seek and range", seeking},
		{"http ranges", httpRanges},
		{"the ETag follows the content", etagFollowsContent},
		{"delete is repeatable", deleteIsRepeatable},
		{"delete of a prefix keeps its neighbours", deletePrefix},
		{"list", list},
		{"list can be left early", listLeftEarly},
		{"copy keeps both", copyKeepsBoth},
		{"move keeps one", moveKeepsOne},
		{"move onto itself keeps the file", moveOntoItself},
		{"local gives a path to read", localPath},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, open(t))
		})
	}
}

func putAndOpen(t *testing.T, s blob.Store) {
	for key, content := range map[string]string{
		"a.mp4": "video", "empty.vtt": "", "hls/private/é ü+&?#%.m3u8": "#EXTM3U",
		strings.Repeat("long/", 100) + "x.png": "deep", "no-extension": "?",
	} {
		put(t, s, key, content)
		object, err := s.Open(t.Context(), key)
		check(t, err)
		if got := readAll(t, object.Content); got != content {
			t.Errorf("content of %q: got %q, want %q", key, got, content)
		}
		if object.Size != int64(len(content)) || object.ContentType != blob.ContentType(key) || object.ModTime.IsZero() {
			t.Errorf("attributes of %q: got %+v", key, object.Attributes)
		}
		stat, err := s.Stat(t.Context(), key)
		check(t, err)
		if stat.Size != object.Size || stat.ETag != object.ETag || stat.ContentType != object.ContentType {
			t.Errorf("stat of %q: got %+v, want %+v", key, stat, object.Attributes)
		}
		check(t, object.Close())
	}
}

func putReplaces(t *testing.T, s blob.Store) {
	put(t, s, "a.txt", "a long first content")
	put(t, s, "a.txt", "second")
	want(t, s, "a.txt", "second")
}

func failedPutLeavesOld(t *testing.T, s blob.Store) {
	put(t, s, "a.txt", "old")
	broken := io.MultiReader(strings.NewReader("new"), iotest.ErrReader(errors.New("connection lost")))
	if err := s.Put(t.Context(), "a.txt", broken, blob.PutOptions{}); err == nil {
		t.Error("a put from a broken reader succeeded")
	}
	want(t, s, "a.txt", "old")
	wantKeys(t, s, "", "a.txt")
}

func shortReaderIsRefused(t *testing.T, s blob.Store) {
	err := s.Put(t.Context(), "a.txt", strings.NewReader("short"), blob.PutOptions{Size: 100})
	wantKind(t, "put", err, fault.Invalid)
	wantKeys(t, s, "")
}

func longReaderIsCut(t *testing.T, s blob.Store) {
	check(t, s.Put(t.Context(), "a.txt", strings.NewReader("longer than said"), blob.PutOptions{Size: 6}))
	want(t, s, "a.txt", "longer")
}

func cancelledPut(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.Put(ctx, "a.txt", strings.NewReader("text"), blob.PutOptions{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("put: got %v, want %v", err, context.Canceled)
	}
	wantKeys(t, s, "")
}

func concurrentPuts(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			content := strings.Repeat(string(rune('a'+i)), 10_000)
			if err := s.Put(t.Context(), "same/key.txt", strings.NewReader(content), blob.PutOptions{Size: 10_000}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got := read(t, s, "same/key.txt")
	if len(got) != 10_000 || strings.Count(got, got[:1]) != 10_000 {
		t.Errorf("got a mixture of %d bytes", len(got))
	}
}

func adoptMoves(t *testing.T, s blob.Store) {
	local := filepath.Join(t.TempDir(), "upload")
	check(t, os.WriteFile(local, []byte("uploaded"), 0o600))
	check(t, s.Adopt(t.Context(), "new/folder/a.mp4", local, blob.PutOptions{Private: true}))
	want(t, s, "new/folder/a.mp4", "uploaded")
	if _, err := os.Stat(local); !os.IsNotExist(err) {
		t.Errorf("local file after adopt: got %v, want none", err)
	}
}

func adoptOfNothing(t *testing.T, s blob.Store) {
	dir := t.TempDir()
	wantKind(t, "missing file", s.Adopt(t.Context(), "a.mp4", filepath.Join(dir, "none"), blob.PutOptions{}), fault.NotFound)
	wantKind(t, "folder", s.Adopt(t.Context(), "a.mp4", dir, blob.PutOptions{}), fault.NotFound)
	wantKeys(t, s, "")
}

func missingKeys(t *testing.T, s blob.Store) {
	put(t, s, "folder/a.txt", "a")
	for _, key := range []string{"none", "folder", "folder/none", "folder/a.txt/below"} {
		_, err := s.Open(t.Context(), key)
		wantKind(t, "open "+key, err, fault.NotFound)
		_, err = s.Stat(t.Context(), key)
		wantKind(t, "stat "+key, err, fault.NotFound)
		wantKind(t, "copy "+key, s.Copy(t.Context(), key, "other", blob.PutOptions{}), fault.NotFound)
		wantKind(t, "move "+key, s.Move(t.Context(), key, "other", blob.PutOptions{}), fault.NotFound)
	}
}

// BadKeys are keys every store refuses.
var BadKeys = []string{
	"..", "../a", "a/../b", "a/..", "./a", "a/./b", "/etc/passwd", "a//b", "a/", "/", `a\b`, `..\a`, "a\x00b", "a\nb", "\xff",
	".incoming/a", "a/.hidden", strings.Repeat("a", 256), strings.Repeat("ab/", 400) + "c",
}

func badKeys(t *testing.T, s blob.Store) {
	put(t, s, "good", "good")
	local := filepath.Join(t.TempDir(), "upload")
	check(t, os.WriteFile(local, []byte("uploaded"), 0o600))
	for _, key := range append([]string{""}, BadKeys...) {
		_, openErr := s.Open(t.Context(), key)
		_, statErr := s.Stat(t.Context(), key)
		for op, err := range map[string]error{
			"put":          s.Put(t.Context(), key, strings.NewReader("x"), blob.PutOptions{}),
			"adopt":        s.Adopt(t.Context(), key, local, blob.PutOptions{}),
			"open":         openErr,
			"stat":         statErr,
			"delete":       s.Delete(t.Context(), key),
			"deletePrefix": s.DeletePrefix(t.Context(), key),
			"copy from":    s.Copy(t.Context(), key, "other", blob.PutOptions{}),
			"copy to":      s.Copy(t.Context(), "good", key, blob.PutOptions{}),
			"move from":    s.Move(t.Context(), key, "other", blob.PutOptions{}),
			"move to":      s.Move(t.Context(), "good", key, blob.PutOptions{}),
		} {
			wantKind(t, op+" "+key, err, fault.Invalid)
		}
	}
	for _, prefix := range BadKeys {
		for _, err := range s.List(t.Context(), prefix) {
			wantKind(t, "list "+prefix, err, fault.Invalid)
		}
	}
	wantKeys(t, s, "", "good")
}

func seeking(t *testing.T, s blob.Store) {
	content := pattern(3 << 20)
	put(t, s, "a.bin", content)
	object, err := s.Open(t.Context(), "a.bin")
	check(t, err)
	defer object.Close()
	for _, c := range []struct {
		offset int64
		whence int
		from   int
	}{{0, io.SeekEnd, len(content)}, {5, io.SeekStart, 5}, {-10, io.SeekEnd, len(content) - 10}, {-2 << 20, io.SeekCurrent, 1 << 20}, {1<<20 - 1, io.SeekStart, 1<<20 - 1}} {
		at, err := object.Content.Seek(c.offset, c.whence)
		if err != nil || at != int64(c.from) {
			t.Fatalf("seek %d from %d: got %d, %v, want %d", c.offset, c.whence, at, err, c.from)
		}
		if got := readAll(t, object.Content); got != content[c.from:] {
			t.Errorf("read from %d: got %d other bytes, want %d", c.from, len(got), len(content)-c.from)
		}
	}
	if _, err := object.Content.Seek(-1, io.SeekStart); err == nil {
		t.Error("seeking before the start succeeded")
	}
}

func httpRanges(t *testing.T, s blob.Store) {
	content := pattern(2 << 20)
	put(t, s, "a.mp4", content)
	for _, c := range []struct {
		header string
		status int
		body   string
	}{
		{"", http.StatusOK, content},
		{"bytes=0-0", http.StatusPartialContent, content[:1]},
		{"bytes=1048570-1048590", http.StatusPartialContent, content[1048570:1048591]},
		{"bytes=-7", http.StatusPartialContent, content[len(content)-7:]},
		{"bytes=99999999-", http.StatusRequestedRangeNotSatisfiable, ""},
	} {
		object, err := s.Open(t.Context(), "a.mp4")
		check(t, err)
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/a.mp4", nil)
		r.Header.Set("Range", c.header)
		http.ServeContent(w, r, "a.mp4", object.ModTime, object.Content)
		check(t, object.Close())
		if w.Code != c.status || (c.body != "" && w.Body.String() != c.body) {
			t.Errorf("range %q: got %d with %d bytes, want %d with %d", c.header, w.Code, w.Body.Len(), c.status, len(c.body))
		}
	}
}

func etagFollowsContent(t *testing.T, s blob.Store) {
	put(t, s, "a.txt", "one")
	first, err := s.Stat(t.Context(), "a.txt")
	check(t, err)
	put(t, s, "a.txt", "three")
	second, err := s.Stat(t.Context(), "a.txt")
	check(t, err)
	if first.ETag == second.ETag || len(first.ETag) < 3 || first.ETag[0] != '"' {
		t.Errorf("tags: got %s and %s, want two quoted ones that differ", first.ETag, second.ETag)
	}
}

func deleteIsRepeatable(t *testing.T, s blob.Store) {
	put(t, s, "folder/a.txt", "a")
	put(t, s, "folder/b.txt", "b")
	for range 2 {
		check(t, s.Delete(t.Context(), "folder/a.txt"))
		check(t, s.Delete(t.Context(), "folder"))
		check(t, s.Delete(t.Context(), "none/at/all"))
		check(t, s.Delete(t.Context(), "folder/b.txt/below"))
	}
	wantKeys(t, s, "", "folder/b.txt")
}

func deletePrefix(t *testing.T, s blob.Store) {
	for _, key := range []string{"hls/1/a.mp4", "hls/1/b/c.mp4", "hls/12/a.mp4", "hls/1.mp4", "other"} {
		put(t, s, key, key)
	}
	for range 2 {
		check(t, s.DeletePrefix(t.Context(), "hls/1"))
		check(t, s.DeletePrefix(t.Context(), "none"))
		check(t, s.DeletePrefix(t.Context(), "other"))
	}
	wantKeys(t, s, "", "hls/1.mp4", "hls/12/a.mp4", "other")
}

func list(t *testing.T, s blob.Store) {
	wantKeys(t, s, "")
	for _, key := range []string{"a/1.txt", "a/b/2.txt", "ab/3.txt", "z"} {
		put(t, s, key, key)
	}
	wantKeys(t, s, "", "a/1.txt", "a/b/2.txt", "ab/3.txt", "z")
	wantKeys(t, s, "a", "a/1.txt", "a/b/2.txt")
	wantKeys(t, s, "none")
	wantKeys(t, s, "z")
	for entry, err := range s.List(t.Context(), "a/b") {
		check(t, err)
		if entry.Size != int64(len("a/b/2.txt")) || entry.ModTime.IsZero() {
			t.Errorf("entry: got %+v", entry)
		}
	}
}

func listLeftEarly(t *testing.T, s blob.Store) {
	for _, key := range []string{"a", "b", "c"} {
		put(t, s, key, key)
	}
	seen := 0
	for _, err := range s.List(t.Context(), "") {
		check(t, err)
		seen++
		break
	}
	if seen != 1 {
		t.Errorf("seen: got %d, want 1", seen)
	}
}

func copyKeepsBoth(t *testing.T, s blob.Store) {
	put(t, s, "private/a.mp4", "video")
	put(t, s, "a.mp4", "old")
	check(t, s.Copy(t.Context(), "private/a.mp4", "a.mp4", blob.PutOptions{}))
	want(t, s, "private/a.mp4", "video")
	want(t, s, "a.mp4", "video")
}

func moveKeepsOne(t *testing.T, s blob.Store) {
	put(t, s, "a.mp4", "video")
	check(t, s.Move(t.Context(), "a.mp4", "private/deep/é b.mp4", blob.PutOptions{Private: true}))
	want(t, s, "private/deep/é b.mp4", "video")
	wantKeys(t, s, "", "private/deep/é b.mp4")
}

func moveOntoItself(t *testing.T, s blob.Store) {
	put(t, s, "a.mp4", "video")
	check(t, s.Move(t.Context(), "a.mp4", "a.mp4", blob.PutOptions{Private: true}))
	want(t, s, "a.mp4", "video")
}

func localPath(t *testing.T, s blob.Store) {
	put(t, s, "a.mp4", "video")
	path, release, err := blob.Local(t.Context(), s, "a.mp4", t.TempDir())
	check(t, err)
	content, err := os.ReadFile(path)
	check(t, err)
	if string(content) != "video" {
		t.Errorf("content: got %q", content)
	}
	release()
	want(t, s, "a.mp4", "video")
	_, _, err = blob.Local(t.Context(), s, "none", t.TempDir())
	wantKind(t, "local", err, fault.NotFound)
}

func put(t *testing.T, s blob.Store, key, content string) {
	t.Helper()
	if err := s.Put(t.Context(), key, strings.NewReader(content), blob.PutOptions{Size: int64(len(content))}); err != nil {
		t.Fatalf("put %q: %v", key, err)
	}
}

func want(t *testing.T, s blob.Store, key, content string) {
	t.Helper()
	if got := read(t, s, key); got != content {
		t.Errorf("content of %q: got %q, want %q", key, got, content)
	}
}

func read(t *testing.T, s blob.Store, key string) string {
	t.Helper()
	object, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatalf("open %q: %v", key, err)
	}
	defer object.Close()
	return readAll(t, object.Content)
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := io.Copy(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func wantKeys(t *testing.T, s blob.Store, prefix string, keys ...string) {
	t.Helper()
	var got []string
	for entry, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		got = append(got, entry.Key)
	}
	slices.Sort(got)
	if !slices.Equal(got, keys) {
		t.Errorf("keys below %q: got %q, want %q", prefix, got, keys)
	}
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%.80q: got %v, want an error of kind %v", what, err, kind)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pattern(size int) string {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i>>8) ^ byte(i)
	}
	return string(b)
}
