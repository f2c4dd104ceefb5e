package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/http/api"
	"lucarne/live"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/event"
	"lucarne/video"
	"lucarne/video/upload/uploadtest"
)

// lives are the subjects of broadcasts, with a runtime that notes what it is told to end.
type lives struct {
	settings *live.Settings
	lives    *live.Lives
	sessions *live.Sessions
	replays  *live.Replays
	relays   *live.Relays
	ended    *ended
}

type ended []string

func (e *ended) End(id video.ID, code live.SessionError, reason error) {
	*e = append(*e, fmt.Sprintf("%d %d %v", id, code, reason))
}

func newLives(s *uploadtest.Studio) lives {
	settings := &live.Settings{
		IsEnabled: true, MaxInstanceLives: -1, MaxUserLives: -1, AllowReplay: true, MaxDVRWindow: time.Hour, UsersChooseLatency: true,
	}
	o := live.Options{
		DB: s.DB, Clock: s.Clock, Outbox: s.Outbox, Videos: s.Videos, Thumbnails: s.Thumbnails, Settings: func() live.Settings { return *settings },
	}
	return lives{
		settings: settings, lives: live.New(o), sessions: live.NewSessions(o), replays: live.NewReplays(o), relays: live.NewRelays(o), ended: new(ended),
	}
}

func (l lives) services() api.Broadcasting {
	return api.Broadcasting{
		Lives: l.lives, LiveSessions: l.sessions, LiveRelays: l.relays, LiveEnder: l.ended,
		IngestAddresses: func() api.IngestAddresses { return api.IngestAddresses{RTMP: "rtmp://localhost:1936/live"} },
	}
}

// send sends JSON.
func (s *studio) send(method, path, token, body string) *httptest.ResponseRecorder {
	return s.do(method, path, token, strings.NewReader(body), map[string]string{"Content-Type": "application/json"})
}

// newLive makes a live as the recorded client did, and gives its UUID.
func (s *studio) newLive(t *testing.T, edit map[string]any) string {
	t.Helper()
	fields := s.fields(t, map[string]any{
		"name": "A live", "saveReplay": "true", "replaySettings[privacy]": 1, "permanentLive": "false", "latencyMode": 1,
	})
	for name, value := range edit {
		fields[name] = value
	}
	body, headers := form(t, fields, nil, false)
	w := s.do("POST", "/videos/live", "alice", body, headers)
	checkRecorded(t, "297", w)
	var made struct{ Video struct{ UUID string } }
	if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
		t.Fatal(err)
	}
	return made.Video.UUID
}

// laterFields are those of lives and videos that came after the recordings.
var laterFields = []string{
	"dvrWindow", "schedules", "liveSchedules", "thumbnails", "comments", "downloads", "nsfwFlags", "nsfwSummary", "data[].liveSchedules",
	"data[].thumbnails", "data[].comments", "data[].downloads", "data[].nsfwFlags", "data[].nsfwSummary", "account", "channel",
}

