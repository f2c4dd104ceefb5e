package e2e_test

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // what BitTorrent uses (BEP 3)
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/zeebo/bencode"

	"lucarne/app/apptest"
)

// bucket is an S3 service that knows which access each of its objects was last given.
type bucket struct {
	backend gofakes3.Backend
	service http.Handler
	url     string

	mu     sync.Mutex
	access map[string]string // by key
}

const bucketName = "media"

func startBucket(t *testing.T) *bucket {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket(bucketName); err != nil {
		t.Fatal(err)
	}
	b := &bucket{backend: backend, service: gofakes3.New(backend).Server(), access: make(map[string]string)}
	server := httptest.NewUnstartedServer(b)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // gofakes3 writes some headers twice
	server.Start()
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if key, inBucket := strings.CutPrefix(r.URL.Path, "/"+bucketName+"/"); inBucket && key != "" {
		b.note(key, r)
	}
	b.service.ServeHTTP(w, r)
}

func (b *bucket) note(key string, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if access := r.Header.Get("x-amz-acl"); access != "" {
		b.access[key] = access
	}
}

// objects gives the access of everything below a folder.
func (b *bucket) objects(t *testing.T, folder string) map[string]string {
	t.Helper()
	list, err := b.backend.ListBucket(bucketName, &gofakes3.Prefix{HasPrefix: folder != "", Prefix: folder}, gofakes3.ListBucketPage{})
	if err != nil || list.IsTruncated {
		t.Fatalf("list the bucket: %v, truncated: %v", err, list.IsTruncated)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	found := make(map[string]string, len(list.Contents))
	for _, object := range list.Contents {
		found[object.Key] = b.access[object.Key]
	}
	return found
}

// settings keep every kind of file in the bucket.
func (b *bucket) settings() []string {
	settings := []string{
		"LUCARNE_OBJECT_STORAGE_ENABLED=true", "LUCARNE_OBJECT_STORAGE_ENDPOINT=" + b.url, "LUCARNE_OBJECT_STORAGE_FORCE_PATH_STYLE=true",
		"LUCARNE_OBJECT_STORAGE_CREDENTIALS_ACCESS_KEY_ID=id", "LUCARNE_OBJECT_STORAGE_CREDENTIALS_SECRET_ACCESS_KEY=secret",
		"LUCARNE_TRANSCODING_ORIGINAL_FILE_KEEP=true", "LUCARNE_TRANSCODING_WEB_VIDEOS_ENABLED=true", "LUCARNE_VIDEO_FILE_UPDATE_ENABLED=true",
	}
	for _, kind := range []string{"STREAMING_PLAYLISTS", "WEB_VIDEOS", "ORIGINAL_VIDEO_FILES", "CAPTIONS"} {
		settings = append(settings, "LUCARNE_OBJECT_STORAGE_"+kind+"_BUCKET_NAME="+bucketName)
	}
	return settings
}

// bucketFolders are the prefixes of what the bucket holds for videos.
var bucketFolders = []string{"web-videos/", "streaming-playlists/", "original-video-files/", "captions/"}

// checkAccess fails unless every object of a published video can be read by those who may see it, and the original by nobody.
func (b *bucket) checkAccess(t *testing.T, want string, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		found := b.objects(t, folder)
		if len(found) == 0 {
			t.Errorf("%s is empty", folder)
		}
		for key, access := range found {
			if access != want {
				t.Errorf("%s: access %q, want %q", key, access, want)
			}
		}
	}
}

// follow gets an address as browsers do: from the bucket, when the site says so.
func follow(t *testing.T, c *apptest.Client, address string) *apptest.Answer {
	t.Helper()
	answer := c.Do("GET", address, nil)
	if answer.Status == http.StatusFound {
		answer = c.Do("GET", answer.Header.Get("Location"), nil)
	}
	return answer
}

func TestVideoLifeInABucket(t *testing.T) {
	b := startBucket(t)
	site := apptest.Start(t, apptest.Options{Settings: b.settings()})
	root, visitor := site.Root(t), site.Visitor(t)
	film := root.Upload(apptest.Landscape(t), map[string]any{"name": "In a bucket"})
	site.Settle(t)
	b.checkAccess(t, "public-read", "web-videos/", "streaming-playlists/")
	b.checkAccess(t, "private", "original-video-files/")
	if local := site.Files(t, "web-videos", "streaming-playlists", "original-video-files", "captions", "tmp"); len(local) != 0 {
		t.Errorf("on disk there are still %v", local)
	}
	checkInBucket(t, visitor, visitor.Video(film))

	root.Send("PUT", film.Path()+"/captions/fr", apptest.Form{Files: map[string]string{"captionfile": apptest.Captions(t)}}, http.StatusNoContent)
	site.Settle(t)
	b.checkAccess(t, "public-read", "captions/")
	open := visitor.Video(film)

	root.Put(film.Path(), map[string]any{"privacy": apptest.Private})
	site.Settle(t)
	b.checkAccess(t, "private", bucketFolders...)
	checkGuarded(t, root, visitor, open, root.Video(film))

	root.Put(film.Path(), map[string]any{"privacy": apptest.Public})
	site.Settle(t)
	b.checkAccess(t, "public-read", "web-videos/", "streaming-playlists/", "captions/")
	checkInBucket(t, visitor, visitor.Video(film))

	replaceInBucket(t, b, site, root, visitor.Video(film))

	root.Delete(film.Path())
	site.Settle(t)
	if left := b.objects(t, ""); len(left) != 0 {
		t.Errorf("the deleted video left %v", slices.Sorted(maps.Keys(left)))
	}
	checkGone(t, site, film)
}

