package api

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lucarne/account"
	"lucarne/account/instance"
	"lucarne/http/capturetest"
	"lucarne/platform/blob"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/job"
	"lucarne/platform/logbook"
	"lucarne/platform/mail"
	"lucarne/platform/picture"
	"lucarne/platform/setting"
)

// asRole lets "Authorization: Bearer root" and "… user" in.
type asRole struct{}

func (asRole) ByToken(_ context.Context, token string, _ Client) (account.Viewer, error) {
	role, known := map[string]account.Role{"root": account.Administrator, "mod": account.Moderator, "user": account.Ordinary}[token]
	if !known {
		return account.Viewer{}, fault.New(fault.Unauthenticated, "Unknown token").WithCode("invalid_token")
	}
	return account.Viewer{User: &account.User{Username: token, Role: role}}, nil
}

func (asRole) ByCookie(context.Context, *http.Request) (account.Viewer, error) {
	return account.Viewer{}, nil
}

type fixedConfiguration struct{ changed string }

func (*fixedConfiguration) Public(context.Context, string) (ServerConfig, error) {
	view := ServerConfig{ServerVersion: "8.2.0"}
	view.Live.MaxDuration = -1
	return view, nil
}

func (*fixedConfiguration) About() InstanceAbout     { return InstanceAbout{Name: "A site"} }
func (c *fixedConfiguration) Custom() map[string]any { return map[string]any{"changed": c.changed} }

func (c *fixedConfiguration) Change(_ context.Context, form []byte) error {
	if !json.Valid(form) {
		return fault.New(fault.Invalid, "The body must be a JSON object.")
	}
	c.changed = string(form)
	return nil
}

func (c *fixedConfiguration) Reset(context.Context) error {
	c.changed = ""
	return nil
}

type outbox struct{ sent []mail.Message }

func (o *outbox) Enabled() bool { return false }
func (o *outbox) Post(_ context.Context, m mail.Message) error {
	o.sent = append(o.sent, m)
	return nil
}

type ranTasks struct{ names []string }

func (r *ranTasks) RunNow(_ context.Context, name string) error {
	r.names = append(r.names, name)
	return nil
}

type fixedStatistics struct{}

func (fixedStatistics) Age() time.Duration { return 4 * time.Hour }
func (fixedStatistics) ServerStats(context.Context) (ServerStats, error) {
	one := 1
	return ServerStats{
		Users: UserStats{Total: 4, Moderators: &one, Admins: &one}, Redundancy: []RedundancyStats{{Strategy: "manual"}},
		Messages: MessageStats{SuccessesByType: map[string]int{"Create": 3}},
	}, nil
}

// instanceWorld is an API that speaks for the instance alone.
type instanceWorld struct {
	handler http.Handler
	db      *db.DB
	queue   *job.Queue
	tasks   ranTasks
	outbox  outbox
	log     *logbook.Book
	files   *blob.Disk
}

