package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lucarne/app/apptest"
)

// watch reports positions, a second apart, as a player does.
func watch(c *apptest.Client, v apptest.Video, session string, seconds ...int) {
	for _, second := range seconds {
		c.Send("POST", v.Path()+"/views", map[string]any{"currentTime": second, "sessionId": session}, http.StatusNoContent)
	}
}

func command(root *apptest.Client, name string) {
	root.Send("POST", "/api/v1/server/debug/run-command", map[string]string{"command": name}, http.StatusNoContent)
}

func TestViewsAreCountedOnce(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		root, visitor := site.Root(t), site.Visitor(t)
		film := root.Upload(apptest.Landscape(t), nil)
		site.Settle(t)
		for range 3 {
			watch(visitor, film, "one-viewer", 0, 1, 2)
		}
		watch(visitor, film, "another-viewer", 0, 1, 2)
		watch(visitor, film, "one-viewer", 2) // still there: both watch at one time
		command(root, "process-video-views-buffer")
		if views := visitor.Video(film).Views; views != 2 {
			t.Errorf("views: got %d, want 2", views)
		}
		command(root, "process-video-views-buffer")
		if views := visitor.Video(film).Views; views != 2 {
			t.Errorf("views after another flush: got %d, want 2", views)
		}
		checkStats(t, site, root, film)
	})
}

func checkStats(t *testing.T, site *apptest.Instance, root *apptest.Client, v apptest.Video) {
	t.Helper()
	var overall struct {
		Peak   int `json:"viewersPeak"`
		Unique int `json:"totalViewers"`
	}
	apptest.Await(t, 10*time.Second, "both viewers are in the statistics once they left", func() bool {
		command(root, "process-video-viewers")
		root.Get(v.Path()+"/stats/overall", &overall)
		return overall.Peak == 2 && overall.Unique == 2
	})
	var retention struct {
		Data []struct {
			Second  int     `json:"second"`
			Percent float64 `json:"retentionPercent"`
		} `json:"data"`
	}
	root.Get(v.Path()+"/stats/retention", &retention)
	if len(retention.Data) != 3 && len(retention.Data) != 2 {
		t.Errorf("retention of two seconds: %+v", retention)
	}
	var series struct {
		Data []struct {
			Value float64 `json:"value"`
		} `json:"data"`
	}
	root.Get(v.Path()+"/stats/timeseries/viewers", &series)
	if len(series.Data) == 0 {
		t.Error("no series of viewers")
	}
	newUser(t, site, "curious").Refused("GET", v.Path()+"/stats/overall", nil, http.StatusForbidden)
}

func TestHistory(t *testing.T) {
	site := site(t)
	film := site.Root(t).Upload(apptest.Landscape(t), nil)
	site.Settle(t)
	user := newUser(t, site, "history")
	watch(user, film, "a-session", 0, 1)
	const path = "/api/v1/users/me/history/videos"
	if !lists(user, path, film) {
		t.Error("a watched video is not in the history")
	}
	user.Delete(fmt.Sprintf("%s/%d", path, film.ID))
	if lists(user, path, film) {
		t.Error("a forgotten video is in the history")
	}
	watch(user, film, "a-session", 1)
	user.Send("POST", path+"/remove", apptest.Form{}, http.StatusNoContent)
	if lists(user, path, film) {
		t.Error("a cleared history lists a video")
	}
	user.Put("/api/v1/users/me", map[string]any{"videosHistoryEnabled": false})
	watch(user, film, "a-session", 1)
	if lists(user, path, film) {
		t.Error("a disabled history lists a video")
	}
}

func TestRates(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		film := site.Root(t).Upload(apptest.Landscape(t), nil)
		site.Settle(t)
		user := newUser(t, site, "rater")
		check := func(rating string, likes, dislikes int) {
			t.Helper()
			user.Put(film.Path()+"/rate", map[string]string{"rating": rating})
			var mine struct {
				Rating string `json:"rating"`
			}
			user.Get("/api/v1/users/me/videos/"+film.UUID+"/rating", &mine)
			now := user.Video(film)
			if mine.Rating != rating || now.Likes != likes || now.Dislikes != dislikes {
				t.Errorf("after %q: mine is %q, %d likes, %d dislikes", rating, mine.Rating, now.Likes, now.Dislikes)
			}
		}
		check("like", 1, 0)
		check("like", 1, 0)
		check("dislike", 0, 1)
		check("none", 0, 0)
		site.Visitor(t).Refused("PUT", film.Path()+"/rate", map[string]string{"rating": "like"}, http.StatusUnauthorized)
	})
}

