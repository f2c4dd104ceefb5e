package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/platform/db"
	"lucarne/video"
)

func TestWatchPage(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	film := w.Film(t, alice, []byte("film"), func(d *video.Draft) {
		d.Name, d.Language, d.Category, d.Licence, d.Tags = "A walk", "fr", 13, 1, []string{"parks", "a & b"}
		d.Description, d.Support, d.DurationSeconds = "Some **words**.\n0:00 Gate\n0:12 Pond", "Send seeds", 30
	})
	other := w.Film(t, alice, []byte("film"), named("Another"))
	answer := w.Browser("").Get("/w/" + film.ShortUUID() + "?start=12s")
	status(t, answer, http.StatusOK)
	contains(t, answer, "<strong>words</strong>", "Send seeds", `data-seek="12"`)
	page := read(t, answer)
	if page.first("h1") != "A walk" || page.first("title") != "A walk · Rivergate TV" {
		t.Errorf("got %q and %q", page.first("h1"), page.first("title"))
	}
	source := page.all("source")
	if len(source) != 1 || attr(source[0], "src") != "/static/web-videos/"+film.UUID.String()+"-720.mp4#t=12" {
		t.Errorf("a browser without scripts plays %v", source)
	}
	if got := page.titles(); !slices.Equal(got, []string{"Another"}) {
		t.Errorf("up next: got %q", got)
	}
	if got := page.texts("a", "class", "tag"); !slices.Equal(got, []string{"parks", "a & b"}) {
		t.Errorf("got tags %q", got)
	}
	for _, link := range []string{
		"/c/alice_channel", "/a/alice", "/videos/browse?categoryOneOf=13", "/search?tagsOneOf=a+%26+b", "/w/" + other.ShortUUID(), "?start=12s",
		"/download/web-videos/" + film.UUID.String() + "-720.mp4", "/login?next=%2Fw%2F" + film.ShortUUID(),
	} {
		if len(page.all("a", "href", link)) == 0 {
			t.Errorf("no link to %s", link)
		}
	}
	if got, want := attr(page.all("input", "id", "share-link-plain")[0], "value"), "http://localhost:9100/w/"+film.ShortUUID()+"?start=12s"; got != want {
		t.Errorf("share link: got %q, want %q", got, want)
	}
}

func TestWatchPageTellsOtherSites(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	film := w.Film(t, alice, []byte("film"), func(d *video.Draft) {
		d.Name, d.Description, d.DurationSeconds = "A walk", "Some **words**.\n0:00 Gate\n0:12 Pond", 30
	})
	page := read(t, w.Browser("").Get("/w/"+film.ShortUUID()))
	at, embed := "http://localhost:9100/w/"+film.ShortUUID(), "http://localhost:9100/videos/embed/"+film.UUID.String()
	for name, want := range map[string]string{
		"og:type": "video.other", "og:title": "A walk", "og:url": at, "og:video": embed, "og:platform": "PeerTube",
		"og:video:url": embed, "og:video:type": "text/html", "og:video:width": "560", "og:video:height": "315", "twitter:card": "player", "twitter:player": embed,
		"description": "Some words. 0:00 Gate 0:12 Pond", "robots": "",
	} {
		if got := page.meta(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for kind, want := range map[string]string{
		"application/json+oembed": "http://localhost:9100/services/oembed?format=json&url=" + url.QueryEscape(at),
		"application/rss+xml":     "/feeds/videos.rss?videoChannelId=" + fmt.Sprint(film.Channel.ID),
	} {
		if links := page.all("link", "type", kind); len(links) != 1 || attr(links[0], "href") != want {
			t.Errorf("%s: got %v, want %q", kind, links, want)
		}
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(page.first("script", "type", "application/ld+json")), &object); err != nil {
		t.Fatal(err)
	}
	if clips, _ := object["hasPart"].([]any); object["@type"] != "VideoObject" || object["duration"] != "PT30S" || len(clips) != 2 {
		t.Errorf("got %v", object)
	}
}

func TestHostileTextsAreText(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)>" onload="alert(3)`
	film := w.Film(t, alice, []byte("film"), func(d *video.Draft) {
		d.Name, d.Description, d.Support = hostile, hostile+" [x](javascript:alert(4)) {{7*7}}", hostile
		d.Tags = []string{`"><svg onload=1>`}
	})
	for _, path := range []string{"/", "/w/" + film.ShortUUID(), "/videos/embed/" + film.UUID.String(), "/videos/browse", "/c/alice_channel"} {
		page := read(t, w.Browser("").Get(path))
		for _, script := range page.all("script") {
			if attr(script, "type") != "module" && !strings.HasPrefix(attr(script, "type"), "application/") {
				t.Errorf("%s: a script of type %q", path, attr(script, "type"))
			}
		}
		for node := range page.Descendants() {
			for _, a := range node.Attr {
				if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
					t.Errorf("%s: %s=%q", path, a.Key, a.Val)
				}
			}
		}
	}
	if got := read(t, w.Browser("").Get("/w/"+film.ShortUUID())).first("h1"); got != hostile {
		t.Errorf("got title %q, want %q", got, hostile)
	}
}

