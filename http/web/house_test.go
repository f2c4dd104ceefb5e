package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/account/accounttest"
	"lucarne/account/signin"
	"lucarne/channel"
	"lucarne/http/router"
	"lucarne/http/web"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/platform/logbook"
	"lucarne/platform/picture"
	"lucarne/video"
	"lucarne/video/audience"
	"lucarne/video/ffmpeg"
	"lucarne/video/transcode"
	"lucarne/video/upload"
)

// house is an instance with everything its signed-in pages speak for: real sessions, real passwords, real uploads.
type house struct {
	web.Services
	clock   *clock.Fake
	signup  account.SignupSettings
	rules   web.SignupRules
	config  map[string]any // what the configuration was changed to
	fixed   map[string]string
	queue   *job.Queue
	bus     *event.Bus
	health  web.Health
	handler http.Handler
}

var houseSecret = []byte("a secret of the tests, long enough")

const houseFFmpeg = "7.1"

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{clock: clock.NewFake(accounttest.Now), bus: event.NewBus(), config: map[string]any{
		"instance": map[string]any{"name": "Rivergate TV", "languages": []any{"en"}}, "signup": map[string]any{"enabled": false, "limit": 10.0},
	}}
	h.signup = account.SignupSettings{IsOpen: true, Limit: -1}
	h.rules = web.SignupRules{MinPasswordLength: 6}
	h.Site, h.Clock, h.Logger, h.Secret = accounttest.Site, h.clock, slog.New(slog.DiscardHandler), houseSecret
	h.Settings = func() web.Settings {
		return web.Settings{Name: "Rivergate TV", Language: "en", NSFWPolicy: "blur", IsSignupOpen: true}
	}
	h.build(t)
	pages, err := web.New(h.Services)
	if err != nil {
		t.Fatal(err)
	}
	h.handler = pages.Handler(nil)
	return h
}

