package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/app/apptest"
)

// heights are the resolutions of the renditions, lowest first.
func heights(list []apptest.Rendition) []int {
	all := []int{}
	for _, r := range list {
		all = append(all, r.Resolution.ID)
	}
	slices.Sort(all)
	return all
}

// From the first byte of an upload to the last file being gone.
func TestVideoLife(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		root := site.Root(t)
		film := root.Upload(apptest.Landscape(t), map[string]any{"name": "A life", "tags": []string{"one", "two"}, "description": "Some **text**."})
		root.AwaitVideo(film, 20*time.Second, "playable before everything is encoded", func(v apptest.Video) bool { return len(v.All()) > 0 })
		site.Settle(t)

		visitor := site.Visitor(t)
		now := visitor.Video(film)
		if now.State.ID != apptest.Published || now.Duration != 2 || now.Name != "A life" || !slices.Equal(now.Tags, []string{"one", "two"}) {
			t.Errorf("video: %+v", now)
		}
		if len(now.Playlists) != 1 {
			t.Fatalf("playlists: %+v", now.Playlists)
		}
		if got := heights(now.Playlists[0].Renditions); !slices.Equal(got, []int{144, 240}) {
			t.Errorf("renditions: got %v", got)
		}
		checkFiles(t, visitor, now)
		checkPlaylists(t, visitor, now.Playlists[0])
		checkListed(t, visitor, now)

		root.Delete(film.Path())
		site.Settle(t)
		visitor.Refused("GET", film.Path(), nil, http.StatusNotFound)
		checkGone(t, site, film)
	})
}

// checkFiles reads every file in ranges that together are the whole.
func checkFiles(t *testing.T, c *apptest.Client, v apptest.Video) {
	t.Helper()
	for _, file := range v.All() {
		whole := c.Send("GET", file.URL, nil, http.StatusOK).Body
		if int64(len(whole)) != file.Size {
			t.Errorf("%s: %d bytes, the API says %d", file.URL, len(whole), file.Size)
		}
		half := len(whole) / 2
		first := c.With("Range", fmt.Sprintf("bytes=0-%d", half-1)).Send("GET", file.URL, nil, http.StatusPartialContent)
		rest := c.With("Range", fmt.Sprintf("bytes=%d-", half)).Send("GET", file.URL, nil, http.StatusPartialContent)
		if !bytes.Equal(append(first.Body, rest.Body...), whole) {
			t.Errorf("%s: the ranges are not the whole", file.URL)
		}
		c.With("Range", "bytes=999999999-").Send("GET", file.URL, nil, http.StatusRequestedRangeNotSatisfiable)
		c.With("If-None-Match", first.Header.Get("ETag")).Send("GET", file.URL, nil, http.StatusNotModified)
		c.Serves(t, file.DownloadURL)
		if torrent := c.Send("GET", file.TorrentURL, nil, http.StatusOK); !bytes.HasPrefix(torrent.Body, []byte("d")) {
			t.Errorf("%s is not bencoded", file.TorrentURL)
		}
	}
}

// checkPlaylists follows the master playlist to every rendition, as players do.
func checkPlaylists(t *testing.T, c *apptest.Client, p apptest.Playlist) {
	t.Helper()
	folder := p.URL[:strings.LastIndex(p.URL, "/")+1]
	followed := 0
	for line := range strings.Lines(string(c.Send("GET", p.URL, nil, http.StatusOK).Body)) {
		name := strings.TrimSpace(line)
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		media := string(c.Send("GET", folder+name, nil, http.StatusOK).Body)
		if !strings.Contains(media, "#EXT-X-BYTERANGE") || !strings.Contains(media, "#EXT-X-ENDLIST") {
			t.Errorf("%s: %s", name, media)
		}
		followed++
	}
	if followed < 2 {
		t.Errorf("the master playlist names %d renditions", followed)
	}
}

func checkListed(t *testing.T, c *apptest.Client, v apptest.Video) {
	t.Helper()
	c.Send("GET", v.Thumbnail, nil, http.StatusOK)
	for _, path := range []string{"/api/v1/videos?count=100", "/api/v1/search/videos?search=life", "/api/v1/video-channels/root_channel/videos?count=100"} {
		if !lists(c, path, v) {
			t.Errorf("%s does not list the video", path)
		}
	}
}