func TestWhoMayWatch(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	w.Join(t, "bob", account.Ordinary)
	film := func(privacy video.Privacy) video.Video {
		return w.Film(t, alice, []byte("film"), func(d *video.Draft) {
			d.Privacy = privacy
			if privacy == video.Password {
				d.Passwords = []string{"open sesame"}
			}
		})
	}
	for _, c := range []struct {
		name                string
		privacy             video.Privacy
		nobody, user, owner int
	}{
		{"public", video.Public, 200, 200, 200},
		{"unlisted", video.Unlisted, 200, 200, 200},
		{"internal", video.Internal, 401, 200, 200},
		{"private", video.Private, 401, 403, 200},
		{"password", video.Password, 403, 403, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := "/w/" + film(c.privacy).ShortUUID()
			for as, want := range map[string]int{"": c.nobody, "bob": c.user, "alice": c.owner} {
				answer := w.Browser(as).Get(path)
				if answer.Code != want {
					t.Errorf("%q: got %d, want %d", as, answer.Code, want)
				}
				page := read(t, answer)
				if isOpen := want == 200; isOpen && c.privacy != video.Public && page.meta("robots") != "noindex" {
					t.Errorf("%q: search engines may index it", as)
				}
				if want != 200 && strings.Contains(page.first("h1")+page.first("title"), "A test film") {
					t.Errorf("%q: the title is told", as)
				}
				if want == 200 && c.privacy.HasPrivateFiles() && !strings.Contains(attr(page.all("source")[0], "src"), "videoFileToken=") {
					t.Errorf("%q: the file has no token", as)
				}
			}
		})
	}
}

func TestSignInLeadsBack(t *testing.T) {
	w := newWorld(t)
	film := w.Film(t, w.Join(t, "alice", account.Ordinary), []byte("film"), func(d *video.Draft) { d.Privacy = video.Internal })
	path := "/w/" + film.ShortUUID() + "?start=3s"
	page := read(t, w.Browser("").Get(path))
	if len(page.all("a", "href", "/login?next="+url.QueryEscape(path))) == 0 {
		t.Error("no link to sign in and come back")
	}
}

func TestOtherNamesLeadToTheShortOne(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	open, unlisted := w.Film(t, alice, []byte("film"), nil), w.Film(t, alice, []byte("film"), func(d *video.Draft) { d.Privacy = video.Unlisted })
	for name, to := range map[string]string{
		open.UUID.String() + "?start=4s": "/w/" + open.ShortUUID() + "?start=4s", fmt.Sprint(open.ID): "/w/" + open.ShortUUID(),
		unlisted.UUID.String(): "/w/" + unlisted.ShortUUID(), fmt.Sprint(unlisted.ID): "",
	} {
		if got := w.Browser("").Get("/w/" + name).Header().Get("Location"); got != to {
			t.Errorf("%s: got %q, want %q", name, got, to)
		}
	}
}

func TestPasswordOpensAVideo(t *testing.T) {
	w := newWorld(t)
	film := w.Film(t, w.Join(t, "alice", account.Ordinary), []byte("film"), func(d *video.Draft) {
		d.Name, d.Privacy, d.Passwords = "Locked", video.Password, []string{"open sesame"}
	})
	path, b := "/w/"+film.ShortUUID(), w.Browser("")
	wrong := b.Post(path+"/password", url.Values{"video-password": {"sesame"}})
	status(t, wrong, http.StatusForbidden)
	contains(t, wrong, "This is not the password")
	right := b.Post(path+"/password", url.Values{"video-password": {"open sesame"}, "start": {"7"}})
	if right.Code != http.StatusSeeOther || right.Header().Get("Location") != path+"?start=7s" {
		t.Fatalf("got %d to %q", right.Code, right.Header().Get("Location"))
	}
	if kept := b.Cookie("lucarne_video_" + film.ShortUUID()); kept == "" || strings.Contains(kept, "sesame") {
		t.Errorf("the browser keeps %q", kept)
	}
	if got := read(t, b.Get(path)).first("h1"); got != "Locked" {
		t.Errorf("got %q", got)
	}
	status(t, w.Browser("").Get(path), http.StatusForbidden)
}

