package blob

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Options says how to reach an S3-compatible service.
type S3Options struct {
	Endpoint        string // "https://s3.example.org", "http://localhost:9000"; https when it names no scheme
	Region          string // "" means us-east-1
	ForcePathStyle  bool   // the bucket in the path instead of the host name
	AccessKeyID     string // "" means requests are not signed
	SecretAccessKey string
	PublicACL       string // canned ACL of public files ("public-read"); "" sends none
	PrivateACL      string // canned ACL of private files ("private"); "" sends none
	MaxUploadPart   int64  // bytes per part of an upload; 0 means 100 MB
	MaxAttempts     int    // tries per request; 0 means 3

	Transport http.RoundTripper // nil means the client's own
}

const (
	smallestPart    = 5 << 20 // Amazon S3 quotas: parts of 5 MiB to 5 GiB, 10,000 of them
	largestPart     = 5 << 30
	mostParts       = 10_000
	bufferedPart    = 16 << 20 // an upload whose parts are held in memory uses no larger ones, unless the file needs them
	defaultPart     = 100_000_000
	defaultAttempts = 3
	defaultRegion   = "us-east-1"
)

// Service is the connection to an S3-compatible service; its buckets share it.
type Service struct {
	client   *minio.Client
	endpoint *url.URL
	options  S3Options
}

// NewService prepares the connection. It sends nothing yet.
func NewService(o S3Options) (*Service, error) {
	endpoint, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds:        credentials.NewStaticV4(o.AccessKeyID, o.SecretAccessKey, ""),
		Secure:       endpoint.Scheme == "https",
		Region:       o.Region,
		BucketLookup: o.lookup(),
		MaxRetries:   o.MaxAttempts,
		Transport:    o.Transport,
	})
	if err != nil {
		return nil, fmt.Errorf("object storage: %w", err)
	}
	return &Service{client: client, endpoint: endpoint, options: o}, nil
}

// Bucket is the store at a place of the service.
func (s *Service) Bucket(b Bucket) *S3 { return &S3{service: s, bucket: b} }

func parseEndpoint(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("object storage endpoint: %w", err)
	}
	if u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("object storage endpoint %q: want a scheme and a host, as in https://s3.example.org", u.Redacted())
	}
	return u, nil
}

func (o S3Options) withDefaults() S3Options {
	if o.Region == "" {
		o.Region = defaultRegion
	}
	if o.MaxUploadPart <= 0 {
		o.MaxUploadPart = defaultPart
	}
	o.MaxUploadPart = min(max(o.MaxUploadPart, smallestPart), largestPart)
	if o.MaxAttempts <= 0 {
		o.MaxAttempts = defaultAttempts
	}
	return o
}

func (o S3Options) lookup() minio.BucketLookupType {
	if o.ForcePathStyle {
		return minio.BucketLookupPath
	}
	return minio.BucketLookupDNS
}

// acl is always a new map: the callers add to it.
func (s *Service) acl(isPrivate bool) map[string]string {
	acl := s.options.PublicACL
	if isPrivate {
		acl = s.options.PrivateACL
	}
	if acl == "" {
		return map[string]string{}
	}
	return map[string]string{"x-amz-acl": acl}
}

// streamPart keeps the buffer of a streamed upload small: 16 MiB reach 156 GiB.
func (s *Service) streamPart(size int64) uint64 {
	return s.partFor(min(s.options.MaxUploadPart, bufferedPart), size)
}

// partFor is the wanted part size, or the smallest whole number of MiB that carries size in the parts S3 allows.
func (s *Service) partFor(wanted, size int64) uint64 {
	const mebi = 1 << 20
	needed := int64(math.Ceil(float64(size)/mostParts/mebi)) * mebi
	return uint64(max(wanted, needed, smallestPart))
}

func (s *Service) bucketURL(bucket string) string {
	u := *s.endpoint
	u.Path = "/"
	if s.options.ForcePathStyle {
		u.Path = "/" + bucket + "/"
		return u.String()
	}
	u.Host = bucket + "." + u.Host
	return u.String()
}