// lists reports whether the video is in a list of the API.
func lists(c *apptest.Client, path string, v apptest.Video) bool {
	var page struct {
		Data []apptest.Video `json:"data"`
	}
	c.Get(path, &page)
	return slices.ContainsFunc(page.Data, func(one apptest.Video) bool { return one.UUID == v.UUID })
}

func TestAudioBecomesVideo(t *testing.T) {
	site := site(t)
	root := site.Root(t)
	film := root.Upload(apptest.Sound(t), map[string]any{"name": "A sound"}, "thumbnailfile", apptest.Cover(t), "previewfile", apptest.Cover(t))
	site.Settle(t)
	now := root.Video(film)
	if now.State.ID != apptest.Published || len(now.All()) == 0 {
		t.Fatalf("audio: %+v", now)
	}
	if !slices.ContainsFunc(now.All(), func(r apptest.Rendition) bool { return r.HasVideo }) {
		t.Errorf("the cover is not shown: %+v", now.All())
	}
	root.Send("GET", now.Thumbnail, nil, http.StatusOK)
}

func TestPortraitStaysUpright(t *testing.T) {
	site := site(t)
	root := site.Root(t)
	film := root.Upload(apptest.Portrait(t), nil)
	site.Settle(t)
	now := root.Video(film)
	if now.State.ID != apptest.Published || now.AspectRatio >= 1 || len(now.All()) == 0 {
		t.Fatalf("portrait: %+v", now)
	}
	for _, file := range now.All() {
		if file.HasVideo && file.Width >= file.Height {
			t.Errorf("rendition %d is %dx%d", file.Resolution.ID, file.Width, file.Height)
		}
	}
}

func TestNotMediaFails(t *testing.T) {
	site := site(t)
	root := site.Root(t)
	before := site.Files(t, apptest.MediaFolders...)
	film := root.Upload(apptest.NoVideo(t), nil)
	site.Settle(t)
	now := root.Video(film)
	if now.State.ID != apptest.TranscodingFailed {
		t.Errorf("state: %+v", now.State)
	}
	if reason := failedJob(root, film); !strings.Contains(reason, "not a video") && !strings.Contains(reason, "media") {
		t.Errorf("the failed job gives as its reason %q", reason)
	}
	if after := site.Files(t, apptest.MediaFolders...); len(after) > len(before) {
		t.Errorf("left on disk: %v", after)
	}
	root.Delete(film.Path())
}

// failedJob is why the job about the video failed.
func failedJob(root *apptest.Client, v apptest.Video) string {
	var page struct {
		Data []struct {
			Error string         `json:"error"`
			Data  map[string]any `json:"data"`
		} `json:"data"`
	}
	root.Get("/api/v1/jobs/failed?count=100", &page)
	for _, job := range page.Data {
		for _, value := range job.Data {
			if value == float64(v.ID) || value == v.UUID {
				return job.Error
			}
		}
	}
	return ""
}

func TestResumableUpload(t *testing.T) {
	site := start(t)
	root := site.Root(t)
	sending := root.Begin(apptest.Landscape(t), map[string]any{"name": "In pieces"})
	third := len(sending.Content) / 3
	if answer := root.Piece(sending, 0, third); answer.Status != http.StatusPermanentRedirect {
		t.Fatalf("first piece: %d %s", answer.Status, answer.Body)
	}
	breakOff(t, site, root, sending, third, 2*third)
	held := third + third/2
	apptest.Await(t, 10*time.Second, "what arrived of the broken piece is kept", func() bool { return root.Received(sending) == held })
	site.Restart(t)
	if again := root.Received(sending); again != held {
		t.Errorf("after a restart the server has %d bytes, before it had %d", again, held)
	}
	film := root.Finish(sending)
	site.Settle(t)
	if now := root.Video(film); now.State.ID != apptest.Published || now.Name != "In pieces" || len(now.All()) == 0 {
		t.Errorf("video: %+v", now)
	}
	if left := site.Files(t, "tmp", "tmp-persistent"); len(left) > 0 {
		t.Errorf("left on disk: %v", left)
	}
}

func TestResumableUploadCancelled(t *testing.T) {
	site := site(t)
	root := site.Root(t)
	sending := root.Begin(apptest.Landscape(t), nil)
	root.Piece(sending, 0, 1000)
	root.Send("DELETE", sending.Location, nil, http.StatusNoContent)
	if answer := root.Piece(sending, 1000, 2000); answer.Status != http.StatusNotFound {
		t.Errorf("a piece of a cancelled upload: got %d %s", answer.Status, answer.Body)
	}
}
