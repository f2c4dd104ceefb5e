package blob_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/platform/blob"
	"lucarne/platform/blob/blobtest"
	"lucarne/platform/fault"
)

func newDisk(t *testing.T) *blob.Disk {
	t.Helper()
	d, err := blob.NewDisk(blob.DiskOptions{Root: filepath.Join(t.TempDir(), "root")})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDiskConforms(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) blob.Store { return newDisk(t) })
}

func TestDiskContentIsTheFileItself(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	put(t, d, "a.mp4", "video")
	object, err := d.Open(t.Context(), "a.mp4")
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	if _, ok := object.Content.(*os.File); !ok {
		t.Errorf("content: got %T, want *os.File, without which there is no sendfile", object.Content)
	}
}

func TestDiskAdoptKeepsTheSameFile(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	local := filepath.Join(filepath.Dir(d.Root()), "upload")
	if err := os.WriteFile(local, []byte("video"), 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(local)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Adopt(t.Context(), "a/b.mp4", local, blob.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	path, err := d.Path("a/b.mp4")
	if err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Errorf("adopted file: got another one (%v), want the same inode", err)
	}
}

func TestDiskAdoptFromAnotherDevice(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("/dev/shm", "blob")
	if err != nil {
		t.Skip("no second file system here")
	}
	defer os.RemoveAll(dir)
	local := filepath.Join(dir, "upload")
	if err := os.WriteFile(local, []byte("video"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDisk(t)
	if err := d.Adopt(t.Context(), "a.mp4", local, blob.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := readKey(t, d, "a.mp4"); got != "video" {
		t.Errorf("content: got %q", got)
	}
	if _, err := os.Stat(local); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("local file: got %v, want none", err)
	}
}

func TestDiskSweepsWhatAnInterruptedWriteLeft(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	old, fresh := filepath.Join(d.Root(), ".incoming", "put-old"), filepath.Join(d.Root(), ".incoming", "put-fresh")
	for _, path := range []string{old, fresh} {
		if err := os.WriteFile(path, []byte("part"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	longAgo := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, longAgo, longAgo); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.NewDisk(blob.DiskOptions{Root: d.Root()}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("old leftover: got %v, want it gone", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("write under way: got %v, want it kept", err)
	}
}

func TestDiskConflicts(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	put(t, d, "folder/a", "a")
	cases := map[string]string{"a file over a folder": "folder", "a folder over a file": "folder/a/b"}
	for name, key := range cases {
		if err := d.Put(t.Context(), key, strings.NewReader("x"), blob.PutOptions{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: got %v, want a conflict", name, err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(d.Root(), ".incoming")); err != nil || len(left) != 0 {
		t.Errorf("staging folder: got %v, %v, want it empty", left, err)
	}
}

func TestDiskReadsOnlyRegularFiles(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	if err := os.Mkdir(filepath.Join(d.Root(), "folder.mp4"), 0o750); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(t.Context(), "folder.mp4"); !fault.Is(err, fault.NotFound) {
		t.Errorf("open of a folder: got %v, want not found", err)
	}
}

func TestDiskFull(t *testing.T) {
	t.Parallel()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer f.Close()
	_, err = f.WriteString("x")
	err = blob.DiskFault(err)
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind != fault.Unavailable || known.Message != "The disk is full" {
		t.Errorf("got %v, want %q", err, "The disk is full")
	}
}

func TestDiskCheckAndFreeSpace(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	if err := d.Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
	free, total, err := blob.FreeSpace(d.Root())
	if err != nil || free <= 0 || total < free {
		t.Errorf("free space: got %d of %d, %v", free, total, err)
	}
	if _, _, err := blob.FreeSpace(filepath.Join(d.Root(), "none")); !fault.Is(err, fault.NotFound) {
		t.Errorf("free space of nothing: got %v, want not found", err)
	}
}
