package api_test

import (
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lucarne/channel/channeltest"
	"lucarne/http/api"
	"lucarne/http/capturetest"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
	"lucarne/video/audience"
	"lucarne/video/ffmpeg"
)

// stage is a site with everything around the picture.
type stage struct {
	*site
	viewers  *audience.Viewers
	registry *prometheus.Registry
}

func newStage(t *testing.T, d *db.DB) *stage {
	t.Helper()
	s := &stage{site: newSite(t, d), registry: prometheus.NewRegistry()}
	s.fill(t)
	for _, viewer := range s.users {
		viewer.User.Preferences.VideosHistoryEnabled = true
	}
	directories := make(map[blob.Kind]string)
	for _, kind := range []blob.Kind{blob.Captions, blob.StreamingPlaylists, blob.Temporary} {
		directories[kind] = filepath.Join(t.TempDir(), string(kind))
	}
	blobs, err := blob.NewSet(blob.SetOptions{Directories: directories})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	o := audience.Options{DB: d, Clock: s.Clock, Outbox: s.Outbox, Videos: s.Videos, Logger: logger, Settings: func() audience.Settings {
		return audience.Settings{CountAfter: 10 * time.Second, ViewExpiration: time.Hour, Silence: 2 * time.Minute, TrustSessions: true}
	}}
	history := audience.NewHistory(o)
	s.viewers = audience.NewViewers(o, history)
	playback, err := audience.NewPlayback(s.registry)
	if err != nil {
		t.Fatal(err)
	}
	s.handler = api.New(api.Services{
		Site: channeltest.Site, Auth: s, PageSize: func() int { return 15 }, MaxPageSize: func() int { return 100 },
		Catalogue: api.Catalogue{
			Channels: s.Channels, Videos: s.Videos, FindAccount: s.findAccount, NSFWPolicy: func() string { return "do_not_list" }, Viewers: s.viewers.Now,
		},
		Audience: api.Audience{
			Audiences: s.viewers, History: history, Rates: audience.NewRates(o), Stats: audience.NewStats(o), Playback: playback,
			Chapters: video.NewChapters(video.ChaptersOptions{DB: d, Clock: s.Clock, Outbox: s.Outbox}),
			Captions: video.NewCaptions(video.CaptionsOptions{
				DB: d, Clock: s.Clock, Outbox: s.Outbox, Blobs: blobs, Site: channeltest.Site, Logger: logger, Extractor: ffmpeg.New(ffmpeg.Options{}),
				Files: video.NewFiles(video.FilesOptions{DB: d, Clock: s.Clock, Outbox: s.Outbox, Blobs: blobs, Site: channeltest.Site, Logger: logger}),
			}),
		},
	}).Handler(nil)
	return s
}

const (
	goodVTT = "WEBVTT\n\n00:01.000 --> 00:04.000\nSubtitle good 1.\n"
	goodSRT = "1\n00:00:01,600 --> 00:00:04,200\nEnglish (US)\n"
)

// playbackReport is what a player of the recordings told.
var playbackReport = map[string]any{
	"playerMode": "p2p-media-loader", "resolution": 720, "fps": 30, "p2pEnabled": true, "p2pPeers": 0, "resolutionChanges": 1, "errors": 0,
	"downloadedBytesP2P": 0, "downloadedBytesHTTP": 1000, "uploadedBytesP2P": 0,
}

func with(fields map[string]any, name string, value any) map[string]any {
	changed := map[string]any{name: value}
	for key, v := range fields {
		if key != name {
			changed[key] = v
		}
	}
	return changed
}

func without(fields map[string]any, name string) map[string]any {
	changed := with(fields, name, nil)
	delete(changed, name)
	return changed
}

