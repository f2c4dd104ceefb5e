package e2e_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"lucarne/app/apptest"
	"lucarne/http/web/ui"
)

const browserWithin = 30 * time.Second

// needsAssets fails where the pages would have neither styles nor scripts.
func needsAssets(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	if err := ui.CheckAssets(); err != nil {
		t.Fatalf("the web assets are not built (make web): %v", err)
	}
}

func TestBrowser(t *testing.T) {
	needsAssets(t)
	site := apptest.Start(t, apptest.Options{})
	browser := apptest.StartBrowser(t)
	t.Run("with scripts", func(t *testing.T) { watchWithScripts(t, site, browser) })
	t.Run("without scripts", func(t *testing.T) { watchWithoutScripts(t, site, browser) })
	t.Run("accessibility", func(t *testing.T) { checkAccessibility(t, site, browser) })
}

// newest is the video that was published last.
func newest(t *testing.T, c *apptest.Client) apptest.Video {
	t.Helper()
	var page struct {
		Data []apptest.Video `json:"data"`
	}
	c.Get("/api/v1/users/me/videos?sort=-createdAt", &page)
	if len(page.Data) == 0 {
		t.Fatal("nothing was published")
	}
	return c.Video(page.Data[0])
}

func watchWithScripts(t *testing.T, site *apptest.Instance, browser *apptest.Browser) {
	page := browser.Open(t, &site.Server, true)
	page.SignIn("root", apptest.RootPassword)
	page.Go("/publish")
	page.Await(browserWithin, `customElements.get("lucarne-upload")`)
	page.Choose("#upload-file", apptest.Film(t))
	page.Await(browserWithin, `!document.querySelector("form[data-upload-details]").hidden`)
	page.Fill(`form[data-upload-details] textarea[name="description"]`, "Written while the file was sent")
	page.Eval(`void (document.querySelector("form[data-upload-details] [name=privacy]").value = "1")`, nil)
	page.Submit(`form[data-upload-details] button.is-primary`)
	site.Settle(t)
	film := newest(t, site.Root(t))
	if film.Name != "film" || film.Description != "Written while the file was sent" || film.Privacy.ID != apptest.Public {
		t.Fatalf("after the upload: %+v", film)
	}

	page.Go("/w/" + film.ShortUUID)
	page.Await(browserWithin, `document.querySelector("lucarne-player media-controller video")`)
	page.Click(".player-big-play")
	page.Await(browserWithin, `document.querySelector("video").currentTime > 0.5 && document.querySelector("video").videoWidth > 0`)
	page.Await(browserWithin, `document.querySelector("video").getVideoPlaybackQuality().totalVideoFrames > 5`)
	page.Eval(`void (document.querySelector("video").currentTime = 5)`, nil)
	page.Await(browserWithin, `!document.querySelector("video").seeking && document.querySelector("video").currentTime > 5`)
	changeQuality(page, "144p", 144)
	changeQuality(page, "240p", 240)
	if errors := page.Errors(); len(errors) > 0 {
		t.Errorf("scripts failed: %s", strings.Join(errors, "\n"))
	}
}

// changeQuality chooses one in the player's settings and waits until its frames are seen.
func changeQuality(page *apptest.Page, label string, height int) {
	page.Eval(`document.querySelector("lucarne-player button[aria-expanded]").click()`, nil)
	page.Await(browserWithin, `document.querySelector(".player-sheet:not([hidden]) .player-option .value")`)
	page.Eval(`document.querySelector(".player-sheet .player-option:has(.value)").click()`, nil)
	page.Await(browserWithin, `document.querySelector(".player-sheet [role=radio]")`)
	page.Eval(`[...document.querySelectorAll(".player-sheet [role=radio]")].find(o => o.textContent.startsWith("`+label+`")).click()`, nil)
	page.Await(browserWithin, `document.querySelector("video").videoHeight === `+strconv.Itoa(height))
}

func watchWithoutScripts(t *testing.T, site *apptest.Instance, browser *apptest.Browser) {
	page := browser.Open(t, &site.Server, false)
	page.SignIn("root", apptest.RootPassword)
	page.Go("/publish")
	page.Fill(`input[name="name"]`, "Sent by a plain form")
	page.Choose(`input[name="videofile"]`, apptest.Landscape(t))
	page.Submit(`form[data-upload-form] button[type="submit"]`)
	site.Settle(t)
	root := site.Root(t)
	film := newest(t, root)
	if film.Name != "Sent by a plain form" || film.State.ID != apptest.Published {
		t.Fatalf("after the plain form: %+v", film)
	}
	root.Put(film.Path(), map[string]any{"privacy": apptest.Public})
	site.Settle(t)

	page.Go("/w/" + film.ShortUUID)
	var title, source string
	page.Eval(`document.querySelector("h1").textContent`, &title)
	page.Eval(`(v => v.getAttribute("src") ?? v.querySelector("source").src)(document.querySelector("video"))`, &source)
	if strings.TrimSpace(title) != film.Name {
		t.Errorf("title: got %q, want %q", title, film.Name)
	}
	head := site.Visitor(t).Send("HEAD", source, nil, http.StatusOK)
	if kind := head.Header.Get("Content-Type"); kind != "video/mp4" {
		t.Errorf("%s is %s", source, kind)
	}
}
