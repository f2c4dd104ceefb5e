package e2e_test

import (
	"net/url"
	"strings"
	"testing"

	"lucarne/app/apptest"
	"lucarne/http/tracker"
)

const playing = `document.querySelector("video").currentTime > 0.5`

// openStatistics shows what the player tells of itself.
func openStatistics(page *apptest.Page) {
	page.Eval(`document.querySelector("lucarne-player button[aria-expanded]").click()`, nil)
	page.Await(browserWithin, `document.querySelector(".player-sheet:not([hidden]) .player-option")`)
	page.Eval(`[...document.querySelectorAll(".player-option")].find(o => o.textContent === "Statistics").click()`, nil)
	page.Await(browserWithin, `document.querySelector(".player-sheet dl")`)
}

// statistic is a figure among them.
func statistic(name string) string {
	return `[...document.querySelectorAll(".player-sheet dt")].find(d => d.textContent === "` + name + `")?.nextElementSibling.textContent`
}

func TestViewersShareAVideo(t *testing.T) {
	needsAssets(t)
	site := apptest.Start(t, apptest.Options{})
	root := site.Root(t)
	film := root.Upload(apptest.Long(t), map[string]any{"name": "Shared"})
	site.Settle(t)
	film = root.Video(film)
	browser := apptest.StartBrowser(t)

	anna := browser.Open(t, &site.Server, true)
	anna.Go("/w/" + film.ShortUUID)
	anna.Await(browserWithin, `document.querySelector(".player-notice")?.textContent.includes("IP address")`)
	anna.Click(".player-big-play")
	anna.Await(browserWithin, playing)

	ben := browser.Open(t, &site.Server, true)
	ben.Go("/w/" + film.ShortUUID)
	ben.Await(browserWithin, `document.querySelector(".player-big-play")`)
	ben.Click(".player-big-play")
	ben.Await(browserWithin, playing)
	openStatistics(ben)
	ben.Await(browserWithin, statistic("Peers")+` === "1"`)
	ben.Await(browserWithin, `parseFloat(`+statistic("From other viewers")+`) > 0`)

	ben.Eval(`void (document.querySelector("video").currentTime = 60)`, nil)
	ben.Await(browserWithin, `document.querySelector("video").currentTime > 60.2`)
	ben.Click(".player-notice button")
	ben.Await(browserWithin, `document.querySelector(".player-notice").textContent.includes("is off")`)
	openStatistics(ben)
	ben.Await(browserWithin, `!(`+statistic("Peers")+`)`)
	ben.Await(browserWithin, `document.querySelector("video").currentTime > 60.5 && !document.querySelector("video").paused`)
	for _, page := range []*apptest.Page{anna, ben} {
		if errors := page.Errors(); len(errors) > 0 {
			t.Errorf("scripts failed: %s", strings.Join(errors, "\n"))
		}
	}
}

// A BitTorrent client that says nothing is answered as PeerTube answers it.
func TestTheTrackerAnswersClients(t *testing.T) {
	answer := site(t).Visitor(t).Do("GET", tracker.AnnouncePath, nil)
	if got, want := string(answer.Body), "d14:failure reason17:invalid info_hashe"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	query := url.Values{"info_hash": {strings.Repeat("x", 20)}, "peer_id": {strings.Repeat("p", 20)}, "port": {"6881"}}
	if got := string(site(t).Visitor(t).Do("GET", tracker.AnnouncePath+"?"+query.Encode(), nil).Body); !strings.Contains(got, "failure reason") {
		t.Errorf("of what nobody shares: %q", got)
	}
}