// checkInBucket reads what everybody may see, and compares it with what the API and the torrents say.
func checkInBucket(t *testing.T, c *apptest.Client, v apptest.Video) {
	t.Helper()
	if len(v.Files) == 0 || len(v.Playlists) != 1 {
		t.Fatalf("files: %+v", v)
	}
	for _, file := range v.All() {
		whole := follow(t, c, file.URL)
		if whole.Status != http.StatusOK || int64(len(whole.Body)) != file.Size {
			t.Fatalf("%s: %d with %d bytes, the API says %d", file.URL, whole.Status, len(whole.Body), file.Size)
		}
		part := follow(t, c.With("Range", "bytes=10-19"), file.URL)
		if part.Status != http.StatusPartialContent || !bytes.Equal(part.Body, whole.Body[10:20]) {
			t.Errorf("%s: the range answers %d", file.URL, part.Status)
		}
		c.Serves(t, file.DownloadURL)
		checkTorrent(t, c, file, whole.Body)
	}
	master := follow(t, c, v.Playlists[0].URL)
	if !bytes.HasPrefix(master.Body, []byte("#EXTM3U")) {
		t.Errorf("%s: %d %s", v.Playlists[0].URL, master.Status, master.Body)
	}
}

// checkTorrent hashes the pieces of a file, and fetches it from the torrent's web seed (BEP 3, BEP 19).
func checkTorrent(t *testing.T, c *apptest.Client, file apptest.Rendition, content []byte) {
	t.Helper()
	var torrent struct {
		Seeds []string `bencode:"url-list"`
		Info  struct {
			Length int64  `bencode:"length"`
			Size   int    `bencode:"piece length"`
			Pieces string `bencode:"pieces"`
		} `bencode:"info"`
	}
	if err := bencode.DecodeBytes(c.Send("GET", file.TorrentURL, nil, http.StatusOK).Body, &torrent); err != nil {
		t.Fatalf("%s: %v", file.TorrentURL, err)
	}
	var pieces []byte
	for piece := range slices.Chunk(content, torrent.Info.Size) {
		sum := sha1.Sum(piece) //nolint:gosec // see the import
		pieces = append(pieces, sum[:]...)
	}
	if torrent.Info.Length != int64(len(content)) || torrent.Info.Pieces != string(pieces) {
		t.Errorf("%s is not of %s", file.TorrentURL, file.URL)
	}
	if len(torrent.Seeds) == 0 {
		t.Fatalf("%s has no web seed", file.TorrentURL)
	}
	if seed := follow(t, c, torrent.Seeds[0]); !bytes.Equal(seed.Body, content) {
		t.Errorf("web seed %s: %d with %d bytes", torrent.Seeds[0], seed.Status, len(seed.Body))
	}
}

// checkGuarded looks at a video that was open and is private now.
func checkGuarded(t *testing.T, owner, visitor *apptest.Client, open, now apptest.Video) {
	t.Helper()
	for _, file := range open.All() {
		if answer := follow(t, visitor, file.URL); answer.Status == http.StatusOK {
			t.Errorf("%s still answers everybody", file.URL)
		}
	}
	for _, file := range now.All() {
		if answer := follow(t, visitor, file.URL); answer.Status != http.StatusForbidden {
			t.Errorf("%s answers strangers %d, want 403", file.URL, answer.Status)
		}
		owner.Serves(t, file.URL)
		if whole := owner.Send("GET", file.URL, nil, http.StatusOK); int64(len(whole.Body)) != file.Size {
			t.Errorf("%s: %d bytes, the API says %d", file.URL, len(whole.Body), file.Size)
		}
	}
	checkFileToken(t, owner, visitor, now)
	checkPlaylists(t, owner, now.Playlists[0])
}

func replaceInBucket(t *testing.T, b *bucket, site *apptest.Instance, root *apptest.Client, before apptest.Video) {
	t.Helper()
	old := b.objects(t, "")
	sending := root.BeginAt(before.Path()+"/source/replace-resumable", apptest.Portrait(t), map[string]any{"filename": "portrait.mp4"})
	if answer := root.Piece(sending, 0, len(sending.Content)); answer.Status != http.StatusNoContent {
		t.Fatalf("replacement: %d %s", answer.Status, answer.Body)
	}
	site.Settle(t)
	for _, folder := range []string{"web-videos/", "original-video-files/"} {
		for key := range b.objects(t, folder) {
			if _, isOld := old[key]; isOld {
				t.Errorf("%s is of the old source", key)
			}
		}
	}
	b.checkAccess(t, "public-read", "web-videos/", "streaming-playlists/", "captions/")
	b.checkAccess(t, "private", "original-video-files/")
	now := site.Visitor(t).Video(before)
	if now.AspectRatio >= 1 {
		t.Errorf("after the replacement: %+v", now)
	}
	checkInBucket(t, site.Visitor(t), now)
}
