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
	if m.isHere(key) {
		return ""
	}
	return m.remote.URL(key)
}

// signedURL is an address of the bucket for those who hold it, "" while the file is still here.
func (m moved) signedURL(ctx context.Context, key, name string) (string, error) {
	if m.isHere(key) {
		return "", nil
	}
	return m.remote.SignedURL(ctx, key, signatureAge, name)
}

func (m moved) isHere(key string) bool {
	_, err := m.local.Stat(context.Background(), key)
	return err == nil
}
