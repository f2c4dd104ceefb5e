package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lucarne/http/capturetest"
	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

// since63 are the fields that versions 7 and 8 added to what the recordings show.
var since63 = func() []string {
	var paths []string
	for _, actor := range []string{"", "data[].", "ownerAccount.", "data[].ownerAccount.", "account.", "channel.", "channel.ownerAccount.", "data[].account.", "data[].channel."} {
		for _, images := range []string{"avatars[].", "banners[]."} {
			paths = append(paths, actor+images+"height", actor+images+"fileUrl")
		}
	}
	for _, video := range []string{"", "data[]."} {
		for _, field := range []string{"thumbnails", "downloads", "comments", "nsfwFlags", "nsfwSummary", "streamingPlaylists[].files[].playlistUrl"} {
			paths = append(paths, video+field)
		}
	}
	return paths
}()

// exchange is a request to compare with a recording.
type exchange struct {
	recording    string
	method, path string
	as           string
	body         any
	headers      []string
}

func TestAnswersHaveTheRecordedShape(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.fill(t)
		film, secret, inside, locked := "/api/v1/videos/"+s.film.UUID.String(), "/api/v1/videos/"+s.secret.UUID.String(),
			"/api/v1/videos/"+s.inside.UUID.String(), "/api/v1/videos/"+s.locked.UUID.String()
		const password = "X-Peertube-Video-Password"
		for _, c := range []exchange{
			{"057", "POST", "/api/v1/video-channels", "alice", map[string]string{"name": "more", "displayName": "More"}, nil},
			{"058", "POST", "/api/v1/video-channels", "alice", map[string]string{"name": "alice_films", "displayName": "again"}, nil},
			{"059", "POST", "/api/v1/video-channels", "alice", map[string]string{"name": "no spaces", "displayName": ""}, nil},
			{"060", "PUT", "/api/v1/video-channels/alice_films", "alice", map[string]any{"displayName": "Films by Alice", "bulkVideosSupportUpdate": false}, nil},
			{"061", "POST", "/api/v1/video-channels/alice_films/avatar/pick", "alice", upload{name: "avatarfile", content: pngOf(200, 200)}, nil},
			{"062", "POST", "/api/v1/video-channels/alice_films/banner/pick", "alice", upload{name: "bannerfile", content: pngOf(600, 100)}, nil},
			{"064", "GET", "/api/v1/video-channels/alice_films", "", nil, nil},
			{"065", "GET", "/api/v1/video-channels?start=0&count=5", "", nil, nil},
			{"068", "GET", "/api/v1/accounts/alice/video-channels?withStats=true", "", nil, nil},
			{"072", "GET", "/api/v1/accounts/nobody/videos", "", nil, nil},
			{"073", "GET", "/api/v1/video-channels/nobody", "", nil, nil},
			{"092", "GET", "/api/v1/videos", "", nil, nil},
			{"093", "GET", "/api/v1/videos?sort=-views&count=2&isLocal=true&nsfw=both&categoryOneOf=2&tagsOneOf=test&hasHLSFiles=true", "", nil, nil},
			{"094", "GET", "/api/v1/videos?include=31&privacyOneOf=3&privacyOneOf=4", "root", nil, nil},
			{"095", "GET", "/api/v1/videos?sort=bad&nsfw=perhaps&start=-3", "", nil, nil},
			{"096", "GET", "/api/v1/videos?include=1", "", nil, nil},
			{"097", "GET", film, "", nil, nil},
			{"099", "GET", "/api/v1/videos/" + s.film.ShortUUID(), "", nil, nil},
			{"100", "GET", film, "alice", nil, nil},
			{"101", "GET", film + "/description", "", nil, nil},
			{"103", "GET", secret, "alice", nil, nil},
			{"104", "GET", secret, "", nil, nil},
			{"105", "GET", secret, "bob", nil, nil},
			{"106", "GET", inside, "", nil, nil},
			{"107", "GET", inside, "bob", nil, nil},
			{"108", "GET", locked, "", nil, nil},
			{"109", "GET", locked, "", nil, []string{password, "wrong"}},
			{"110", "GET", locked, "", nil, []string{password, "open sesame"}},
			{"111", "GET", locked + "/passwords", "alice", nil, nil},
			{"112", "PUT", locked + "/passwords", "alice", map[string]any{"passwords": []string{"open sesame", "third one"}}, nil},
			{"113", "GET", "/api/v1/videos/00000000-0000-4000-8000-000000000000", "", nil, nil},
			{"114", "GET", "/api/v1/videos/not-an-id", "", nil, nil},
			{"115", "PUT", film, "alice", upload{fields: map[string]string{"name": "A test film, renamed", "language": "en"}}, nil},
			{"116", "PUT", film, "bob", map[string]string{"name": "mine"}, nil},
			{"117", "PUT", film, "alice", map[string]any{"name": "", "licence": 125, "tags": []string{"a"}}, nil},
			{"118", "PUT", film, "alice", map[string]any{"scheduleUpdate": map[string]any{"updateAt": "not a date", "privacy": 1}}, nil},
			{"120", "GET", "/api/v1/users/me/videos", "alice", nil, nil},
			{"121", "GET", "/api/v1/accounts/alice/videos", "", nil, nil},
			{"122", "GET", "/api/v1/video-channels/alice_films/videos", "", nil, nil},
			{"123", "GET", "/api/v1/accounts/alice/video-channels", "", nil, nil},
			{"243", "GET", "/api/v1/overviews/videos?page=1", "", nil, nil},
			{"244", "GET", "/api/v1/search/videos?search=film", "", nil, nil},
			{"245", "GET", "/api/v1/search/videos?search=film&tagsAllOf=test&durationMin=10&sort=-publishedAt", "", nil, nil},
			{"246", "GET", "/api/v1/search/video-channels?search=alice", "", nil, nil},
			{"248", "GET", "/api/v1/search/videos?search=x&startDate=never", "", nil, nil},
		} {
			t.Run(c.recording, func(t *testing.T) { s.compare(t, c) })
		}
	})
}

