package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/channel/channeltest"
	"lucarne/http/api"
	"lucarne/http/capturetest"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
	"lucarne/video/upload/uploadtest"
)

// studio is an instance that receives and transcodes, answering requests.
type studio struct {
	*uploadtest.Studio
	users   map[string]account.Viewer
	handler http.Handler
	lives   lives
	chat    api.Chat // nothing, until openRooms
}

func (s *studio) ByToken(_ context.Context, token string, _ api.Client) (account.Viewer, error) {
	viewer, ok := s.users[token]
	if !ok {
		return viewer, fault.New(fault.Unauthenticated, "Token is invalid").WithCode("unauthorized_request")
	}
	return viewer, nil
}

func (s *studio) ByCookie(context.Context, *http.Request) (account.Viewer, error) {
	return account.Viewer{}, nil
}

func newStudio(t *testing.T, d *db.DB, edit func(*uploadtest.Studio)) *studio {
	t.Helper()
	s := &studio{Studio: uploadtest.New(t, d, edit), users: map[string]account.Viewer{}}
	s.users["alice"], s.users["bob"] = s.Creator(t, "alice"), s.Creator(t, "bob")
	s.users["root"] = s.User(t, "root", account.Administrator)
	s.lives = newLives(s.Studio)
	s.serve()
	return s
}

func (s *studio) serve() {
	s.handler = api.New(api.Services{
		Site: channeltest.Site, Auth: s, PageSize: func() int { return 15 }, MaxPageSize: func() int { return 100 },
		Instance: api.Instance{TemporaryFolder: s.Blobs.Local(blob.Temporary).Root()},
		Catalogue: api.Catalogue{
			Channels: s.Channels, Videos: s.Videos, Thumbnails: s.Thumbnails, NSFWPolicy: func() string { return "do_not_list" },
			FindAccount: s.findAccount,
		},
		Media: api.Media{
			Uploads: s.Uploads, Files: s.Files, Storyboards: s.Storyboards, Pipeline: s.Pipeline,
			PublishDefaults: func() video.Metadata {
				return video.Metadata{Privacy: video.Public, CommentsPolicy: video.CommentsEnabled, DownloadEnabled: true}
			},
		},
		Broadcasting: s.lives.services(),
		Chat:         s.chat,
	}).Handler(nil)
}

func (s *studio) findAccount(_ context.Context, handle string) (account.Account, error) {
	viewer, ok := s.users[handle]
	if !ok {
		return account.Account{}, fault.New(fault.NotFound, "Account not found")
	}
	return viewer.User.Account, nil
}

