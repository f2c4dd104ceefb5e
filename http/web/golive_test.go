package web_test

import (
	"net/http"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/http/web"
	"lucarne/http/web/webtest"
	"lucarne/video"
)

func TestGoLivePageIsForItsManager(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	w.Join(t, "bob", account.Ordinary)
	show := w.Video(t, alice, func(d *video.Draft) { d.Name, d.IsLive = "Evening talk", true })
	address := "/my/live/" + show.ShortUUID() + "/broadcast"
	for who, want := range map[string]int{"": http.StatusUnauthorized, "bob": http.StatusForbidden, "alice": http.StatusOK} {
		answer := w.Browser(who).Get(address)
		status(t, answer, want)
		if hasKey := strings.Contains(answer.Body.String(), webtest.StreamKey); hasKey != (who == "alice") {
			t.Errorf("%q sees the key: %v", who, hasKey)
		}
	}
	answer := w.Browser("alice").Get(address)
	contains(t, answer, "Evening talk", `"endpoint":"/whip"`, "golive", "needs JavaScript", "OBS", "golive.problem-permission")
	if kept := answer.Header().Get("Cache-Control"); kept != "no-store" {
		t.Errorf("the page with the key is kept: %s", kept)
	}
}

func TestGoLivePageWhereBrowsersCannot(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	show := w.Video(t, alice, func(d *video.Draft) { d.IsLive = true })
	w.Whip = web.Whip{}
	answer := w.Browser("alice").Get("/my/live/" + show.ShortUUID() + "/broadcast")
	status(t, answer, http.StatusOK)
	contains(t, answer, "Not from the browser", "OBS")
	if strings.Contains(answer.Body.String(), webtest.StreamKey) {
		t.Error("the key is in a page that does not need it")
	}
}