func TestAudienceHasTheRecordedShape(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		film := "/api/v1/videos/" + s.film.UUID.String()
		caption := func(text string) upload { return upload{name: "captionfile", content: text} }
		chapters := func(list ...any) map[string]any { return map[string]any{"chapters": list} }
		chapter := func(at any, title string) map[string]any { return map[string]any{"timecode": at, "title": title} }
		for _, c := range []exchange{
			{"125", "PUT", film + "/chapters", "alice", chapters(chapter(0, "Start"), chapter(10, "Middle"), chapter(20, "End")), nil},
			{"126", "PUT", film + "/chapters", "alice", chapters(chapter("x", "")), nil},
			{"127", "GET", film + "/chapters", "", nil, nil},
			{"128", "PUT", film + "/captions/en", "alice", caption(goodVTT), nil},
			{"129", "PUT", film + "/captions/fr", "alice", caption(goodSRT), nil},
			{"130", "PUT", film + "/captions/zz", "alice", caption(goodSRT), nil},
			{"131", "GET", film + "/captions", "", nil, nil},
			{"132", "DELETE", film + "/captions/fr", "alice", nil, nil},
			{"133", "PUT", film + "/rate", "bob", map[string]string{"rating": "like"}, nil},
			{"134", "PUT", film + "/rate", "bob", map[string]string{"rating": "love"}, nil},
			{"135", "GET", "/api/v1/users/me/videos/1/rating", "bob", nil, nil},
			{"136", "GET", "/api/v1/accounts/bob/ratings", "bob", nil, nil},
			{"071", "GET", "/api/v1/accounts/alice/ratings", "alice", nil, nil},
			{"137", "POST", film + "/views", "", map[string]any{"currentTime": 12, "viewEvent": "seek"}, nil},
			{"138", "PUT", film + "/watching", "bob", map[string]any{"currentTime": 12}, nil},
			{"140", "GET", "/api/v1/users/me/history/videos", "bob", nil, nil},
			{"141", "GET", film + "/stats/overall", "alice", nil, nil},
			{"142", "GET", film + "/stats/retention", "alice", nil, nil},
			{"143", "GET", film + "/stats/timeseries/viewers", "alice", nil, nil},
			{"144", "GET", film + "/stats/overall", "bob", nil, nil},
			{"145", "POST", "/api/v1/metrics/playback", "", with(playbackReport, "videoId", s.film.UUID.String()), nil},
			{"401", "DELETE", "/api/v1/users/me/history/videos/1", "bob", nil, nil},
		} {
			t.Run(c.recording, func(t *testing.T) { s.compareAudience(t, c) })
		}
	})
}

// compareAudience is compare, but for fields that came since, which ratings have one level deeper.
func (s *stage) compareAudience(t *testing.T, c exchange) {
	want := capturetest.Load(t, c.recording)
	if c.recording != "136" && c.recording != "131" {
		s.compare(t, c)
		return
	}
	got := s.do(c.method, c.path, c.as, c.body)
	if got.Code != want.Response.Status {
		t.Fatalf("got status %d: %s", got.Code, got.Body)
	}
	intended := []string{"data[].fileUrl", "data[].m3u8Url"}
	for _, path := range since63 {
		if rest, ok := strings.CutPrefix(path, "data[]."); ok {
			intended = append(intended, "data[].video."+rest)
		}
	}
	capturetest.SameShape(t, want.Response.Body, got.Body.Bytes(), intended...)
}

func TestRefusedPositionNamesItsField(t *testing.T) {
	s := newStage(t, dbtest.SQLite(t))
	want := capturetest.Load(t, "139")
	got := s.do("POST", "/api/v1/videos/"+s.film.UUID.String()+"/views", "", map[string]any{"currentTime": "x"})
	if got.Code != want.Response.Status {
		t.Fatalf("got %d", got.Code)
	}
	capturetest.SameShape(t, want.Response.Body, got.Body.Bytes())
}