func (s *studio) do(method, path, token string, body io.Reader, headers map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/api/v1"+path, body)
	r.Host = "localhost:9100"
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// form is a multipart body: fields, then or before them a file.
func form(t *testing.T, fields map[string]any, file []byte, fileFirst bool) (body io.Reader, headers map[string]string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	writeFile := func() {
		if file == nil {
			return
		}
		part, err := w.CreateFormFile("videofile", "film.mp4")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(file)
	}
	if fileFirst {
		writeFile()
	}
	for name, value := range fields {
		if list, ok := value.([]string); ok {
			for _, one := range list {
				_ = w.WriteField(name, one)
			}
			continue
		}
		_ = w.WriteField(name, fmt.Sprint(value))
	}
	if !fileFirst {
		writeFile()
	}
	w.Close()
	return &b, map[string]string{"Content-Type": w.FormDataContentType()}
}

func (s *studio) fields(t *testing.T, edit map[string]any) map[string]any {
	t.Helper()
	all := map[string]any{"channelId": s.Channel(t, "alice").ID, "name": "A test film", "privacy": 1}
	for name, value := range edit {
		all[name] = value
	}
	return all
}

func landscape(t *testing.T) []byte {
	t.Helper()
	content, err := os.ReadFile(uploadtest.Landscape(t))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func checkRecorded(t *testing.T, number string, w *httptest.ResponseRecorder, intended ...string) {
	t.Helper()
	recorded := capturetest.Load(t, number)
	if w.Code != recorded.Response.Status {
		t.Errorf("%s: got %d %s, want %d", number, w.Code, w.Body, recorded.Response.Status)
		return
	}
	if recorded.Response.Body == nil {
		if w.Body.Len() != 0 {
			t.Errorf("%s: got a body: %s", number, w.Body)
		}
		return
	}
	capturetest.SameShape(t, recorded.Response.Body, w.Body.Bytes(), intended...)
}

func checkRefusals(t *testing.T, number string, w *httptest.ResponseRecorder) {
	t.Helper()
	recorded := capturetest.Load(t, number)
	var got, want struct {
		Detail  string                    `json:"detail"`
		Invalid map[string]map[string]any `json:"invalid-params"`
	}
	text, err := json.Marshal(recorded.Response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	gotText, wantText := fmt.Sprint(got), fmt.Sprint(want)
	if gotText != wantText {
		t.Errorf("%s: got %s\nwant %s", number, gotText, wantText)
	}
}

// unknowns are the fields of ffprobe that other versions of it do not have, or that say "unknown" and "N/A" in the recordings.
func unknowns(prefix string) []string {
	list := []string{prefix + "format.tags"}
	for _, field := range []string{
		"tags", "disposition", "color_primaries", "color_range", "color_space", "color_transfer", "max_bit_rate", "nb_frames", "nb_read_frames", "nb_read_packets",
	} {
		list = append(list, prefix+"streams[]."+field)
	}
	return list
}

func TestUploadAndWhatComesOfIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStudio(t, d, nil)
		fields := s.fields(t, map[string]any{"tags[]": []string{"test", "film"}, "category": 2, "nsfw": "false", "waitTranscoding": "true"})
		body, headers := form(t, fields, landscape(t), true)
		w := s.do("POST", "/videos/upload", "alice", body, headers)
		checkRecorded(t, "074", w)
		var made struct{ Video struct{ UUID string } }
		if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
			t.Fatal(err)
		}
		s.Work(t)
		one := "/videos/" + made.Video.UUID
		checkRecorded(t, "102", s.do("GET", one+"/source", "alice", nil, nil), unknowns("metadata.")...)
		if w := s.do("GET", one+"/source", "bob", nil, nil); w.Code != http.StatusForbidden {
			t.Errorf("the source for somebody else: got %d", w.Code)
		}
		checkRecorded(t, "124", s.do("GET", one+"/storyboards", "", nil, nil), "storyboards[].fileUrl")
		var details struct {
			StreamingPlaylists []struct {
				Files []struct{ ID int }
			}
			Tags []string
		}
		w = s.do("GET", one, "alice", nil, nil)
		if err := json.Unmarshal(w.Body.Bytes(), &details); err != nil || len(details.StreamingPlaylists) != 1 || len(details.Tags) != 2 {
			t.Fatalf("details: %v: %s", err, w.Body)
		}
		file := fmt.Sprint(details.StreamingPlaylists[0].Files[0].ID)
		checkRecorded(t, "155", s.do("GET", one+"/metadata/"+file, "", nil, nil), unknowns("")...)
		if w := s.do("GET", one+"/metadata/999999", "", nil, nil); w.Code != http.StatusNotFound {
			t.Errorf("metadata of no file: got %d", w.Code)
		}
		statuses := []struct {
			method, path, token string
			want                int
		}{
			{"DELETE", one + "/hls", "alice", http.StatusForbidden},
			{"DELETE", one + "/hls", "root", http.StatusBadRequest},
			{"DELETE", one + "/web-videos", "root", http.StatusBadRequest},
			{"DELETE", one + "/hls/" + file, "root", http.StatusNoContent},
			{"DELETE", one + "/source/file", "root", http.StatusNotFound},
			{"POST", one + "/transcoding", "alice", http.StatusForbidden},
			{"POST", one + "/transcoding", "root", http.StatusBadRequest},
			{"DELETE", "/videos/999999/hls", "root", http.StatusNotFound},
		}
		for _, c := range statuses {
			if w := s.do(c.method, c.path, c.token, nil, nil); w.Code != c.want {
				t.Errorf("%s %s as %s: got %d %s, want %d", c.method, c.path, c.token, w.Code, w.Body, c.want)
			}
		}
		again := strings.NewReader(`{"transcodingType":"web-video"}`)
		if w := s.do("POST", one+"/transcoding", "root", again, map[string]string{"Content-Type": "application/json"}); w.Code != http.StatusNoContent {
			t.Errorf("transcode again: got %d %s", w.Code, w.Body)
		}
		s.Work(t)
		if w := s.do("DELETE", one+"/hls", "root", nil, nil); w.Code != http.StatusNoContent {
			t.Errorf("delete HLS beside web videos: got %d %s", w.Code, w.Body)
		}
	})
}

