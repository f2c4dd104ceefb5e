package e2e_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"lucarne/account"
	"lucarne/app/apptest"
	surface "lucarne/http/whip"

	"lucarne/http/web/ui"
	"lucarne/http/web/webtest"
	"lucarne/live/ingest"
	"lucarne/live/stream"
	"lucarne/live/whip"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/fault"
	"lucarne/video"
)

// backstage admits whoever has the key, and counts what comes.
type backstage struct {
	mu       sync.Mutex
	tracks   []stream.Track
	starts   int
	admitted int
	ended    []error
	samples  map[int]int
	keys     int
	done     chan struct{}
	reason   error
}

func newStudio() *backstage { return &backstage{samples: map[int]int{}, done: make(chan struct{})} }

func (s *backstage) Admit(_ context.Context, r ingest.Request) (ingest.Publication, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Key != webtest.StreamKey {
		return nil, fault.New(fault.Forbidden, "This stream key is not known")
	}
	if s.reason != nil {
		return nil, s.reason
	}
	s.admitted++
	return s, nil
}

func (s *backstage) Start(tracks []stream.Track) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tracks = tracks
	s.starts++
	return nil
}

func (s *backstage) Write(sample stream.Sample) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.samples[sample.Track]++
	if sample.Track == 1 && sample.IsKey {
		s.keys++
	}
	return nil
}

func (s *backstage) Done() <-chan struct{} { return s.done }

func (s *backstage) Reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

func (s *backstage) Close(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = append(s.ended, err)
}

// await waits until what came is enough.
func (s *backstage) await(t *testing.T, what string, isEnough func(s *backstage) bool) {
	t.Helper()
	apptest.Await(t, browserWithin, what, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return isEnough(s)
	})
}

// goLiveSite is the pages and the WHIP endpoint, with a studio in place of what is behind it.
func goLiveSite(t *testing.T) (*apptest.Server, *backstage, string) {
	t.Helper()
	world := webtest.New(t, dbtest.SQLite(t), nil)
	owner := world.Join(t, "nadia", account.Ordinary)
	world.Join(t, "teo", account.Ordinary)
	show := world.Video(t, owner, func(d *video.Draft) { d.Name, d.IsLive = "Evening talk", true })
	studio := newStudio()
	endpoint, err := whip.New(whip.Options{Admitter: studio, Hostname: "127.0.0.1", IncludeLoopback: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(endpoint.Close)
	mux := http.NewServeMux()
	mux.Handle(ui.AssetPath, ui.Assets())
	mux.Handle(surface.Path, surface.New(endpoint, nil))
	mux.Handle(surface.Path+"/", surface.New(endpoint, nil))
	mux.HandleFunc("/as/{name}", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: webtest.SessionCookie, Value: r.PathValue("name"), Path: "/"})
	})
	mux.Handle("/", world.Handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &apptest.Server{Origin: server.URL}, studio, "/my/live/" + show.ShortUUID() + "/broadcast"
}

// state waits until the page is in one.
func state(page *apptest.Page, name string) {
	page.Await(browserWithin, `document.querySelector("lucarne-golive").dataset.state === "`+name+`"`)
}

func TestGoLiveFromTheBrowser(t *testing.T) {
	needsAssets(t)
	browser := apptest.StartBrowser(t)
	t.Run("camera, screen and goodbye", func(t *testing.T) { goLive(t, browser) })
	t.Run("line breaks", func(t *testing.T) { goLiveOnABrokenLine(t, browser) })
	t.Run("ended by the site", func(t *testing.T) { goLiveUntilTheSiteEnds(t, browser) })
	t.Run("permission refused", func(t *testing.T) { goLiveWithoutPermission(t, browser) })
	t.Run("without scripts", func(t *testing.T) { goLiveWithoutScripts(t, browser) })
}

// onAir opens the page and goes live with the browser's test camera.
func onAir(t *testing.T, browser *apptest.Browser) (*apptest.Page, *backstage) {
	t.Helper()
	site, studio, path := goLiveSite(t)
	page := browser.Open(t, site, true)
	page.Go("/as/nadia")
	page.Go(path)
	state(page, "idle")
	page.Click("[data-start]")
	state(page, "ready")
	page.Await(browserWithin, `document.querySelector("[data-preview]").videoWidth > 0`)
	page.Await(browserWithin, `document.querySelector("[data-meter]").ariaValueNow > 10`)
	page.Click("[data-go]")
	state(page, "onair")
	studio.await(t, "pictures and sound", func(s *backstage) bool { return s.samples[1] > 30 && s.samples[2] > 50 })
	return page, studio
}