func TestAudienceRefuses(t *testing.T) {
	s := newStage(t, dbtest.SQLite(t))
	film, secret := "/api/v1/videos/"+s.film.UUID.String(), "/api/v1/videos/"+s.secret.UUID.String()
	locked := "/api/v1/videos/" + s.locked.UUID.String()
	const none = "/api/v1/videos/00000000-0000-4000-8000-000000000000"
	report := with(playbackReport, "videoId", s.film.UUID.String())
	for name, c := range map[string]struct {
		method, path, as string
		body             any
		want             int
	}{
		"no position":                    {"POST", film + "/views", "", map[string]any{}, 400},
		"a negative position":            {"POST", film + "/views", "", map[string]any{"currentTime": -1}, 400},
		"a position past the end":        {"POST", film + "/views", "", map[string]any{"currentTime": 3000}, 400},
		"a position beyond numbers":      {"POST", film + "/views", "", map[string]any{"currentTime": 1e300}, 400},
		"an unknown event":               {"POST", film + "/views", "", map[string]any{"currentTime": 1, "viewEvent": "pause"}, 400},
		"a session with markup":          {"POST", film + "/views", "", map[string]any{"currentTime": 1, "sessionId": "<b>"}, 400},
		"an unknown device":              {"POST", film + "/views", "", map[string]any{"currentTime": 1, "device": "toaster"}, 400},
		"a position with a fraction":     {"POST", film + "/views", "", map[string]any{"currentTime": 1.5, "sessionId": "a-b", "device": "mobile"}, 204},
		"a view of nothing":              {"POST", none + "/views", "", map[string]any{"currentTime": 1}, 404},
		"a view of a private video":      {"POST", secret + "/views", "", map[string]any{"currentTime": 1}, 401},
		"a view without the password":    {"POST", locked + "/views", "", map[string]any{"currentTime": 1}, 403},
		"a rating of nobody":             {"PUT", film + "/rate", "", map[string]any{"rating": "like"}, 401},
		"no rating":                      {"PUT", film + "/rate", "bob", map[string]any{}, 400},
		"an empty rating":                {"PUT", film + "/rate", "bob", map[string]any{"rating": ""}, 400},
		"a rating of a private video":    {"PUT", secret + "/rate", "bob", map[string]any{"rating": "like"}, 403},
		"a rating of nothing":            {"PUT", none + "/rate", "bob", map[string]any{"rating": "like"}, 404},
		"my rating of nothing":           {"GET", "/api/v1/users/me/videos/999/rating", "bob", nil, 404},
		"ratings of another":             {"GET", "/api/v1/accounts/alice/ratings", "bob", nil, 403},
		"ratings of an unknown account":  {"GET", "/api/v1/accounts/zoe/ratings", "bob", nil, 404},
		"ratings of a kind there is not": {"GET", "/api/v1/accounts/bob/ratings?rating=none", "bob", nil, 400},
		"ratings in an unknown order":    {"GET", "/api/v1/accounts/bob/ratings?sort=name", "bob", nil, 400},
		"history of nobody":              {"GET", "/api/v1/users/me/history/videos", "", nil, 401},
		"a date that is none":            {"POST", "/api/v1/users/me/history/videos/remove", "bob", map[string]any{"beforeDate": "soon"}, 400},
		"clearing the history by form":   {"POST", "/api/v1/users/me/history/videos/remove", "bob", upload{fields: map[string]string{"beforeDate": "2030-01-01"}}, 204},
		"a page beyond reason":           {"GET", "/api/v1/users/me/history/videos?count=5000", "bob", nil, 400},
		"statistics of nobody":           {"GET", film + "/stats/overall", "", nil, 401},
		"statistics by the moderation":   {"GET", film + "/stats/user-agent", "root", nil, 200},
		"a period that ends first":       {"GET", film + "/stats/overall?startDate=2026-02-01&endDate=2026-01-01", "alice", nil, 400},
		"a period that is none":          {"GET", film + "/stats/overall?startDate=x", "alice", nil, 400},
		"an unknown metric":              {"GET", film + "/stats/timeseries/smiles", "alice", nil, 400},
		"a series without end":           {"GET", film + "/stats/timeseries/viewers?startDate=0002-01-01", "alice", nil, 400},
		"a report without a player":      {"POST", "/api/v1/metrics/playback", "", without(report, "playerMode"), 400},
		"a report of an unknown player":  {"POST", "/api/v1/metrics/playback", "", with(report, "playerMode", "vhs"), 400},
		"a report with negative bytes":   {"POST", "/api/v1/metrics/playback", "", with(report, "uploadedBytesP2P", -5), 400},
		"a report on nothing":            {"POST", "/api/v1/metrics/playback", "", with(report, "videoId", "00000000-0000-4000-8000-000000000000"), 404},
		"captions of a private video":    {"GET", secret + "/captions", "", nil, 401},
		"a caption without a file":       {"PUT", film + "/captions/en", "alice", upload{}, 400},
		"a caption that is none":         {"PUT", film + "/captions/en", "alice", upload{name: "captionfile", content: "no subtitle"}, 400},
		"another user's caption":         {"PUT", film + "/captions/en", "bob", upload{name: "captionfile", content: goodVTT}, 403},
		"deleting no caption":            {"DELETE", film + "/captions/en", "alice", nil, 404},
		"captions by machine":            {"POST", film + "/captions/generate", "alice", map[string]any{}, 400},
		"chapters of nobody":             {"PUT", film + "/chapters", "", map[string]any{"chapters": []any{}}, 401},
		"chapters of another":            {"PUT", film + "/chapters", "bob", map[string]any{"chapters": []any{}}, 403},
		"no chapters sent":               {"PUT", film + "/chapters", "alice", map[string]any{}, 400},
		"chapters that are numbers":      {"PUT", film + "/chapters", "alice", map[string]any{"chapters": []any{1, 2}}, 400},
		"chapters at one time":           {"PUT", film + "/chapters", "alice", map[string]any{"chapters": []any{map[string]any{"timecode": 1, "title": "a"}, map[string]any{"timecode": 1, "title": "b"}}}, 400},
		"chapters of a private video":    {"GET", secret + "/chapters", "bob", nil, 403},
	} {
		if got := s.do(c.method, c.path, c.as, c.body); got.Code != c.want {
			t.Errorf("%s: got %d, want %d: %s", name, got.Code, c.want, got.Body)
		}
	}
}

