package e2e_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lucarne/app/apptest"
)

// Whatever is sent, the API answers with a problem document or does what was asked; it never fails (5xx).

// hostileIDs stand where a path names something.
var hostileIDs = map[string]string{
	"unknown number": "999999999", "unknown UUID": "00000000-0000-4000-8000-000000000000", "negative": "-1", "beyond 64 bits": "9223372036854775808",
	"NUL": "a%00b", "invalid UTF-8": "a%ff", "traversal": "..%2f..%2f..%2fsecret", "very long": strings.Repeat("a", 3000), "quote": "'%22;--",
	"blank": "%20", "fraction": "1.5",
}

// hostileValues stand where a field or a parameter of any type may be.
var hostileValues = map[string]any{
	"null": nil, "object": map[string]any{"a": map[string]any{"b": 1}}, "list": []any{1, "a", nil}, "number": -1, "huge number": 1e300, "beyond 64 bits": uint64(1 << 63),
	"boolean": true, "empty": "", "NUL": "a\x00b", "invalid UTF-8": "a\xffb", "very long": strings.Repeat("é", 30_000), "markup": "<script>alert(1)</script>",
	"line break": "a\r\nX-Injected: 1", "percent": "%_\\'\"",
}

// wrongBodies are no answer to what any operation takes.
var wrongBodies = map[string]apptest.Raw{
	"no JSON":          {Type: "application/json", Body: `{"name":`},
	"a list":           {Type: "application/json", Body: `[1,2,3]`},
	"a text":           {Type: "application/json", Body: `"text"`},
	"two objects":      {Type: "application/json", Body: `{} {}`},
	"deep":             {Type: "application/json", Body: strings.Repeat(`{"a":`, 20_000)},
	"deep form":        {Type: "application/x-www-form-urlencoded", Body: "a" + strings.Repeat("[a]", 5000) + "=1"},
	"many fields":      {Type: "application/x-www-form-urlencoded", Body: strings.Repeat("a=1&b=2&", 5000)},
	"bad escape":       {Type: "application/x-www-form-urlencoded", Body: "a=%zz"},
	"no boundary":      {Type: "multipart/form-data", Body: "--x\r\n\r\n--x--"},
	"broken multipart": {Type: "multipart/form-data; boundary=x", Body: "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nhalf"},
	"XML":              {Type: "application/xml", Body: "<a/>"},
	"bad type":         {Type: ";;;", Body: "a"},
	"too large":        {Type: "application/json", Body: `{"name":"` + strings.Repeat("a", 1<<20+100_000) + `"}`},
}

// ownProtocol are the operations whose errors follow the protocol of resumable uploads where its senders look for them.
const ownProtocol = "resumable"

// checkAnswer fails on failures and on errors that are no problem documents.
func checkAnswer(t *testing.T, what string, answer *apptest.Answer) {
	t.Helper()
	if answer.Status >= http.StatusInternalServerError {
		t.Errorf("%s: %d %.300s", what, answer.Status, answer.Body)
		return
	}
	if answer.Header.Get("X-Injected") != "" {
		t.Errorf("%s: a header was injected", what)
	}
	if answer.Status < http.StatusBadRequest || (strings.Contains(what, ownProtocol) && answer.Status >= http.StatusNotFound) {
		return
	}
	if _, err := answer.Problem(); err != nil {
		t.Errorf("%s: %v: %.200s", what, err, answer.Body)
	}
}

// target is a site with things to attack, and who attacks.
type target struct {
	site     *apptest.Instance
	values   sample
	root     *apptest.Client
	stranger *apptest.Client
}

func newTarget(t *testing.T, o apptest.Options) target {
	t.Helper()
	site := apptest.Start(t, o)
	values := newSample(t, site)
	victim, _ := createUser(t, site, "victim", nil)
	values.user = fmt.Sprint(victim)
	return target{site: site, values: values, root: site.Root(t), stranger: newUser(t, site, "stranger")}
}