func goLive(t *testing.T, browser *apptest.Browser) {
	page, studio := onAir(t, browser)
	if len(studio.tracks) != 2 || studio.tracks[0].Codec != stream.H264 || studio.tracks[0].Height != 720 || studio.tracks[1].Codec != stream.Opus {
		t.Errorf("the tracks are %+v", studio.tracks)
	}
	page.Await(browserWithin, `/\d/.test(document.querySelector("[data-bitrate]").textContent) && /720/.test(document.querySelector("[data-size]").textContent)`)
	page.Click("[data-mute]")
	page.Await(browserWithin, `document.querySelector("[data-mute]").getAttribute("aria-pressed") === "true"`)
	page.Click("[data-screen]")
	page.Await(browserWithin, `document.querySelector("[data-screen]").getAttribute("aria-pressed") === "true"`)
	studio.mu.Lock()
	pictures := studio.samples[1]
	studio.mu.Unlock()
	studio.await(t, "pictures of the screen", func(s *backstage) bool { return s.samples[1] > pictures+10 })
	page.Click("[data-screen]")
	page.Await(browserWithin, `document.querySelector("[data-screen]").getAttribute("aria-pressed") === "false"`)
	studio.await(t, "regular key pictures", func(s *backstage) bool { return s.keys >= 3 })
	page.Eval(`void (document.querySelector("[data-stop]").dataset.confirmed = "yes", document.querySelector("[data-stop]").click())`, nil)
	state(page, "ended")
	studio.await(t, "goodbye", func(s *backstage) bool { return len(s.ended) == 1 })
	if studio.ended[0] != nil {
		t.Errorf("ended by %v, want a goodbye", studio.ended[0])
	}
	noErrors(t, page)
}

func noErrors(t *testing.T, page *apptest.Page) {
	t.Helper()
	if errors := page.Errors(); len(errors) > 0 {
		t.Errorf("scripts failed: %s", strings.Join(errors, "\n"))
	}
}

// goLiveOnABrokenLine has the connection fail, at which the page restarts ICE in its session, and then closes it under the page, at which
// the page makes another.
func goLiveOnABrokenLine(t *testing.T, browser *apptest.Browser) {
	site, studio, path := goLiveSite(t)
	page := browser.Open(t, site, true)
	page.Go("/as/nadia")
	page.Go(path)
	page.Eval(`void (() => {
		const Real = RTCPeerConnection, ask = fetch
		window.RTCPeerConnection = class extends Real { constructor(...all) { super(...all); (window.lines ??= []).push(this) } }
		window.fetch = async (...all) => { const a = await ask(...all); (window.asked ??= []).push(all[1].method + " " + a.status); return a }
	})()`, nil)
	page.Click("[data-start]")
	state(page, "ready")
	page.Click("[data-go]")
	state(page, "onair")
	studio.await(t, "pictures", func(s *backstage) bool { return s.samples[1] > 10 })
	page.Eval(`void (() => {
		const line = window.lines[0]
		Object.defineProperty(line, "connectionState", { configurable: true, get() { delete line.connectionState; return "failed" } })
		line.dispatchEvent(new Event("connectionstatechange"))
	})()`, nil)
	page.Await(browserWithin, `window.asked.join(", ") === "POST 201, PATCH 200"`)
	state(page, "onair")
	studio.mu.Lock()
	pictures := studio.samples[1]
	studio.mu.Unlock()
	studio.await(t, "pictures after the restart", func(s *backstage) bool { return s.samples[1] > pictures+20 })

	page.Eval(`void (window.lines[0].close(), window.lines[0].dispatchEvent(new Event("connectionstatechange")))`, nil)
	studio.await(t, "second session", func(s *backstage) bool { return s.admitted == 2 })
	state(page, "onair")
	noErrors(t, page)
}

func goLiveUntilTheSiteEnds(t *testing.T, browser *apptest.Browser) {
	page, studio := onAir(t, browser)
	studio.mu.Lock()
	studio.reason = fault.New(fault.Forbidden, "An administrator ended the broadcast")
	studio.mu.Unlock()
	close(studio.done)
	state(page, "ended")
	page.Await(browserWithin, `document.querySelector("[data-problem-text]").textContent.includes("An administrator ended")`)
	noErrors(t, page)
}

func goLiveWithoutPermission(t *testing.T, browser *apptest.Browser) {
	site, _, path := goLiveSite(t)
	page := browser.Open(t, site, true)
	page.Go("/as/nadia")
	page.Go(path)
	page.Eval(`void (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError")))`, nil)
	page.Click("[data-start]")
	page.Await(browserWithin, `document.querySelector("[data-problem-text]").textContent.includes("does not let this page")`)
	state(page, "idle")
	noErrors(t, page)
}

func goLiveWithoutScripts(t *testing.T, browser *apptest.Browser) {
	site, _, path := goLiveSite(t)
	page := browser.Open(t, site, false)
	page.Go("/as/nadia")
	page.Go(path)
	var text string
	page.Eval(`document.querySelector("main").innerText`, &text)
	if !strings.Contains(text, "needs JavaScript") || !strings.Contains(text, "OBS") || strings.Contains(text, "Turn on camera") {
		t.Errorf("without scripts the page says: %s", text)
	}
}