func newInstanceWorld(t *testing.T, d *db.DB) *instanceWorld {
	t.Helper()
	w := &instanceWorld{db: d, log: logbook.New(100)}
	var err error
	if w.files, err = blob.NewDisk(blob.DiskOptions{Root: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	w.queue, err = job.New(job.Options{DB: d, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler), Node: "test", Queues: map[string]int{"default": 1}})
	if err != nil {
		t.Fatal(err)
	}
	job.Handle(w.queue, job.Spec[emailArgs]{Handle: func(context.Context, *job.Run, emailArgs) error { return nil }})
	settings := setting.New(d, clock.System{})
	w.handler = New(Services{
		Site: account.Site{Origin: "http://localhost:9100", Host: "localhost:9100"}, Auth: asRole{},
		Logger:   slog.New(w.log.Handler(slog.NewTextHandler(io.Discard, nil))),
		PageSize: func() int { return 15 }, MaxPageSize: func() int { return 100 },
		Instance: Instance{
			Configuration: &fixedConfiguration{}, Homepage: instance.NewHomepage(settings), Mail: &w.outbox, Statistics: fixedStatistics{}, Jobs: w.queue,
			InstancePictures: instance.NewPictures(instance.PictureOptions{
				Settings: settings, Renderer: picture.New(picture.Options{}), Clock: clock.System{}, Avatars: w.files, Logos: w.files,
			}),
			Contact: instance.NewContact(instance.ContactOptions{Mail: &w.outbox, Clock: clock.System{}, Settings: func() instance.ContactSettings {
				return instance.ContactSettings{IsOpen: true}
			}}),
			Tasks: &w.tasks, Commands: map[string]string{"process-video-viewers": "viewers", "remove-expired-user-exports": ""}, Log: w.log, AuditLog: logbook.New(10),
			AcceptsClientLog: func() bool { return true }, MaxImageBytes: func() int64 { return 100_000 }, TemporaryFolder: t.TempDir(),
		},
	}).Handler(nil)
	return w
}

// do sends a request as root; body may be nil, a string of JSON or a form.
func (w *instanceWorld) do(t *testing.T, method, path, body string) (int, any) {
	t.Helper()
	return w.send(t, "root", method, path, "application/json", strings.NewReader(body))
}

func (w *instanceWorld) send(t *testing.T, who, method, path, contentType string, body io.Reader) (int, any) {
	t.Helper()
	r := httptest.NewRequest(method, Prefix+path, body)
	r.Header.Set("Content-Type", contentType)
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, r)
	var answer any
	if recorder.Body.Len() > 0 {
		if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s %s: %v: %s", method, path, err, recorder.Body)
		}
	}
	return recorder.Code, answer
}

func pictureForm(t *testing.T, field string, size int) (string, io.Reader) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile(field, "a.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, image.NewRGBA(image.Rect(0, 0, 20, 20))); err != nil {
		t.Fatal(err)
	}
	file.Write(make([]byte, size))
	form.Close()
	return form.FormDataContentType(), &body
}

func TestInstanceAnswersHaveTheShapeOfTheRecordings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newInstanceWorld(t, d)
		for field, path := range map[string]string{"avatarfile": "avatar", "bannerfile": "banner"} {
			contentType, body := pictureForm(t, field, 0)
			if status, answer := w.send(t, "root", "POST", "/config/instance-"+path+"/pick", contentType, body); status != 204 {
				t.Fatalf("%s: %d %v", path, status, answer)
			}
		}
		w.enqueue(t, job.EnqueueOptions{})
		cases := []struct {
			capture, method, path, body string
			intended                    []string
		}{
			{"276", "GET", "/config", "", configDifferences},
			{"275", "GET", "/config/about", "", []string{
				"instance.serverCountry", "instance.support", "instance.social", "instance.logo",
				"instance.avatars[].height", "instance.avatars[].fileUrl", "instance.banners[].height", "instance.banners[].fileUrl",
			}},
			{"090", "GET", "/jobs?count=5", "", []string{"data[].data", "data[].parent", "data[].reason", "data[].canCancel"}},
			{"259", "GET", "/jobs/failed", "", nil},
			{"261", "GET", "/jobs/nonsense", "", nil},
			{"249", "GET", "/server/stats", "", []string{"totalLocalVideoDownloads"}},
			{"250", "GET", "/server/followers", "", nil},
			{"251", "GET", "/server/following", "", nil},
			{"254", "GET", "/server/debug", "", nil},
			{"257", "POST", "/server/logs/client", `{"level":"warn","message":"a client message","url":"http://localhost:9100/w"}`, nil},
			{"264", "GET", "/plugins?pluginType=1", "", nil},
			{"265", "GET", "/plugins/available", "", nil},
			{"266", "GET", "/plugins/peertube-plugin-nothing", "", []string{"docs"}},
			{"269", "GET", "/custom-pages/homepage/instance", "", nil},
			{"270", "PUT", "/custom-pages/homepage/instance", `{"content":"# Hello"}`, nil},
			{"271", "GET", "/custom-pages/homepage/instance", "", nil},
			{"272", "POST", "/server/contact", `{"fromEmail":"a@example.org","fromName":"A","subject":"Hello","body":"Hello there"}`, []string{"docs"}},
		}
		for _, c := range cases {
			t.Run(c.capture, func(t *testing.T) {
				recorded := capturetest.Load(t, c.capture)
				status, answer := w.do(t, c.method, c.path, c.body)
				if status != recorded.Response.Status {
					t.Fatalf("status %d, want %d: %v", status, recorded.Response.Status, answer)
				}
				capturetest.SameShape(t, recorded.Response.Body, answer, c.intended...)
			})
		}
	})
}

