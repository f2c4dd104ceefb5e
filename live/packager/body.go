package packager

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"sync"
)

// Body is a playlist or a list of digests, made once and shared by all who ask. It is not to be changed.
type Body struct {
	Plain       []byte
	Gzip        []byte
	ContentType string
	ETag        string
}

// cachedBody is a body made once for each version of what it tells. It is guarded by the packager's lock.
type cachedBody struct {
	version uint64
	made    *pendingBody
}

// at gives the body of a version. Its text is written at once, under the lock; what takes longer is done by pack.
func (c *cachedBody) at(version uint64, contentType string, text func() []byte) *pendingBody {
	if c.made == nil || c.version != version {
		c.version, c.made = version, &pendingBody{body: Body{Plain: text(), ContentType: contentType}}
	}
	return c.made
}

// pendingBody is a body that is packed by the first who needs it.
type pendingBody struct {
	once sync.Once
	body Body
	err  error
}

var packers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func (b *pendingBody) pack() (*Body, error) {
	b.once.Do(func() {
		w := packers.Get().(*gzip.Writer)
		defer packers.Put(w)
		var packed bytes.Buffer
		w.Reset(&packed)
		if _, b.err = w.Write(b.body.Plain); b.err == nil {
			b.err = w.Close()
		}
		b.body.Gzip = packed.Bytes()
		b.body.ETag = fmt.Sprintf("\"%x\"", sha256.Sum256(b.body.Plain))[:18] + "\""
	})
	return &b.body, b.err
}