func (h *house) build(t *testing.T) {
	d := dbtest.SQLite(t)
	outbox := event.New(event.Options{DB: d, Clock: h.clock, Logger: h.Logger})
	blobs := diskBlobs(t)
	pictures := picture.New(picture.Options{})
	keys := account.NewKeys(func() (account.KeyPair, error) { return account.KeyPair{Public: "public", Private: "private"}, nil })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	h.queue, err = job.New(job.Options{DB: d, Clock: clock.System{}, Logger: h.Logger, Node: "test", Queues: map[string]int{"default": 1}})
	must(err)
	h.Videos = video.New(video.Options{DB: d, Clock: h.clock, Outbox: outbox, Site: h.Site, Settings: func() video.Settings { return video.Settings{} }})
	h.Channels = channel.New(channel.Options{
		DB: d, Clock: h.clock, Outbox: outbox, Site: h.Site, Keys: keys, Images: blobs.Store(blob.Avatars), Pictures: pictures, Videos: h.Videos,
		Settings: func() channel.Settings { return channel.Settings{MaxPerUser: 3} },
	})
	h.Users = account.New(account.Options{
		DB: d, Clock: h.clock, Outbox: outbox, Site: h.Site, Keys: keys, Passwords: accounttest.Hasher(t), Channels: h.Channels,
		Gallery: account.NewGallery(blobs.Store(blob.Avatars), pictures, h.clock), AdminEmail: "root@localhost.test",
		Settings: func() account.Settings {
			return account.Settings{VideoQuota: -1, VideoQuotaDaily: -1, MinPasswordLength: 6, DefaultChannelName: "Main $1 channel"}
		},
	})
	h.Registrations = account.NewRegistrations(h.Users, nil, func() account.SignupSettings { return h.signup })
	h.Codes, err = signin.NewCodes(signin.CodeOptions{DB: d, Clock: h.clock, Users: h.Users, Site: h.Site, Secret: houseSecret})
	must(err)
	h.Sessions = signin.New(signin.Options{
		DB: d, Clock: h.clock, Logger: h.Logger, Users: h.Users, TwoFactor: h.Codes, Secret: houseSecret, ClientIP: router.ClientIP,
	})
	h.Auth, h.Forms, h.Rules = h.Sessions, h.Sessions, func() web.SignupRules { return h.rules }
	h.Files = video.NewFiles(video.FilesOptions{DB: d, Clock: h.clock, Outbox: outbox, Blobs: blobs, Site: h.Site, Logger: h.Logger})
	h.Captions = video.NewCaptions(video.CaptionsOptions{DB: d, Clock: h.clock, Outbox: outbox, Blobs: blobs, Site: h.Site, Files: h.Files, Logger: h.Logger})
	h.Chapters = video.NewChapters(video.ChaptersOptions{DB: d, Clock: h.clock, Outbox: outbox})
	h.Renditions = video.NewRenditions(video.RenditionsOptions{DB: d, Clock: h.clock, Bus: h.bus, Logger: h.Logger})
	h.Thumbnails = video.NewThumbnails(video.ThumbnailsOptions{
		DB: d, Clock: h.clock, Outbox: outbox, Blobs: blobs, Pictures: pictures, Sizes: func() []video.Size { return []video.Size{{Width: 280, Height: 157}} },
	})
	h.FileTokens = video.NewFileTokens(houseSecret, func() time.Duration { return time.Hour }, h.clock)
	watched := audience.Options{DB: d, Clock: h.clock, Outbox: outbox, Videos: h.Videos, Logger: h.Logger, Settings: func() audience.Settings { return audience.Settings{} }}
	h.History, h.Stats, h.Rates = audience.NewHistory(watched), audience.NewStats(watched), audience.NewRates(watched)
	h.Pipeline = transcode.NewPipeline(transcode.Options{
		DB: d, Clock: h.clock, Logger: h.Logger, Jobs: h.queue, Blobs: blobs, Tools: ffmpeg.New(ffmpeg.Options{}), Videos: h.Videos, Files: h.Files,
		Renditions: h.Renditions, Thumbnails: h.Thumbnails, Operation: func() transcode.Operation { return transcode.Operation{Enabled: true} },
	})
	h.UploadRules = func() upload.Settings {
		return upload.Settings{MaxBytes: 1 << 20, MaxAge: time.Hour, MaxPerUser: 5, CanReplace: true}
	}
	h.Uploads = upload.New(upload.Options{
		DB: d, Clock: h.clock, Logger: h.Logger, Blobs: blobs, Videos: h.Videos, Files: h.Files, Thumbnails: h.Thumbnails, Pipeline: h.Pipeline,
		Settings: func() upload.Settings { return h.UploadRules() },
	})
	h.Bus, h.TemporaryFolder, h.MaxImageBytes = h.bus, blobs.Local(blob.Temporary).Root(), func() int64 { return 1 << 20 }
	h.PublishDefaults = func() video.Metadata {
		return video.Metadata{Privacy: video.Private, CommentsPolicy: video.CommentsEnabled, DownloadEnabled: true}
	}
	h.Configuration, h.Jobs, h.Backlog, h.LogBook = configurationOf{h}, h.queue, outbox.Backlog, logbook.New(10)
	h.health = web.Health{Database: "SQLite", Started: accounttest.Now, FFmpeg: houseFFmpeg, FreeBytes: 50e9, TotalBytes: 100e9}
	h.Health = func(context.Context) web.Health { return h.health }
}

