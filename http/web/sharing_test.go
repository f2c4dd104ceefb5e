package web_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lucarne/account"
	"lucarne/channel/channeltest"
	"lucarne/http/web"
	"lucarne/http/web/ui"
	"lucarne/http/web/webtest"
	"lucarne/video"
)

// streamed makes a video with one rendition of HLS.
func streamed(t *testing.T, w *webtest.World, owner account.Viewer, edit func(*video.Draft)) video.Details {
	t.Helper()
	made := w.Video(t, owner, edit)
	path := filepath.Join(t.TempDir(), "a.mp4")
	if err := os.WriteFile(path, []byte("media"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := video.NewFile{
		File: video.File{
			Resolution: 240, Size: 5, Extname: ".mp4", Filename: "a-240.mp4", PlaylistFilename: "a-240.m3u8", Codecs: "avc1.640015,mp4a.40.2",
			Bandwidth: 1000, AverageBandwidth: 900, Width: 426, Height: 240, FPS: 25, HasAudio: true, HasVideo: true,
		},
		IsHLS: true, Path: path, MediaPlaylist: []byte("#EXTM3U\n"), Segments: json.RawMessage("{}"),
	}
	if err := w.Files.Add(t.Context(), made.ID, video.Addition{Files: []video.NewFile{f}}); err != nil {
		t.Fatal(err)
	}
	details, err := w.Videos.Get(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	return details
}

// sharingIn reads how the player of a page shares.
func sharingIn(t *testing.T, w *webtest.World, as, path string) *ui.P2P {
	t.Helper()
	player := read(t, w.Browser(as).Get(path)).all("lucarne-player")
	if len(player) != 1 {
		t.Fatalf("%s has %d players", path, len(player))
	}
	var settings ui.PlayerSettings
	for node := range player[0].Descendants() {
		if node.Data == "script" && node.FirstChild != nil {
			if err := json.Unmarshal([]byte(node.FirstChild.Data), &settings); err != nil {
				t.Fatal(err)
			}
		}
	}
	if settings.UUID == "" {
		t.Fatal("the player has no settings")
	}
	return settings.P2P
}

func TestSharing(t *testing.T) {
	w := newWorld(t)
	alice := w.Join(t, "alice", account.Ordinary)
	loner := w.Join(t, "loner", account.Ordinary)
	alice.User.Preferences.P2PEnabled, loner.User.Preferences.P2PEnabled = true, false
	film := streamed(t, w, alice, nil)
	private := streamed(t, w, alice, func(d *video.Draft) { d.Privacy = video.Private })
	watch, embed := "/w/"+film.ShortUUID(), "/videos/embed/"+film.UUID.String()
	all := web.Sharing{Enabled: true, StartsOnPages: true, StartsInEmbeds: true, STUNServers: []string{"stun:stun.example.org"}}
	for _, c := range []struct {
		name     string
		settings web.Sharing
		as, path string
		is, on   bool
	}{
		{"everybody", all, "", watch, true, true},
		{"who wants it", all, "alice", watch, true, true},
		{"who does not", all, "loner", watch, false, false},
		{"a private video", all, "alice", "/w/" + private.ShortUUID(), false, false},
		{"an embed", all, "", embed, true, true},
		{"an embed without", all, "", embed + "?p2p=0", false, false},
		{"no tracker", web.Sharing{StartsOnPages: true}, "", watch, false, false},
		{"asked for on pages", web.Sharing{Enabled: true, StartsInEmbeds: true}, "", watch, true, false},
		{"asked for on pages, of who wants it", web.Sharing{Enabled: true}, "alice", watch, true, true},
		{"asked for in embeds", web.Sharing{Enabled: true, StartsOnPages: true}, "", embed, true, false},
		{"an embed with", web.Sharing{Enabled: true, StartsOnPages: true}, "", embed + "?p2p=1", true, true},
	} {
		w.Settings.Sharing = c.settings
		got := sharingIn(t, w, c.as, c.path)
		if (got != nil) != c.is || got != nil && got.Starts != c.on {
			t.Errorf("%s: got %+v, want sharing %v, from the start %v", c.name, got, c.is, c.on)
		}
	}
	w.Settings.Sharing = all
	origin := channeltest.Site.Origin
	playlist := film.Playlists[0]
	want := &ui.P2P{
		Trackers: []string{"ws" + strings.TrimPrefix(origin, "http") + "/tracker/socket"}, StunServers: []string{"stun:stun.example.org"}, Starts: true, Urgent: 15,
		SwarmID:       video.PlaylistURL(channeltest.Site, film.Privacy, film.UUID, playlist.PlaylistFilename),
		SegmentHashes: strings.TrimPrefix(video.PlaylistURL(channeltest.Site, film.Privacy, film.UUID, playlist.SHA256Filename), origin),
	}
	if got := sharingIn(t, w, "", watch); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAnEmbedWarnsOfSharing(t *testing.T) {
	w := newWorld(t)
	film := streamed(t, w, w.Join(t, "alice", account.Ordinary), nil)
	w.Settings.Sharing = web.Sharing{Enabled: true, StartsInEmbeds: true}
	path := "/videos/embed/" + film.UUID.String()
	for query, want := range map[string]bool{"": true, "?p2p=0": false, "?warningTitle=0": false} {
		if got := len(read(t, w.Browser("").Get(path+query)).all("small")) == 1; got != want {
			t.Errorf("%q: got a warning %v, want %v", query, got, want)
		}
	}
}