// attack runs over all operations; what deletes comes last, so that the others meet what they name.
func (g target) attack(t *testing.T, one func(t *testing.T, method, pattern string)) {
	t.Helper()
	for _, last := range []bool{false, true} {
		t.Run(fmt.Sprintf("deleting=%v", last), func(t *testing.T) {
			for _, operation := range g.site.Site.Operations() {
				method, pattern := split(operation)
				if isLast := method == "DELETE" || strings.HasSuffix(pattern, "/revoke-token"); isLast != last {
					continue
				}
				t.Run(method+" "+strings.ReplaceAll(strings.TrimPrefix(pattern, "/api/v1/"), "/", ":"), func(t *testing.T) {
					t.Parallel()
					one(t, method, pattern)
				})
			}
		})
		g.root.In(t).Me() // still who it was: what came before was not refused for want of a session
	}
}

func TestAbuseOfPathsAndBodies(t *testing.T) {
	eachAbused(t, func(t *testing.T, g target) {
		g.attack(t, func(t *testing.T, method, pattern string) {
			root := g.root.In(t)
			for name, id := range hostileIDs {
				for placeholder := range placeholdersOf(pattern) {
					path := g.values.with(placeholder, id).fill(pattern)
					checkAnswer(t, method+" "+name+" for "+placeholder+" in "+pattern, root.Do(method, path, bodies[method+" "+pattern]))
				}
			}
			if method == "GET" || strings.HasSuffix(pattern, "/revoke-token") || pattern == "/api/v1/users/me" && method == "DELETE" {
				return
			}
			for name, body := range wrongBodies {
				checkAnswer(t, method+" "+pattern+" with "+name, root.Do(method, g.values.fill(pattern), body))
			}
		})
	})
}

func TestAbuseOfFields(t *testing.T) {
	eachAbused(t, func(t *testing.T, g target) {
		g.attack(t, func(t *testing.T, method, pattern string) {
			root := g.root.In(t).With("X-Upload-Content-Length", "1000")
			base := bodies[method+" "+pattern]
			for field := range base {
				for name, value := range hostileValues {
					body := maps.Clone(base)
					body[field] = value
					checkAnswer(t, fmt.Sprintf("%s %s with %s: %s", method, pattern, field, name), root.Do(method, g.values.fill(pattern), body))
				}
				body := maps.Clone(base)
				delete(body, field)
				checkAnswer(t, fmt.Sprintf("%s %s without %s", method, pattern, field), root.Do(method, g.values.fill(pattern), body))
			}
		})
	})
}

func TestAbuseOfQueries(t *testing.T) {
	eachAbused(t, func(t *testing.T, g target) {
		g.attack(t, func(t *testing.T, method, pattern string) {
			if method != "GET" {
				return
			}
			root := g.root.In(t)
			for _, name := range parameters {
				for kind, value := range hostileValues {
					if text, isText := value.(string); isText && len(text) > 10_000 {
						value = text[:10_000]
					}
					query := url.Values{name: {fmt.Sprint(value)}}
					checkAnswer(t, fmt.Sprintf("GET %s with %s: %s", pattern, name, kind), root.Do("GET", g.values.fill(pattern)+"?"+query.Encode(), nil))
				}
			}
			checkAnswer(t, "GET "+pattern+" with a broken query", root.Do("GET", g.values.fill(pattern)+"?a=%zz&start=1", nil))
		})
	})
}

func TestAbuseOfUploads(t *testing.T) {
	g := newTarget(t, apptest.Options{Settings: broadcasting})
	before := g.site.Files(t, apptest.MediaFolders...)
	valid := map[string]any{"name": "Hostile", "channelId": g.root.Me().Channels[0].ID, "privacy": 1, "description": "text", "scheduleUpdate[privacy]": 1}
	for field := range valid {
		for name, value := range hostileValues {
			form := apptest.Form{Fields: maps.Clone(valid), Files: map[string]string{"videofile": apptest.NoVideo(t)}}
			form.Fields[field] = value
			checkAnswer(t, "upload with "+field+": "+name, g.root.Do("POST", "/api/v1/videos/upload", form))
		}
	}
	for _, name := range []string{"..%2f..%2fa.mp4", "a\x01b.mp4", strings.Repeat("a", 240) + ".mp4", ".mp4", "a.php", "-i.mp4"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte("not media"), 0o600); err != nil {
			t.Fatal(err)
		}
		form := apptest.Form{Fields: valid, Files: map[string]string{"videofile": path}}
		checkAnswer(t, "upload of a file named "+name, g.root.Do("POST", "/api/v1/videos/upload", form))
	}
	g.site.Settle(t)
	if after := g.site.Files(t, apptest.MediaFolders...); len(after) > len(before) {
		t.Errorf("left on disk: %v", after)
	}
}

