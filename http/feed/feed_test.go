package feed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lucarne/channel"
	"lucarne/http/capturetest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// hostileName is a title that breaks feeds made by hand.
const hostileName = "]]> <b>&amp; \x01\x0b\ufffe \u202e\"'`"

// element is any XML element.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) find(names ...string) []element {
	found := []element{e}
	for _, name := range names {
		var next []element
		for _, parent := range found {
			for _, child := range parent.Children {
				if child.XMLName.Local == name {
					next = append(next, child)
				}
			}
		}
		found = next
	}
	return found
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func parse(t *testing.T, body []byte) element {
	t.Helper()
	var root element
	decoder := xml.NewDecoder(bytes.NewReader(body))
	decoder.Strict = true
	if err := decoder.Decode(&root); err != nil {
		t.Fatalf("not XML: %v: %.500s", err, body)
	}
	return root
}

// withFiles gives a video an HLS rendition and a thumbnail.
func (w *world) withFiles(t *testing.T, v video.Video) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		playlist, err := db.Insert[video.FileID](ctx, tx, `INSERT INTO streaming_playlist (video_id, playlist_filename, p2p_version, created_at, updated_at)
			VALUES (?, 'x-master.m3u8', 2, 1, 1) RETURNING id`, v.ID)
		if err != nil {
			return err
		}
		for _, height := range []int{240, 720} {
			_, err = db.Exec(ctx, tx, `INSERT INTO video_file (video_id, playlist_id, resolution, fps, size, extname, filename, torrent_filename, has_audio,
				has_video, created_at, updated_at) VALUES (?, ?, ?, 25, ?, '.mp4', ?, ?, TRUE, TRUE, 1, 1)`,
				v.ID, playlist, height, 1000*height, fmt.Sprintf("x-%d-fragmented.mp4", height), fmt.Sprintf("x-%d-hls.torrent", height))
			if err != nil {
				return err
			}
		}
		for kind, width := range map[string]int{"thumbnail": 280, "preview": 850} {
			if _, err = db.Exec(ctx, tx, `INSERT INTO thumbnail (video_id, kind, width, height, filename, is_automatic, created_at, updated_at)
				VALUES (?, ?, ?, 157, ?, TRUE, 1, 1)`, v.ID, kind, width, v.UUID.String()+kind+".jpg"); err != nil {
				return err
			}
		}
		tx.Touch(video.Topic)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func described(d *video.Draft) {
	d.Name, d.Description, d.Category = "A test film", "A **test** film\n\n00:00 start", 2
}

func TestJSONFeedHasTheShapeOfTheRecording(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.withFiles(t, w.Video(t, w.user(t, "alice"), described))
		got := w.json(t, "/feeds/videos.json")
		capturetest.SameShape(t, firstWithTags(t, capturetest.Load(t, "315").Response.Body), got, "items[].date_published", "items[].image")
		item := got["items"].([]any)[0].(map[string]any)
		if item["summary"] != "A test film 00:00 start" || !strings.Contains(item["content_html"].(string), "<strong>test</strong>") {
			t.Errorf("got %v", item)
		}
	})
}

// firstWithTags moves the recorded item that has all fields to the front.
func firstWithTags(t *testing.T, recorded any) any {
	t.Helper()
	if text, ok := recorded.(string); ok {
		if err := json.Unmarshal([]byte(text), &recorded); err != nil {
			t.Fatal(err)
		}
	}
	items := recorded.(map[string]any)["items"].([]any)
	for i, one := range items {
		if one.(map[string]any)["tags"] != nil {
			items[0], items[i] = items[i], items[0]
			return recorded
		}
	}
	t.Fatal("no recorded item has tags")
	return nil
}