func TestViewersAreShownAtOnce(t *testing.T) {
	s := newStage(t, dbtest.SQLite(t))
	film := "/api/v1/videos/" + s.film.UUID.String()
	for _, id := range []string{"a", "b"} {
		if got := s.do("POST", film+"/views", "", map[string]any{"currentTime": 0, "sessionId": id}); got.Code != 204 {
			t.Fatalf("got %d: %s", got.Code, got.Body)
		}
	}
	var shown struct{ Viewers int }
	if err := json.Unmarshal(s.do("GET", film, "bob", nil).Body.Bytes(), &shown); err != nil || shown.Viewers != 2 {
		t.Errorf("%d viewers, %v", shown.Viewers, err)
	}
}

func TestListsTellWhereTheUserStands(t *testing.T) {
	s := newStage(t, dbtest.SQLite(t))
	film := "/api/v1/videos/" + s.film.UUID.String()
	if got := s.do("PUT", film+"/watching", "bob", map[string]any{"currentTime": 7}); got.Code != 204 {
		t.Fatalf("got %d: %s", got.Code, got.Body)
	}
	for path, want := range map[string]int{film: 1, "/api/v1/videos": 1, "/api/v1/search/videos?search=film": 1, "/api/v1/users/me/history/videos": 1} {
		if got := strings.Count(s.do("GET", path, "bob", nil).Body.String(), `"userHistory":{"currentTime":7}`); got != want {
			t.Errorf("%s: %d positions for bob, want %d", path, got, want)
		}
		if strings.Contains(s.do("GET", path, "alice", nil).Body.String(), "userHistory") {
			t.Errorf("%s: alice sees a position", path)
		}
	}
}

func TestPlaybackIsCounted(t *testing.T) {
	s := newStage(t, dbtest.SQLite(t))
	report := with(playbackReport, "videoId", s.film.ShortUUID())
	for range 2 {
		if got := s.do("POST", "/api/v1/metrics/playback", "", report); got.Code != 204 {
			t.Fatalf("got %d: %s", got.Code, got.Body)
		}
	}
	if got := s.do("POST", "/api/v1/metrics/playback", "", with(report, "resolution", "1e9999999")); got.Code != 204 {
		t.Fatalf("got %d: %s", got.Code, got.Body)
	}
	if got := s.counted(t, "lucarne_playback_downloaded_http_bytes_total"); got["720"] != 2000 || got["other"] != 1000 || len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

// counted gives the values of a counter by resolution.
func (s *stage) counted(t *testing.T, name string) map[string]float64 {
	t.Helper()
	families, err := s.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := make(map[string]float64)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				if family.GetName() == name && label.GetName() == "resolution" {
					values[label.GetValue()] += metric.GetCounter().GetValue()
				}
			}
		}
	}
	return values
}