// eachAbused runs on both engines: PostgreSQL refuses bytes that SQLite takes.
func eachAbused(t *testing.T, attack func(t *testing.T, g target)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { attack(t, newTarget(t, apptest.Options{Settings: broadcasting})) })
	t.Run("postgres", func(t *testing.T) { attack(t, newTarget(t, apptest.Options{Postgres: true, Settings: broadcasting})) })
}

// open are the operations that change something and are for everybody, or for every user.
var open = map[string]bool{
	"POST /api/v1/videos/{id}/views": true, "PUT /api/v1/videos/{id}/watching": true, "POST /api/v1/metrics/playback": true,
	"PUT /api/v1/videos/{id}/rate": true, "POST /api/v1/videos/{id}/token": true, "DELETE /api/v1/users/me/history/videos/{id}": true,
	"POST /api/v1/users/registrations/{registrationId}/verify-email": true, "POST /api/v1/users/{id}/verify-email": true,
	"POST /api/v1/users/{id}/reset-password": true,
}

func TestStrangersChangeNothing(t *testing.T) {
	g := newTarget(t, apptest.Options{Settings: broadcasting})
	g.attack(t, func(t *testing.T, method, pattern string) {
		if method == "GET" || len(placeholdersOf(pattern)) == 0 || open[method+" "+pattern] {
			return
		}
		body := bodies[method+" "+pattern]
		for name, c := range map[string]*apptest.Client{
			"a visitor": g.site.Visitor(t), "another user": g.stranger.In(t),
			"somebody with a made-up token": g.site.Visitor(t).With("Authorization", "Bearer 0000000000000000000000000000000000000000"),
			"somebody with a broken token":  g.site.Visitor(t).With("Authorization", "Bearer ;'--"),
		} {
			answer := c.Do(method, g.values.fill(pattern), body)
			checkAnswer(t, method+" "+pattern+" by "+name, answer)
			if answer.Status < http.StatusBadRequest {
				t.Errorf("%s %s by %s: %d %.200s", method, pattern, name, answer.Status, answer.Body)
			}
		}
	})
}

func TestExpiredToken(t *testing.T) {
	site := apptest.Start(t, apptest.Options{Settings: []string{"LUCARNE_OAUTH2_TOKEN_LIFETIME_ACCESS_TOKEN=1 second"}})
	root := site.Root(t)
	apptest.Await(t, 5*time.Second, "the token expires", func() bool { return root.Do("GET", "/api/v1/users/me", nil).Status == http.StatusUnauthorized })
	if problem := root.Refused("GET", "/api/v1/videos", nil, http.StatusUnauthorized); problem.Code != "invalid_token" {
		t.Errorf("an expired token: %+v", problem)
	}
	root.Refresh()
	root.Me()
}

// Nothing but what is meant to be served leaves the data folder.
func TestTraversal(t *testing.T) {
	site := site(t)
	visitor := site.Visitor(t)
	for _, folder := range []string{
		"/static/web-videos", "/static/streaming-playlists/hls", "/static/thumbnails", "/lazy-static/thumbnails", "/lazy-static/avatars", "/lazy-static/torrents",
		"/lazy-static/storyboards", "/lazy-static/video-captions", "/download/web-videos", "/download/torrents", "/download/original-video-files", "/.well-known",
		"/client", "/assets",
	} {
		for _, up := range []string{"../", "..%2f", "%2e%2e/", "..%5c", "....//", "%252e%252e%252f", "..%00/"} {
			for _, name := range []string{"secret", "lucarne.db"} {
				answer := visitor.Do("GET", folder+"/"+strings.Repeat(up, 3)+name, nil)
				if answer.Status == http.StatusOK && !strings.Contains(answer.Header.Get("Content-Type"), "text/html") || answer.Status >= 500 {
					t.Errorf("%s with %s to %s: %d %s", folder, up, name, answer.Status, answer.Header.Get("Content-Type"))
				}
			}
		}
	}
}