func TestALiveFromItsCreationToItsReplay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStudio(t, d, nil)
		id := s.newLive(t, nil)
		one := "/videos/live/" + id
		checkRecorded(t, "298", s.do("GET", one, "alice", nil, nil), laterFields...)
		checkRecorded(t, "299", s.do("GET", one, "", nil, nil), laterFields...)
		checkRecorded(t, "299", s.do("GET", one, "bob", nil, nil), laterFields...)
		change := `{"saveReplay":true,"replaySettings":{"privacy":1},"permanentLive":false,"latencyMode":3}`
		checkRecorded(t, "300", s.send("PUT", one, "alice", change))
		if w := s.send("PUT", one, "bob", change); w.Code != http.StatusForbidden {
			t.Errorf("changed by another user: got %d", w.Code)
		}
		checkRecorded(t, "301", s.do("GET", "/videos/"+id, "", nil, nil), laterFields...)
		l := s.onlyLive(t)
		session, err := s.lives.sessions.Begin(t.Context(), l, s.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		checkRecorded(t, "303", s.do("GET", "/videos/"+id, "", nil, nil), laterFields...)
		checkRecorded(t, "304", s.do("GET", "/videos?isLive=true", "", nil, nil), laterFields...)
		checkRecorded(t, "305", s.do("GET", one+"/sessions", "alice", nil, nil))
		if w := s.send("PUT", one, "alice", change); w.Code != http.StatusBadRequest {
			t.Errorf("changed on air: got %d %s", w.Code, w.Body)
		}
		if err := s.lives.sessions.End(t.Context(), session.ID, s.Clock.Now(), 0); err != nil {
			t.Fatal(err)
		}
		checkRecorded(t, "311", s.do("GET", "/videos/"+id, "", nil, nil), laterFields...)
		checkRecorded(t, "312", s.do("GET", one+"/sessions?sort=-startDate", "alice", nil, nil))
		s.publishReplay(t, session.ID)
		w := s.do("GET", "/videos/"+id+"/live-session", "", nil, nil)
		var got struct {
			ID              live.SessionID
			EndingProcessed bool
			ReplayVideo     struct{ UUID, ShortUUID string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.ID != session.ID || !got.EndingProcessed || got.ReplayVideo.UUID != id ||
			len(got.ReplayVideo.ShortUUID) != 22 {
			t.Errorf("session of the replay: got %d %s, %v", w.Code, w.Body, err)
		}
		if w := s.do("GET", one, "alice", nil, nil); w.Code != http.StatusNotFound {
			t.Errorf("the live once it is a video: got %d", w.Code)
		}
	})
}

func TestALiveHasThePictureSentAlong(t *testing.T) {
	t.Parallel()
	s := newStudio(t, dbtest.SQLite(t), nil)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range s.fields(t, nil) {
		_ = w.WriteField(name, fmt.Sprint(value))
	}
	file, err := w.CreateFormFile("thumbnailfile", "picture.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, image.NewGray(image.Rect(0, 0, 1280, 720))); err != nil {
		t.Fatal(err)
	}
	w.Close()
	made := s.do("POST", "/videos/live", "alice", &body, map[string]string{"Content-Type": w.FormDataContentType()})
	if made.Code != http.StatusOK {
		t.Fatalf("got %d %s", made.Code, made.Body)
	}
	d, err := s.Videos.Get(t.Context(), s.onlyLive(t))
	if err != nil || len(d.Thumbnails) == 0 || d.Thumbnails[0].IsAutomatic {
		t.Errorf("got %+v, %v, want the chosen picture", d.Thumbnails, err)
	}
}

// A private replay of a public live moves to where private files lie, though there are none yet.
func TestAReplayMayBeLessPublicThanItsLive(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStudio(t, d, nil)
		id := s.newLive(t, map[string]any{"replaySettings[privacy]": 3})
		session, err := s.lives.sessions.Begin(t.Context(), s.onlyLive(t), s.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.lives.sessions.End(t.Context(), session.ID, s.Clock.Now(), 0); err != nil {
			t.Fatal(err)
		}
		if _, err := s.lives.replays.Prepare(t.Context(), session.ID); err != nil {
			t.Fatal(err)
		}
		if err := s.Outbox.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left, err := s.Outbox.Backlog(t.Context()); err != nil || left != (event.Backlog{}) {
			t.Errorf("facts that could not be delivered: %+v, %v", left, err)
		}
		for token, want := range map[string]int{"": http.StatusUnauthorized, "bob": http.StatusForbidden, "alice": http.StatusOK} {
			if w := s.do("GET", "/videos/"+id, token, nil, nil); w.Code != want {
				t.Errorf("seen by %q: got %d, want %d", token, w.Code, want)
			}
		}
	})
}

