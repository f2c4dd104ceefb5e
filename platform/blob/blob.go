// Package blob keeps files under keys, on disk or in S3-compatible object storage, behind one interface.
package blob

import (
	"context"
	"io"
	"iter"
	"os"
	"sync/atomic"
	"time"

	"lucarne/platform/fault"
)

// Store keeps files under keys. A key is a slash-separated relative path (see ValidateKey) and is never also a folder of
// other keys. A prefix names a folder, without a final slash. Stores are safe for concurrent use.
//
// Errors carry a fault kind: NotFound for a key that holds nothing, Invalid for a key that may not be one, Unavailable
// when the disk is full or the storage does not answer.
type Store interface {
	// Put writes what r holds under key, replacing what was there. Readers see the old file or the whole new one,
	// never a part; when Put fails the old file stays.
	Put(ctx context.Context, key string, r io.Reader, o PutOptions) error
	// Adopt moves a local file into the store under key, without a second copy on the local disk where that is possible.
	// The local file is gone after success and untouched after failure.
	Adopt(ctx context.Context, key, localPath string, o PutOptions) error
	// Open gives the file for reading. The caller closes it, and keeps ctx alive until then.
	Open(ctx context.Context, key string) (*Object, error)
	// Stat gives the attributes without the content.
	Stat(ctx context.Context, key string) (Attributes, error)
	// Delete removes a file. A key that holds nothing is no error.
	Delete(ctx context.Context, key string) error
	// DeletePrefix removes every file of a folder. The empty prefix is refused.
	DeletePrefix(ctx context.Context, prefix string) error
	// List yields every file of a folder and of those below it, in no promised order; "" lists everything.
	// It stops after the first error it yields.
	List(ctx context.Context, prefix string) iter.Seq2[Entry, error]
	// Copy makes the file at from appear at to as well, with the access and headers of o.
	Copy(ctx context.Context, from, to string, o PutOptions) error
	// Move takes the file from one key to another, with the access and headers of o. Moving a file onto itself only
	// changes those.
	Move(ctx context.Context, from, to string, o PutOptions) error
	// URL is where the public fetches the key without us, or "" when it cannot.
	URL(key string) string
}

// PutOptions describes a file to the store. The zero value is right for a public file of unknown size.
type PutOptions struct {
	Size         int64  // bytes to read; 0 when not known. A reader that ends sooner is an error; more is not read
	ContentType  string // "" follows the extension of the key. The disk keeps none and always answers by extension
	CacheControl string // Cache-Control for those who fetch URL; the disk keeps none
	Private      bool   // only we may fetch it. On disk the caller's folders decide who sees what
}

// Attributes says what is known of a stored file without reading it.
type Attributes struct {
	Size        int64
	ModTime     time.Time
	ETag        string // strong and quoted, ready for the ETag header; changes with the content
	ContentType string
}

// Entry is one file of a listing.
type Entry struct {
	Key     string
	Size    int64
	ModTime time.Time
}

// Object is an open file. Content of a file on disk is the *os.File itself, so that http.ServeContent ends in sendfile;
// give Content, not a wrapper of it, to the writer.
type Object struct {
	Attributes
	Content io.ReadSeekCloser
}

// Close releases the content.
func (o *Object) Close() error { return o.Content.Close() }

// source is the reader of a Put: it ends with the context, and when the size is known it gives exactly that many bytes or
// an error, never a short file. It remembers why it failed, since clients tend to hide the error of a body.
type source struct {
	ctx    context.Context
	r      io.Reader
	sized  bool
	left   int64
	failed atomic.Pointer[error] // the transport reads in its own goroutine
}

func newSource(ctx context.Context, r io.Reader, o PutOptions) *source {
	return &source{ctx: ctx, r: r, sized: o.Size > 0, left: o.Size}
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.read(p)
	if err != nil && err != io.EOF {
		s.failed.Store(&err)
	}
	return n, err
}

func (s *source) read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if !s.sized {
		return s.r.Read(p)
	}
	if s.left <= 0 {
		return 0, io.EOF
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if err == io.EOF && s.left > 0 {
		return n, fault.New(fault.Invalid, "The file arrived incomplete").Because(io.ErrUnexpectedEOF)
	}
	return n, err
}

// cause is the reader's own error where it has one, else err.
func (s *source) cause(err error) error {
	if own := s.failed.Load(); err != nil && own != nil {
		return *own
	}
	return err
}

// Local gives a path programs such as ffmpeg can read the file at: the file itself when it is on disk, a download into
// tempDir otherwise. The caller calls release when done, and never writes to the path.
func Local(ctx context.Context, s Store, key, tempDir string) (path string, release func(), err error) {
	if d, ok := s.(*Disk); ok {
		path, err = d.Path(key)
		return path, func() {}, err
	}
	path, err = download(ctx, s, key, tempDir)
	if err != nil {
		return "", nil, err
	}
	return path, func() { os.Remove(path) }, nil
}

func download(ctx context.Context, s Store, key, tempDir string) (string, error) {
	object, err := s.Open(ctx, key)
	if err != nil {
		return "", err
	}
	defer object.Close()
	return writeTemp(ctx, tempDir, object.Content, PutOptions{Size: object.Size})
}
