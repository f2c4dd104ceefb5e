package blob_test

import (
	"context"
	"crypto/rand"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"lucarne/platform/blob"
	"lucarne/platform/blob/blobtest"
	"lucarne/platform/fault"
)

// recorder keeps the requests a fake service saw.
type recorder struct {
	mu       sync.Mutex
	next     http.Handler
	requests []*http.Request
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.requests = append(r.requests, req.Clone(context.Background()))
	r.mu.Unlock()
	r.next.ServeHTTP(w, req)
}

func (r *recorder) last(t *testing.T, method string) *http.Request {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.requests) - 1; i >= 0; i-- {
		if r.requests[i].Method == method {
			return r.requests[i]
		}
	}
	t.Fatalf("no %s request was made", method)
	return nil
}

func newS3(t *testing.T) (*blob.S3, *recorder) {
	t.Helper()
	server, seen := newFake(t)
	server.StartTLS()
	o := options(server.URL)
	o.Transport = server.Client().Transport
	return bucketOf(t, o), seen
}

// newFake gives a service that is not started yet.
func newFake(t *testing.T) (*httptest.Server, *recorder) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("media"); err != nil {
		t.Fatal(err)
	}
	seen := &recorder{next: gofakes3.New(backend).Server()}
	server := httptest.NewUnstartedServer(seen)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // gofakes3 writes some headers twice
	t.Cleanup(server.Close)
	return server, seen
}

func bucketOf(t *testing.T, o blob.S3Options) *blob.S3 {
	t.Helper()
	service, err := blob.NewService(o)
	if err != nil {
		t.Fatal(err)
	}
	return service.Bucket(blob.Bucket{Name: "media", Prefix: "videos/"})
}

func options(endpoint string) blob.S3Options {
	return blob.S3Options{
		Endpoint: endpoint, ForcePathStyle: true, AccessKeyID: "id", SecretAccessKey: "secret",
		PublicACL: "public-read", PrivateACL: "private", MaxUploadPart: 5 << 20, MaxAttempts: 1,
	}
}

func TestS3Conforms(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) blob.Store {
		s, _ := newS3(t)
		return s
	})
}

func TestS3ConformsOverPlainHTTP(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) blob.Store {
		server, _ := newFake(t)
		server.Start()
		return bucketOf(t, options(server.URL))
	})
}

func TestS3SendsAccessAndHeaders(t *testing.T) {
	t.Parallel()
	s, seen := newS3(t)
	o := blob.PutOptions{Private: true, ContentType: "video/x-test", CacheControl: "max-age=60", Size: 5}
	if err := s.Put(t.Context(), "a.mp4", strings.NewReader("video"), o); err != nil {
		t.Fatal(err)
	}
	wantHeaders(t, seen.last(t, http.MethodPut), map[string]string{"X-Amz-Acl": "private", "Content-Type": "video/x-test", "Cache-Control": "max-age=60"})
	if err := s.Move(t.Context(), "a.mp4", "a.mp4", blob.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	wantHeaders(t, seen.last(t, http.MethodPut), map[string]string{
		"X-Amz-Acl": "public-read", "Content-Type": "video/x-test", "X-Amz-Metadata-Directive": "REPLACE", "X-Amz-Copy-Source": "media/videos/a.mp4",
	})
}

func wantHeaders(t *testing.T, r *http.Request, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := r.Header.Get(name); got != value {
			t.Errorf("%s of %s %s: got %q, want %q", name, r.Method, r.URL.Path, got, value)
		}
	}
}

func TestS3WithoutACLSendsNone(t *testing.T) {
	t.Parallel()
	server, seen := newFake(t)
	server.Start()
	o := options(server.URL)
	o.PublicACL, o.PrivateACL = "", ""
	put(t, bucketOf(t, o), "a.mp4", "video")
	if got, sent := seen.last(t, http.MethodPut).Header["X-Amz-Acl"]; sent {
		t.Errorf("ACL: got %q, want none", got)
	}
}

func TestS3LargeUploads(t *testing.T) {
	t.Parallel()
	content := make([]byte, 11<<20) // three parts of 5 MiB
	if _, err := rand.Read(content); err != nil {
		t.Fatal(err)
	}
	ways := map[string]func(s *blob.S3) error{
		"size known": func(s *blob.S3) error {
			return s.Put(t.Context(), "a", reader(content), blob.PutOptions{Size: 11 << 20})
		},
		"size unknown": func(s *blob.S3) error { return s.Put(t.Context(), "a", reader(content), blob.PutOptions{}) },
		"local file": func(s *blob.S3) error {
			local := filepath.Join(t.TempDir(), "upload")
			if err := os.WriteFile(local, content, 0o600); err != nil {
				return err
			}
			return s.Adopt(t.Context(), "a", local, blob.PutOptions{})
		},
	}
	for name, upload := range ways {
		t.Run(name, func(t *testing.T) {
			s, seen := newS3(t)
			if err := upload(s); err != nil {
				t.Fatal(err)
			}
			if got := readKey(t, s, "a"); got != string(content) {
				t.Errorf("content: got %d other bytes, want %d", len(got), len(content))
			}
			if part := seen.last(t, http.MethodPut).URL.Query().Get("partNumber"); part == "" {
				t.Error("the upload was not in parts")
			}
		})
	}
}

