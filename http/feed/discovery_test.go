package feed_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"lucarne/http/capturetest"
	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

func TestDiscoveryHasTheShapeOfTheRecordings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.user(t, "alice")
		w.user(t, "peertube")
		cases := []struct{ capture, address string }{
			{"324", "/.well-known/nodeinfo"},
			{"325", "/nodeinfo/2.0.json"},
			{"327", "/.well-known/webfinger?resource=acct:alice@localhost:9100"},
			{"328", "/.well-known/webfinger?resource=acct:alice_channel@localhost:9100"},
			{"329", "/.well-known/webfinger?resource=acct:peertube@localhost:9100"},
			{"336", "/.well-known/dnt/"},
			{"344", "/manifest.webmanifest"},
			{"268", "/plugins/translations/fr-FR.json"},
		}
		for _, c := range cases {
			t.Run(c.capture, func(t *testing.T) {
				recorded := capturetest.Load(t, c.capture)
				capturetest.SameShape(t, recorded.Response.Body, w.json(t, c.address), "metadata.nodeConfig")
				answer := w.get(t, c.address)
				if got, want := answer.Header.Get("Content-Type"), recorded.Response.Headers["content-type"]; got != want {
					t.Errorf("content type %q, want %q", got, want)
				}
			})
		}
	})
}

func TestWebfingerFindsWhoIsMeant(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.user(t, "alice")
		for resource, want := range map[string]string{
			"acct:alice@localhost:9100":                          "http://localhost:9100/accounts/alice",
			"acct:@alice@LOCALHOST:9100":                         "http://localhost:9100/accounts/alice",
			"acct:alice_channel@localhost:9100":                  "http://localhost:9100/video-channels/alice_channel",
			"http://localhost:9100/accounts/alice":               "http://localhost:9100/accounts/alice",
			"http://localhost:9100/video-channels/alice_channel": "http://localhost:9100/video-channels/alice_channel",
		} {
			if got := w.json(t, "/.well-known/webfinger?resource="+resource)["aliases"].([]any)[0]; got != want {
				t.Errorf("%s: got %v, want %s", resource, got, want)
			}
		}
	})
}

func TestRedirections(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.user(t, "alice")
		cases := []struct {
			address, location string
			status            int
		}{
			{"/.well-known/change-password", "/my-account/settings", 302},
			{"/security.txt", "/.well-known/security.txt", 301},
			{"/services/redirect/accounts/alice", "http://localhost:9100/accounts/alice", 302},
			{"/services/redirect/video-channels/alice_channel", "http://localhost:9100/video-channels/alice_channel", 302},
		}
		for _, c := range cases {
			answer := w.get(t, c.address)
			if answer.StatusCode != c.status || answer.Header.Get("Location") != c.location {
				t.Errorf("%s: got %d %s, want %d %s", c.address, answer.StatusCode, answer.Header.Get("Location"), c.status, c.location)
			}
		}
	})
}

func TestWellKnownTexts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if got := w.body(t, "/plugins/global.css"); len(got) != 0 {
			t.Errorf("style of plugins: %q", got)
		}
		if got := string(w.body(t, "/robots.txt")); got != w.settings.Robots {
			t.Errorf("robots.txt: %q", got)
		}
		if answer := w.get(t, "/.well-known/security.txt"); answer.StatusCode != http.StatusNotFound {
			t.Errorf("no security.txt: got %d, want 404", answer.StatusCode)
		}
		w.settings.SecurityTxt = "Contact: mailto:a@example.org\n"
		if got := string(w.body(t, "/.well-known/security.txt")); got != w.settings.SecurityTxt {
			t.Errorf("security.txt: %q", got)
		}
		if got := string(w.body(t, "/.well-known/dnt-policy.txt")); !strings.Contains(got, "DNT: 1") {
			t.Errorf("our own statement: %q", got)
		}
		for _, name := range []string{"dnt-policy.txt", "own/file"} {
			if err := w.kept.Put(t.Context(), name, strings.NewReader("of the operator"), blob.PutOptions{}); err != nil {
				t.Fatal(err)
			}
			if got := string(w.body(t, "/.well-known/"+name)); got != "of the operator" {
				t.Errorf("%s: %q", name, got)
			}
		}
		if root := parse(t, w.body(t, "/.well-known/host-meta")); root.find("Link")[0].attr("template") != "http://localhost:9100/.well-known/webfinger?resource={uri}" {
			t.Errorf("host-meta: %+v", root)
		}
	})
}

func TestOEmbed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.Video(t, w.user(t, "alice"), func(d *video.Draft) { d.Name = `A "film" <b>` })
		w.withFiles(t, v)
		for _, page := range []string{"/w/" + v.ShortUUID(), "/videos/watch/" + v.UUID.String(), "/videos/embed/" + v.UUID.String()} {
			got := w.json(t, "/services/oembed?format=json&maxwidth=400&url=http://localhost:9100"+page)
			if got["type"] != "video" || got["version"] != "1.0" || got["width"] != 400.0 || got["height"] != 224.0 || got["thumbnail_width"] != 850.0 {
				t.Errorf("%s: got %v", page, got)
			}
			if html := got["html"].(string); !strings.Contains(html, `src="http://localhost:9100/videos/embed/`+v.UUID.String()+`"`) || strings.Contains(html, "<b>") {
				t.Errorf("html %s", html)
			}
		}
		root := parse(t, w.body(t, "/services/oembed?format=xml&url=http://localhost:9100/w/"+v.ShortUUID()))
		if root.XMLName.Local != "oembed" || root.find("title")[0].Text != v.Name {
			t.Errorf("XML: %+v", root)
		}
	})
}

func TestSitemap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.user(t, "alice")
		w.user(t, "idle")
		w.Video(t, alice, func(d *video.Draft) { d.Tags = []string{"tag"} })
		w.Video(t, alice, func(d *video.Draft) { d.Privacy = video.Unlisted })
		locations := func() string {
			var list []string
			for _, one := range parse(t, w.body(t, "/sitemap.xml")).find("url", "loc") {
				list = append(list, strings.TrimPrefix(one.Text, "http://localhost:9100"))
			}
			return strings.Join(list, " ")
		}
		got := locations()
		if strings.Count(got, "/w/") != 1 || !strings.HasSuffix(got, "/c/alice_channel/videos /a/alice/video-channels") {
			t.Errorf("got %s", got)
		}
		w.Video(t, alice, nil)
		if again := locations(); again != got {
			t.Errorf("made again before its age: %s", again)
		}
		w.Clock.Advance(w.settings.Ages.Sitemap)
		if again := locations(); strings.Count(again, "/w/") != 2 {
			t.Errorf("after its age: %s", again)
		}
		w.settings.SitemapVideos = 1
		w.Clock.Advance(w.settings.Ages.Sitemap)
		if again := locations(); strings.Count(again, "/w/") != 1 {
			t.Errorf("bounded to one: %s", again)
		}
		body, _ := io.ReadAll(w.get(t, "/sitemaps/1.xml").Body)
		if len(parse(t, body).find("url")) != 5 {
			t.Errorf("part 1: %s", body)
		}
	})
}