func TestRSS(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.Video(t, w.user(t, "alice"), described)
		w.withFiles(t, v)
		answer := w.get(t, "/feeds/videos.rss")
		if got := answer.Header.Get("Content-Type") + "; " + answer.Header.Get("Cache-Control"); got != "application/rss+xml; charset=utf-8; max-age=900" {
			t.Errorf("headers %s", got)
		}
		root := parse(t, w.body(t, "/feeds/videos.rss"))
		if root.XMLName.Local != "rss" || root.attr("version") != "2.0" {
			t.Fatalf("root %v", root.XMLName)
		}
		for _, required := range []string{"title", "link", "description"} { // RSS 2.0: required channel elements
			if n := root.find("channel", required); len(n) == 0 || n[0].Text == "" {
				t.Errorf("the channel has no %s", required)
			}
		}
		item := root.find("channel", "item")[0]
		if _, err := time.Parse(http.TimeFormat, item.find("pubDate")[0].Text); err != nil {
			t.Error(err)
		}
		enclosure := item.find("enclosure")[0]
		want := "http://localhost:9100/static/streaming-playlists/hls/" + v.UUID.String() + "/x-720-fragmented.mp4"
		if enclosure.attr("url") != want || enclosure.attr("length") != "720000" || enclosure.attr("type") != "video/mp4" {
			t.Errorf("enclosure %v", enclosure.Attrs)
		}
		if contents := item.find("group", "content"); len(contents) != 2 || contents[0].attr("isDefault") != "true" || contents[1].attr("height") != "240" {
			t.Errorf("contents %v", contents)
		}
		if thumbnails := item.find("thumbnail"); len(thumbnails) != 2 || !strings.Contains(thumbnails[0].attr("url"), "/lazy-static/previews/") {
			t.Errorf("thumbnails %v, want the largest first", thumbnails)
		}
		if guid := item.find("guid")[0].Text; guid != "http://localhost:9100/w/"+v.ShortUUID() {
			t.Errorf("guid %s", guid)
		}
	})
}

func TestAtom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Video(t, w.user(t, "alice"), described)
		root := parse(t, w.body(t, "/feeds/videos.atom"))
		if root.XMLName.Space != "http://www.w3.org/2005/Atom" || root.XMLName.Local != "feed" {
			t.Fatalf("root %v", root.XMLName)
		}
		for _, path := range [][]string{{"id"}, {"title"}, {"updated"}, {"entry", "id"}, {"entry", "title"}, {"entry", "updated"}, {"entry", "author", "name"}} {
			if n := root.find(path...); len(n) != 1 || n[0].Text == "" {
				t.Errorf("RFC 4287 asks for one %v, got %v", path, n)
			}
		}
		if _, err := time.Parse(time.RFC3339, root.find("updated")[0].Text); err != nil {
			t.Error(err)
		}
		if term := root.find("entry", "category")[0].attr("term"); term != "Films" {
			t.Errorf("category %q", term)
		}
	})
}

func TestHostileTextsStayText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		v := w.Video(t, w.user(t, "alice"), nil)
		if _, err := db.Exec(t.Context(), d, "UPDATE video SET name = ?, description = ? WHERE id = ?", hostileName, hostileName+"<script>alert(1)</script>", v.ID); err != nil {
			t.Fatal(err)
		}
		channelID := w.Channel(t, "alice").ID
		for _, address := range []string{"/feeds/videos.rss", "/feeds/videos.atom", fmt.Sprintf("/feeds/podcast/videos.xml?videoChannelId=%d", channelID), "/sitemap.xml"} {
			body := w.body(t, address)
			if !utf8.Valid(body) || bytes.ContainsAny(body, "\x01\x0b") || bytes.Contains(body, []byte("<script")) || bytes.Contains(body, []byte("<b>")) {
				t.Errorf("%s: %q", address, body)
			}
			parse(t, body)
		}
		item := w.json(t, "/feeds/videos.json")["items"].([]any)[0].(map[string]any)
		if item["title"] != hostileName || strings.Contains(item["content_html"].(string), "<script") {
			t.Errorf("JSON: %v", item)
		}
	})
}

