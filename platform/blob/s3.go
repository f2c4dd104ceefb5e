package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"lucarne/platform/fault"
)

// S3 is a Store in one bucket of an S3-compatible service, below a prefix.
type S3 struct {
	service *Service
	bucket  Bucket
}

// Bucket is where in the service a store stands.
type Bucket struct {
	Name    string
	Prefix  string // put before every key as it is; usually ends with a slash
	BaseURL string // public address of Prefix (a CDN); "" for the address of the bucket itself
}

var _ Store = (*S3)(nil)

// largestCopy is what CopyObject takes in one request; larger objects are copied in parts.
const largestCopy = 5 << 30

// measuredBytes is how much of a body of unknown size is read before the upload begins.
const measuredBytes = 1 << 20

// Put uploads the reader. A large one goes in parts, of which one at a time is buffered in memory (streamPart).
func (s *S3) Put(ctx context.Context, key string, r io.Reader, o PutOptions) error {
	if err := ValidateKey(key); err != nil {
		return err
	}
	src := newSource(ctx, r, o)
	body, size, err := measure(src, o.Size)
	if err != nil {
		return s3Fault(err)
	}
	put := s.putOptions(key, o, size)
	put.PartSize = s.service.streamPart(size)
	_, err = s.client().PutObject(ctx, s.bucket.Name, s.object(key), body, size, put)
	return s3Fault(src.cause(err))
}

// measure reads the beginning of a body of unknown size: most are small, and then one request does instead of three.
// The size it gives is -1 when the body goes on.
func measure(r io.Reader, size int64) (io.Reader, int64, error) {
	if size > 0 {
		return r, size, nil
	}
	var head bytes.Buffer
	n, err := io.CopyN(&head, r, measuredBytes)
	if err == io.EOF {
		return &head, n, nil
	}
	return io.MultiReader(&head, r), -1, err
}

// Adopt uploads the local file in parts, several at once, without buffering them, then removes it.
func (s *S3) Adopt(ctx context.Context, key, localPath string, o PutOptions) error {
	if err := ValidateKey(key); err != nil {
		return err
	}
	if err := s.upload(ctx, key, localPath, o); err != nil {
		return err
	}
	return diskFault(os.Remove(localPath))
}

func (s *S3) upload(ctx context.Context, key, localPath string, o PutOptions) error {
	stat, err := statFile(localPath)
	if err != nil {
		return err
	}
	f, err := os.Open(localPath)
	if err != nil {
		return diskFault(err)
	}
	defer f.Close()
	put := s.putOptions(key, o, stat.Size())
	put.PartSize = s.service.partFor(s.service.options.MaxUploadPart, stat.Size())
	_, err = s.client().PutObject(ctx, s.bucket.Name, s.object(key), f, stat.Size(), put)
	return s3Fault(err)
}

// Open asks for the attributes; the content is fetched as it is read (see rangeReader).
func (s *S3) Open(ctx context.Context, key string) (*Object, error) {
	if err := ValidateKey(key); err != nil {
		return nil, err
	}
	stat, err := s.client().StatObject(ctx, s.bucket.Name, s.object(key), minio.StatObjectOptions{})
	if err != nil {
		return nil, s3Fault(err)
	}
	fetch := func(from, to int64) (io.ReadCloser, error) { return s.fetch(ctx, key, stat.ETag, from, to) }
	return &Object{Attributes: s3Attributes(key, stat), Content: &rangeReader{fetch: fetch, size: stat.Size}}, nil
}

// fetch reads the bytes from and to, both included, of the very content the attributes described.
func (s *S3) fetch(ctx context.Context, key, etag string, from, to int64) (io.ReadCloser, error) {
	var get minio.GetObjectOptions
	if err := errors.Join(get.SetRange(from, to), get.SetMatchETag(etag)); err != nil {
		return nil, s3Fault(err)
	}
	body, _, _, err := minio.Core{Client: s.client()}.GetObject(ctx, s.bucket.Name, s.object(key), get)
	return body, s3Fault(err)
}

// Stat asks for the attributes.
func (s *S3) Stat(ctx context.Context, key string) (Attributes, error) {
	if err := ValidateKey(key); err != nil {
		return Attributes{}, err
	}
	stat, err := s.client().StatObject(ctx, s.bucket.Name, s.object(key), minio.StatObjectOptions{})
	if err != nil {
		return Attributes{}, s3Fault(err)
	}
	return s3Attributes(key, stat), nil
}

func s3Attributes(key string, stat minio.ObjectInfo) Attributes {
	a := Attributes{Size: stat.Size, ModTime: stat.LastModified, ETag: `"` + stat.ETag + `"`, ContentType: stat.ContentType}
	if a.ContentType == "" {
		a.ContentType = ContentType(key)
	}
	return a
}

// Delete removes the object.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := ValidateKey(key); err != nil {
		return err
	}
	err := s3Fault(s.client().RemoveObject(ctx, s.bucket.Name, s.object(key), minio.RemoveObjectOptions{}))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// DeletePrefix lists the folder and removes what it finds, a thousand objects per request.
func (s *S3) DeletePrefix(ctx context.Context, prefix string) error {
	if err := ValidateKey(prefix); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var failed error
	listed := func(yield func(minio.ObjectInfo) bool) {
		for object := range s.objects(ctx, prefix) {
			if failed = object.Err; failed != nil || !yield(object) {
				return
			}
		}
	}
	removed, err := s.client().RemoveObjectsWithIter(ctx, s.bucket.Name, listed, minio.RemoveObjectsOptions{})
	if err != nil {
		return s3Fault(err)
	}
	for r := range removed {
		if r.Err != nil && minio.ToErrorResponse(r.Err).Code != minio.NoSuchKey {
			return s3Fault(r.Err)
		}
	}
	return s3Fault(failed)
}