func (s *site) compare(t *testing.T, c exchange) {
	want := capturetest.Load(t, c.recording)
	got := s.do(c.method, c.path, c.as, c.body, c.headers...)
	if got.Code != want.Response.Status {
		t.Fatalf("got status %d, want %d: %s", got.Code, want.Response.Status, got.Body)
	}
	if want.Response.Body == nil {
		return
	}
	intended := since63
	if c.recording == "094" { // the recording's first video has no progressive file, ours none of either kind
		intended = append(intended[:len(intended):len(intended)], "data[].streamingPlaylists", "data[].files")
	}
	capturetest.SameShape(t, want.Response.Body, got.Body.Bytes(), intended...)
	if want.Response.Status < 400 {
		return
	}
	wanted, ok := want.Response.Body.(map[string]any)
	var answered map[string]any
	if err := json.Unmarshal(got.Body.Bytes(), &answered); err != nil || !ok {
		t.Fatal(err)
	}
	for _, field := range []string{"detail", "code", "type", "title", "docs"} {
		if answered[field] != wanted[field] {
			t.Errorf("%s: got %v, want %v", field, answered[field], wanted[field])
		}
	}
	if !sameMessages(wanted["invalid-params"], answered["invalid-params"]) {
		t.Errorf("invalid-params: got %v, want %v", answered["invalid-params"], wanted["invalid-params"])
	}
}

func sameMessages(want, got any) bool { return fmt.Sprint(want) == fmt.Sprint(got) }

