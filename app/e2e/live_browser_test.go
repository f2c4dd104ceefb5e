package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lucarne/app/apptest"
)

// One browser broadcasts its camera, another one watches: the whole way, with nothing but the site between them.
func TestABrowserWatchesAnother(t *testing.T) {
	needsAssets(t)
	site := apptest.Start(t, apptest.Options{Settings: append([]string{"LUCARNE_LIVE_WHIP_ENABLED=true", "LUCARNE_LIVE_WHIP_PORT=0"}, broadcastingHere...)})
	s := newLive(t, site, map[string]any{"saveReplay": true, "replaySettings[privacy]": 1})
	s.Video = s.root.Video(s.Video)
	browser := apptest.StartBrowser(t)
	nadia := browser.Open(t, &site.Server, true)
	nadia.SignIn("root", apptest.RootPassword)
	nadia.Go("/my/live/" + s.ShortUUID + "/broadcast")
	nadia.Click("[data-start]")
	state(nadia, "ready")
	nadia.Click("[data-go]")
	state(nadia, "onair")
	s.awaitAir()
	teo := tune(t, browser, site, s.Video, "0")
	teo.Await(browserWithin, `document.querySelector("video").currentTime > 2 && document.querySelector("video").videoWidth > 0`)
	if master := string(site.Visitor(t).Send("GET", s.folder()+"master.m3u8", nil, http.StatusOK).Body); !strings.Contains(master, "mp4a.40.2") {
		t.Errorf("what a browser says is not heard by every player:\n%s", master)
	}
	nadia.Eval(`void (document.querySelector("[data-stop]").dataset.confirmed = "yes", document.querySelector("[data-stop]").click())`, nil)
	state(nadia, "ended")
	kept := s.awaitReplay()
	for _, file := range kept.All() {
		decodes(t, file.URL, 2*time.Second)
	}
	noErrors(t, nadia)
	noErrors(t, teo)
}