func TestCaptionsAndChapters(t *testing.T) {
	site := site(t)
	root, visitor := site.Root(t), site.Visitor(t)
	film := root.Upload(apptest.Landscape(t), nil)
	site.Settle(t)
	root.Send("PUT", film.Path()+"/captions/fr", apptest.Form{Files: map[string]string{"captionfile": apptest.Captions(t)}}, http.StatusNoContent)
	site.Settle(t)
	var captions struct {
		Data []struct {
			Language struct{ ID string } `json:"language"`
			URL      string              `json:"fileUrl"`
		} `json:"data"`
	}
	visitor.Get(film.Path()+"/captions", &captions)
	if len(captions.Data) != 1 || captions.Data[0].Language.ID != "fr" {
		t.Fatalf("captions: %+v", captions)
	}
	if text := visitor.Send("GET", captions.Data[0].URL, nil, http.StatusOK).Body; !strings.Contains(string(text), "Good night.") {
		t.Errorf("caption file: %s", text)
	}
	chapters := map[string]any{"chapters": []map[string]any{{"timecode": 1, "title": "Second"}, {"timecode": 0, "title": "First"}}}
	root.Put(film.Path()+"/chapters", chapters)
	var got struct {
		Chapters []struct{ Title string }
	}
	visitor.Get(film.Path()+"/chapters", &got)
	if len(got.Chapters) != 2 || got.Chapters[0].Title != "First" {
		t.Errorf("chapters: %+v", got)
	}
	root.Delete(film.Path() + "/captions/fr")
	site.Settle(t)
	visitor.Send("GET", captions.Data[0].URL, nil, http.StatusNotFound)
	newUser(t, site, "vandal").Refused("PUT", film.Path()+"/chapters", chapters, http.StatusForbidden)
}

func TestSourceReplacement(t *testing.T) {
	site := start(t, "LUCARNE_VIDEO_FILE_UPDATE_ENABLED=true")
	root := site.Root(t)
	film := root.Upload(apptest.Landscape(t), map[string]any{"name": "Replaced"})
	site.Settle(t)
	before := root.Video(film)
	sending := root.BeginAt(film.Path()+"/source/replace-resumable", apptest.Portrait(t), map[string]any{"filename": "portrait.mp4"})
	if answer := root.Piece(sending, 0, len(sending.Content)); answer.Status != http.StatusNoContent {
		t.Fatalf("replacement: %d %s", answer.Status, answer.Body)
	}
	site.Settle(t)
	now := root.Video(film)
	if now.State.ID != apptest.Published || now.Name != "Replaced" || now.AspectRatio >= 1 || now.Duration != 1 {
		t.Errorf("after the replacement: %+v", now)
	}
	for _, file := range before.All() {
		if slices.ContainsFunc(now.All(), func(one apptest.Rendition) bool { return one.URL == file.URL }) {
			t.Errorf("%s is still of the old source", file.URL)
		}
		root.Send("GET", file.URL, nil, http.StatusNotFound)
	}
	checkFiles(t, root, now)
}

func TestConfigurationChangesLive(t *testing.T) {
	onEach(t, func(t *testing.T, site *apptest.Instance) {
		root, visitor := site.Root(t), site.Visitor(t)
		var custom map[string]any
		root.Get("/api/v1/config/custom", &custom)
		custom["instance"].(map[string]any)["name"] = "A new name"
		custom["signup"].(map[string]any)["enabled"] = true
		root.Send("PUT", "/api/v1/config/custom", custom, http.StatusOK)
		var config struct {
			Instance struct{ Name string }  `json:"instance"`
			Signup   struct{ Allowed bool } `json:"signup"`
		}
		visitor.Get("/api/v1/config", &config)
		if config.Instance.Name != "A new name" || !config.Signup.Allowed {
			t.Errorf("after the change: %+v", config)
		}
		newUser(t, site, "meddler").Refused("PUT", "/api/v1/config/custom", custom, http.StatusForbidden)
		root.Send("DELETE", "/api/v1/config/custom", nil, http.StatusOK)
		visitor.Get("/api/v1/config", &config)
		if config.Instance.Name == "A new name" || config.Signup.Allowed {
			t.Errorf("after the reset: %+v", config)
		}
	})
}