func TestFilesHaveTheRecordedAddresses(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.fill(t)
	var got struct {
		StreamingPlaylists []struct {
			PlaylistURL, SegmentsSha256URL string
			Files                          []map[string]any
		}
		Files []map[string]any
	}
	read := func(v video.Video) {
		if err := json.Unmarshal(s.do("GET", "/api/v1/videos/"+v.UUID.String(), "alice", nil).Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
	}
	const origin = "http://localhost:9100"
	read(s.film)
	id := s.film.UUID.String()
	hls, web := got.StreamingPlaylists[0].Files[0], got.Files[0]
	for field, want := range map[string]any{
		"fileUrl":            origin + "/static/streaming-playlists/hls/" + id + "/y-720.mp4",
		"playlistUrl":        origin + "/static/streaming-playlists/hls/" + id + "/y-720.m3u8",
		"fileDownloadUrl":    origin + "/download/streaming-playlists/hls/videos/" + id + "-720-fragmented.mp4",
		"torrentUrl":         origin + "/lazy-static/torrents/z-720.torrent",
		"torrentDownloadUrl": origin + "/download/torrents/z-720.torrent",
		"metadataUrl":        fmt.Sprintf("%s/api/v1/videos/%s/metadata/%.0f", origin, id, hls["id"]),
		"magnetUri": "magnet:?xs=http%3A%2F%2Flocalhost%3A9100%2Flazy-static%2Ftorrents%2Fz-720.torrent&xt=urn:btih:0201f0df80ad086a00a4fb659a88e8a19316c67c" +
			"&dn=A+test+film&tr=http%3A%2F%2Flocalhost%3A9100%2Ftracker%2Fannounce&tr=ws%3A%2F%2Flocalhost%3A9100%2Ftracker%2Fsocket" +
			"&ws=http%3A%2F%2Flocalhost%3A9100%2Fstatic%2Fstreaming-playlists%2Fhls%2F" + id + "%2Fy-720.mp4",
	} {
		if hls[field] != want {
			t.Errorf("%s: got %v\nwant %v", field, hls[field], want)
		}
	}
	if web["fileUrl"] != origin+"/static/web-videos/y-720.mp4" || web["fileDownloadUrl"] != origin+"/download/web-videos/"+id+"-720.mp4" {
		t.Errorf("progressive: got %v", web)
	}
	read(s.secret)
	hls = got.StreamingPlaylists[0].Files[0]
	if want := origin + "/static/streaming-playlists/hls/private/" + s.secret.UUID.String() + "/y-720.mp4"; hls["fileUrl"] != want {
		t.Errorf("private: got %v, want %v", hls["fileUrl"], want)
	}
	if magnet := hls["magnetUri"].(string); strings.Contains(magnet, "&ws=") {
		t.Errorf("the magnet link of a private file names a web seed: %s", magnet)
	}
}

func TestRememberedAnswersFollowChanges(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.fill(t)
	path := "/api/v1/videos/" + s.film.UUID.String()
	for _, name := range []string{"A test film", "Renamed once", "Renamed twice"} {
		if name != "A test film" {
			if got := s.do("PUT", path, "alice", map[string]string{"name": name}); got.Code != http.StatusNoContent {
				t.Fatalf("update: %d %s", got.Code, got.Body)
			}
		}
		for _, address := range []string{path, "/api/v1/videos", path, "/api/v1/videos"} {
			if got := s.do("GET", address, "", nil).Body.String(); !strings.Contains(got, name) {
				t.Errorf("%s does not show %q", address, name)
			}
		}
	}
	if got := s.do("PUT", path, "alice", map[string]any{"privacy": 3}); got.Code != http.StatusNoContent {
		t.Fatal(got.Body)
	}
	if got := s.do("GET", path, "", nil); got.Code != http.StatusUnauthorized {
		t.Errorf("a video made private still answers %d", got.Code)
	}
}

func TestSensitiveVideosFollowThePolicy(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	s.fill(t)
	s.users["bob"].User.Preferences.NSFWPolicy = "display"
	for _, c := range []struct {
		path, as string
		want     bool
	}{
		{"/api/v1/videos", "", false},
		{"/api/v1/videos?nsfw=both", "", true},
		{"/api/v1/videos?nsfw=true", "", true},
		{"/api/v1/videos?nsfw=false", "bob", false},
		{"/api/v1/videos", "bob", true},
		{"/api/v1/users/me/videos", "alice", true},
	} {
		if got := strings.Contains(s.do("GET", c.path, c.as, nil).Body.String(), "A sensitive film"); got != c.want {
			t.Errorf("%s as %q: got %v, want %v", c.path, c.as, got, c.want)
		}
	}
}

func TestHostileRequestsAreRefusedNotFailed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		s.fill(t)
		film := "/api/v1/videos/" + s.film.UUID.String()
		long := strings.Repeat("x", 20_000)
		for _, c := range []struct {
			name, method, path, as string
			body                   any
			want                   int
		}{
			{"bytes that are no text", "GET", "/api/v1/videos?host=%ff", "", nil, 400},
			{"a zero byte", "GET", "/api/v1/videos?tagsOneOf=a%00b", "", nil, 400},
			{"a count past the bound", "GET", "/api/v1/videos?count=101", "", nil, 400},
			{"a number that is none", "GET", "/api/v1/videos?durationMin=x", "", nil, 400},
			{"an order that is none", "GET", "/api/v1/videos?sort=v.id", "", nil, 400},
			{"a policy that is none", "GET", "/api/v1/videos?nsfw=perhaps", "", nil, 400},
			{"too many tags", "GET", "/api/v1/videos?" + strings.Repeat("tagsOneOf=a&", 101), "", nil, 400},
			{"quotes in a search", "GET", "/api/v1/search/videos?search=%22%27%29%20OR%201%3D1%20--", "", nil, 200},
			{"operators in a search", "GET", "/api/v1/search/videos?search=film%20NEAR%20%26%20%7C%20%21%20*", "", nil, 200},
			{"a long search", "GET", "/api/v1/search/videos?search=" + long, "", nil, 400},
			{"a channel that is no text", "GET", "/api/v1/video-channels/%ff", "", nil, 404},
			{"a channel with a zero byte", "GET", "/api/v1/video-channels/a%00@b", "", nil, 404},
			{"a negative id", "GET", "/api/v1/videos/-1", "", nil, 400},
			{"an id past 64 bits", "GET", "/api/v1/videos/99999999999999999999", "", nil, 400},
			{"a wrong token", "GET", film, "mallory", nil, 401},
			{"a long description", "PUT", film, "alice", map[string]any{"description": long}, 400},
			{"a schedule without a date", "PUT", film, "alice", map[string]any{"scheduleUpdate": map[string]any{"privacy": 1}}, 400},
			{"a schedule with a password", "PUT", film, "alice", map[string]any{"scheduleUpdate": map[string]any{"updateAt": "2030-01-01", "privacy": 5}}, 400},
			{"a list for a name", "PUT", film, "alice", map[string]any{"name": []string{"a", "b"}}, 400},
			{"somebody's channel", "PUT", film, "alice", map[string]any{"channelId": 1}, 400},
			{"deleting without a token", "DELETE", film, "", nil, 401},
			{"deleting somebody's video", "DELETE", film, "bob", nil, 403},
			{"deleting an unknown video", "DELETE", "/api/v1/videos/999", "alice", nil, 404},
			{"passwords of an open video", "GET", film + "/passwords", "alice", nil, 400},
			{"an avatar that is a text", "POST", "/api/v1/video-channels/alice_films/avatar/pick", "alice", upload{name: "avatarfile", content: "text"}, 400},
			{"no avatar at all", "POST", "/api/v1/video-channels/alice_films/avatar/pick", "alice", upload{}, 400},
			{"an overview far away", "GET", "/api/v1/overviews/videos?page=9999", "", nil, 400},
		} {
			if got := s.do(c.method, c.path, c.as, c.body); got.Code != c.want {
				t.Errorf("%s: got %d, want %d: %.300s", c.name, got.Code, c.want, got.Body)
			}
		}
		if got := s.do("GET", film, "", nil).Body.String(); !strings.Contains(got, "A test film") {
			t.Error("a refused change was half made")
		}
	})
}