// configDifferences are what came with the versions 7 and 8, what they took away, and our own.
var configDifferences = []string{
	"software", "blocklist", "client.newFeaturesInfo", "client.header", "client.browseVideos", "client.openInApp", "client.videos.miniature.displayAuthorAvatar",
	"defaults.live", "defaults.player", "defaults.publish.commentsEnabled", "federation", "fieldsConstraints", "instance.defaultLanguage", "instance.logo",
	"instance.serverCountry", "instance.social", "instance.support", "live.dvr", "nsfwFlagsSettings", "storyboards.remoteRunners", "theme.builtIn",
	"theme.customization", "views.videos.local", "views.videos.remote", "webrtc",
	"instance.avatars[].height", "instance.avatars[].fileUrl", "instance.banners[].height", "instance.banners[].fileUrl",
}

func TestInstanceIsForAdministrators(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newInstanceWorld(t, d)
		for _, operation := range []string{
			"GET /config/custom", "PUT /config/custom", "DELETE /config/custom", "GET /jobs/active", "POST /jobs/pause", "POST /jobs/resume",
			"POST /jobs/email/1/cancel", "GET /server/debug", "POST /server/debug/run-command", "GET /server/logs", "GET /server/audit-logs",
			"POST /config/instance-avatar/pick", "DELETE /config/instance-banner", "DELETE /config/instance-logo/favicon", "PUT /custom-pages/homepage/instance",
		} {
			method, path, _ := strings.Cut(operation, " ")
			for who, want := range map[string]int{"": 401, "user": 403, "mod": 403} {
				if status, _ := w.send(t, who, method, path, "application/json", strings.NewReader("{}")); status != want {
					t.Errorf("%s as %q: %d, want %d", operation, who, status, want)
				}
			}
		}
	})
}

func TestConfigurationIsChangedAndReset(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newInstanceWorld(t, d)
		if _, answer := w.do(t, "PUT", "/config/custom", `{"a":1}`); answer.(map[string]any)["changed"] != `{"a":1}` {
			t.Errorf("after the change: %v", answer)
		}
		if status, _ := w.do(t, "PUT", "/config/custom", `{`); status != 400 {
			t.Errorf("not JSON: %d, want 400", status)
		}
		if _, answer := w.do(t, "DELETE", "/config/custom", ""); answer.(map[string]any)["changed"] != "" {
			t.Errorf("after the reset: %v", answer)
		}
	})
}

func TestPicturesThatAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newInstanceWorld(t, d)
		cases := []struct {
			name, path, field string
			size, want        int
		}{
			{"unknown logo", "instance-logo/nothing/pick", "logofile", 0, 400},
			{"another field", "instance-avatar/pick", "bannerfile", 0, 400},
			{"too large", "instance-avatar/pick", "avatarfile", 100_000, 400},
			{"far too large", "instance-avatar/pick", "avatarfile", 1_000_000, 400},
			{"a logo", "instance-logo/opengraph/pick", "logofile", 0, 204},
		}
		for _, c := range cases {
			contentType, body := pictureForm(t, c.field, c.size)
			if status, answer := w.send(t, "root", "POST", "/config/"+c.path, contentType, body); status != c.want {
				t.Errorf("%s: %d, want %d: %v", c.name, status, c.want, answer)
			}
		}
		_, answer := w.do(t, "GET", "/config/about", "")
		logo := answer.(map[string]any)["instance"].(map[string]any)["logo"].([]any)
		if len(logo) != 1 || logo[0].(map[string]any)["type"] != "opengraph" {
			t.Errorf("logos: %v", logo)
		}
		for _, path := range []string{"instance-logo/opengraph", "instance-avatar"} {
			if status, _ := w.do(t, "DELETE", "/config/"+path, ""); status != 204 {
				t.Errorf("delete %s: %d, want 204", path, status)
			}
		}
	})
}

