package e2e_test

import (
	"encoding/hex"
	"fmt"
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

// tune begins to play a video in a tab of its own.
func tune(t *testing.T, browser *apptest.Browser, site *apptest.Instance, v apptest.Video, prepare string) *apptest.Page {
	t.Helper()
	page := browser.Open(t, &site.Server, true)
	page.Go("/w/" + v.ShortUUID)
	page.Await(browserWithin, `document.querySelector(".player-notice")?.textContent.includes("IP address")`)
	page.Eval(prepare, nil)
	page.Click(".player-big-play")
	page.Await(browserWithin, playing)
	return page
}

func TestViewersShareAVideo(t *testing.T) {
	needsAssets(t)
	site := apptest.Start(t, apptest.Options{})
	root := site.Root(t)
	film := root.Upload(apptest.Long(t), map[string]any{"name": "Shared"})
	site.Settle(t)
	film = root.Video(film)
	browser := apptest.StartBrowser(t)
	t.Run("and stop when they like", func(t *testing.T) { shareAndStop(t, browser, site, film) })
	t.Run("with one who lies", func(t *testing.T) { shareWithALiar(t, browser, site, film) })
}

func shareAndStop(t *testing.T, browser *apptest.Browser, site *apptest.Instance, film apptest.Video) {
	anna := tune(t, browser, site, film, "0")
	ben := tune(t, browser, site, film, "0")
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
	noErrors(t, anna)
	noErrors(t, ben)
}

// lie changes the bytes of every segment a page passes on.
const lie = `void (() => {
	const send = RTCDataChannel.prototype.send
	RTCDataChannel.prototype.send = function (data) {
		const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data
		if (bytes.byteLength > 2000) { bytes[1000] ^= 0xff; window.lies = (window.lies ?? 0) + 1 }
		send.call(this, data)
	}
})()`

func shareWithALiar(t *testing.T, browser *apptest.Browser, site *apptest.Instance, film apptest.Video) {
	mallory := tune(t, browser, site, film, lie)
	ben := tune(t, browser, site, film, "0")
	mallory.Await(browserWithin, `window.lies > 0`)
	ben.Eval(`void (document.querySelector("video").currentTime = 40)`, nil)
	ben.Await(browserWithin, `document.querySelector("video").currentTime > 45`)
	openStatistics(ben)
	ben.Await(browserWithin, `parseFloat(`+statistic("From the server")+`) > 0`)
	var lies string
	if ben.Eval(statistic("From other viewers"), &lies); !strings.HasPrefix(lies, "0 ") {
		t.Errorf("%s were taken from one who lies", lies)
	}
	noErrors(t, ben)
}

// A BitTorrent client is answered as PeerTube answers it, and meets others by the magnet links of videos.
func TestTheTrackerAnswersClients(t *testing.T) {
	visitor := site(t).Visitor(t)
	announce := func(infoHash string) string {
		query := url.Values{"info_hash": {infoHash}, "peer_id": {strings.Repeat("p", 20)}, "port": {"6881"}}
		return string(visitor.Do("GET", tracker.AnnouncePath+"?"+query.Encode(), nil).Body)
	}
	if got, want := announce(""), "d14:failure reason17:invalid info_hashe"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := announce(strings.Repeat("x", 20)); !strings.Contains(got, "failure reason") {
		t.Errorf("of what nobody shares: %q", got)
	}
	film := site(t).Root(t).Upload(apptest.Landscape(t), nil)
	site(t).Settle(t)
	var links struct {
		Playlists []struct {
			Files []struct {
				Magnet string `json:"magnetUri"`
			} `json:"files"`
		} `json:"streamingPlaylists"`
	}
	visitor.Get(film.Path(), &links)
	magnet, err := url.Parse(links.Playlists[0].Files[0].Magnet)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hex.DecodeString(strings.TrimPrefix(magnet.Query().Get("xt"), "urn:btih:"))
	if err != nil {
		t.Fatal(err)
	}
	if got := announce(string(hash)); !strings.Contains(got, "8:intervali900e") {
		t.Errorf("of %s: %q", magnet, got)
	}
}

// Viewers of a show in which much is shared pass on what has just been on air.
func TestViewersShareALive(t *testing.T) {
	needsAssets(t)
	site := start(t, broadcastingHere...)
	s := newLive(t, site, map[string]any{"latencyMode": 2, "permanentLive": true})
	e := s.send(t)
	s.awaitAir()
	visitor := site.Visitor(t)
	fifth := fmt.Sprintf("0-%06d.m4s", s.first(t, visitor)+4)
	apptest.Await(t, 3*browserWithin, "more than players keep away from the newest", func() bool {
		return strings.Contains(string(visitor.Do("GET", s.folder()+"0.m3u8", nil).Body), fifth)
	})
	s.ShortUUID = s.root.Video(s.Video).ShortUUID
	browser := apptest.StartBrowser(t)
	anna := tune(t, browser, site, s.Video, "0")
	ben := tune(t, browser, site, s.Video, "0")
	for _, page := range []*apptest.Page{anna, ben} {
		openStatistics(page)
		page.Await(browserWithin, statistic("Peers")+` === "1"`)
	}
	apptest.Await(t, 4*browserWithin, "a segment from another viewer", func() bool {
		return isShared(anna) || isShared(ben)
	})
	noErrors(t, anna)
	noErrors(t, ben)
	e.leave(t)
}

func isShared(page *apptest.Page) (is bool) {
	page.Eval(`parseFloat(`+statistic("From other viewers")+`) > 0`, &is)
	return is
}