func TestVideoBeingPrepared(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	made := w.Video(t, alice, func(d *video.Draft) { d.State = video.ToTranscode })
	wanted := []video.Rendition{{Kind: video.HLS, Resolution: 720, Run: "1"}, {Kind: video.HLS, Resolution: 480, Run: "1"}, {Kind: video.WebVideo, Resolution: 480, Run: "1"}}
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := w.Renditions.WantIn(ctx, tx, made.ID, wanted); err != nil {
			return err
		}
		return w.Renditions.MarkIn(ctx, tx, made.ID, wanted[1:2], video.RenditionRunning, "")
	})
	if err != nil {
		t.Fatal(err)
	}
	path, b := "/w/"+made.ShortUUID(), w.Browser("")
	answer := b.Get(path)
	status(t, answer, http.StatusOK)
	contains(t, answer, "The video is being prepared", "Waiting for its turn", `hx-get="`+path+`/progress?playable=false"`)
	page := read(t, answer)
	if got := page.texts("label", "for", "progress-480p-bar"); len(got) != 1 || len(page.all("video")) != 0 {
		t.Errorf("got bars %q and %d players", got, len(page.all("video")))
	}
	status(t, b.Get(path+"/progress"), http.StatusSeeOther)
	b.Header.Set("HX-Request", "true")
	part := b.Get(path + "/progress?playable=false")
	status(t, part, http.StatusOK)
	if strings.Contains(part.Body.String(), "<html") || !strings.Contains(part.Body.String(), "480p") {
		t.Errorf("got %s, want the bars alone", part.Body)
	}
	if err := w.Videos.Publish(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	err = w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return w.Renditions.MarkIn(ctx, tx, made.ID, wanted, video.RenditionDone, "")
	})
	if err != nil {
		t.Fatal(err)
	}
	done := b.Get(path + "/progress?playable=false")
	if done.Code != http.StatusNoContent || done.Header().Get("HX-Refresh") != "true" {
		t.Errorf("got %d, refresh %q", done.Code, done.Header().Get("HX-Refresh"))
	}
}

func TestFailureIsToldToItsOwner(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	made := w.Video(t, alice, func(d *video.Draft) { d.State = video.ToTranscode })
	if err := w.Videos.SetState(t.Context(), made.ID, video.TranscodingFailed, "The file is cut off after 12 seconds."); err != nil {
		t.Fatal(err)
	}
	contains(t, w.Browser("alice").Get("/w/"+made.ShortUUID()), "cut off after 12 seconds")
	if answer := w.Browser("").Get("/w/" + made.ShortUUID()); strings.Contains(answer.Body.String(), "cut off") {
		t.Error("everybody is told")
	}
}

func TestRating(t *testing.T) {
	w := newWorld(t)
	film := w.Film(t, w.Join(t, "alice", account.Ordinary), []byte("film"), nil)
	w.Join(t, "bob", account.Ordinary)
	path := "/w/" + film.ShortUUID()
	status(t, w.Browser("").Post(path+"/rate", url.Values{"rating": {"like"}}), http.StatusUnauthorized)
	b := w.Browser("bob")
	status(t, b.Post(path+"/rate", url.Values{"rating": {"love"}}), http.StatusBadRequest)
	status(t, b.Post(path+"/rate", url.Values{"rating": {"like"}}), http.StatusSeeOther)
	buttons := read(t, b.Get(path)).all("button", "name", "rating")
	if len(buttons) != 2 || attr(buttons[0], "aria-pressed") != "true" || attr(buttons[0], "value") != "none" || attr(buttons[1], "value") != "dislike" {
		t.Fatalf("got %v", buttons)
	}
	b.Header.Set("HX-Request", "true")
	part := b.Post(path+"/rate", url.Values{"rating": {"none"}})
	status(t, part, http.StatusOK)
	if body := part.Body.String(); !strings.HasPrefix(body, "<form") || !strings.Contains(body, `value="like"`) {
		t.Errorf("got %s, want the form alone", body)
	}
}

func TestDownloadsAreOffered(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	open := w.Film(t, alice, []byte("film"), nil)
	closed := w.Film(t, alice, []byte("film"), func(d *video.Draft) { d.DownloadEnabled = false })
	has := func(v video.Video) bool {
		return strings.Contains(w.Browser("").Get("/w/"+v.ShortUUID()).Body.String(), "/download/web-videos/")
	}
	if !has(open) || has(closed) {
		t.Errorf("got %v and %v, want true and false", has(open), has(closed))
	}
	w.Settings.CanDownload = false
	if has(open) {
		t.Error("the instance does not want it")
	}
}