func TestDebugCommands(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newInstanceWorld(t, d)
		cases := map[string]int{
			`{"command":"process-video-viewers"}`: 204, `{"command":"remove-expired-user-exports"}`: 204, `{"command":"test-emails","email":"a@example.org"}`: 204, `{"command":"test-emails"}`: 400,
			`{"command":"rm"}`: 400, `{}`: 400, `{"command":null}`: 400, `{"command":["a"]}`: 400,
		}
		for body, want := range cases {
			if status, answer := w.do(t, "POST", "/server/debug/run-command", body); status != want {
				t.Errorf("%s: %d %v, want %d", body, status, answer, want)
			}
		}
		if len(w.tasks.names) != 1 || w.tasks.names[0] != "viewers" || len(w.outbox.sent) != 1 || w.outbox.sent[0].To != "a@example.org" {
			t.Errorf("ran %v, sent %v", w.tasks.names, w.outbox.sent)
		}
	})
}

func TestClientErrorsReachTheLog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newInstanceWorld(t, d)
		for body, want := range map[string]int{
			`{"level":"error","message":"it broke","url":"http://x/","stackTrace":"at 1"}`: 204, `{"level":"info","message":"x","url":"x"}`: 400,
			`{"level":"warn","url":"x"}`: 400, `{"level":"warn","message":"` + strings.Repeat("x", maxClientMessage+1) + `","url":"x"}`: 400,
		} {
			if status, answer := w.send(t, "", "POST", "/server/logs/client", "application/json", strings.NewReader(body)); status != want {
				t.Errorf("%.60s: %d %v, want %d", body, status, answer, want)
			}
		}
		_, answer := w.do(t, "GET", "/server/logs?startDate=2020-01-01T00:00:00.000Z&level=error", "")
		lines := answer.([]any)
		if len(lines) != 1 || lines[0].(map[string]any)["clientMessage"] != "it broke" || lines[0].(map[string]any)["level"] != "error" {
			t.Errorf("log: %v", lines)
		}
		for _, path := range []string{"/server/logs", "/server/logs?startDate=never", "/server/logs?startDate=2020-01-01&level=nonsense"} {
			if status, _ := w.do(t, "GET", path, ""); status != 400 {
				t.Errorf("%s: %d, want 400", path, status)
			}
		}
		if _, answer := w.do(t, "GET", "/server/audit-logs?startDate=2020-01-01", ""); len(answer.([]any)) != 0 {
			t.Errorf("audit log: %v", answer)
		}
	})
}

func TestInterfaceLanguageIsRemembered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newInstanceWorld(t, d)
		cases := []struct {
			body, cookie string
			status       int
		}{
			{`{"language":"fr-FR"}`, "clientLanguage=fr-FR; Path=/; Max-Age=31536000", 204},
			{`{"language":null}`, "clientLanguage=; Path=/; Max-Age=0", 204},
			{`{"language":"fr; Path=/x"}`, "", 400},
			{`{}`, "", 400},
		}
		for _, c := range cases {
			r := httptest.NewRequest("POST", Prefix+"/client-config/update-interface-language", strings.NewReader(c.body))
			r.Header.Set("Content-Type", "application/json")
			recorder := httptest.NewRecorder()
			w.handler.ServeHTTP(recorder, r)
			if recorder.Code != c.status || !strings.HasPrefix(recorder.Header().Get("Set-Cookie"), c.cookie) {
				t.Errorf("%s: %d %q, want %d %q", c.body, recorder.Code, recorder.Header().Get("Set-Cookie"), c.status, c.cookie)
			}
		}
	})
}