// onlyLive is the id of the one live there is.
func (s *studio) onlyLive(t *testing.T) video.ID {
	t.Helper()
	id, err := db.Value[video.ID](t.Context(), s.DB, "SELECT id FROM video WHERE is_live")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *studio) publishReplay(t *testing.T, id live.SessionID) {
	t.Helper()
	if _, err := s.lives.replays.Prepare(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return s.lives.replays.PublishIn(ctx, tx, id, video.Replay{Duration: time.Minute, AspectRatio: 1.5})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRefusedLives(t *testing.T) {
	t.Parallel()
	s := newStudio(t, dbtest.SQLite(t), nil)
	body, headers := form(t, map[string]any{
		"channelId": s.Channel(t, "alice").ID, "name": "x", "privacy": 1, "saveReplay": "true", "permanentLive": "true", "latencyMode": 42,
	}, nil, false)
	w := s.do("POST", "/videos/live", "alice", body, headers)
	checkRecorded(t, "302", w, "docs")
	checkRefusals(t, "302", w)
	for _, c := range []struct {
		name   string
		fields map[string]any
		rules  func(*live.Settings)
		status int
		code   string
	}{
		{"lives are off", nil, func(r *live.Settings) { r.IsEnabled = false }, http.StatusForbidden, "live_not_enabled"},
		{"replays are off", nil, func(r *live.Settings) { r.AllowReplay = false }, http.StatusForbidden, "live_not_allowing_replay"},
		{"too many of a user", nil, func(r *live.Settings) { r.MaxUserLives = 0 }, http.StatusForbidden, "max_user_lives_limit_reached"},
		{"too many here", nil, func(r *live.Settings) { r.MaxInstanceLives = 0 }, http.StatusForbidden, "max_instance_lives_limit_reached"},
		{"a date that is none", map[string]any{"schedules[0][startAt]": "soon"}, nil, http.StatusBadRequest, ""},
		{"no object of replay settings", map[string]any{"replaySettings": "public"}, nil, http.StatusBadRequest, ""},
		{"an endless window", map[string]any{"dvrWindow": "99999999999"}, nil, http.StatusBadRequest, ""},
		{"a channel of another", map[string]any{"channelId": s.Channel(t, "bob").ID}, nil, http.StatusBadRequest, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := *s.lives.settings
			defer func() { *s.lives.settings = before }()
			if c.rules != nil {
				c.rules(s.lives.settings)
			}
			fields := s.fields(t, map[string]any{"saveReplay": "true"})
			for name, value := range c.fields {
				fields[name] = value
			}
			body, headers := form(t, fields, nil, false)
			w := s.do("POST", "/videos/live", "alice", body, headers)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.code) {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, c.status, c.code)
			}
		})
	}
	if n := s.countLives(t); n != 0 {
		t.Errorf("%d lives were made", n)
	}
}