// List pages through the objects of the folder.
func (s *S3) List(ctx context.Context, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := validateListing(prefix); err != nil {
			yield(Entry{}, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel() // ListObjectsIter leaks when it is left early with a live context
		for object := range s.objects(ctx, prefix) {
			if object.Err != nil {
				yield(Entry{}, s3Fault(object.Err))
				return
			}
			key := strings.TrimPrefix(object.Key, s.bucket.Prefix)
			if ValidateKey(key) != nil { // the "folder" objects some consoles make, and what others put there
				continue
			}
			if !yield(Entry{Key: key, Size: object.Size, ModTime: object.LastModified}, nil) {
				return
			}
		}
	}
}

func (s *S3) objects(ctx context.Context, prefix string) iter.Seq[minio.ObjectInfo] {
	if prefix != "" {
		prefix += "/"
	}
	return s.client().ListObjectsIter(ctx, s.bucket.Name, minio.ListObjectsOptions{Prefix: s.bucket.Prefix + prefix, Recursive: true})
}

// Copy is done by the service; nothing passes through us.
func (s *S3) Copy(ctx context.Context, from, to string, o PutOptions) error {
	if err := ValidateKey(to); err != nil {
		return err
	}
	source, err := s.Stat(ctx, from)
	if err != nil {
		return err
	}
	if o.ContentType == "" && ContentType(from) == ContentType(to) {
		o.ContentType = source.ContentType
	}
	do := s.client().CopyObject
	if source.Size > largestCopy {
		do = func(ctx context.Context, dst minio.CopyDestOptions, src minio.CopySrcOptions) (minio.UploadInfo, error) {
			return s.client().ComposeObject(ctx, dst, src)
		}
	}
	_, err = do(ctx, s.copyTarget(to, o), minio.CopySrcOptions{Bucket: s.bucket.Name, Object: s.object(from)})
	return s3Fault(err)
}

// copyTarget gives the headers as metadata, the one form that reaches single and multipart copies alike.
func (s *S3) copyTarget(key string, o PutOptions) minio.CopyDestOptions {
	meta := s.service.acl(o.Private)
	meta["Content-Type"] = o.contentType(key)
	if o.CacheControl != "" {
		meta["Cache-Control"] = o.CacheControl
	}
	return minio.CopyDestOptions{Bucket: s.bucket.Name, Object: s.object(key), UserMetadata: meta, ReplaceMetadata: true}
}

// Move copies and deletes: S3 has no rename. A kill in between leaves both.
func (s *S3) Move(ctx context.Context, from, to string, o PutOptions) error {
	if err := s.Copy(ctx, from, to, o); err != nil || from == to {
		return err
	}
	return s.Delete(ctx, from)
}

// URL is below BaseURL, or below the bucket's own address.
func (s *S3) URL(key string) string {
	if s.bucket.BaseURL != "" {
		return joinURL(s.bucket.BaseURL, key)
	}
	return joinURL(s.service.bucketURL(s.bucket.Name), s.object(key))
}

// SignedURL is an address anybody can fetch a private file from until it expires (at most 7 days, a rule of the
// signature). Browsers save the file as fileName, unless that is "".
func (s *S3) SignedURL(ctx context.Context, key string, valid time.Duration, fileName string) (string, error) {
	if err := ValidateKey(key); err != nil {
		return "", err
	}
	query := url.Values{}
	if fileName != "" {
		// RFC 6266 §4.1 with the extended value of RFC 8187: any name, no quoting to get wrong.
		query.Set("response-content-disposition", "attachment; filename*=UTF-8''"+url.PathEscape(fileName))
	}
	u, err := s.client().PresignedGetObject(ctx, s.bucket.Name, s.object(key), valid, query)
	if err != nil {
		return "", s3Fault(err)
	}
	return u.String(), nil
}

// Check says whether the bucket answers; it is what doctor reports.
func (s *S3) Check(ctx context.Context) error {
	found, err := s.client().BucketExists(ctx, s.bucket.Name)
	if err != nil {
		return s3Fault(err)
	}
	if !found {
		return fault.New(fault.Unavailable, "The object storage has no bucket named %q", s.bucket.Name)
	}
	return nil
}

func (s *S3) client() *minio.Client { return s.service.client }

func (s *S3) object(key string) string { return s.bucket.Prefix + key }

func (s *S3) putOptions(key string, o PutOptions, size int64) minio.PutObjectOptions {
	return minio.PutObjectOptions{
		ContentType: o.contentType(key), CacheControl: o.CacheControl, UserMetadata: s.service.acl(o.Private),
		// Over plain HTTP the client signs chunk by chunk; for an empty body it then leaves Content-Length out.
		DisableContentSha256: size == 0,
	}
}

// s3Fault gives an answer of the service its kind and a message fit for a user; nil stays nil.
func s3Fault(err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) || isContext(err) {
		return err
	}
	switch answer := minio.ToErrorResponse(err); {
	case answer.Code == minio.NoSuchKey:
		return fault.New(fault.NotFound, "File not found").Because(err)
	case answer.Code == minio.EntityTooLarge:
		return fault.New(fault.TooLarge, "The file is too large for the object storage").Because(err)
	case answer.StatusCode == http.StatusForbidden:
		return fault.New(fault.Unavailable, "The object storage refused the request").Because(err)
	}
	return fault.New(fault.Unavailable, "The object storage does not answer as it should").Because(err)
}