func diskBlobs(t *testing.T) *blob.Set {
	t.Helper()
	root, folders := t.TempDir(), map[blob.Kind]string{}
	for _, kind := range []blob.Kind{
		blob.WebVideos, blob.StreamingPlaylists, blob.Thumbnails, blob.Previews, blob.Storyboards, blob.Torrents, blob.Captions, blob.Temporary,
		blob.Avatars, blob.OriginalVideoFiles, blob.TemporaryKept,
	} {
		folders[kind] = root + "/" + string(kind)
	}
	set, err := blob.NewSet(blob.SetOptions{Directories: folders})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// user makes a user whose password is "<name>-password".
func (h *house) user(t *testing.T, name string, role account.Role) account.Viewer {
	t.Helper()
	made, err := h.Users.Add(t.Context(), account.Draft{Username: name, Email: name + "@localhost.test", Password: name + "-password", Role: role})
	if err != nil {
		t.Fatal(err)
	}
	return account.Viewer{User: &made}
}

// video makes a public video of the user's first channel.
func (h *house) video(t *testing.T, owner account.Viewer, name string) video.Video {
	t.Helper()
	list, err := h.Channels.List(t.Context(), channel.Filter{Owner: owner.AccountID()}, channel.Page{Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	made, err := h.Videos.Create(t.Context(), owner, video.Draft{
		Metadata:  video.Metadata{Name: name, Privacy: video.Public, CommentsPolicy: video.CommentsEnabled, DownloadEnabled: true},
		ChannelID: list.Channels[0].ID, State: video.Published, DurationSeconds: 60,
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// guest is a browser.
type guest struct {
	t       *testing.T
	house   *house
	cookies map[string]string
	accept  string // language
}

func (h *house) guest(t *testing.T) *guest {
	return &guest{t: t, house: h, cookies: map[string]string{}, accept: "en"}
}

// as signs a user in by the form, as people do.
func (h *house) as(t *testing.T, name string) *guest {
	t.Helper()
	g := h.guest(t)
	if a := g.post("/login", url.Values{"login": {name}, "password": {name + "-password"}}); a.Code != http.StatusSeeOther {
		t.Fatalf("sign in as %s: got %d: %s", name, a.Code, a.Body)
	}
	return g
}

func (g *guest) do(method, path, contentType string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(g.t.Context(), method, path, body)
	r.Header.Set("Accept-Language", g.accept)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for name, value := range g.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	g.house.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if g.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(g.cookies, c.Name)
		}
	}
	return w
}

func (g *guest) get(path string) *httptest.ResponseRecorder { return g.do("GET", path, "", nil) }

// post sends a form as it is.
func (g *guest) post(path string, fields url.Values) *httptest.ResponseRecorder {
	return g.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
}

var tokenPattern = regexp.MustCompile(`name="csrf-token" content="([^"]+)"`)

func (g *guest) token() string {
	g.t.Helper()
	found := tokenPattern.FindStringSubmatch(g.get("/my/settings").Body.String())
	if found == nil {
		g.t.Fatal("the page has no token")
	}
	return found[1]
}

// send sends a form with its token; fields are name and value by turns.
func (g *guest) send(path string, fields ...string) *httptest.ResponseRecorder {
	g.t.Helper()
	return g.post(path, pairs(append(fields, "csrf", g.token())))
}

func pairs(fields []string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	return values
}

// sendFile sends a form with one file.
func (g *guest) sendFile(path, field, filename, content string, fields ...string) *httptest.ResponseRecorder {
	g.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = form.WriteField(fields[i], fields[i+1])
	}
	file, err := form.CreateFormFile(field, filename)
	if err != nil {
		g.t.Fatal(err)
	}
	_, _ = io.WriteString(file, content)
	form.Close()
	return g.do("POST", path+"?csrf="+g.token(), form.FormDataContentType(), &body)
}

// configurationOf is a configuration in memory.
type configurationOf struct{ *house }

func (c configurationOf) Custom() map[string]any { return c.config }

func (c configurationOf) Fixed() map[string]string { return c.fixed }

func (c configurationOf) Change(_ context.Context, form []byte) error {
	var change map[string]any
	if err := json.Unmarshal(form, &change); err != nil {
		return err
	}
	signup, _ := change["signup"].(map[string]any)
	if limit, ok := signup["limit"].(float64); ok && limit < -1 {
		return fault.InvalidParams([]fault.Param{{Name: "signup.limit", Message: "must be at least -1", Value: limit, Rule: "min", Bound: "-1"}})
	}
	for group, value := range change {
		c.config[group] = value
	}
	return nil
}

func (c configurationOf) Reset(context.Context) error {
	c.config["signup"] = map[string]any{"enabled": false, "limit": 10.0}
	return nil
}

// lines are those of an answer that goes on.
type lines struct {
	read   *bufio.Scanner
	answer *http.Response
}

// stream asks a real server, since events are told while the request goes on.
func (g *guest) stream(ctx context.Context, path string) *lines {
	g.t.Helper()
	server := httptest.NewServer(g.house.handler)
	g.t.Cleanup(server.Close)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	for name, value := range g.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { answer.Body.Close() })
	return &lines{read: bufio.NewScanner(answer.Body), answer: answer}
}

// next is the next line with something on it.
func (l *lines) next(t *testing.T) string {
	t.Helper()
	for l.read.Scan() {
		if text := l.read.Text(); text != "" {
			return text
		}
	}
	t.Fatalf("the stream ended: %v", l.read.Err())
	return ""
}
