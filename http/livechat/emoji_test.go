package livechat_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/video"
)

func pictureURL(t *testing.T, side int) string {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes())
}

// emojis is what the plugin's emoji routes answer.
type emojis struct {
	Channel struct{ Name string }
	Emojis  struct {
		CustomEmojis []struct {
			SN, URL         string
			IsCategoryEmoji bool
		}
	}
}

func TestEmojiOfAChannelAreKeptByAddressAndReplacedByPictures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id := w.Channel(t, "alice").ID
		path := fmt.Sprintf("/router/api/configuration/channel/emojis/%d", id)
		definition := fmt.Sprintf("/router/emojis/channel/%d/definition", id)
		room := "/router/api/configuration/room/" + w.film.UUID.String()
		if got := w.do("GET", definition, "", ""); got.Code != http.StatusNotFound {
			t.Errorf("a channel without any: got %d", got.Code)
		}
		var got emojis
		body := fmt.Sprintf(`{"customEmojis":[{"sn":":wave:","url":%q},{"sn":"frog","url":%q,"isCategoryEmoji":true}]}`, pictureURL(t, 20), pictureURL(t, 30))
		read(t, w.do("POST", path, "alice", body), &got)
		list := got.Emojis.CustomEmojis
		if len(list) != 2 || list[0].SN != ":wave:" || list[1].SN != ":frog:" || list[0].IsCategoryEmoji || !list[1].IsCategoryEmoji || got.Channel.Name != "alice_channel" {
			t.Fatalf("got %+v", got)
		}
		prefix := "http://localhost:9100/plugins/livechat"
		file := strings.TrimPrefix(list[1].URL, prefix)
		answer := w.do("GET", file, "", "")
		if answer.Code != http.StatusOK || !strings.HasPrefix(answer.Header().Get("Content-Type"), "image/") || !strings.Contains(answer.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("picture at %s: got %d %v", file, answer.Code, answer.Header())
		}
		kept, err := json.Marshal(map[string]any{"customEmojis": []map[string]any{{"sn": ":toad:", "url": list[1].URL}}})
		if err != nil {
			t.Fatal(err)
		}
		var after emojis
		read(t, w.do("POST", path, "mod", string(kept)), &after)
		if again := after.Emojis.CustomEmojis; len(again) != 1 || again[0].SN != ":toad:" || again[0].URL != list[1].URL {
			t.Errorf("kept by address: got %+v", after)
		}
		var public struct{ CustomEmojis []struct{ SN string } }
		w.get(t, definition, "", &public)
		if len(public.CustomEmojis) != 1 || public.CustomEmojis[0].SN != ":toad:" {
			t.Errorf("for everybody: got %+v", public)
		}
		var parameters map[string]any
		w.get(t, room, "", &parameters)
		if parameters["customEmojisUrl"] != prefix+definition {
			t.Errorf("told with the room: got %v", parameters["customEmojisUrl"])
		}
		for _, gone := range []string{strings.TrimPrefix(list[0].URL, prefix), fmt.Sprintf("/router/emojis/channel/%d/files/..%%2fx.png", id)} {
			if answer := w.do("GET", gone, "", ""); answer.Code != http.StatusNotFound {
				t.Errorf("%s: got %d", gone, answer.Code)
			}
		}
	})
}

func TestWrongEmojiAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	path := fmt.Sprintf("/router/api/configuration/channel/emojis/%d", w.Channel(t, "alice").ID)
	picture := pictureURL(t, 8)
	for _, tt := range []struct {
		name, as, body string
		status         int
	}{
		{"somebody else", "bob", `{"customEmojis":[]}`, http.StatusForbidden},
		{"nobody", "", `{"customEmojis":[]}`, http.StatusForbidden},
		{"no JSON", "alice", `{`, http.StatusBadRequest},
		{"no list", "alice", `{"customEmojis":{}}`, http.StatusBadRequest},
		{"nothing", "alice", `{}`, http.StatusBadRequest},
		{"name", "alice", `{"customEmojis":[{"sn":"a b","url":"` + picture + `"}]}`, http.StatusBadRequest},
		{"no picture", "alice", `{"customEmojis":[{"sn":"a","url":"data:image/png;base64,AAAA"}]}`, http.StatusBadRequest},
		{"picture of somebody else", "alice", `{"customEmojis":[{"sn":"a","url":"https://example.org/a.png"}]}`, http.StatusBadRequest},
		{"too many", "alice", `{"customEmojis":[` + strings.Repeat(`{"sn":"a","url":"x"},`, 10_000) + `{"sn":"a","url":"x"}]}`, http.StatusBadRequest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.do("POST", path, tt.as, tt.body); got.Code != tt.status {
				t.Errorf("got %d %s, want %d", got.Code, got.Body, tt.status)
			}
		})
	}
}

func TestAllRoomsOfAChannelTakeEmojiOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t))
	room, err := w.rooms.Find(t.Context(), w.film.UUID.String(), video.Access{})
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/router/api/configuration/channel/emojis/%d/enable_emoji_only", w.Channel(t, "alice").ID)
	if got := w.do("POST", path, "bob", ""); got.Code != http.StatusForbidden {
		t.Errorf("somebody else: got %d", got.Code)
	}
	var told map[string]bool
	read(t, w.do("POST", path, "alice", ""), &told)
	after, err := w.rooms.Get(t.Context(), room.ID)
	if err != nil || !told["ok"] || !after.Settings.EmojiOnly {
		t.Errorf("got %v, %+v, %v", told, after.Settings, err)
	}
}
