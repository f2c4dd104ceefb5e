package replay_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"lucarne/app/apptest"
	"lucarne/platform/db/dbtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	apptest.RemoveMedia()
	os.Exit(code)
}

// settings are those of the recorded server that its client did not change through the API.
var settings = []string{
	"LUCARNE_INITIAL_ROOT_PASSWORD=test-root-pass", "LUCARNE_SIGNUP_ENABLED=true",
	"LUCARNE_TRANSCODING_RESOLUTIONS_144P=false", "LUCARNE_TRANSCODING_RESOLUTIONS_240P=true", "LUCARNE_TRANSCODING_RESOLUTIONS_360P=false",
	"LUCARNE_TRANSCODING_RESOLUTIONS_480P=true", "LUCARNE_TRANSCODING_RESOLUTIONS_720P=true", "LUCARNE_TRANSCODING_RESOLUTIONS_1080P=false",
}

func TestSessionOfPeerTube(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { replay(t, apptest.Options{}) })
	if os.Getenv(dbtest.PostgresVariable) != "" {
		t.Run("postgres", func(t *testing.T) { replay(t, apptest.Options{Postgres: true}) })
	}
}

func replay(t *testing.T, o apptest.Options) {
	session := recordings(t)
	o.Settings = append(o.Settings, settings...)
	site := apptest.Start(t, o)
	p := &player{t: t, site: site, media: newMedia(t), names: newNames(strings.TrimPrefix(site.Origin, "http://"))}
	excuses := newExcuses()
	replayed := 0
	for _, r := range session {
		if reason := leftOut(r.number); reason != "" {
			continue
		}
		if settledBefore[r.number] {
			site.Settle(t)
		}
		replayed++
		for _, d := range p.play(r) {
			if !excuses.cover(r.number, d) {
				t.Errorf("%s: %s", r, d)
			}
		}
	}
	excuses.checkUsed(t)
	t.Logf("%d of %d exchanges replayed", replayed, len(session))
}

// settledBefore are the exchanges before which the recording client waited for transcoding to end.
var settledBefore = map[int]bool{92: true, 146: true, 243: true}

// player sends the recorded requests to a site.
type player struct {
	t     *testing.T
	site  *apptest.Instance
	media *media
	names *names
}

// play sends one request, translated, and compares the answer.
func (p *player) play(r recording) []difference {
	client := p.site.Visitor(p.t).With("Accept-Encoding", "identity")
	for name, value := range r.Request.Headers {
		if text, isText := value.(string); isText && !slices.Contains(writtenHeaders, name) {
			client = client.With(name, p.names.text(text))
		}
	}
	answer := client.Do(r.Request.Method, p.names.address(r.Request.Path), p.body(r))
	p.learn(r, answer)
	r.Response.Body = p.names.fields(r.Response.Body)
	return compare(r, answer, p.names)
}

// writtenHeaders are written by our client itself.
var writtenHeaders = []string{"host", "content-type", "content-length", "connection"}

func (p *player) learn(r recording, answer *apptest.Answer) {
	var ours any
	if json.Unmarshal(answer.Body, &ours) != nil {
		return
	}
	walk(place{want: r.Response.Body, got: ours}, func(at place) { p.names.learn(at, r.Request.Path) })
}

// body is the recorded body, translated, with our media in place of the recorded files.
func (p *player) body(r recording) any {
	kind, _ := r.Request.Headers["content-type"].(string)
	content, isObject := r.Request.Body.(map[string]any)
	switch {
	case !isObject:
		return nil
	case content["$note"] != nil:
		return apptest.Raw{Type: kind, Body: p.piece(r)}
	case content["$multipart"] != nil:
		return p.form(content["$multipart"].(map[string]any))
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		form := make(url.Values)
		for name, value := range content {
			form.Set(name, p.names.text(value.(string)))
		}
		return form
	}
	return p.names.value(content)
}

func (p *player) form(recorded map[string]any) apptest.Form {
	form := apptest.Form{Fields: make(map[string]any), Files: make(map[string]string)}
	fields := p.names.value(recorded["fields"]).(map[string]any)
	for name, value := range fields {
		list, isList := value.([]any)
		if !isList {
			form.Fields[name] = value
			continue
		}
		var texts []string
		for _, one := range list {
			texts = append(texts, one.(string))
		}
		form.Fields[name] = texts
	}
	for field, file := range maps.All(recorded["files"].(map[string]any)) {
		file := file.(map[string]any)
		form.Files[field] = p.media.path(file["filename"].(string), int(file["length"].(float64)))
	}
	return form
}