// reader hides everything but Read, as a request body does.
func reader(content []byte) io.Reader { return io.MultiReader(strings.NewReader(string(content))) }

func TestS3FetchesOnlyWhatIsRead(t *testing.T) {
	t.Parallel()
	s, seen := newS3(t)
	put(t, s, "a.mp4", strings.Repeat("x", 9<<20))
	object, err := s.Open(t.Context(), "a.mp4")
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	steps := []struct {
		seek, read int64
		want       string // the range of the last request
	}{
		{5 << 20, 10, "bytes=5242880-6291455"},
		{100, 1 << 20, "bytes=100-1048675"},
		{1048676, 2 << 20, "bytes=1048676-3145827"}, // reading on: the window has doubled
		{9<<20 - 1, 1, "bytes=9437183-9437183"},
	}
	for _, step := range steps {
		if _, err := object.Content.Seek(step.seek, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, object.Content, step.read); err != nil {
			t.Fatal(err)
		}
		if got := seen.last(t, http.MethodGet).Header.Get("Range"); got != step.want {
			t.Errorf("range after reading %d at %d: got %s, want %s", step.read, step.seek, got, step.want)
		}
	}
}

func TestS3URLs(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, endpoint string
		pathStyle      bool
		bucket         blob.Bucket
		want           string
	}{
		{"path style", "http://s3.test:9000", true, blob.Bucket{Name: "b", Prefix: "p/"}, "http://s3.test:9000/b/p/k%20%C3%A9/a.mp4"},
		{"host style", "https://s3.test", false, blob.Bucket{Name: "b", Prefix: "p/"}, "https://b.s3.test/p/k%20%C3%A9/a.mp4"},
		{"no scheme", "s3.test", false, blob.Bucket{Name: "b"}, "https://b.s3.test/k%20%C3%A9/a.mp4"},
		{"base URL", "s3.test", false, blob.Bucket{Name: "b", Prefix: "p/", BaseURL: "https://cdn.test/v/"}, "https://cdn.test/v/k%20%C3%A9/a.mp4"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			service, err := blob.NewService(blob.S3Options{Endpoint: c.endpoint, ForcePathStyle: c.pathStyle})
			if err != nil {
				t.Fatal(err)
			}
			if got := service.Bucket(c.bucket).URL("k é/a.mp4"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestS3RefusesBadEndpoints(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"", "ftp://s3.test", "https://", "https://s3.test/path", "https://s3 .test"} {
		if _, err := blob.NewService(blob.S3Options{Endpoint: endpoint}); err == nil {
			t.Errorf("endpoint %q was accepted", endpoint)
		}
	}
}

func TestS3SignedURLCanBeFetched(t *testing.T) {
	t.Parallel()
	server, _ := newFake(t)
	server.Start()
	s := bucketOf(t, options(server.URL))
	put(t, s, "private/a.mp4", "video")
	address, err := s.SignedURL(t.Context(), "private/a.mp4", time.Hour, "Été \"1\".mp4")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := u.Query().Get("response-content-disposition"), "attachment; filename*=UTF-8''%C3%89t%C3%A9%20%221%22.mp4"; got != want {
		t.Errorf("disposition: got %s, want %s", got, want)
	}
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "video" {
		t.Errorf("body: got %q, %v", body, err)
	}
}

func TestS3FaultsAreFitForUsers(t *testing.T) {
	t.Parallel()
	status := func(code int) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
	}
	for name, code := range map[string]int{"refused": http.StatusForbidden, "broken": http.StatusInternalServerError} {
		t.Run(name, func(t *testing.T) {
			server := status(code)
			defer server.Close()
			s := bucketOf(t, options(server.URL))
			if _, err := s.Stat(t.Context(), "a"); !fault.Is(err, fault.Unavailable) {
				t.Errorf("stat: got %v, want unavailable", err)
			}
			if err := s.Check(t.Context()); !fault.Is(err, fault.Unavailable) {
				t.Errorf("check: got %v, want unavailable", err)
			}
		})
	}
}

func TestS3Check(t *testing.T) {
	t.Parallel()
	s, _ := newS3(t)
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("check: %v", err)
	}
}