func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	s := newStudio(t, dbtest.SQLite(t), nil)
	body, headers := form(t, s.fields(t, map[string]any{"name": "x"}), nil, false)
	w := s.do("POST", "/videos/upload", "alice", body, headers)
	checkRecorded(t, "076", w, "invalid-params.name.value")
	checkRefusals(t, "076", w)
	body, headers = form(t, s.fields(t, map[string]any{"name": "", "privacy": 125}), []byte("content"), false)
	w = s.do("POST", "/videos/upload", "alice", body, headers)
	checkRecorded(t, "077", w)
	checkRefusals(t, "077", w)
	body, headers = form(t, s.fields(t, nil), nil, false)
	if w := s.do("POST", "/videos/upload", "", body, headers); w.Code != http.StatusUnauthorized {
		t.Errorf("nobody: got %d", w.Code)
	}
	s.users["alice"].User.VideoQuota = 10
	for name, content := range map[string][]byte{"a little over": bytes.Repeat([]byte("x"), 11), "far over": make([]byte, 20<<20)} {
		body, headers := form(t, s.fields(t, nil), content, false)
		w := s.do("POST", "/videos/upload", "alice", body, headers)
		if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), `"quota_reached"`) {
			t.Errorf("%s the quota: got %d %s", name, w.Code, w.Body)
		}
	}
	for _, kind := range []blob.Kind{blob.Temporary, blob.OriginalVideoFiles} {
		if left, err := os.ReadDir(s.Blobs.Local(kind).Root()); err != nil || len(left) > 1 { // the store's own staging folder
			t.Errorf("%s holds %v, %v", kind, left, err)
		}
	}
}

func TestResumableUploadAsRecorded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStudio(t, d, nil)
		content := landscape(t)
		n := len(content)
		begin := func(path string, fields map[string]any) string {
			t.Helper()
			text, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			w := s.do("POST", path, "alice", bytes.NewReader(text), map[string]string{
				"Content-Type": "application/json", "X-Upload-Content-Length": fmt.Sprint(n), "X-Upload-Content-Type": "video/mp4",
			})
			checkRecorded(t, "079", w)
			location := w.Header().Get("Location")
			if !strings.HasPrefix(location, "//localhost:9100/api/v1"+path+"?upload_id=") || w.Header().Get("Content-Length") != "0" ||
				w.Header().Get("Access-Control-Expose-Headers") != "Retry-After,Location" {
				t.Fatalf("headers: got %v", w.Header())
			}
			parsed, err := url.Parse(location)
			if err != nil {
				t.Fatal(err)
			}
			return path + "?" + parsed.RawQuery
		}
		put := func(path, token string, start, end, total int) *httptest.ResponseRecorder {
			return s.do("PUT", path, token, bytes.NewReader(content[start:end+1]), map[string]string{
				"Content-Type": "application/octet-stream", "Content-Range": fmt.Sprintf("bytes %d-%d/%d", start, end, total),
			})
		}
		const fresh = "/videos/upload-resumable"
		fields := s.fields(t, map[string]any{"filename": "film.mp4", "privacy": 2})
		path := begin(fresh, fields)
		w := put(path, "alice", 0, 999, n)
		checkRecorded(t, "080", w)
		if w.Header().Get("Range") != "bytes=0-999" {
			t.Errorf("range: got %q", w.Header().Get("Range"))
		}
		checkRecorded(t, "081", put(path, "alice", 0, 999, n+5))
		if w := put(path, "bob", 1000, n-1, n); w.Code != http.StatusNotFound {
			t.Errorf("somebody else: got %d", w.Code)
		}
		asked := s.do("PUT", path, "alice", nil, map[string]string{"Content-Range": fmt.Sprintf("bytes */%d", n)})
		if asked.Code != http.StatusPermanentRedirect || asked.Header().Get("Range") != "bytes=0-999" {
			t.Errorf("how much is here: got %d %v", asked.Code, asked.Header())
		}
		w = put(path, "alice", 1000, n-1, n)
		checkRecorded(t, "082", w)
		var made struct{ Video struct{ UUID string } }
		if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
			t.Fatal(err)
		}
		cancelled := begin(fresh, fields)
		checkRecorded(t, "083", s.do("POST", fresh, "alice", bytes.NewReader(marshal(t, fields)), map[string]string{
			"Content-Type": "application/json", "X-Upload-Content-Length": fmt.Sprint(n), "X-Upload-Content-Type": "video/mp4",
		}))
		checkRecorded(t, "084", s.do("DELETE", cancelled, "alice", nil, nil))
		if w := put(cancelled, "alice", 0, 999, n); w.Code != http.StatusNotFound {
			t.Errorf("after cancelling: got %d", w.Code)
		}
		replacing := "/videos/" + made.Video.UUID + "/source/replace-resumable"
		replacement := begin(replacing, map[string]any{"filename": "film.mp4"})
		if w := put(replacement, "alice", 0, n-1, n); w.Code != http.StatusNoContent {
			t.Errorf("replace the source: got %d %s", w.Code, w.Body)
		}
		if w := s.do("PUT", fresh+"?upload_id=none", "alice", nil, map[string]string{"Content-Range": "bytes 9-2/3"}); w.Code != http.StatusBadRequest {
			t.Errorf("a range that is none: got %d", w.Code)
		}
	})
}

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
