package files

import (
	"context"

	"lucarne/platform/blob"
	"lucarne/platform/fault"
)

// storeOf is where files of a kind are found: the bucket when there is one, and behind it the folder, which still holds what was
// stored before the bucket was.
func (f *Files) storeOf(kind blob.Kind) opener {
	remote, ok := f.o.Blobs.Remote(kind)
	if !ok {
		return f.o.Blobs.Local(kind)
	}
	return moved{remote: remote, local: f.o.Blobs.Local(kind)}
}

type moved struct {
	remote *blob.S3
	local  *blob.Disk
}

func (m moved) Open(ctx context.Context, key string) (*blob.Object, error) {
	object, err := m.local.Open(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return m.remote.Open(ctx, key)
	}
	return object, err
}

// URL is the bucket's address, unless the file is still here.
func (m moved) URL(key string) string {
	if _, err := m.local.Stat(context.Background(), key); err == nil {
		return ""
	}
	return m.remote.URL(key)
}