func TestFeedsAreOfWhomTheyAreAskedFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice, bob := w.user(t, "alice"), w.user(t, "bob")
		w.Video(t, alice, func(d *video.Draft) { d.Name = "by alice" })
		w.Video(t, bob, func(d *video.Draft) { d.Name = "by bob" })
		w.Video(t, bob, func(d *video.Draft) { d.Name, d.NSFW = "sensitive", true })
		w.Video(t, bob, func(d *video.Draft) { d.Name, d.Privacy = "private", video.Private })
		w.Video(t, bob, func(d *video.Draft) { d.Name, d.Privacy = "internal", video.Internal })
		w.follows[alice.UserID()] = []channel.ID{w.Channel(t, "bob").ID}
		cases := []struct{ name, address, want string }{
			{"all", "/feeds/videos.json", "by bob, by alice"},
			{"channel by name", "/feeds/videos.json?videoChannelName=alice_channel", "by alice"},
			{"channel by id", fmt.Sprintf("/feeds/videos.json?videoChannelId=%d", w.Channel(t, "bob").ID), "by bob"},
			{"account by name", "/feeds/videos.json?accountName=alice", "by alice"},
			{"account by id", fmt.Sprintf("/feeds/videos.json?accountId=%d", bob.AccountID()), "by bob"},
			{"sensitive too", "/feeds/videos.json?nsfw=both&sort=name", "by alice, by bob, sensitive"},
			{"sorted", "/feeds/videos.json?sort=publishedAt", "by alice, by bob"},
			{"local", "/feeds/videos.json?isLocal=false", ""},
			{"search", "/feeds/videos.json?search=alice", "by alice"},
			{"no such tag", "/feeds/videos.json?tagsOneOf[]=x&tagsOneOf[]=y", ""},
			{"subscriptions", fmt.Sprintf("/feeds/subscriptions.json?accountId=%d&token=token+of+alice&nsfw=false&sort=name", alice.AccountID()), "by bob, internal"},
			{"no subscriptions", fmt.Sprintf("/feeds/subscriptions.json?accountId=%d&token=token+of+bob", bob.AccountID()), ""},
			{"no comments", "/feeds/video-comments.json", ""},
		}
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				var names []string
				for _, item := range w.json(t, c.address)["items"].([]any) {
					names = append(names, item.(map[string]any)["title"].(string))
				}
				if got := strings.Join(names, ", "); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		}
	})
}

func TestFeedIsBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.user(t, "alice")
		for range 3 {
			w.Video(t, alice, nil)
		}
		w.settings.Videos = 2
		if n := len(w.json(t, "/feeds/videos.json?start=999999999999&count=999999999999")["items"].([]any)); n != 2 {
			t.Errorf("%d items, want 2", n)
		}
	})
}

func TestPodcast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.user(t, "alice")
		film := w.Video(t, alice, described)
		w.withFiles(t, film)
		w.captions[film.ID] = []video.Caption{{VideoID: film.ID, Language: "en", Filename: "film-en.vtt"}}
		w.Video(t, alice, func(d *video.Draft) { d.IsLive = true })
		root := parse(t, w.body(t, fmt.Sprintf("/feeds/podcast/videos.xml?videoChannelId=%d", w.Channel(t, "alice").ID)))
		for _, required := range [][]string{{"title"}, {"description"}, {"language"}, {"category"}, {"explicit"}, {"owner", "name"}, {"item", "enclosure"}, {"item", "duration"}} {
			if len(root.find(append([]string{"channel"}, required...)...)) == 0 {
				t.Errorf("no %v", required)
			}
		}
		items := root.find("channel", "item")
		if len(items) != 1 {
			t.Fatalf("%d episodes, want the one that is no live", len(items))
		}
		if alternates := items[0].find("alternateEnclosure"); len(alternates) != 3 || alternates[0].attr("lang") != film.Language {
			t.Errorf("alternate enclosures %v, want HLS and two files in %q", alternates, film.Language)
		}
		const text = "http://localhost:9100/lazy-static/video-captions/film-en.vtt"
		if texts := items[0].find("transcript"); len(texts) != 1 || texts[0].attr("url") != text || texts[0].attr("language") != "en" {
			t.Errorf("transcripts %v, want %s", texts, text)
		}
		if trackers := items[0].find("tracker"); len(trackers) != 2 || trackers[1].Text != "ws://localhost:9100/tracker/socket" {
			t.Errorf("trackers %v", trackers)
		}
	})
}

func TestConditionalRequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.user(t, "alice")
		w.Video(t, alice, nil)
		first := w.get(t, "/feeds/videos.rss")
		w.Clock.Advance(time.Hour)
		if again := w.get(t, "/feeds/videos.rss", "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("nothing changed: %d, want 304", again.StatusCode)
		}
		w.Video(t, alice, nil)
		if again := w.get(t, "/feeds/videos.rss", "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusOK {
			t.Errorf("a new video: %d, want 200", again.StatusCode)
		}
	})
}

func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		alice := w.user(t, "alice")
		private := w.Video(t, alice, func(d *video.Draft) { d.Privacy = video.Private })
		cases := []struct {
			capture, address string
			status           int
		}{
			{"322", "/feeds/videos.pdf", 400},
			{"323", "/feeds/videos.rss?videoChannelId=99999", 404},
			{"326", "/nodeinfo/2.1.json", 404},
			{"330", "/.well-known/webfinger?resource=acct:nobody@localhost:9100", 404},
			{"331", "/.well-known/webfinger?resource=nonsense", 400},
			{"", "/.well-known/webfinger?resource=acct:alice@elsewhere.example", 400},
			{"", "/.well-known/peertube-nothing", 404},
			{"", "/.well-known/%2e%2e/%2e%2e/etc/passwd", 404},
			{"", "/feeds/nothing.rss", 404},
			{"", "/feeds/videos.rss?videoChannelId=-1", 400},
			{"", "/feeds/videos.rss?videoChannelId=99999999999999999999999", 400},
			{"", "/feeds/videos.rss?videoChannelName=a%00b", 400},
			{"", "/feeds/videos.rss?sort=nonsense", 400},
			{"", "/feeds/videos.rss?categoryOneOf=x", 400},
			{"", "/feeds/videos.rss?" + strings.Repeat("tagsOneOf=a&", 101), 400},
			{"", "/feeds/podcast/videos.xml", 400},
			{"", "/feeds/subscriptions.rss", 400},
			{"", fmt.Sprintf("/feeds/subscriptions.rss?accountId=%d&token=wrong", alice.AccountID()), 403},
			{"", "/feeds/video-comments.rss?videoId=" + private.UUID.String(), 401},
			{"", "/feeds/video-comments.rss?videoId=82864ae8-d21b-417b-8b17-aa68a44fb6de", 404},
			{"342", "/services/oembed?url=http://example.org/nothing", 400},
			{"", "/services/oembed?url=nonsense", 400},
			{"", "/services/oembed?url=http://localhost:9100/w/" + private.ShortUUID(), 401},
			{"", "/services/oembed?maxwidth=-1&url=http://localhost:9100/w/" + private.ShortUUID(), 400},
			{"", "/services/redirect/accounts/nobody", 404},
			{"", "/services/redirect/nothing/alice", 404},
			{"", "/sitemaps/2.xml", 404},
			{"", "/sitemaps/-1.xml", 404},
		}
		for _, c := range cases {
			t.Run(c.address[:min(len(c.address), 60)], func(t *testing.T) {
				answer := w.get(t, c.address)
				if answer.StatusCode != c.status || answer.Header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
					t.Errorf("got %d %s, want %d", answer.StatusCode, answer.Header.Get("Content-Type"), c.status)
				}
				if c.capture == "" {
					return
				}
				var got map[string]any
				if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
					t.Fatal(err)
				}
				capturetest.SameShape(t, capturetest.Load(t, c.capture).Response.Body, got, "url")
				if want := capturetest.Load(t, c.capture).Response.Body.(map[string]any)["detail"]; got["detail"] != want {
					t.Errorf("detail %q, want %q", got["detail"], want)
				}
			})
		}
	})
}