func (s *studio) countLives(t *testing.T) int {
	t.Helper()
	n, err := db.Value[int](t.Context(), s.DB, "SELECT COUNT(*) FROM video WHERE is_live")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestScheduledLives(t *testing.T) {
	t.Parallel()
	s := newStudio(t, dbtest.SQLite(t), nil)
	tonight := s.Clock.Now().Add(6 * time.Hour).Format(time.RFC3339)
	id := s.newLive(t, map[string]any{"schedules[0][startAt]": tonight, "dvrWindow": 600})
	var got struct {
		DVRWindow int
		Schedules []struct{ StartAt time.Time }
	}
	w := s.do("GET", "/videos/live/"+id, "", nil, nil)
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.DVRWindow != 600 || len(got.Schedules) != 1 ||
		!got.Schedules[0].StartAt.Equal(s.Clock.Now().Add(6*time.Hour)) {
		t.Errorf("got %s, %v", w.Body, err)
	}
	for path, want := range map[string]int{"/videos?isLive=true": 0, "/videos?isLive=true&includeScheduledLive=true": 1} {
		var list struct {
			Total int
			Data  []struct{ LiveSchedules []struct{ StartAt time.Time } }
		}
		w := s.do("GET", path, "", nil, nil)
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || list.Total != want || want == 1 && len(list.Data[0].LiveSchedules) != 1 {
			t.Errorf("%s: got %s, %v", path, w.Body, err)
		}
	}
	if w := s.send("PUT", "/videos/live/"+id, "alice", `{"schedules":[]}`); w.Code != http.StatusNoContent {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	if w := s.do("GET", "/videos/"+id, "", nil, nil); !strings.Contains(w.Body.String(), `"liveSchedules":[]`) {
		t.Errorf("after its dates were taken back: %s", w.Body)
	}
}

func TestLivesAreTakenOffTheAirByOwnersAndAdministrators(t *testing.T) {
	t.Parallel()
	s := newStudio(t, dbtest.SQLite(t), nil)
	end := "/videos/live/" + s.newLive(t, nil) + "/force-end"
	if w := s.do("POST", end, "alice", nil, nil); w.Code != http.StatusConflict {
		t.Errorf("before it is on air: got %d %s", w.Code, w.Body)
	}
	id := s.onlyLive(t)
	if _, err := s.lives.sessions.Begin(t.Context(), id, s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int{
		"": http.StatusUnauthorized, "bob": http.StatusForbidden, "alice": http.StatusNoContent, "root": http.StatusNoContent,
	} {
		if w := s.do("POST", end, token, nil, nil); w.Code != want {
			t.Errorf("by %q: got %d %s, want %d", token, w.Code, w.Body, want)
		}
	}
	slices.Sort(*s.lives.ended)
	want := ended{fmt.Sprintf("%d 0 This live was ended by its owner", id), fmt.Sprintf("%d 5 This live was ended by an administrator", id)}
	if !slices.Equal(*s.lives.ended, want) {
		t.Errorf("got %q, want %q", *s.lives.ended, want)
	}
}

func TestRelaysKeepTheirKeys(t *testing.T) {
	t.Parallel()
	s := newStudio(t, dbtest.SQLite(t), nil)
	all := "/videos/live/" + s.newLive(t, nil) + "/relays"
	w := s.send("POST", all, "alice", `{"name":"Elsewhere","address":"rtmp://live.example.org/app","key":"very-secret"}`)
	var made struct{ Relay struct{ ID int } }
	if err := json.Unmarshal(w.Body.Bytes(), &made); w.Code != http.StatusOK || err != nil || made.Relay.ID == 0 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	one := fmt.Sprintf("%s/%d", all, made.Relay.ID)
	for _, c := range []struct {
		method, path, token, body string
		status                    int
		answer                    string
	}{
		{"POST", all, "bob", `{"name":"x","address":"rtmp://example.org/a","key":"k"}`, http.StatusForbidden, ""},
		{"POST", all, "alice", `{"name":"x","address":"http://example.org/a","key":"k"}`, http.StatusBadRequest, "address"},
		{"PUT", one, "bob", `{"enabled":false}`, http.StatusForbidden, ""},
		{"PUT", one, "alice", `{"enabled":false,"name":"There"}`, http.StatusNoContent, ""},
		{"PUT", all + "/999", "alice", `{"enabled":false}`, http.StatusNotFound, ""},
		{"GET", all, "bob", "", http.StatusForbidden, ""},
		{"GET", all, "", "", http.StatusUnauthorized, ""},
		{"GET", all, "alice", "", http.StatusOK, `"name":"There","address":"rtmp://live.example.org/app","enabled":false`},
		{"DELETE", one, "bob", "", http.StatusForbidden, ""},
		{"DELETE", one, "alice", "", http.StatusNoContent, ""},
		{"GET", all, "alice", "", http.StatusOK, `{"total":0,"data":[]}`},
	} {
		w := s.send(c.method, c.path, c.token, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.answer) || strings.Contains(w.Body.String(), "very-secret") {
			t.Errorf("%s %s as %q: got %d %s, want %d %s", c.method, c.path, c.token, w.Code, w.Body, c.status, c.answer)
		}
	}
}
