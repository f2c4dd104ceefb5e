package app

import (
	"context"
	"encoding/json"
	"testing"

	"lucarne/http/api"
	"lucarne/http/capturetest"
	"lucarne/platform/clock"
	"lucarne/platform/config"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/platform/setting"
	"lucarne/video/upload"
)

// openGate lets everybody register but those at one address.
type openGate struct{}

func (openGate) SignupOpen(_ context.Context, ip string) (isOpen, isOpenForAddress bool, err error) {
	return true, ip != "192.0.2.66", nil
}

func newConfiguration(t *testing.T, d *db.DB) *configuration {
	t.Helper()
	live, err := config.Open(config.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	return &configuration{
		live: live, stored: setting.New(d, clock.System{}), signup: openGate{},
		uploads: func() upload.Settings { return upload.Settings{AllowAudio: live.Current().Transcoding.AllowAudioFiles} },
	}
}

// newInVersion8 are the fields PeerTube 6.3 did not have, those it lost since, and our own; the pictures and the home page are filled in by
// the API.
var newInVersion8 = []string{
	"software", "blocklist", "client.newFeaturesInfo", "client.header", "client.browseVideos", "client.openInApp", "client.videos.miniature.displayAuthorAvatar",
	"defaults.live", "defaults.player", "defaults.publish.commentsEnabled", "federation", "fieldsConstraints", "instance.defaultLanguage", "instance.logo",
	"instance.serverCountry", "instance.social", "instance.support", "live.dvr", "nsfwFlagsSettings", "storyboards.remoteRunners", "theme.builtIn",
	"theme.customization", "views.videos.local", "views.videos.remote", "webrtc",
}

func TestPublicConfigurationHasTheShapeOfTheRecording(t *testing.T) {
	c := newConfiguration(t, dbtest.SQLite(t))
	view, err := c.Public(t.Context(), "192.0.2.66")
	if err != nil {
		t.Fatal(err)
	}
	capturetest.SameShape(t, capturetest.Load(t, "002").Response.Body, view, newInVersion8...)
	if !view.Signup.Allowed || view.Signup.AllowedForCurrentIP {
		t.Errorf("registration: %+v, want open, and closed for this address", view.Signup)
	}
	nodeinfo := capturetest.Load(t, "325").Response.Body.(map[string]any)["metadata"].(map[string]any)["nodeConfig"]
	capturetest.SameShape(t, nodeinfo, c.nodeConfig())
}

func TestEverySectionIsFilled(t *testing.T) {
	c := newConfiguration(t, dbtest.SQLite(t))
	view, err := c.Public(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	view.Instance.InstancePictures = api.InstancePictures{} // filled in by the API
	text, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for _, path := range [][]string{
		{"transcoding", "enabledResolutions"},
		{"transcoding", "availableProfiles"},
		{"live", "transcoding", "enabledResolutions"},
		{"theme", "builtIn"},
		{"video", "file", "extensions"},
		{"video", "image", "extensions"},
		{"videoCaption", "file", "extensions"},
		{"trending", "videos", "algorithms", "enabled"},
		{"plugin", "registered"},
		{"webrtc", "stunServers"},
	} {
		var value any = fields
		for _, name := range path {
			value = value.(map[string]any)[name]
		}
		if _, isList := value.([]any); !isList {
			t.Errorf("%v is %v, want a list", path, value)
		}
	}
}

func TestChangesLiveAndSurviveARestart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newConfiguration(t, d)
		before := c.live.Current().Instance.Name
		if err := c.Change(t.Context(), []byte(`{"instance":{"name":"Another name"},"signup":{"limit":3}}`)); err != nil {
			t.Fatal(err)
		}
		if name := c.About().Name; name != "Another name" {
			t.Errorf("at once: %q", name)
		}
		if err := c.Change(t.Context(), []byte(`{"signup":{"limit":"x"}}`)); !fault.Is(err, fault.Invalid) {
			t.Errorf("a refused change: %v, want invalid", err)
		}
		var overlay string
		if found, err := c.stored.Get(t.Context(), overlayName, &overlay); err != nil || !found {
			t.Fatalf("stored: %v, %v", found, err)
		}
		again := newConfiguration(t, d)
		if err := again.live.Apply([]byte(overlay)); err != nil {
			t.Fatal(err)
		}
		if custom := again.Custom()["signup"].(map[string]any); again.About().Name != "Another name" || custom["limit"] != c.live.Current().Signup.Limit {
			t.Errorf("after a restart: %q, %v", again.About().Name, custom)
		}
		if err := c.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if found, _ := c.stored.Get(t.Context(), overlayName, &overlay); found || c.About().Name != before {
			t.Errorf("after the reset: stored %v, %q", found, c.About().Name)
		}
	})
}

func TestStatisticsAreKeptForTheirAge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newConfiguration(t, d)
		now := clock.NewFake(clock.System{}.Now())
		s := &statistics{db: d, clock: now, config: c.live.Current}
		total := func() int {
			stats, err := s.ServerStats(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return stats.Users.Total
		}
		before := total()
		if _, err := db.Exec(t.Context(), d, `INSERT INTO users (username, email, role, video_quota, video_quota_daily, feed_token, preferences,
			notification_settings, created_at, updated_at) VALUES ('a', 'a', 2, -1, -1, '', '{}', '{}', 0, 0)`); err != nil {
			t.Fatal(err)
		}
		if n := total(); n != before {
			t.Errorf("within their age: %d users, want %d", n, before)
		}
		now.Advance(s.Age())
		if n := total(); n != before+1 {
			t.Errorf("after their age: %d users, want %d", n, before+1)
		}
		stats, err := s.ServerStats(t.Context())
		if err != nil || stats.Users.Moderators == nil || stats.Registrations.Total == nil {
			t.Errorf("public figures: %+v, %v", stats, err)
		}
	})
}
