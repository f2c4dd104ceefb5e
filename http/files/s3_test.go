package files_test

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// newSiteOnS3 keeps progressive files in a bucket.
func newSiteOnS3(t *testing.T) (s *site, bucketURL string) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("media"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(gofakes3.New(backend).Server())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // gofakes3 writes some headers twice
	server.Start()
	t.Cleanup(server.Close)
	s = newSiteOn(t, dbtest.SQLite(t), blob.SetOptions{
		S3:      &blob.S3Options{Endpoint: server.URL, ForcePathStyle: true, AccessKeyID: "id", SecretAccessKey: "secret", MaxAttempts: 1},
		Buckets: map[blob.Kind]blob.Bucket{blob.WebVideos: {Name: "media", Prefix: "web/"}},
	})
	return s, server.URL + "/media/web/"
}

func TestPublicFileIsFetchedFromTheBucket(t *testing.T) {
	s, bucketURL := newSiteOnS3(t)
	name := s.addFilm(t, s.Video(t, s.User(t, "alice", account.Ordinary), nil))
	w := s.get("/static/web-videos/" + name)
	if w.Code != 302 || w.Header().Get("Location") != bucketURL+name {
		t.Fatalf("got %d to %q, want %s", w.Code, w.Header().Get("Location"), bucketURL+name)
	}
	if got := fetch(t, w.Header().Get("Location")); !bytes.Equal(got, s.film) {
		t.Errorf("the bucket gave %d bytes", len(got))
	}
}

func fetch(t *testing.T, address string) []byte {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("got %d, %v", response.StatusCode, err)
	}
	return body
}

func TestPrivateFileOfABucketPassesThroughUs(t *testing.T) {
	s, bucketURL := newSiteOnS3(t)
	film := s.Video(t, s.User(t, "alice", account.Ordinary), func(d *video.Draft) { d.Privacy = video.Private })
	path := "/static/web-videos/private/" + s.addFilm(t, film)
	token, _ := s.tokens.Issue(film.UUID)
	if w := s.get(path); w.Code != 403 {
		t.Errorf("nobody: got %d", w.Code)
	}
	part := s.get(path+"?videoFileToken="+token, "Range", "bytes=5-14")
	if part.Code != 206 || part.Body.String() != "5678901234" {
		t.Errorf("range: got %d %q", part.Code, part.Body)
	}
	if beyond := s.get(path+"?videoFileToken="+token, "Range", "bytes=99999-"); beyond.Code != 416 {
		t.Errorf("beyond: got %d", beyond.Code)
	}
	if w := s.get("/static/web-videos/private%2F" + film.UUID.String() + "-web-720.mp4"); w.Code != 404 {
		t.Errorf("through an escaped slash: got %d to %s", w.Code, w.Header().Get("Location"))
	}
	if w := s.get("/static/web-videos/.hidden"); w.Code != 404 {
		t.Errorf("a name no store takes: got %d to %s", w.Code, w.Header().Get("Location"))
	}
	s.settings.SignPrivate = true
	signed := s.get(path + "?videoFileToken=" + token)
	if location := signed.Header().Get("Location"); signed.Code != 302 || !strings.HasPrefix(location, bucketURL+"private/") || !strings.Contains(location, "X-Amz-Signature=") {
		t.Errorf("signed: got %d to %q", signed.Code, location)
	}
	if w := s.get(path); w.Code != 403 {
		t.Errorf("nobody, where addresses are signed: got %d", w.Code)
	}
}

func TestDownloadFromABucketHasItsName(t *testing.T) {
	s, _ := newSiteOnS3(t)
	film := s.Video(t, s.User(t, "alice", account.Ordinary), func(d *video.Draft) { d.Name = "A film" })
	s.addFilm(t, film)
	w := s.get("/download/web-videos/" + film.UUID.String() + "-720.mp4")
	if w.Code != 200 || !bytes.Equal(w.Body.Bytes(), s.film) || w.Header().Get("Content-Disposition") != `attachment; filename="A film-720p.mp4"` {
		t.Errorf("got %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
}

func TestFilesOfABucketAreMuxed(t *testing.T) {
	s, _ := newSiteOnS3(t)
	w := s.get(s.addSplitFilm(t, s.Video(t, s.User(t, "alice", account.Ordinary), nil)))
	if got := streamsOf(t, w.Body.Bytes()); w.Code != 200 || got != "h264 aac" {
		t.Errorf("got %d with %s", w.Code, got)
	}
}
